//! `pgsynth schema`: JSON Schema of app files, for editors.

use anyhow::Result;

use super::context::{Context, Run};
use super::{Exit, terminal};
use crate::schema;

/// Print the JSON Schema of app files (2020-12), for completion and checks in an editor
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        terminal::out(&schema::document())?;
        Ok(Exit::Done)
    }
}
