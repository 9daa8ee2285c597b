//! The folder that `--output` names: held to the rules of `output:`.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use pgsynth_constructs::app::OutputFolder;

use super::project::Loaded;
use crate::failure::Failure;

/// The folder, if an app may be written there: below the project by the rules of `output:`, or outside and nowhere above it.
pub(super) fn given(folder: &Path, root: &Path, own: &Loaded, all: &[Loaded]) -> Result<PathBuf> {
    let refused = |why: &str| {
        let failure = Failure::usage(format!("`--output {}` cannot be used: {why}", folder.display()));
        failure.hint("choose a folder of its own, such as `--output target/dist`")
    };
    let (path, root) = (plain(&root.join(folder)), plain(root));
    if root.starts_with(&path) {
        return Err(refused("it is the project's folder, or holds it").into());
    }
    let Ok(below) = path.strip_prefix(&root) else { return Ok(path) };
    let text = below.to_string_lossy();
    if let Err(wrong) = text.parse::<OutputFolder>() {
        return Err(refused(&wrong.rule).into());
    }
    for other in all.iter().filter(|other| other.app.name != own.app.name) {
        let theirs = plain(&other.output(&root));
        if path.starts_with(&theirs) || theirs.starts_with(&path) {
            let why = format!("app `{}` has the output `{}`", other.app.name, other.app.output_folder());
            return Err(refused(&why).into());
        }
    }
    Ok(path)
}

/// A path without `.` and `..`, by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}
