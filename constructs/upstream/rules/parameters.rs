//! PostgreSQL's settings: names and values, whose they are, and how they fit the memory.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::parameters::Setting;
use crate::behaviour::parameters::owners::{Fate, fate, unsafe_value};
use crate::behaviour::settings::{is_off, limits, major, parameter};
use crate::values::MEANT;

pub(super) const RULES: &[Rule] = &[
    rule!(Error "unknown-parameter", Cluster(unknown)),
    rule!(Error "invalid-parameter", Cluster(invalid)),
    rule!(Error "parameter-of-others", Cluster(of_others)),
    rule!(Warning "unsafe-parameter", Cluster(risky)),
    rule!(Error "buffers-above-memory", Cluster(buffers_above_memory)),
    rule!(Warning "memory-promised-twice", Cluster(promised_twice)),
    rule!(Error "logical-slot-without-wal", Cluster(logical_slot)),
    rule!(Warning "slots-not-synchronized", Cluster(slot_synchronization)),
];

fn parameters<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let settings = cluster.spec().postgresql.as_ref().and_then(|settings| settings.parameters.as_ref());
    settings.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn at(name: &str) -> String {
    format!("postgresql.parameters.{name}")
}

/// Settings of extensions have a dot and are theirs: nobody can say whether they exist.
fn of_extension(name: &str) -> bool {
    name.contains('.')
}

fn unknown(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(major) = major(cluster.spec()) else { return };
    for (name, value) in parameters(cluster) {
        let word = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(&byte))
        };
        if name.split('.').count() > 2 || !name.split('.').all(word) {
            report.invalid(
                at(name),
                name,
                "PostgreSQL reads no such name: no later change is loaded, and the next start fails",
            );
        } else if of_extension(name) {
        } else if let Some(setting) = Setting::of(major, name) {
            if setting.context == "internal" {
                report.ineffective(at(name), "PostgreSQL shows it and does not let it be set").value(value);
            }
        } else if fate(major, name, value) == Fate::Works {
            let why = match Setting::elsewhere(name) {
                Some((first, _)) if first > major => {
                    format!("PostgreSQL {major} does not have it; it came with {first}")
                }
                Some((_, last)) => {
                    format!("PostgreSQL {major} does not have it; {last} was the last that did")
                }
                None => format!("PostgreSQL {major} does not have it, and Patroni leaves it out"),
            };
            let meant = Setting::meant(major, name).map(|meant| format!("{MEANT}`{meant}`?"));
            report.unknown(at(name), name, why + &meant.unwrap_or_default());
        }
    }
}

fn invalid(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(major) = major(cluster.spec()) else { return };
    for (name, value) in parameters(cluster) {
        let setting = Setting::of(major, name).filter(|setting| setting.context != "internal");
        if let Some(flaw) = setting.and_then(|setting| setting.flaw(value))
            && fate(major, name, value) == Fate::Works
        {
            report.invalid(
                at(name),
                value,
                format!("Patroni leaves it out, or PostgreSQL does not start; {flaw}"),
            );
        }
    }
}

fn of_others(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(major) = major(cluster.spec()) else { return };
    for (name, value) in parameters(cluster) {
        let problem = match fate(major, name, value) {
            Fate::Works => continue,
            Fate::Replaced(by) => report.ineffective(at(name), by).value(value),
            Fate::Breaks(what) => report.forbidden(at(name), what).value(value),
        };
        match name.to_ascii_lowercase().as_str() {
            "ssl_cert_file" | "ssl_key_file" | "ssl_ca_file" => {
                problem
                    .help("write `tls: {secret: <name>}`: the operator mounts the certificate, and Spilo loads a new one")
                    .native("write `tls: {secretName: <name>}`: the operator mounts the certificate, and Spilo loads a new one");
            }
            "restore_command"
            | "recovery_target"
            | "recovery_target_time"
            | "recovery_target_lsn"
            | "recovery_target_name"
            | "recovery_target_xid" => {
                problem
                    .help("write `restore: {..., at: <time>}` of the cluster")
                    .native("write `clone.timestamp`");
            }
            "wal_keep_segments" => {
                let segments = value.parse::<u64>().unwrap_or(8);
                problem.help(format!("write `wal_keep_size: {}MB`", segments.saturating_mul(16)));
            }
            "primary_conninfo" => {
                problem.help("write `standby` of the cluster").native("write `spec.standby`");
            }
            _ => {}
        }
    }
}

fn risky(cluster: &ClusterEvidence, report: &mut Report) {
    for (name, value) in parameters(cluster) {
        if let Some(what) = unsafe_value(name, value) {
            report.risky(at(name), what).value(value);
        }
    }
    let env = cluster.spec().env.iter().flat_map(|list| list.iter()).enumerate();
    for (index, variable) in env.filter(|(_, variable)| variable.name == "ALLOW_NOSSL") {
        if variable.value.as_ref().is_some_and(|value| !value.is_empty()) {
            report
                .risky(
                    format!("env.{index}"),
                    "Spilo lets clients in without TLS: passwords and data cross the network in the clear",
                )
                .value("ALLOW_NOSSL");
        }
    }
}

const GIBIBYTE: f64 = 1_073_741_824.0;

/// The memory limit, in bytes.
fn memory(cluster: &ClusterEvidence) -> Option<f64> {
    let bytes = limits(cluster.spec())?.memory.as_ref()?.bytes()?;
    (bytes > 0).then_some(bytes as f64)
}

/// A setting of the cluster as a number, sizes in bytes.
pub(super) fn number(cluster: &ClusterEvidence, name: &str) -> Option<f64> {
    let value = parameter(cluster.spec(), name)?;
    Setting::of(major(cluster.spec())?, name)?.number(value)
}

fn shown(bytes: f64) -> String {
    match bytes >= GIBIBYTE {
        true => format!("{:.1} GiB", bytes / GIBIBYTE),
        false => format!("{:.0} MiB", bytes / 1_048_576.0),
    }
}

fn buffers_above_memory(cluster: &ClusterEvidence, report: &mut Report) {
    const NAME: &str = "shared_buffers";
    let (Some(buffers), Some(limit)) = (number(cluster, NAME), memory(cluster)) else { return };
    if buffers >= limit {
        report
            .invalid(
                at(NAME),
                parameter(cluster.spec(), NAME).unwrap_or_default(),
                format!("it is not below the memory limit, {}: PostgreSQL does not start, or is killed again and again", shown(limit)),
            )
            .help(format!("write at most a quarter of the memory, `{}MB`", (limit / 4.0 / 1_048_576.0) as u64));
    }
}

/// What a connection takes before it sorts or hashes anything.
const CONNECTION: f64 = 2.0 * 1_048_576.0;

fn promised_twice(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(limit) = memory(cluster) else { return };
    // Where nothing is said, Spilo takes a fifth of the memory, and as many connections as fit.
    let buffers = number(cluster, "shared_buffers").unwrap_or(limit / 5.0);
    let spilos = (limit / 30_000_000.0).clamp(100.0, 1000.0);
    let connections = number(cluster, "max_connections").unwrap_or(spilos);
    let own = number(cluster, "work_mem");
    let work = own.unwrap_or(4.0 * 1_048_576.0);
    let wanted = buffers + connections * (CONNECTION + work);
    let said = ["shared_buffers", "max_connections", "work_mem"];
    let Some(name) = said.iter().rev().find(|name| parameter(cluster.spec(), name).is_some()) else { return };
    if buffers < limit && wanted > limit {
        report
            .risky(
                at(name),
                format!(
                    "{} of shared buffers and {connections:.0} connections with {} of work memory come to {}, and the limit is {}: the kernel kills PostgreSQL when they are used",
                    shown(buffers),
                    shown(work),
                    shown(wanted),
                    shown(limit)
                ),
            )
            .value(parameter(cluster.spec(), name).unwrap_or_default())
            .help("raise the memory, or let a pooler hold the connections");
    }
}

fn slots<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = &'a String> {
    let slots = cluster.spec().patroni.as_ref().and_then(|patroni| patroni.slots.as_ref());
    let logical =
        |slot: &&indexmap::IndexMap<String, String>| slot.get("type").is_some_and(|kind| kind == "logical");
    slots.into_iter().flatten().filter(move |(_, slot)| logical(slot)).map(|(name, _)| name)
}

fn is_logical(cluster: &ClusterEvidence) -> bool {
    parameter(cluster.spec(), "wal_level").is_some_and(|level| level.eq_ignore_ascii_case("logical"))
        || cluster.spec().streams.as_ref().is_some_and(|streams| !streams.is_empty())
}

fn logical_slot(cluster: &ClusterEvidence, report: &mut Report) {
    for name in slots(cluster).filter(|_| !is_logical(cluster)) {
        report
            .required(format!("patroni.slots.{name}"), "`wal_level: logical`: without it PostgreSQL makes no logical slot, and Patroni tries for ever")
            .help("add `wal_level: logical` to `parameters`; the cluster restarts once");
    }
}

fn slot_synchronization(cluster: &ClusterEvidence, report: &mut Report) {
    const NAME: &str = "sync_replication_slots";
    let on = |name: &str| parameter(cluster.spec(), name).is_some_and(|value| !is_off(value));
    if !on(NAME) || Setting::of(major(cluster.spec()).unwrap_or(0), NAME).is_none() {
        return;
    }
    if !is_logical(cluster) {
        report
            .ineffective(at(NAME), "it needs `wal_level: logical`; no slot is synchronized without")
            .value("on");
    }
    if !on("hot_standby_feedback") {
        report
            .ineffective(at(NAME), "it needs `hot_standby_feedback: on`; no slot is synchronized without")
            .value("on");
    }
    for name in slots(cluster) {
        report
            .risky(format!("patroni.slots.{name}"), "Patroni copies this slot to the replicas, and PostgreSQL synchronizes those with `failover` as well: whichever comes second finds the name taken")
            .help("leave one of the two out: the slot here, or `sync_replication_slots`");
    }
}
