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
        needing(PARTS, "apply::hetzner", || takes(|_, _| root().join("dist"))),
        needing(PARTS, "apply::local", || {
            takes(|_, folder| project(folder, "apps/local.yaml", "target/dist-local"))
        }),
        needing(PARTS, "apply::everything", || takes(everything)),
        needing(PARTS, "apply::init", || takes(initial)),
    ]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn pgsynth(folder: &Path, arguments: &[&str]) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_pgsynth")).current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The output of an app of this repository, rendered in a folder of its own.
fn project(folder: &Path, file: &str, output: &str) -> PathBuf {
    std::fs::create_dir(folder.join("apps")).unwrap();
    std::fs::copy(root().join(file), folder.join("apps/app.yaml")).unwrap();
    pgsynth(folder, &["synth"]);
    folder.join(output)
}

/// Every construct and every field, with a stand-in for Longhorn's CRD.
fn everything(server: &Server, folder: &Path) -> PathBuf {
    let longhorn = folder.join("longhorn.yaml");
    let crd = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: recurringjobs.longhorn.io}
spec:
  group: longhorn.io
  names: {kind: RecurringJob, plural: recurringjobs}
  scope: Namespaced
  versions:
  - name: v1beta2
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: v1
kind: Namespace
metadata: {name: longhorn-system}
"#;
    std::fs::write(&longhorn, crd).unwrap();
    server.ok(&["create", "-f", longhorn.to_str().unwrap()]).unwrap();
    project(folder, "tests/apps/valid/everything.yaml", "out")
}

fn initial(_: &Server, folder: &Path) -> PathBuf {
    pgsynth(folder, &["init", "--project", "."]);
    pgsynth(folder, &["synth"]);
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

fn takes(output: impl FnOnce(&Server, &Path) -> PathBuf) -> Result<(), Failed> {
    let server = Server::start();
    let folder = tempfile::tempdir()?;
    let dist = &output(&server, folder.path());
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
