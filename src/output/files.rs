//! Single files: read, replaced through a temporary file and a rename, removed.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::failure::Failure;

/// Beginning of the names of temporary files.
pub(super) const TEMPORARY: &str = ".pgsynth-tmp-";

/// Refuses an output that is there and is no folder of its own.
pub(super) fn check_folder(folder: &Path) -> Result<()> {
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(metadata) if metadata.is_symlink() => {
            let message =
                format!("`{}` is a symbolic link, but an output must be a folder", folder.display());
            Err(Failure::io(message).hint("remove the link, or choose another `output`").into())
        }
        Ok(_) => {
            let message = format!("`{}` is a file, but an output must be a folder", folder.display());
            Err(Failure::io(message).hint("move it away, or choose another `output`").into())
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot access `{}`", folder.display())),
    }
}

/// A file that is there.
pub(super) struct Old<'a> {
    path: &'a Path,
    file: File,
    length: u64,
}

/// Opens a file, if it is there.
pub(super) fn open(path: &Path) -> Result<Option<Old<'_>>> {
    let open = || {
        let metadata = fs::symlink_metadata(path)?;
        if !metadata.is_file() {
            return Err(std::io::Error::other("it is not a regular file"));
        }
        Ok(Old { path, file: File::open(path)?, length: metadata.len() })
    };
    match open() {
        Ok(old) => Ok(Some(old)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

impl Old<'_> {
    /// Whether these are its contents, one part after the other. It is never held whole.
    pub(super) fn is(mut self, parts: &[&[u8]]) -> Result<bool> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if self.length != length as u64 {
            return Ok(false);
        }
        const CHUNK: usize = 16 << 10;
        let mut buffer = [0; CHUNK];
        for chunk in parts.iter().flat_map(|part| part.chunks(CHUNK)) {
            let read = &mut buffer[..chunk.len()];
            match self.file.read_exact(read) {
                Ok(()) if read == chunk => {}
                Ok(()) => return Ok(false),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read `{}`", self.path.display()));
                }
            }
        }
        Ok(true)
    }

    fn contents(mut self) -> Result<Vec<u8>> {
        let mut contents = vec![];
        self.file
            .read_to_end(&mut contents)
            .with_context(|| format!("cannot read `{}`", self.path.display()))?;
        Ok(contents)
    }
}

/// The contents of a file, if it is there.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    open(path)?.map(Old::contents).transpose()
}

/// Writes a file beside the one that is there and puts it in its place, so that no reader ever sees half a file.
///
/// # Errors
/// Where it cannot be written; the one that is there is whole.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!("{TEMPORARY}{}-{name}", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        drop(file);
        fs::rename(&temporary, path)
    };
    write().or_else(|error| {
        // What could not be written must not stay; that it may not be there at all is no second problem.
        let _ = fs::remove_file(&temporary);
        Err(error).with_context(|| format!("cannot write `{}`", path.display()))
    })
}

/// Writes a file in a folder that nobody reads yet.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || File::create(path)?.write_all(bytes);
    write().with_context(|| format!("cannot write `{}`", path.display()))
}

/// Writes a file that must not exist yet, and the folders above it; false where it exists.
///
/// # Errors
/// Where it cannot be written.
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<bool> {
    make_folder(path.parent().unwrap_or(Path::new(".")))?;
    match File::options().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(|| format!("cannot write `{}`", path.display())),
    }
}

/// Puts a folder in its place.
pub(super) fn rename_folder(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("cannot write `{}`", to.display()))
}

/// Removes a folder of ours that did not get into its place; that it stays is no second problem.
pub(super) fn remove_whole(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

/// Makes a folder and those above it.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder `{}`", folder.display()))
}

/// Removes a folder that nothing is left in.
pub(super) fn remove_folder_if_empty(folder: &Path) -> Result<()> {
    match fs::remove_dir(folder) {
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory
            ) =>
        {
            Err(error).with_context(|| format!("cannot remove `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Removes what interrupted writes left behind.
pub(super) fn remove_temporary(folder: &Path, beginning: &str) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
        if entry.file_name().to_string_lossy().starts_with(beginning) {
            match entry.path().is_dir() {
                true => remove_whole(&entry.path()),
                false => remove(&entry.path())?,
            }
        }
    }
    Ok(())
}
