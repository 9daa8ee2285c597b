//! What every verb is given, and what it says of itself.

use std::path::Path;

use anyhow::Result;
use pgsynth_constructs::App;
use pgsynth_constructs::base::Problem;

use super::Exit;

/// What a verb needs: it decides whether the stock command hands over to the project's own binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// The apps of the project, those in Rust among them.
    Apps,
    /// The project's folder.
    Folder,
    /// Nothing of a project.
    Nothing,
}

/// What a verb is given.
pub(super) struct Context<'a> {
    /// The project's folder, where it was given.
    pub(super) project: Option<&'a Path>,
    /// The Rust apps that the command serves.
    pub(super) apps: Vec<Result<App, Problem>>,
}

/// A verb with its arguments.
pub(super) trait Run {
    fn run(&self, context: Context) -> Result<Exit>;
}
