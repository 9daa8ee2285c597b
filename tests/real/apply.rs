//! A real API server takes each app, by the lines that the README says, in their order, and takes it again without any
//! object changing.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use super::parts::needing;
use super::server::Server;

const PARTS: &[&str] = &["etcd", "kube-apiserver", "kubectl", "openssl"];

pub fn trials() -> Vec<Trial> {
    vec![
        needing(PARTS, "apply::hetzner", || takes(&dist("hetzner"))),
        needing(PARTS, "apply::local", || takes(&dist("local"))),
        needing(PARTS, "apply::init", || takes(&initial())),
    ]
}

pub fn pgsynth(folder: &Path, arguments: &[&str]) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_pgsynth")).current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The output of an app of this repository.
fn dist(app: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match app {
        // Committed, and checked to be what the app renders.
        "hetzner" => root.join("dist"),
        _ => {
            let folder = tempfile::tempdir().unwrap().keep();
            let output = folder.join("out");
            pgsynth(root, &["--no-delegate", "synth", "--app", app, "--output", output.to_str().unwrap()]);
            output
        }
    }
}

fn initial() -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    pgsynth(&folder, &["init"]);
    pgsynth(&folder, &["synth"]);
    folder.join("dist")
}

/// Every object's kind, name and resource version, as the server has them.
fn versions(server: &Server, dist: &Path) -> Result<String, String> {
    let format = "jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{\"\\n\"}{end}";
    let crds = dist.join("crds");
    Ok(server.ok(&["get", "-f", crds.to_str().unwrap(), "-o", format])?
        + &server.ok(&["get", "-f", dist.to_str().unwrap(), "-o", format])?)
}

pub fn apply(server: &Server, dist: &Path) -> Result<(), String> {
    let (crds, namespaces) = (dist.join("crds"), dist.join("00-namespaces.yaml"));
    let (dist, crds, namespaces) =
        (dist.to_str().unwrap(), crds.to_str().unwrap(), namespaces.to_str().unwrap());
    server.ok(&["apply", "--server-side", "--force-conflicts", "-f", crds])?;
    server.ok(&["wait", "--for=condition=Established", "--timeout=60s", "-f", crds])?;
    server.ok(&["apply", "-f", namespaces])?;
    server.ok(&["apply", "--validate=strict", "-f", dist])?;
    Ok(())
}

fn takes(dist: &Path) -> Result<(), Failed> {
    let server = Server::start();
    apply(&server, dist)?;
    let first = versions(&server, dist)?;
    if first.lines().count() < 10 {
        return Err(format!("too few objects:\n{first}").into());
    }
    apply(&server, dist)?;
    let second = versions(&server, dist)?;
    if first != second {
        return Err(format!("the second apply changed objects:\n{first}\nand then\n{second}").into());
    }
    Ok(())
}
