//! What the rules of an app know of its clusters, as series: which there are, and what holds for them and not for all.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::alerts::{Alert, GROUPS, Initial, Severity, When};
use super::expressions::{APP, Expressions, INFO};
use super::rules::{Group, Rule};
use super::{AlertSetting, Monitored};
use crate::backup_policy::{Drill, Dumps};
use crate::base::OperatorFacts;
use crate::crds::Bounded;
use crate::values::Schedule;
use pgsynth_upstream::behaviour::names;

/// Clusters of one object: kubectl keeps a copy of an object in an annotation, which holds 256 KiB.
const OF_ONE_OBJECT: usize = 500;

/// A cluster as the rules of its app know it.
pub(crate) struct Member<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) interval: &'a str,
    /// Labels of [`INFO`] beside its namespace and name.
    pub(super) features: IndexMap<&'static str, String>,
    /// Labels of its alerts.
    pub(super) labels: &'a IndexMap<String, String>,
    /// What is to be other about its alerts.
    pub(super) settings: &'a IndexMap<String, AlertSetting>,
    /// Numbers that follow from the cluster, by the name of the objective and what they depend on.
    numbers: Vec<(&'static str, &'static str, f64)>,
    pub(super) oldest: Option<u64>,
}

impl When {
    /// The label of [`INFO`] that says that a cluster has this, with its matcher; nothing where all have it.
    pub(super) fn feature(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Always | Self::Status => None,
            Self::Archive => Some(("policy", r#"!="""#)),
            Self::Dumps => Some(("logical_backup", r#"!="""#)),
            Self::Restored => Some(("restored", r#"="yes""#)),
            Self::Drill => Some(("drill", r#"!="""#)),
            Self::PolicyDumps => Some(("dumps", r#"!="""#)),
            Self::Replicas => Some(("instances", r#"!~"0|1""#)),
            Self::Synchronous => Some(("synchronous", r#"="yes""#)),
            Self::Pooler => Some(("pooler", r#"="yes""#)),
            Self::CpuLimit => Some(("cpu_limit", r#"="yes""#)),
            Self::Iops => Some(("iops", r#"!="""#)),
            Self::Throughput => Some(("throughput", r#"!="""#)),
        }
    }
}

impl<'a> Member<'a> {
    pub(super) fn of(cluster: &Monitored<'a>, operator: &OperatorFacts) -> Self {
        let (spec, facts) = (cluster.spec, cluster.facts);
        let volume = spec.volume.as_ref();
        let iops = volume.and_then(|volume| volume.iops).map(Bounded::get);
        let throughput = volume.and_then(|volume| volume.throughput).map(Bounded::get);
        let patroni = spec.patroni.as_ref();
        let cpu = spec.resources.as_ref().and_then(|of| of.limits.as_ref()?.cpu.as_ref());
        let backup = facts.backup.as_ref().filter(|_| !facts.standby);
        let instances = spec.number_of_instances.map_or(0, Bounded::get);
        let yes = |it: bool| it.then(|| "yes".to_owned());
        let dumps = (spec.enable_logical_backup == Some(true))
            .then(|| names::logical_backup(cluster.name, operator.configuration.logical_backup.as_ref()));
        let features = [
            ("team", Some(cluster.team.to_owned())),
            ("instances", Some(instances.to_string())),
            ("policy", backup.map(|backup| backup.policy.clone())),
            ("pooler", yes(facts.poolers.primary)),
            ("synchronous", yes(patroni.and_then(|patroni| patroni.synchronous_mode) == Some(true))),
            ("cpu_limit", yes(cpu.is_some())),
            ("iops", iops.map(|iops| iops.to_string())),
            ("throughput", throughput.map(|throughput| throughput.to_string())),
            ("restored", yes(cluster.restored_to.is_some())),
            ("drill", cluster.drill.map(|_| Drill::job(cluster.name))),
            ("dumps", cluster.dumps.map(|_| Dumps::job(cluster.name))),
            ("logical_backup", dumps),
        ];
        let mut numbers = vec![("instances", "instances", f64::from(instances))];
        numbers.extend(iops.map(|iops| ("iops", "iops", f64::from(iops))));
        numbers.extend(throughput.map(|throughput| ("throughput", "throughput", f64::from(throughput))));
        if let Some(backup) = backup {
            numbers.push(("rpo", "policy", backup.rpo as f64));
            numbers.push(("base_backup_age", "policy", (backup.numbers.longest_gap + 6 * 3600) as f64));
        }
        numbers.extend(cluster.drill.map(|drill| ("drill_age", "policy", twice_the_gap(&drill.schedule))));
        numbers.extend(cluster.dumps.map(|dumps| ("dump_age", "policy", twice_the_gap(&dumps.schedule))));
        let lag = patroni.and_then(|patroni| patroni.maximum_lag_on_failover);
        numbers.extend(lag.map(|lag| ("maximum_lag", "", lag as f64)));
        Self {
            namespace: &facts.namespace,
            name: cluster.name,
            interval: cluster.monitoring.interval_text(),
            features: features
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
                .collect(),
            labels: &cluster.monitoring.labels,
            settings: &cluster.monitoring.alerts,
            numbers,
            oldest: backup.map(|backup| 2 * backup.numbers.longest_gap),
        }
    }

    /// Whether it has what an alert is about.
    pub(super) fn has(&self, when: When) -> bool {
        match when.feature() {
            None => true,
            Some(("instances", _)) => !matches!(self.features["instances"].as_str(), "0" | "1"),
            Some((name, _)) => self.features.contains_key(name),
        }
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.numbers.iter().find(|(number, ..)| *number == name).map(|(.., value)| *value)
    }

    /// Whether it sets the lag up to which Patroni fails over.
    pub(super) fn says_lag(&self) -> bool {
        self.number("maximum_lag").is_some()
    }

    /// What is to be other about an alert, and is a rule of its own then.
    pub(super) fn apart(&self, alert: &Alert) -> Option<(String, Severity)> {
        let setting = self.settings.get(alert.name).filter(|setting| setting.enabled)?;
        let hold = setting.hold.as_ref().map_or_else(|| alert.hold.to_owned(), ToString::to_string);
        let severity = setting.severity.unwrap_or(alert.severity);
        (hold != alert.hold || severity != alert.severity).then_some((hold, severity))
    }
}

/// Seconds: twice the longest time between two runs, and a day.
fn twice_the_gap(schedule: &Schedule) -> f64 {
    let longest = schedule.gaps().map_or(10_080, |(longest, _)| longest);
    (2 * longest * 60 + 86_400) as f64
}

/// The objective that a threshold is where nobody sets another, with what it is multiplied by.
pub(super) fn objective_of(initial: Initial) -> Result<f64, (&'static str, f64)> {
    match initial {
        Initial::Value(value) => Ok(value),
        Initial::Instances => Err(("instances", 1.0)),
        Initial::MaximumLag => Err(("maximum_lag", 1.0)),
        Initial::Rpo => Err(("rpo", 1.0)),
        Initial::RpoAtRisk => Err(("rpo", 0.8)),
        Initial::BackupAge => Err(("base_backup_age", 1.0)),
        Initial::DrillAge => Err(("drill_age", 1.0)),
        Initial::DumpAge => Err(("dump_age", 1.0)),
    }
}

/// A series of each cluster, in as many pieces as objects need.
pub(super) fn info(members: &[Member], of: &Expressions) -> Vec<Group> {
    let rule = |member: &Member| {
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut labels = member.labels.clone();
        labels.extend([
            named("namespace", member.namespace),
            named(of.label, member.name),
            named(APP, of.app),
        ]);
        labels.extend(member.features.iter().map(|(name, value)| named(name, value)));
        Rule::record(INFO, "vector(1)".to_owned(), labels)
    };
    let chunks = members.chunks(OF_ONE_OBJECT);
    chunks
        .map(|chunk| Group { name: "clusters".to_owned(), rules: chunk.iter().map(rule).collect() })
        .collect()
}

/// Objectives and exceptions: one rule a name, however many clusters there are.
pub(super) fn objectives(members: &[Member], of: &Expressions) -> Group {
    let mut rules = vec![];
    let mut names: Vec<_> =
        members.iter().flat_map(|member| &member.numbers).map(|(name, by, _)| (*name, *by)).collect();
    names.sort_unstable();
    names.dedup();
    for (name, by) in names {
        let terms = match by {
            "" => by_cluster(members, |member| member.number(name), of),
            by => by_feature(members, by, |member| member.number(name), of),
        };
        rules.push(named("pgsynth:objective", name, terms, of));
    }
    for alert in GROUPS.iter().flat_map(|(_, alerts)| *alerts) {
        let threshold =
            |member: &Member| member.settings.get(alert.name).and_then(|setting| setting.threshold);
        let terms = by_cluster(members, threshold, of);
        if !terms.is_empty() {
            rules.push(named("pgsynth:objective", alert.name, terms, of));
        }
    }
    for alert in GROUPS.iter().flat_map(|(_, alerts)| *alerts) {
        let terms = by_cluster(members, |member| excepted(member, alert).then_some(1.0), of);
        if !terms.is_empty() {
            rules.push(named("pgsynth:exception", alert.name, terms, of));
        }
    }
    Group { name: "objectives".to_owned(), rules }
}

/// Whether the rule of all does not hold for a cluster: it is switched off, or has a rule of its own.
pub(super) fn excepted(member: &Member, alert: &Alert) -> bool {
    let off = member.settings.get(alert.name).is_some_and(|setting| !setting.enabled);
    off || member.apart(alert).is_some()
}

fn named(record: &str, name: &str, terms: Vec<String>, of: &Expressions) -> Rule {
    let labels = [("name", name), (APP, of.app)].map(|(name, value)| (name.to_owned(), value.to_owned()));
    Rule::record(record, terms.join(" or "), labels.into())
}

/// One term a value of a label: all clusters with that value have the same number.
fn by_feature(
    members: &[Member],
    feature: &'static str,
    number: impl Fn(&Member) -> Option<f64>,
    of: &Expressions,
) -> Vec<String> {
    let mut values = BTreeMap::new();
    for member in members {
        if let (Some(value), Some(number)) = (member.features.get(feature), number(member)) {
            values.insert(value, number);
        }
    }
    let term = |(value, number): (&String, f64)| {
        of.each(&format!(r#"{},{feature}="{value}""#, of.matchers(When::Always, None)), number)
    };
    values.into_iter().map(term).collect()
}

/// One term a namespace and number, with the names of the clusters.
fn by_cluster(members: &[Member], number: impl Fn(&Member) -> Option<f64>, of: &Expressions) -> Vec<String> {
    let mut groups: Vec<((&str, f64), Vec<&str>)> = vec![];
    for member in members {
        let Some(number) = number(member) else { continue };
        let key = (member.namespace, number);
        match groups.iter_mut().find(|(of, _)| *of == key) {
            Some((_, names)) => names.push(member.name),
            None => groups.push((key, vec![member.name])),
        }
    }
    let term = |((namespace, number), names): ((&str, f64), Vec<&str>)| {
        let operator = if names.len() == 1 { "=" } else { "=~" };
        let matchers = format!(
            r#"{},namespace="{namespace}",{}{operator}"{}""#,
            of.matchers(When::Always, None),
            of.label,
            names.join("|")
        );
        of.each(&matchers, number)
    };
    groups.into_iter().map(term).collect()
}
