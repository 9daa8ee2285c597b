//! Monitoring of a cluster: an exporter beside PostgreSQL, targets, rules and a dashboard.

pub mod alerts;
pub mod dashboards;
mod exporter;
pub mod metrics;
mod pooler;
mod role;
pub mod rules;
mod selectors;
pub(crate) mod state;
mod targets;

use indexmap::IndexMap;

use crate::backup_policy::{Drill, Dumps};
use crate::base::{ClusterFacts, Object, Problems, Scope, Stage, construct};
use crate::crds::postgresql::PostgresqlSpec;
use crate::values::{GoDuration, Schedule};
use alerts::{Alert, GROUPS, Initial, Severity, When};
use pgsynth_upstream::behaviour::settings;
use rules::Wanted;
use selectors::Selectors;

pub(crate) use exporter::{ROLE, add as add_exporter};

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

        /// Address below which each alert has a page of its name. Default: none; each alert says in a line what to do.
        [optional] runbooks: String,
    }
}

pub use crate::access::Peer;
use crate::access::Reach;

fn dashboard_labels() -> IndexMap<String, String> {
    IndexMap::from([("grafana_dashboard".to_owned(), "1".to_owned())])
}

/// Labels of alerts that pgsynth or Prometheus sets.
const OWN_LABELS: [&str; 5] = ["alertname", "cluster", "team", "severity", "namespace"];

/// The longest interval at which a rate over five minutes has two values for certain.
const LONGEST_INTERVAL: u64 = 120;

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
            } else if OWN_LABELS.contains(&name.as_str()) {
                problems.forbidden(scope.at(&format!("labels.{name}")), "pgsynth or Prometheus sets it");
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
        self.interval.as_ref().map_or("30s", GoDuration::as_str)
    }

    /// The alerts that are rendered for a cluster, with their numbers.
    fn wanted(&self, cluster: &Monitored) -> Vec<Wanted> {
        let mut wanted = vec![];
        for alert in GROUPS.iter().flat_map(|(_, alerts)| *alerts).filter(|alert| cluster.wants(alert)) {
            let setting = self.alerts.get(alert.name).cloned().unwrap_or_default();
            if !setting.enabled {
                continue;
            }
            let threshold = alert
                .threshold
                .map(|threshold| setting.threshold.unwrap_or_else(|| cluster.initial(threshold.default)));
            wanted.push(Wanted {
                alert,
                threshold,
                hold: setting.hold.map_or_else(|| alert.hold.to_owned(), |hold| hold.to_string()),
                severity: setting.severity.unwrap_or(alert.severity).as_str(),
            });
        }
        wanted
    }
}

/// Seconds: twice the longest time between two runs, and a day.
fn twice_the_gap(schedule: Option<&Schedule>) -> f64 {
    let longest = schedule.and_then(Schedule::gaps).map_or(10_080, |(longest, _)| longest);
    (2 * longest * 60 + 86_400) as f64
}

/// Whether Prometheus takes it as the name of a label.
fn is_label(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && !name.starts_with("__") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A cluster as its monitoring sees it.
pub(crate) struct Monitored<'a> {
    pub(crate) monitoring: &'a Monitoring,
    pub(crate) stack: &'a MonitoringStack,
    pub(crate) name: &'a str,
    pub(crate) team: &'a str,
    pub(crate) facts: &'a ClusterFacts,
    pub(crate) spec: &'a PostgresqlSpec,
    pub(crate) image: &'a str,
    /// The time to which the cluster was restored.
    pub(crate) restored_to: Option<String>,
    /// The policy's drill, where the cluster takes part.
    pub(crate) drill: Option<&'a Drill>,
    /// The policy's dumps, in the same way.
    pub(crate) dumps: Option<&'a Dumps>,
    /// Who uses the database, where that is said.
    pub(crate) access: Option<&'a [Peer]>,
}

impl Monitored<'_> {
    fn reach(&self) -> Reach<'_> {
        Reach {
            facts: self.facts,
            spec: self.spec,
            clients: self.access,
            monitored: true,
            prometheus: self.stack.prometheus.as_ref(),
        }
    }

    fn major(&self) -> u32 {
        settings::major(self.spec).unwrap_or(0)
    }

    fn instances(&self) -> i32 {
        self.spec.number_of_instances.map_or(0, crate::crds::Bounded::get)
    }

    fn provisioned(&self) -> (Option<i32>, Option<i32>) {
        let volume = self.spec.volume.as_ref();
        (
            volume.and_then(|volume| volume.iops).map(crate::crds::Bounded::get),
            volume.and_then(|volume| volume.throughput).map(crate::crds::Bounded::get),
        )
    }

    fn database(&self) -> String {
        self.monitoring.database_of(self.spec)
    }

    fn wants(&self, alert: &Alert) -> bool {
        let synchronous =
            self.spec.patroni.as_ref().and_then(|patroni| patroni.synchronous_mode) == Some(true);
        let cpu = self.spec.resources.as_ref().and_then(|resources| resources.limits.as_ref()?.cpu.as_ref());
        match alert.when {
            When::Always => true,
            When::Archive => self.facts.backup.is_some() && !self.facts.standby,
            When::Dumps => self.spec.enable_logical_backup == Some(true),
            When::Restored => self.restored_to.is_some(),
            When::Drill => self.drill.is_some(),
            When::PolicyDumps => self.dumps.is_some(),
            When::Status => self.stack.resource_status,
            When::Replicas => self.instances() > 1,
            When::Synchronous => synchronous,
            When::Pooler => self.facts.poolers.primary,
            When::CpuLimit => cpu.is_some(),
            When::Iops => self.provisioned().0.is_some(),
            When::Throughput => self.provisioned().1.is_some(),
        }
    }

    fn initial(&self, threshold: Initial) -> f64 {
        let backup = self.facts.backup.as_ref();
        let lag = self.spec.patroni.as_ref().and_then(|patroni| patroni.maximum_lag_on_failover);
        match threshold {
            Initial::Value(value) => value,
            Initial::Instances => f64::from(self.instances()),
            Initial::MaximumLag => lag.map_or(33_554_432.0, |lag| lag as f64),
            Initial::Rpo => backup.map_or(300.0, |backup| backup.rpo as f64),
            Initial::RpoAtRisk => backup.map_or(240.0, |backup| (backup.rpo * 4 / 5) as f64),
            Initial::DrillAge => twice_the_gap(self.drill.map(|drill| &drill.schedule)),
            Initial::DumpAge => twice_the_gap(self.dumps.map(|dumps| &dumps.schedule)),
            Initial::BackupAge => {
                backup.map_or(108_000.0, |backup| (backup.numbers.longest_gap + 6 * 3600) as f64)
            }
        }
    }

    pub(crate) fn groups(&self, scope: &Scope) -> Vec<rules::Group> {
        let kubernetes = scope.operator().configuration.logical_backup.as_ref();
        let dumps = kubernetes.and_then(|section| section.logical_backup_job_prefix.clone());
        let (iops, throughput) = self.provisioned();
        let archive = self.facts.backup.as_ref().filter(|_| !self.facts.standby);
        let facts = rules::Facts {
            selectors: Selectors {
                namespace: self.facts.namespace.clone(),
                cluster: self.name.to_owned(),
                dumps: dumps.unwrap_or_else(|| "logical-backup-".to_owned()),
                provisioned: (iops.unwrap_or(0), throughput.unwrap_or(0)),
            },
            team: self.team,
            archive: archive.map(|backup| (backup.rpo, 2 * backup.numbers.longest_gap)),
            labels: &self.monitoring.labels,
            runbooks: self.stack.runbooks.as_deref(),
        };
        rules::groups(&facts, &self.monitoring.wanted(self))
    }

    /// Everything but what stands in the resource itself.
    pub(crate) fn objects(&self, scope: &Scope) -> Vec<Object> {
        let mut objects = vec![exporter::queries(self, scope)];
        objects.extend(role::job(self, scope));
        objects.extend(pooler::objects(self, scope));
        objects.extend(targets::objects(self, scope));
        // Where the cluster says who its clients are, its own policy has the figures as well.
        if self.access.is_none() && self.stack.prometheus.is_some() {
            let name = format!("{}-figures", self.name);
            objects.extend(self.reach().policies(&name, Stage::Monitoring, scope));
        }
        objects.push(dashboards::of_cluster(self, scope));
        objects
    }
}
