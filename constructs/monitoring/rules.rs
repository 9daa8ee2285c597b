//! Recording and alerting rules: one set for all clusters of an app.

use indexmap::IndexMap;
use serde::Serialize;

use super::MonitoringStack;
use super::alerts::{Alert, GROUPS, Severity, When};
use super::expressions::{Expressions, INFO};
use super::members::{Member, excepted, objective_of};
use super::sentences::{Objective, template};

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
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub labels: IndexMap<String, String>,
    /// Words for people.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub annotations: IndexMap<String, String>,
}

/// Recorded series: name, and what is asked. Names with a dot of time say over how long.
const RECORDS: &[(&str, &str)] = &[
    (
        "pgsynth:connections:ratio",
        "sum by (namespace, cluster, pod) (pg_stat_database_numbackends{$S}) / on (namespace, cluster, pod) (pg_settings_max_connections{$S} - on (namespace, cluster, pod) pg_settings_superuser_reserved_connections{$S})",
    ),
    (
        "pgsynth:database_size_bytes:max",
        "max by (namespace, cluster, datname) (pg_database_size_bytes{$S,$D})",
    ),
    (
        "pgsynth:transactions:rate5m",
        "sum by (namespace, cluster, pod, datname) (rate(pg_stat_database_xact_commit{$S,$D}[5m]) + rate(pg_stat_database_xact_rollback{$S,$D}[5m]))",
    ),
    (
        "pgsynth:transaction_active_seconds:mean5m",
        "sum by (namespace, cluster, pod, datname) (rate(pg_stat_database_active_time_seconds_total{$S,$D}[5m])) / on (namespace, cluster, pod, datname) (pgsynth:transactions:rate5m > 0)",
    ),
    (
        "pgsynth:wal_position_bytes:max",
        r#"max by (namespace, cluster) ({__name__=~"patroni_xlog_(location|replayed_location)",$S})"#,
    ),
    ("pgsynth:wal_bytes:rate5m", "sum by (namespace, cluster) (rate(pg_stat_wal_wal_bytes{$S}[5m]))"),
    (
        "pgsynth:replication_lag_bytes",
        "clamp_min(max by (namespace, cluster) (patroni_xlog_location{$S} > 0) - on (namespace, cluster) group_right () (patroni_xlog_replayed_location{$S} and on (namespace, cluster, pod) patroni_replica{$S} == 1), 0)",
    ),
    (
        "pgsynth:replication_lag_seconds",
        "(clamp_min(time() - (patroni_xlog_replayed_timestamp{$S} > 0), 0) and on (namespace, cluster, pod) pgsynth:replication_lag_bytes > 0) or on (namespace, cluster, pod) (pgsynth:replication_lag_bytes == 0)",
    ),
    (
        "pgsynth:cpu_usage_cores:rate5m",
        r#"sum by (namespace, cluster, pod) (label_replace(rate(container_cpu_usage_seconds_total{container="postgres"}[5m]), $pod))"#,
    ),
    (
        "pgsynth:memory_working_set_bytes",
        r#"sum by (namespace, cluster, pod) (label_replace(container_memory_working_set_bytes{container="postgres"}, $pod))"#,
    ),
    (
        "pgsynth:disk_reads:rate5m",
        r#"sum by (namespace, cluster, pod) (label_replace(rate(container_fs_reads_total{container="postgres"}[5m]), $pod))"#,
    ),
    (
        "pgsynth:disk_writes:rate5m",
        r#"sum by (namespace, cluster, pod) (label_replace(rate(container_fs_writes_total{container="postgres"}[5m]), $pod))"#,
    ),
    (
        "pgsynth:disk_read_bytes:rate5m",
        r#"sum by (namespace, cluster, pod) (label_replace(rate(container_fs_reads_bytes_total{container="postgres"}[5m]), $pod))"#,
    ),
    (
        "pgsynth:disk_write_bytes:rate5m",
        r#"sum by (namespace, cluster, pod) (label_replace(rate(container_fs_writes_bytes_total{container="postgres"}[5m]), $pod))"#,
    ),
    (
        "pgsynth:volume_used:ratio",
        "label_replace(1 - max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{$V}) / max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{$V}), $claim)",
    ),
];

/// Recorded series of clusters with a backup.
const ARCHIVE_RECORDS: &[(&str, &str)] = &[
    (
        "pgsynth:rpo_exposure_seconds:max",
        "max by (namespace, cluster) (pgsynth_archiver_exposure_seconds{$S} and on (namespace, cluster, pod) pg_replication_is_replica{$S} == 0)",
    ),
    (
        "pgsynth:rpo_compliant:bool",
        "pgsynth:rpo_exposure_seconds:max <= bool on (namespace, cluster) group_left () $rpo",
    ),
    (
        "pgsynth:base_backup_age_seconds",
        r#"time() - max by (namespace, cluster) (max_over_time(pgsynth_basebackup_stop_timestamp_seconds{$S,kind="archive"}[$oldest]))"#,
    ),
];

impl Rule {
    pub(super) fn record(name: &str, expr: String, labels: IndexMap<String, String>) -> Self {
        Self {
            record: Some(name.to_owned()),
            alert: None,
            expr,
            hold: None,
            labels,
            annotations: IndexMap::new(),
        }
    }
}

/// `maximum_lag_on_failover` of Spilo, in bytes.
const MAXIMUM_LAG: f64 = 33_554_432.0;

/// What the rules of an app depend on.
pub(super) struct Set<'a> {
    pub(super) members: &'a [Member<'a>],
    pub(super) stack: &'a MonitoringStack,
    pub(super) of: Expressions<'a>,
}

/// What clusters compare with: a number where it is the same for all, else a series of each.
enum Compared {
    Number(f64),
    Series(String),
}

impl Set<'_> {
    /// The groups of all clusters: recorded series first, then the alerts in their groups. What no cluster has is left out.
    pub(super) fn groups(&self) -> Vec<Group> {
        let record = |when: When| {
            move |(name, expr): &(&str, &str)| {
                Rule::record(name, self.of.of_app(expr, &self.of.matchers(when, None)), IndexMap::new())
            }
        };
        let mut records: Vec<_> = RECORDS.iter().map(record(When::Always)).collect();
        if self.members.iter().any(|member| member.has(When::Archive)) {
            records.extend(ARCHIVE_RECORDS.iter().map(record(When::Archive)));
        }
        let mut groups = vec![Group { name: "records".to_owned(), rules: records }];
        for (group, alerts) in GROUPS {
            let rules: Vec<_> = alerts.iter().flat_map(|alert| self.rules(alert)).collect();
            if !rules.is_empty() {
                groups.push(Group { name: (*group).to_owned(), rules });
            }
        }
        groups
    }

    /// The rule of an alert for all clusters that have what it is about, and one for each that wants another wait or severity.
    fn rules(&self, alert: &Alert) -> Vec<Rule> {
        if alert.when == When::Status && !self.stack.resource_status {
            return vec![];
        }
        let concerned = || self.members.iter().filter(|member| member.has(alert.when));
        let compared = self.compared(alert);
        let mut rules = vec![];
        if concerned().any(|member| !excepted(member, alert)) {
            let mut expr = self.expression(alert, &compared, None);
            if concerned().any(|member| excepted(member, alert)) {
                let exception = self.of.series("exception", alert.name);
                expr += &format!(" unless on (namespace, {}) {exception}", self.of.label);
            }
            rules.push(self.rule(alert, &compared, expr, alert.hold, alert.severity));
        }
        for member in concerned() {
            if let Some((hold, severity)) = member.apart(alert) {
                let expr = self.expression(alert, &compared, Some((member.namespace, member.name)));
                let mut rule = self.rule(alert, &compared, expr, &hold, severity);
                // What its series say as well; without it two rules of one name look alike.
                rule.labels.insert("namespace".to_owned(), member.namespace.to_owned());
                rule.labels.insert(self.of.label.to_owned(), member.name.to_owned());
                rules.push(rule);
            }
        }
        rules
    }

    /// What an alert compares with, of the one cluster that `$R` chooses.
    pub(super) fn objective(&self, alert: &Alert) -> Option<String> {
        Some(match self.compared(alert)? {
            Compared::Number(number) => format!("vector({number})"),
            Compared::Series(series) => {
                format!("max(({series}) and on (namespace, {}) {INFO}{{$R}})", self.of.label)
            }
        })
    }

    fn compared(&self, alert: &Alert) -> Option<Compared> {
        let label = self.of.label;
        let all = |number: f64| self.of.each(&self.of.matchers(When::Always, None), number);
        let or = |one: String, other: String| format!("{one} or on (namespace, {label}) {other}");
        let objective = |name: &str| self.of.series("objective", name);
        let compared = match objective_of(alert.threshold?.default) {
            Ok(number) => Compared::Number(number),
            Err(("maximum_lag", _)) if !self.members.iter().any(Member::says_lag) => {
                Compared::Number(MAXIMUM_LAG)
            }
            Err((name @ "maximum_lag", _)) => Compared::Series(or(objective(name), all(MAXIMUM_LAG))),
            Err((name, 1.0)) => Compared::Series(objective(name)),
            Err((name, part)) => Compared::Series(format!("{part} * {}", objective(name))),
        };
        let own = |member: &Member| member.settings.get(alert.name).is_some_and(|of| of.threshold.is_some());
        if !self.members.iter().any(own) {
            return Some(compared);
        }
        let rest = match compared {
            Compared::Number(number) => all(number),
            Compared::Series(series) => series,
        };
        Some(Compared::Series(or(objective(alert.name), rest)))
    }

    fn expression(&self, alert: &Alert, compared: &Option<Compared>, one: Option<(&str, &str)>) -> String {
        let expr = self.of.of_app(alert.expr, &self.of.matchers(alert.when, one));
        match compared {
            None => expr,
            Some(Compared::Number(number)) => expr.replace("$t", &number.to_string()),
            Some(Compared::Series(series)) => {
                let matched = format!("on (namespace, {}) group_left () ({series})", self.of.label);
                expr.replace("$t", &matched)
            }
        }
    }

    fn rule(
        &self,
        alert: &Alert,
        compared: &Option<Compared>,
        expr: String,
        hold: &str,
        severity: Severity,
    ) -> Rule {
        let label = self.of.label;
        let objective = compared.as_ref().map(|compared| match compared {
            Compared::Number(number) => Objective::Constant(*number),
            // Of the one cluster, whose namespace and name the template fills in.
            Compared::Series(series) => Objective::Query(format!(
                r#"({series}) and on (namespace, {label}) {INFO}{{namespace="%s",{label}="%s"}}"#
            )),
        });
        let mut annotations = IndexMap::from([
            (
                "summary".to_owned(),
                format!("{}: {{{{ $labels.namespace }}}}/{{{{ $labels.{label} }}}}", alert.summary()),
            ),
            ("description".to_owned(), template(alert.says, label, objective.as_ref())),
            ("runbook".to_owned(), alert.runbook.to_owned()),
        ]);
        if let Some(base) = &self.stack.runbooks {
            let slash = if base.ends_with(['/', '#']) { "" } else { "/" };
            annotations.insert("runbook_url".to_owned(), format!("{base}{slash}{}", alert.name));
        }
        Rule {
            record: None,
            alert: Some(alert.name.to_owned()),
            expr,
            hold: (hold != "0m").then(|| hold.to_owned()),
            labels: [("severity".to_owned(), severity.as_str().to_owned())].into(),
            annotations,
        }
    }
}
