//! An app that is applied is edited and applied again: the API server takes each edit, or `synth` has told before.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use super::apply::{apply, everything};
use super::parts::needing;
use super::server::Server;

/// What is edited, and the words before and after.
const EDITS: [(&str, &str, &str); 19] = [
    ("a label of the chart", "labels: {team: platform}", "labels: {team: platform, more: one}"),
    ("a label of a namespace", "labels: {purpose: test}", "labels: {purpose: other}"),
    ("an annotation of a namespace", "annotations: {note: \"on\"}", "annotations: {note: \"off\"}"),
    ("the size of a volume", "volume: {size: 50Gi,", "volume: {size: 60Gi,"),
    ("the class of a volume", "class: longhorn-local, subPath", "class: longhorn-replicated, subPath"),
    ("parameters of a class", "nodeTags: [database]", "nodeTags: [storage]"),
    ("replicas of a class", "layout: replicated, replicas: 3", "layout: replicated, replicas: 2"),
    ("file system of a class", "fileSystem: xfs", "fileSystem: ext4"),
    ("a raw object", "default: {memory: 256Mi}", "default: {memory: 512Mi}"),
    ("protection", "output: out", "output: out\nprotect: false"),
    ("the platform", "platform: hetzner", "platform: other"),
    ("the major", "postgres: \"17\"", "postgres: \"18\""),
    ("settings of the operator", "workers: 4", "workers: 8"),
    (
        "resources of the operator",
        "resources: {cpu: 200m, memory: 300Mi}",
        "resources: {cpu: 300m, memory: 400Mi}",
    ),
    ("who reaches the operator", "apiClients: {name: postgres-operator-ui}", "apiClients: {name: other}"),
    ("a label of the monitors", "labels: {release: prometheus}", "labels: {release: other}"),
    ("who Prometheus is", "{app.kubernetes.io/name: prometheus}", "{app: prometheus}"),
    ("the interval", "interval: 15s", "interval: 30s"),
    ("the database of the exporter", "database: postgres\n", "database: shop\n"),
];

pub fn trials() -> Vec<Trial> {
    let programs = ["etcd", "kube-apiserver", "kubectl", "openssl"];
    vec![needing(&programs, "again::each_edit_is_taken_or_told", edits)]
}

fn edits() -> Result<(), Failed> {
    let server = Server::start();
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let dist = everything(&server, folder);
    apply(&server, &dist)?;
    let base = fs::read_to_string(folder.join("apps/app.yaml"))?;
    let saved = folder.join("saved");
    copy(&dist, &saved)?;
    let (mut taken, mut told) = (0, 0);
    for (what, before, after) in EDITS {
        assert!(base.contains(before), "{what}: the app has no `{before}`");
        fs::write(folder.join("apps/app.yaml"), base.replacen(before, after, 1))?;
        let output =
            Command::new(env!("CARGO_BIN_EXE_pgsynth")).current_dir(folder).args(["synth"]).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() || said.contains("fixed-field-changed") {
            told += 1;
        } else {
            apply(&server, &dist).map_err(|error| format!("{what}: {error}"))?;
            taken += 1;
        }
        fs::remove_dir_all(&dist)?;
        copy(&saved, &dist)?;
        apply(&server, &dist).map_err(|error| format!("{what}, taken back: {error}"))?;
    }
    assert!(taken > 10 && told >= 3, "{taken} taken, {told} told");
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    let status = Command::new("cp").arg("-r").arg(from).arg(to).status()?;
    if status.success() { Ok(()) } else { Err("cp fails".into()) }
}
