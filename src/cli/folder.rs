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
    let (path, root) = (real(&plain(&root.join(folder))), real(&plain(root)));
    if root.starts_with(&path) {
        return Err(refused("it is the project's folder, or holds it").into());
    }
    let Ok(below) = path.strip_prefix(&root) else { return Ok(path) };
    if below.starts_with(own.app.output_folder()) && below != Path::new(own.app.output_folder()) {
        return Err(refused("it lies in the app's own output").into());
    }
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

/// Refuses an output of which a part is a link that leads to where no output may be.
pub(super) fn check(loaded: &Loaded, root: &Path) -> Result<()> {
    let (path, root) = (loaded.output(root), real(root));
    let leads = real(&path);
    let allowed = match leads.strip_prefix(&root) {
        Ok(below) => below.to_string_lossy().parse::<OutputFolder>().is_ok(),
        Err(_) => !root.starts_with(&leads),
    };
    if allowed {
        return Ok(());
    }
    let message = format!("`{}` leads to `{}`, where no output may be", path.display(), leads.display());
    Err(Failure::io(message).hint("remove the link, or choose another `output`").into())
}

/// Where a path leads when its links are followed, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let mut there = path;
    loop {
        if let Ok(real) = there.canonicalize() {
            return match path.strip_prefix(there) {
                Ok(rest) if rest.as_os_str().is_empty() => real,
                Ok(rest) => real.join(rest),
                Err(_) => path.to_owned(),
            };
        }
        match there.parent() {
            Some(parent) => there = parent,
            None => return path.to_owned(),
        }
    }
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
