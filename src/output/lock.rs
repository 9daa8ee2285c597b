//! One writer at a time: of two commands for one output, the second waits.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

use super::files::make_folder;

/// Held while an output is compared and written. The operating system gives it back when the process ends, however it
/// ends, and no file stays behind: it is a lock of the folder in which the output lies.
#[derive(Debug)]
pub struct Lock {
    _folder: Option<File>,
}

/// What a lock is waited for with.
pub type Waiting<'a> = &'a dyn Fn();

impl Lock {
    /// Waits for the lock of an output; `waiting` is told where that takes time.
    ///
    /// # Errors
    /// Where the folder in which the output lies cannot be made or opened.
    pub fn of(output: &Path, waiting: Waiting) -> Result<Self> {
        let parent = output.parent().unwrap_or(Path::new("."));
        make_folder(parent)?;
        let cannot = || format!("cannot lock `{}`", parent.display());
        let folder = match File::open(parent) {
            Ok(folder) => folder,
            // Some systems open no folders; then there is no lock, as there was none before.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(Self { _folder: None }),
            Err(error) => return Err(error).with_context(cannot),
        };
        match folder.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                folder.lock().with_context(cannot)?;
            }
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                return Ok(Self { _folder: None });
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
        }
        Ok(Self { _folder: Some(folder) })
    }
}
