//! What tools find that nobody here wrote, over the output of every valid app: each finding is mended, or judged here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::Past;
use pgsynth::load;

use super::parts::{self, needing};

pub fn trials() -> Vec<Trial> {
    vec![
        needing(&["kube-score"], "linters::kube_score", kube_score),
        needing(&["yamllint"], "linters::yamllint", yamllint),
    ]
}

/// Findings of kube-score that stay, and why.
const JUDGED: [(&str, &str); 12] = [
    (
        "ImagePullPolicy is not set to Always",
        "images are pinned; a registry that is away must not keep a pod from starting",
    ),
    (
        "matching egress NetworkPolicy",
        "where pods may go depends on stores and clients that the app does not know",
    ),
    (
        "low user ID",
        "the images' own users: Spilo's `postgres` is 101, the operator's 1000; another could not read its files",
    ),
    ("low group ID", "the same of their groups"),
    ("CPU limit is not set", "throttling stalls archiving and reconciliation; requests decide under load"),
    ("Ephemeral Storage limit is not set", "none of these pods writes to the node but its log"),
    ("Ephemeral Storage request is not set", "the same"),
    ("writable root filesystem", "Spilo's psql and bash write temporary files; the Job lives for minutes"),
    (
        "The NetworkPolicys selector doesn't match any pods",
        "the operator makes those pods, and no manifest does",
    ),
    ("does not have a matching NetworkPolicy", "a Job that waits for PostgreSQL takes no connections"),
    ("Deployment few replicas", "there is one operator without an election, and one server on one volume"),
    ("Deployment update strategy", "`Recreate`, so that two never run at once"),
];

/// The output of every valid app, a folder each.
fn outputs(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut apps: Vec<_> =
        fs::read_dir(root.join("tests/apps/valid"))?.flatten().map(|entry| entry.path()).collect();
    apps.extend([root.join("tests/apps/hetzner.yaml"), root.join("apps/local.yaml")]);
    let mut files = vec![];
    for app in apps {
        let own = folder.join(app.file_stem().unwrap_or_default());
        fs::create_dir_all(own.join("crds"))?;
        let loaded = load::app("app.yaml", &fs::read(&app)?).map_err(|problem| problem.to_string())?;
        let valid = loaded.validate(&Past::default()).map_err(|problems| problems.to_string())?;
        for manifest in pgsynth::synth::bundle(&valid).manifests() {
            let path = own.join(&manifest.name);
            fs::write(&path, &manifest.bytes)?;
            files.push(path);
        }
    }
    Ok(files)
}

fn kube_score() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let files = outputs(folder.path())?;
    let files = files.iter().filter(|file| !file.parent().is_some_and(|folder| folder.ends_with("crds")));
    let output = Command::new(parts::get("kube-score"))
        .args(["score", "--output-format", "ci"])
        .args(files)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found: Vec<&str> =
        text.lines().filter(|line| line.starts_with("[CRITICAL]") || line.starts_with("[WARNING]")).collect();
    let new: Vec<_> =
        found.iter().filter(|line| !JUDGED.iter().any(|(finding, _)| line.contains(finding))).collect();
    if !new.is_empty() || found.is_empty() {
        return Err(format!("not judged:\n{new:#?}\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    // What is found no more need not be excused.
    let idle: Vec<_> =
        JUDGED.iter().filter(|(finding, _)| !found.iter().any(|line| line.contains(finding))).collect();
    if idle.is_empty() { Ok(()) } else { Err(format!("judged, and not found: {idle:?}").into()) }
}

/// yamllint's own rules, but for lines (scripts and dashboards are long), sequences (written as kubectl writes them) and the
/// first document of a file, which has a comment before it instead of `---`.
const RULES: &str = "{extends: default, rules: {line-length: disable, indentation: {indent-sequences: consistent}, document-start: disable}}";

fn yamllint() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let files = outputs(folder.path())?;
    let output =
        Command::new(parts::get("yamllint")).args(["--strict", "-d", RULES]).args(&files).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stdout).into_owned().into()),
    }
}
