//! Manifests that are named on the command line: files, folders and standard input.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pgsynth_constructs::base::Problem;

use crate::failure::Failure;
use crate::lint::Source;

/// The texts that the inputs stand for, and what is wrong with those that are none.
pub(super) fn read(inputs: &[PathBuf]) -> Result<(Vec<Source>, Vec<Problem>)> {
    let (mut sources, mut unread) = (vec![], vec![]);
    for input in inputs {
        for path in files(input)? {
            match take(&path)? {
                Ok(source) => sources.push(source),
                Err(problem) => unread.push(problem),
            }
        }
    }
    Ok((sources, unread))
}

/// A file, or standard input.
pub(super) fn take(path: &Path) -> Result<Result<Source, Problem>> {
    if path.as_os_str() == "-" {
        let mut bytes = vec![];
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(Source::read("<stdin>", &bytes));
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(Source::read(path.display().to_string(), &bytes))
}

/// The files that an input stands for: a folder for all YAML and JSON below it, without what is hidden, and links only to files.
fn files(input: &Path) -> Result<Vec<PathBuf>> {
    if !input.is_dir() {
        return Ok(vec![input.to_owned()]);
    }
    let mut files = vec![];
    collect(input, &mut files)?;
    files.sort_unstable();
    if files.is_empty() {
        let failure = Failure::usage(format!("no YAML and no JSON in `{}`", input.display()));
        return Err(failure.hint("name a file, or a folder with `*.yaml`, `*.yml` or `*.json`").into());
    }
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot = || format!("cannot read the folder `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let known =
            || ["yaml", "yml", "json"].iter().any(|known| path.extension().is_some_and(|own| own == *known));
        if entry.file_type().with_context(cannot)?.is_dir() {
            collect(&path, files)?;
        } else if known() && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
