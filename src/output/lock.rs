//! One writer at a time: of two commands for one output, the second waits.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

use super::files::make_folder;

/// Held while an output is compared and written. The operating system gives it back when the process ends, however it
/// ends, and no file stays behind: it is a lock of a folder.
#[derive(Debug)]
pub struct Lock {
    _folder: Option<File>,
}

/// What a lock is waited for with.
pub type Waiting<'a> = &'a dyn Fn();

impl Lock {
    /// Waits for the lock of a folder in or below which outputs lie; `waiting` is told where that takes time.
    ///
    /// # Errors
    /// Where the folder cannot be made or opened.
    pub fn of(place: &Path, waiting: Waiting) -> Result<Self> {
        make_folder(place)?;
        let cannot = || format!("cannot lock `{}`", place.display());
        let folder = match File::open(place) {
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
