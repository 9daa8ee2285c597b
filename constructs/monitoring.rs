//! Monitoring of clusters: an exporter beside each PostgreSQL; targets, rules and dashboards for all of them.

pub mod alerts;
pub mod dashboards;
mod exporter;
mod expressions;
mod fleet;
mod members;
pub mod metrics;
mod monitored;
mod pooler;
mod role;
pub mod rules;
mod sentences;
pub(crate) mod state;
mod targets;

use indexmap::IndexMap;

use crate::base::{Problems, Scope, check_labels, construct};
use crate::crds::postgresql::PostgresqlSpec;
use crate::values::GoDuration;
use alerts::Severity;

pub(crate) use exporter::{ROLE, add as add_exporter};
pub(crate) use fleet::Fleet;
pub(crate) use monitored::Monitored;
pub(crate) use pooler::name as pooler_exporter;

construct! {
    /// Monitoring of a cluster. Turning it on restarts the cluster once, because the pods get a container more.
    ///
    /// ```
    /// use pgsynth_constructs::monitoring::{AlertSetting, Monitoring};
    /// let high = AlertSetting::default().threshold(0.7);
    /// let monitoring = Monitoring::default().alerts("PostgresVolumeHigh", high);
    /// ```
    ///
    /// ```yaml
    /// monitoring:
    ///   alerts:
    ///     PostgresVolumeHigh: {threshold: 0.7}
    ///     PostgresDeadlocks: {enabled: false}
    /// ```
    pub struct Monitoring {
        /// How often series are read; at most `2m`, because rules look at five minutes. Default: `30s`.
        [optional] interval: GoDuration,

        /// The database whose tables and statements are looked at. Default: the first of the cluster's `databases`.
        [optional] database: String,

        /// Alerts that are to be other than they are, by name. Default: all as they are.
        [map] alerts: IndexMap<String, AlertSetting>,

        /// Labels of every alert, for those who route them. Default: `cluster`, `team` and `severity`.
        [map] labels: IndexMap<String, String>,
    }
}

construct! {
    /// What is to be other about an alert.
    pub struct AlertSetting {
        /// Whether it is rendered. Default: true.
        [or yes "yes"] enabled: bool,

        /// The number that it compares with. Default: the catalogue's, as it stands in the rendered rules.
        [value] threshold: f64,

        /// How long it must hold. Default: the catalogue's.
        [optional] hold as "for": GoDuration,

        /// How bad it is. Default: the catalogue's.
        [optional] severity: Severity,
    }
}

fn yes() -> bool {
    true
}

construct! {
    /// What collects and shows the figures, for all clusters of an app.
    ///
    /// ```yaml
    /// monitoring:
    ///   labels: {release: kube-prometheus-stack}
    ///   prometheus: {namespace: monitoring, pods: {app.kubernetes.io/name: prometheus}}
    /// ```
    pub struct MonitoringStack {
        /// Whether the Prometheus Operator is there: PodMonitors and PrometheusRules, else ConfigMaps with a scrape
        /// configuration and rules for a Prometheus without the operator. Default: true.
        [or yes "yes"] prometheus_operator: bool,

        /// Labels by which the Prometheus Operator chooses PodMonitors and PrometheusRules. Default: none.
        [map] labels: IndexMap<String, String>,

        /// Whether kube-state-metrics gets a configuration for the status of `postgresql` resources, which it must be told to
        /// read (`--custom-resource-state-config-file`). Default: false.
        [flag] resource_status: bool,

        /// Prometheus' pods: only they reach the figures. Default: whoever may reach the pods.
        [optional] prometheus: Peer,

        /// Labels by which Grafana's sidecar finds dashboards. Default: `grafana_dashboard: "1"`.
        [or dashboard_labels "dashboard_labels"] dashboard_labels: IndexMap<String, String>,

        /// Folder of the dashboards in Grafana, by the annotation `grafana_folder`. Default: none.
        [optional] dashboard_folder: String,

        /// The label of series and alerts that carries the name of a cluster. Choose another one where a Thanos or Mimir of many
        /// Kubernetes clusters means those by `cluster`. Default: `cluster`.
        [or cluster_label "cluster_label"] cluster_label: String,

        /// Address below which each alert has a page of its name. Default: none; each alert says in a line what to do.
        [optional] runbooks: String,
    }
}

pub use crate::access::Peer;

fn dashboard_labels() -> IndexMap<String, String> {
    IndexMap::from([("grafana_dashboard".to_owned(), "1".to_owned())])
}

fn cluster_label() -> String {
    expressions::CLUSTER.to_owned()
}

/// Labels that pgsynth or Prometheus sets, and those that series and sentences know things by: another meaning of one would
/// take theirs away.
const TAKEN_LABELS: [&str; 43] = [
    "alertname",
    "alertstate",
    "application_name",
    "backend_type",
    "collector",
    "condition",
    "container",
    "cpu_limit",
    "cronjob",
    "database",
    "datid",
    "datname",
    "drill",
    "dumps",
    "endpoint",
    "instance",
    "instances",
    "iops",
    "job",
    "job_name",
    "kind",
    "logical_backup",
    "name",
    "namespace",
    "node",
    "part_of",
    "persistentvolumeclaim",
    "pod",
    "policy",
    "pooler",
    "reason",
    "resource",
    "restored",
    "scope",
    "severity",
    "slot_name",
    "state",
    "status",
    "synchronous",
    "team",
    "throughput",
    "timeline",
    "wal_status",
];

fn is_taken(label: &str) -> bool {
    TAKEN_LABELS.contains(&label)
}

/// How often series are read where nobody says it.
const INTERVAL: &str = "30s";

/// The longest interval at which a rate over five minutes has two values for certain.
const LONGEST_INTERVAL: u64 = 120;

impl MonitoringStack {
    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        check_labels(&self.labels, scope, "labels", problems);
        check_labels(&self.dashboard_labels, scope, "dashboardLabels", problems);
        let label = &self.cluster_label;
        if !is_label(label) || is_taken(label) {
            problems.invalid(
                scope.at("clusterLabel"),
                label,
                "expected a label of Prometheus that no series has, such as `postgres_cluster`: letters, digits and `_`",
            );
        }
    }
}

impl Monitoring {
    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { interval, database: _, alerts, labels } = self;
        if let Some(interval) =
            interval.as_ref().filter(|interval| !(5..=LONGEST_INTERVAL).contains(&interval.seconds()))
        {
            problems.invalid(
                scope.at("interval"),
                interval,
                "expected `5s` to `2m`: rules look back five minutes, and need two samples in that time",
            );
        }
        for (name, setting) in alerts {
            let here = scope.below(&format!("alerts.{name}"));
            let Some(alert) = alerts::find(name) else {
                problems.invalid(here.path(), name, alerts::unknown(name));
                continue;
            };
            match (setting.threshold, alert.threshold) {
                (Some(value), Some(threshold))
                    if !(threshold.lowest..=threshold.highest).contains(&value) =>
                {
                    problems.invalid(
                        here.at("threshold"),
                        value,
                        format!("expected {} to {}, {}", threshold.lowest, threshold.highest, threshold.unit),
                    );
                }
                (Some(_), None) => {
                    problems.forbidden(here.at("threshold"), format!("`{name}` has no threshold to set"));
                }
                _ => {}
            }
        }
        for name in labels.keys() {
            if !is_label(name) {
                problems.invalid(
                    scope.at("labels"),
                    name,
                    "Prometheus takes letters, digits and `_`, not beginning with a digit or `__`",
                );
            } else if is_taken(name) {
                problems.forbidden(
                    scope.at(&format!("labels.{name}")),
                    "pgsynth, Prometheus or an exporter sets it",
                );
            }
        }
    }

    /// The database whose tables and statements are looked at.
    fn database_of(&self, spec: &PostgresqlSpec) -> String {
        let plain = spec.databases.iter().flat_map(|map| map.keys()).next();
        let prepared = spec.prepared_databases.iter().flat_map(|map| map.keys()).next();
        let first = self.database.as_ref().or(plain).or(prepared);
        first.cloned().unwrap_or_else(|| "postgres".to_owned())
    }

    fn interval_text(&self) -> &str {
        self.interval.as_ref().map_or(INTERVAL, GoDuration::as_str)
    }
}

/// Whether Prometheus takes it as the name of a label.
fn is_label(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && !name.starts_with("__") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
