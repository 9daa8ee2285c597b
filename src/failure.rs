//! What ends a command early: its kind decides the exit code, and hints say what to do.

use std::fmt;

/// Why a command could not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The command was called in a way that it does not have.
    Usage,
    /// A file could not be read or written, or is in the way.
    Io,
    /// The project's own binary could not be run.
    Delegate,
}

/// A failure with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub kind: FailureKind,
    /// What happened, in a sentence.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
}

impl Failure {
    fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: vec![] }
    }

    /// A wrong call.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// A file that cannot be read or written, or is in the way.
    pub fn io(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Io, message)
    }

    /// A project whose own binary cannot be run.
    pub fn delegate(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Delegate, message)
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
