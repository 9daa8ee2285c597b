//! What Spilo does with the variables: archives, makes base backups, and recovers into an empty data directory.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pgsynth::constructs::crds::postgresql::Postgresql;
use serde_json::Value;

use crate::parts;
use crate::postgres::{Instance, as_postgres, run};
use crate::rendered::pod;
use crate::spilo::{self, Environment, Snapshot};

/// A script that runs WAL-G with an environment and no other, as `envdir` does in a pod.
pub struct WalG(PathBuf);

impl WalG {
    /// WAL-G as this cluster's pods run it: `prefix` is "", `CLONE_` or `STANDBY_`.
    pub fn of(
        resource: &Postgresql,
        prefix: &str,
        instance: &Instance,
    ) -> Result<(Self, Environment), String> {
        let environment =
            spilo::wal_g(&pod(resource), prefix, Snapshot::Before4_1).ok_or("Spilo would not run WAL-G")?;
        let script = Self::with(&environment, &format!("wal-g-{}", prefix.to_ascii_lowercase()), instance)?;
        Ok((script, environment))
    }

    pub fn with(environment: &Environment, name: &str, instance: &Instance) -> Result<Self, String> {
        let path = instance.folder.join(name);
        let variables: String = environment
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .chain(instance.connection())
            .map(|(name, value)| format!("export {name}='{value}'\n"))
            .collect();
        let text = format!("#!/bin/sh\n{variables}exec {} \"$@\"\n", parts::get("wal-g").display());
        fs::write(&path, text).map_err(|error| error.to_string())?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
        Ok(Self(path))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = as_postgres(Path::new("timeout"));
        command.arg("60").arg(&self.0).args(arguments);
        command
    }

    pub fn archive_command(&self) -> String {
        format!("{} wal-push %p", self.0.display())
    }

    pub fn restore_command(&self) -> String {
        format!("{} wal-fetch %f %p", self.0.display())
    }
}

/// A new cluster that archives by its resource.
pub fn archiving(resource: &Postgresql, folder: PathBuf) -> Result<(Instance, WalG), String> {
    let instance = Instance::at(folder)?;
    instance.init()?;
    let (wal_g, _) = WalG::of(resource, "", &instance)?;
    start_archiving(&instance, &wal_g, &[])?;
    Ok((instance, wal_g))
}

pub fn start_archiving(instance: &Instance, wal_g: &WalG, more: &[(&str, &str)]) -> Result<(), String> {
    let command = wal_g.archive_command();
    let own = [
        ("archive_mode", "on"),
        ("archive_command", command.as_str()),
        ("track_commit_timestamp", "on"),
        ("wal_level", "replica"),
    ];
    instance.start(&own.iter().chain(more).copied().collect::<Vec<_>>())
}

pub fn base_backup(instance: &Instance, wal_g: &WalG) -> Result<(), String> {
    run(wal_g.command(&["backup-push"]).arg(instance.data())).map(|_| ())
}

/// Everything that has been written is in the archive.
pub fn archive_all(instance: &Instance) -> Result<(), String> {
    let last = instance.query("select pg_walfile_name(pg_switch_wal())")?;
    instance
        .wait(&format!("select coalesce(max(last_archived_wal), '') >= '{last}' from pg_stat_archiver"), "t")
}

/// As clone_with_wale.py: the first path with a backup before the time, fetched into the empty data directory.
pub fn fetch(environment: &Environment, instance: &Instance, time: Option<&str>) -> Result<WalG, String> {
    let second = |time: &str| time.replace(' ', "T")[..19].to_owned();
    for path in spilo::restore_paths(environment, instance.major()) {
        let mut environment = environment.clone();
        environment.insert("WALG_S3_PREFIX".to_owned(), path);
        let wal_g = WalG::with(&environment, "wal-g-clone", instance)?;
        let output = run(&mut wal_g.command(&["backup-list", "--json"]))?;
        let backups: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let before = |backup: &&Value| {
            let made = backup["time"].as_str().or(backup["modified"].as_str()).unwrap_or_default();
            time.is_none_or(|time| second(made) < second(time))
        };
        let Some(newest) = backups.iter().filter(before).max_by_key(|backup| backup["time"].to_string())
        else {
            continue;
        };
        let name = if time.is_none() { "LATEST" } else { newest["backup_name"].as_str().unwrap_or_default() };
        run(wal_g.command(&["backup-fetch"]).arg(instance.data()).arg(name))?;
        run(Command::new("chmod").arg("0700").arg(instance.data()))?;
        return Ok(wal_g);
    }
    Err("Could not find any backups".to_owned())
}

/// Restores by the rendered restore side, and archives on by the rendered archive side.
pub fn restored(resource: &Postgresql, folder: PathBuf) -> Result<Instance, String> {
    let instance = Instance::at(folder)?;
    let (_, clone) = WalG::of(resource, "CLONE_", &instance)?;
    let own = pod(resource);
    let wal_g = spilo::archives(&own).then(|| WalG::of(resource, "", &instance)).transpose()?;
    let wal_g = wal_g.map(|(wal_g, _)| wal_g);
    recover(
        &instance,
        &clone,
        own.get("CLONE_TARGET_TIME").map(String::as_str),
        !own.contains_key("CLONE_TARGET_INCLUSIVE"),
        wal_g.as_ref(),
    )?;
    // PostgreSQL goes on as it was started: inside the environment of the source.
    if let Some(wal_g) = wal_g {
        base_backup(&instance, &wal_g)?;
        archive_all(&instance)?;
    }
    Ok(instance)
}

/// As Patroni's bootstrap method does it (configure_spilo.py, `clone_with_wale`): all of it inside `envdir` of the source,
/// PostgreSQL included, which archives by `own` as soon as it is promoted.
pub fn recover(
    instance: &Instance,
    clone: &Environment,
    time: Option<&str>,
    inclusive: bool,
    own: Option<&WalG>,
) -> Result<(), String> {
    let wal_g = fetch(clone, instance, time)?;
    run(as_postgres(Path::new("touch")).arg(instance.data().join("recovery.signal")))?;
    let restore = wal_g.restore_command();
    let mut settings = vec![
        ("restore_command", restore.as_str()),
        ("recovery_target_action", "promote"),
        ("recovery_target_timeline", "latest"),
        ("track_commit_timestamp", "on"),
    ];
    settings.extend(time.map(|time| ("recovery_target_time", time)));
    if !inclusive {
        settings.push(("recovery_target_inclusive", "off"));
    }
    let archive = own.map(WalG::archive_command);
    if let Some(archive) = &archive {
        settings.extend([("archive_mode", "on"), ("archive_command", archive)]);
    }
    instance.start_in(clone, &settings)?;
    instance.wait("select pg_is_in_recovery()", "f")
}
