//! `pgsynth version`.

use anyhow::Result;
use pgsynth_constructs::release::{Release, ReleaseName};

use super::context::{Context, Run};
use super::{Exit, terminal};

/// Show the version of pgsynth and of what its newest release renders
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        let Release { name, checked, versions, kubernetes: [first, last], images, .. } =
            ReleaseName::NEWEST.release();
        terminal::out(&format!(
            "pgsynth {}\nrelease {name} (checked {checked})\n  operator    {}\n  spilo       {}\n  postgres    {}\n  kubernetes  {first} to {last}\n",
            env!("CARGO_PKG_VERSION"),
            versions.operator,
            images.spilo,
            versions.postgres.join(", "),
        ))?;
        Ok(Exit::Done)
    }
}
