//! `pgsynth version`.

use anyhow::Result;
use pgsynth_constructs::releases::{Release, ReleaseName};

use super::{Exit, terminal};

pub(super) fn run() -> Result<Exit> {
    let Release {
        name,
        checked,
        operator,
        operator_image: _,
        spilo_image,
        pooler_image: _,
        logical_backup_image: _,
        postgres,
        kubernetes,
        archive_guard: _,
        exporter_image: _,
        pgbouncer_exporter_image: _,
        s3_image: _,
        restore_methods: _,
        crds: _,
    } = ReleaseName::NEWEST.release();
    terminal::out(&format!(
        "pgsynth {}\nrelease {name} (checked {checked})\n  operator    {operator}\n  spilo       {spilo_image}\n  postgres    {}\n  kubernetes  {} to {}\n",
        env!("CARGO_PKG_VERSION"),
        postgres.join(", "),
        kubernetes.0,
        kubernetes.1,
    ))?;
    Ok(Exit::Done)
}
