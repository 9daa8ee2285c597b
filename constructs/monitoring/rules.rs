//! Recording and alerting rules of one cluster.

use indexmap::IndexMap;
use serde::Serialize;

use super::alerts::{Alert, GROUPS};
use super::selectors::Selectors;

/// A group of rules, as Prometheus reads it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// Unique in its object.
    pub name: String,
    /// Its rules, evaluated one after the other.
    pub rules: Vec<Rule>,
}

/// A rule: a series that is recorded, or an alert.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Name of the recorded series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Name of the alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// What is asked.
    pub expr: String,
    /// How long it must hold.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// Labels of what comes of it.
    pub labels: IndexMap<String, String>,
    /// Words for people.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub annotations: IndexMap<String, String>,
}

/// Recorded series: name, and what is asked. Names with a dot of time say over how long.
const RECORDS: &[(&str, &str)] = &[
    (
        "pgsynth:connections:ratio",
        "sum by (namespace, pod) (pg_stat_database_numbackends{$S}) / on (namespace, pod) (pg_settings_max_connections{$S} - on (namespace, pod) pg_settings_superuser_reserved_connections{$S})",
    ),
    ("pgsynth:database_size_bytes:max", "max by (namespace, datname) (pg_database_size_bytes{$S,$D})"),
    (
        "pgsynth:transactions:rate5m",
        "sum by (namespace, pod, datname) (rate(pg_stat_database_xact_commit{$S,$D}[5m]) + rate(pg_stat_database_xact_rollback{$S,$D}[5m]))",
    ),
    (
        "pgsynth:transaction_active_seconds:mean5m",
        "sum by (namespace, pod, datname) (rate(pg_stat_database_active_time_seconds_total{$S,$D}[5m])) / on (namespace, pod, datname) (pgsynth:transactions:rate5m{$R} > 0)",
    ),
    (
        "pgsynth:wal_position_bytes:max",
        r#"max by (namespace, scope) ({__name__=~"patroni_xlog_(location|replayed_location)",$S})"#,
    ),
    ("pgsynth:wal_bytes:rate5m", "sum by (namespace) (rate(pg_stat_wal_wal_bytes{$S}[5m]))"),
    (
        "pgsynth:replication_lag_bytes",
        "clamp_min(max by (namespace, scope) (patroni_xlog_location{$S} > 0) - on (namespace, scope) group_right () (patroni_xlog_replayed_location{$S} and on (namespace, pod) patroni_replica{$S} == 1), 0)",
    ),
    (
        "pgsynth:replication_lag_seconds",
        "(clamp_min(time() - (patroni_xlog_replayed_timestamp{$S} > 0), 0) and on (namespace, pod) pgsynth:replication_lag_bytes{$R} > 0) or on (namespace, pod) (pgsynth:replication_lag_bytes{$R} == 0)",
    ),
    (
        "pgsynth:cpu_usage_cores:rate5m",
        r#"sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{$S,container="postgres"}[5m]))"#,
    ),
    (
        "pgsynth:memory_working_set_bytes",
        r#"sum by (namespace, pod) (container_memory_working_set_bytes{$S,container="postgres"})"#,
    ),
    (
        "pgsynth:disk_reads:rate5m",
        r#"sum by (namespace, pod) (rate(container_fs_reads_total{$S,container="postgres"}[5m]))"#,
    ),
    (
        "pgsynth:disk_writes:rate5m",
        r#"sum by (namespace, pod) (rate(container_fs_writes_total{$S,container="postgres"}[5m]))"#,
    ),
    (
        "pgsynth:disk_read_bytes:rate5m",
        r#"sum by (namespace, pod) (rate(container_fs_reads_bytes_total{$S,container="postgres"}[5m]))"#,
    ),
    (
        "pgsynth:disk_write_bytes:rate5m",
        r#"sum by (namespace, pod) (rate(container_fs_writes_bytes_total{$S,container="postgres"}[5m]))"#,
    ),
    (
        "pgsynth:volume_used:ratio",
        "1 - max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{$V}) / max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{$V})",
    ),
];

/// Recorded series of a cluster with a backup; `$rpo` is what may be lost.
const ARCHIVE_RECORDS: &[(&str, &str)] = &[
    (
        "pgsynth:rpo_exposure_seconds:max",
        "max by (namespace) (pgsynth_archiver_exposure_seconds{$S} and on (namespace, pod) pg_replication_is_replica{$S} == 0)",
    ),
    ("pgsynth:rpo_compliant:bool", "pgsynth:rpo_exposure_seconds:max{$R} <= bool $rpo"),
    (
        "pgsynth:base_backup_age_seconds",
        r#"time() - max by (namespace) (max_over_time(pgsynth_basebackup_stop_timestamp_seconds{$S,kind="archive"}[$oldest]))"#,
    ),
];

/// What the rules of one cluster depend on.
pub(crate) struct Facts<'a> {
    pub(crate) selectors: Selectors,
    pub(crate) team: &'a str,
    /// What may be lost, and how far back base backups are looked for, in seconds.
    pub(crate) archive: Option<(u64, u64)>,
    pub(crate) labels: &'a IndexMap<String, String>,
    pub(crate) runbooks: Option<&'a str>,
}

/// An alert as it is rendered for a cluster.
pub(crate) struct Wanted {
    pub(crate) alert: &'static Alert,
    pub(crate) threshold: Option<f64>,
    pub(crate) hold: String,
    pub(crate) severity: &'static str,
}

/// The groups of a cluster: recorded series first, then the wanted alerts in their groups.
pub(crate) fn groups(facts: &Facts, wanted: &[Wanted]) -> Vec<Group> {
    let Facts { selectors, team, archive, labels, runbooks } = facts;
    let of_cluster = |more: &[(&str, &str)]| -> IndexMap<String, String> {
        let own = [("cluster", selectors.cluster.as_str()), ("team", team)];
        own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let record = |(name, expr): &(&str, &str)| {
        let (rpo, oldest) = archive.unwrap_or_default();
        let expr = expr
            .replace("$rpo", &rpo.to_string())
            .replace("$oldest", &format!("{}s", oldest.max(8 * 86_400)));
        Rule {
            record: Some((*name).to_owned()),
            alert: None,
            expr: selectors.fill(&expr),
            hold: None,
            labels: of_cluster(&[]),
            annotations: IndexMap::new(),
        }
    };
    let archived = if archive.is_some() { ARCHIVE_RECORDS } else { &[] };
    let mut groups = vec![Group {
        name: format!("{}-records", selectors.cluster),
        rules: RECORDS.iter().chain(archived).map(record).collect(),
    }];
    for (group, alerts) in GROUPS {
        let of_group =
            wanted.iter().filter(|wanted| alerts.iter().any(|alert| alert.name == wanted.alert.name));
        let rules: Vec<_> = of_group
            .map(|Wanted { alert, threshold, hold, severity }| {
                let mut all = (*labels).clone();
                all.extend(of_cluster(&[("severity", severity)]));
                let mut annotations = IndexMap::from([
                    (
                        "summary".to_owned(),
                        format!("{}: {}/{}", alert.summary(), selectors.namespace, selectors.cluster),
                    ),
                    (
                        "description".to_owned(),
                        "{{ with $labels.pod }}{{ . }}: {{ end }}{{ $value | humanize }}".to_owned(),
                    ),
                    ("runbook".to_owned(), alert.runbook.to_owned()),
                ]);
                if let Some(base) = runbooks {
                    let slash = if base.ends_with(['/', '#']) { "" } else { "/" };
                    let url = format!("{base}{slash}{}", alert.name);
                    annotations.insert("runbook_url".to_owned(), url);
                }
                Rule {
                    record: None,
                    alert: Some(alert.name.to_owned()),
                    expr: alert.expression(selectors, *threshold),
                    hold: (hold != "0m").then(|| hold.clone()),
                    labels: all,
                    annotations,
                }
            })
            .collect();
        if !rules.is_empty() {
            groups.push(Group { name: format!("{}-{group}", selectors.cluster), rules });
        }
    }
    groups
}
