//! A real API server takes each app, by the lines that the README says, in their order, and takes it again without any
//! object changing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use super::parts::needing;
use super::server::Server;

pub const PARTS: &[&str] = &["etcd", "kube-apiserver", "kubectl", "openssl"];

pub fn trials() -> Vec<Trial> {
    vec![
        needing(PARTS, "apply::hetzner", || takes(hetzner)),
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

/// Stand-ins for CRDs of other makers, which keep whatever they are given.
fn stand_ins(server: &Server, folder: &Path, kinds: &[(&str, &str, &str, &str)]) {
    let crds: String = kinds
        .iter()
        .map(|(group, version, kind, plural)| {
            format!(
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {plural}.{group}}}\n\
                 spec:\n  group: {group}\n  names: {{kind: {kind}, plural: {plural}}}\n  scope: Namespaced\n  versions:\n  - name: {version}\n    served: true\n    storage: true\n    \
                 schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}\n---\n"
            )
        })
        .collect();
    let file = folder.join("stand-ins.yaml");
    std::fs::write(&file, crds).unwrap();
    server.ok(&["create", "-f", file.to_str().unwrap()]).unwrap();
    server
        .ok(&["wait", "--for=condition=Established", "--timeout=60s", "-f", file.to_str().unwrap()])
        .unwrap();
}

const PROMETHEUS: [(&str, &str, &str, &str); 2] = [
    ("monitoring.coreos.com", "v1", "PodMonitor", "podmonitors"),
    ("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules"),
];

fn hetzner(server: &Server, folder: &Path) -> PathBuf {
    stand_ins(server, folder, &PROMETHEUS);
    root().join("dist")
}

/// Every construct and every field.
pub fn everything(server: &Server, folder: &Path) -> PathBuf {
    let longhorn = ("longhorn.io", "v1beta2", "RecurringJob", "recurringjobs");
    stand_ins(server, folder, &[PROMETHEUS[0], PROMETHEUS[1], longhorn]);
    server.ok(&["create", "namespace", "longhorn-system"]).unwrap();
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
    let (crds, namespaces) = (dist.join("crds"), namespaces_of(dist)?);
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

/// The file with the namespaces; on k3s it carries the name of the app.
fn namespaces_of(dist: &Path) -> Result<PathBuf, String> {
    let files = fs::read_dir(dist).map_err(|error| error.to_string())?.flatten().map(|entry| entry.path());
    let first =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("00-"));
    files.into_iter().find(first).ok_or_else(|| format!("no namespaces in {}", dist.display()))
}
