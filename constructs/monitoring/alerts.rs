//! The alerts: what each asks, how long it waits, and when it is rendered. Expressions ran against real series or were
//! proven with synthetic ones; each has a fixture that makes it fire and one that does not (tests/monitoring).
//!
//! An expression speaks of all clusters. In it `$S` selects targets of clusters and their poolers, `$V` data volumes, `$A` the
//! clusters of the app that have what the alert is about, `$D` databases that are no templates, and `$t` is the threshold.
//! `label_replace(.., $pod)`, `$claim` and `$job` find the cluster or the CronJob in a name, `$drill`, `$dumps` and `$logical` are
//! the CronJobs of clusters.

mod availability;
mod backup;
mod connections;
mod meta;
mod performance;
mod pooler;
mod replication;
mod resources;
mod storage;
mod wal;

use crate::values::{choices, one_of};

choices!(
    /// How bad it is.
    Severity, "severity", {
        /// Somebody must look now.
        Critical = "critical",
        /// Somebody must look soon.
        Warning = "warning",
        /// Worth knowing.
        Info = "info",
    }
);

/// Where the series of an alert come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// postgres_exporter's own collectors.
    Exporter,
    /// pgsynth's queries, run by postgres_exporter.
    Queries,
    /// Patroni.
    Patroni,
    /// pgbouncer_exporter.
    PgBouncer,
    /// kube-state-metrics.
    KubeStateMetrics,
    /// The kubelet's figures of volumes.
    Kubelet,
    /// The kubelet's figures of containers.
    Cadvisor,
}

/// When an alert is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// For every cluster.
    Always,
    /// With a backup.
    Archive,
    /// With dumps of the operator's.
    Dumps,
    /// After a restore to a time.
    Restored,
    /// With a drill.
    Drill,
    /// With dumps of the policy's.
    PolicyDumps,
    /// With the status of resources as a series.
    Status,
    /// With more than one instance.
    Replicas,
    /// With synchronous replication.
    Synchronous,
    /// With a pooler.
    Pooler,
    /// With a limit of cores.
    CpuLimit,
    /// With provisioned operations of the volume.
    Iops,
    /// With provisioned throughput of the volume.
    Throughput,
}

/// The number that an alert compares with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// What it is where nobody says another.
    pub default: Initial,
    /// The least that makes sense.
    pub lowest: f64,
    /// The most that makes sense.
    pub highest: f64,
    /// Its unit, in words.
    pub unit: &'static str,
}

/// A threshold that nobody has set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// This number.
    Value(f64),
    /// The instances of the cluster.
    Instances,
    /// The lag up to which Patroni fails over.
    MaximumLag,
    /// The policy's `rpo`.
    Rpo,
    /// Four fifths of it.
    RpoAtRisk,
    /// The longest time between two base backups of the schedule, and six hours.
    BackupAge,
    /// Twice the longest time between two drills of the schedule, and a day.
    DrillAge,
    /// The same of two dumps.
    DumpAge,
}

/// One alert.
#[derive(Clone, Copy, Debug)]
pub struct Alert {
    /// Its name.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How long it must hold before it fires.
    pub hold: &'static str,
    /// Where its series come from.
    pub source: Source,
    /// What it asks.
    pub expr: &'static str,
    /// What it says to people; `{pod}` is a label, `{value:%}` and `{objective:s}` numbers in their unit.
    pub says: &'static str,
    /// What it compares with, where that is a matter of taste.
    pub threshold: Option<Threshold>,
    /// When it is rendered.
    pub when: When,
    /// What to do.
    pub runbook: &'static str,
}

/// Groups of alerts, in their order.
pub const GROUPS: &[(&str, &[Alert])] = &[
    ("availability", availability::ALERTS),
    ("connections", connections::ALERTS),
    ("pooler", pooler::ALERTS),
    ("performance", performance::ALERTS),
    ("replication", replication::ALERTS),
    ("wal", wal::ALERTS),
    ("backup", backup::ALERTS),
    ("storage", storage::ALERTS),
    ("resources", resources::ALERTS),
    ("meta", meta::ALERTS),
];

/// An alert by its name.
pub(super) fn find(name: &str) -> Option<&'static Alert> {
    GROUPS.iter().flat_map(|(_, alerts)| *alerts).find(|alert| alert.name == name)
}

/// The rule that a name breaks which is no alert's.
pub(super) fn unknown(name: &str) -> String {
    let known: Vec<_> = GROUPS.iter().flat_map(|(_, alerts)| *alerts).map(|alert| alert.name).collect();
    format!("no alert has this name; {}", one_of(name, &known))
}

impl Alert {
    /// The name in words: `PostgresRpoViolated` is `Postgres rpo violated`.
    pub(super) fn summary(&self) -> String {
        let mut words = String::new();
        for letter in self.name.chars() {
            if letter.is_ascii_uppercase() && !words.is_empty() {
                words.push(' ');
                words.push(letter.to_ascii_lowercase());
            } else {
                words.push(letter);
            }
        }
        words
    }
}
