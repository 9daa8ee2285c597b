//! High availability, scheduling and upgrades.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::windows::minutes;
use crate::behaviour::{image, settings};
use crate::crds::Bounded;
use crate::crds::postgresql::Patroni;
use crate::crds::scheduling::{NodeSelectorTerm, Requirement};
use crate::values::GoDuration;

pub(super) const RULES: &[Rule] = &[
    rule!(Warning "T47" "single-instance", ClusterUnder(one_instance)),
    rule!(Error "T48" "strict-without-replicas", Cluster(strict_without_replicas)),
    rule!(Warning "T49" "too-many-synchronous", Cluster(too_many_synchronous)),
    rule!(Warning "T50" "patroni-timing", Cluster(patroni_timing)),
    rule!(Warning "T51" "nothing-keeps-apart", ClusterUnder(nothing_keeps_apart)),
    rule!(Error "T53" "spread-without-selector", Cluster(spread_without_selector)),
    rule!(Warning "tied-to-one-node", Cluster(tied_to_one_node)),
    rule!(Warning "lag-in-bytes", Cluster(lag_in_bytes)),
    rule!(Warning "slot-keeps-wal", Cluster(slot_keeps_wal)),
    rule!(Warning "T54" "readiness-label-dropped", ClusterUnder(readiness_label_dropped)),
    rule!(Warning "T58" "instances-overridden", ClusterUnder(instances_overridden)),
    rule!(Warning "T61" "disruption-budget-too-small", ClusterUnder(disruption_budget_too_small)),
    rule!(Warning "T62" "major-upgrade-off", ClusterUnder(upgrades_off)),
    rule!(Error "T63" "image-without-major", ClusterUnder(image_without_major)),
    rule!(Warning "major-past-its-end", Cluster(past_its_end)),
    rule!(Error "T64" "unreadable-maintenance-window", Cluster(unreadable_window)),
    rule!(Warning "T65" "short-maintenance-window", ClusterUnder(short_window)),
];

fn patroni(cluster: &ClusterEvidence) -> Patroni {
    cluster.spec().patroni.clone().unwrap_or_default()
}

fn one_instance(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let budget = operator.kubernetes().and_then(|section| section.enable_pod_disruption_budget);
    if cluster.instances() == 1 && budget == Some(true) {
        report
            .risky(
                "numberOfInstances",
                "nothing takes over when the only instance's node fails, and draining that node restarts the instance",
            )
            .value(1);
    }
}

/// Pods that may run on one node and on no other.
fn tied_to_one_node(cluster: &ClusterEvidence, report: &mut Report) {
    let required = cluster.spec().node_affinity.as_ref().and_then(|affinity| affinity.required.as_ref());
    let terms = required.map(|selector| selector.node_selector_terms.as_slice()).unwrap_or_default();
    let nodes = |term: &NodeSelectorTerm| {
        let by_name = |of: &&Requirement| {
            of.operator == "In" && matches!(of.key.as_str(), "kubernetes.io/hostname" | "metadata.name")
        };
        let all = term.match_expressions.iter().chain(&term.match_fields).flatten();
        all.filter(by_name).filter_map(|of| of.values.clone()).min_by_key(Vec::len)
    };
    let mut named = std::collections::BTreeSet::new();
    for term in terms {
        match nodes(term) {
            Some(nodes) => named.extend(nodes),
            None => return,
        }
    }
    if named.len() == 1 {
        let message = "the pods run on this node and on no other: it cannot be drained, and nothing takes over when it fails";
        report
            .risky("nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution", message)
            .value(named.into_iter().next().unwrap_or_default())
            .help("name a label that several nodes have, or prefer the node instead");
    }
}

fn strict_without_replicas(cluster: &ClusterEvidence, report: &mut Report) {
    if patroni(cluster).synchronous_mode_strict != Some(true) {
        return;
    }
    const FIELD: &str = "patroni.synchronous_mode_strict";
    match cluster.instances() {
        1 => {
            report.forbidden(
                FIELD,
                "with one instance every commit waits forever; strict mode needs at least 3 instances",
            );
        }
        2 => {
            report
                .forbidden(FIELD, "with two instances one failure stops all writes; strict mode needs at least 3 instances")
                .help(
                    "raise `instances` to 3, or leave `strict` out: commits then wait only while a replica exists",
                )
                .native("raise `numberOfInstances` to 3, or leave `synchronous_mode_strict` out: commits then wait only while a replica exists");
        }
        _ => {}
    }
}

fn too_many_synchronous(cluster: &ClusterEvidence, report: &mut Report) {
    if let Some(count) = patroni(cluster).synchronous_node_count
        && cluster.instances() > 0
        && count >= cluster.instances()
    {
        report
            .ineffective(
                "patroni.synchronous_node_count",
                format!("the number of replicas to wait for is {}", cluster.instances() - 1),
            )
            .value(count);
    }
}

fn patroni_timing(cluster: &ClusterEvidence, report: &mut Report) {
    let Patroni { ttl, loop_wait, retry_timeout, .. } = patroni(cluster);
    if ttl.is_none() && loop_wait.is_none() && retry_timeout.is_none() {
        return;
    }
    let [ttl, loop_wait, retry_timeout] =
        [ttl.unwrap_or(30), loop_wait.unwrap_or(10), retry_timeout.unwrap_or(10)].map(i64::from);
    if ttl < 20 || loop_wait < 1 || retry_timeout < 3 || ttl < loop_wait + 2 * retry_timeout {
        report
            .ineffective("patroni.ttl", format!("Patroni silently changes it: it must be at least 20 and at least loopWait {loop_wait} + 2 x retryTimeout {retry_timeout}, with loopWait at least 1 and retryTimeout at least 3"))
            .value(ttl);
    }
}

fn nothing_keeps_apart(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let affinity = operator.kubernetes().and_then(|section| section.enable_pod_antiaffinity);
    let spread = cluster.spec().topology_spread_constraints.as_ref();
    let spread = spread.is_some_and(|constraints| !constraints.is_empty());
    if cluster.instances() > 1 && affinity != Some(true) && !spread {
        report.risky(
            "topologySpreadConstraints",
            "nothing keeps the instances apart: all may run on one node, and fail with it",
        );
    }
}

fn spread_without_selector(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, constraint) in cluster.spec().topology_spread_constraints.iter().flatten().enumerate() {
        if constraint.label_selector.is_none() {
            report
                .required(
                    format!("topologySpreadConstraints.{index}"),
                    "`labelSelector`; the operator adds none, and without one nothing is spread",
                )
                .help("write the constraint under `spread.constraints`, where the selector is filled in")
                .native("add `labelSelector: {matchLabels: {cluster-name: <cluster>}}`");
        }
    }
}

fn readiness_label_dropped(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(kubernetes) = operator.kubernetes() else { return };
    let required = cluster.spec().node_affinity.as_ref().is_some_and(|affinity| affinity.required.is_some());
    let labels = kubernetes.node_readiness_label.as_ref().is_some_and(|labels| !labels.is_empty());
    if required && labels && kubernetes.node_readiness_label_merge.is_none() {
        report.risky("nodeAffinity", "the operator drops `node_readiness_label` for a cluster with a node affinity, unless `node_readiness_label_merge` is set");
    }
}

/// A bound that was meant in megabytes, or that any load is beyond.
fn lag_in_bytes(cluster: &ClusterEvidence, report: &mut Report) {
    if let Some(lag) = patroni(cluster).maximum_lag_on_failover.filter(|lag| (0..1 << 20).contains(lag)) {
        report
            .risky("patroni.maximum_lag_on_failover", "it is counted in bytes: a replica that is behind by less than one WAL segment may not take over, and mostly none may")
            .value(lag)
            .help("leave it out for 32 MiB, or write it in bytes");
    }
}

/// A physical slot that stays when nobody reads from it, without a bound for the WAL that it keeps.
fn slot_keeps_wal(cluster: &ClusterEvidence, report: &mut Report) {
    let bounded = settings::parameter(cluster.spec(), "max_slot_wal_keep_size")
        .is_some_and(|value| !value.starts_with('-'));
    if bounded {
        return;
    }
    for (name, slot) in patroni(cluster).slots.iter().flatten() {
        if slot.get("type").is_none_or(|kind| kind == "physical") {
            report
                .risky(format!("patroni.slots.{name}"), "while nobody reads from the slot, PostgreSQL keeps all WAL for it, until the volume is full")
                .help("bound it with the parameter `max_slot_wal_keep_size`");
        }
    }
}

fn instances_overridden(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let configuration = &operator.configuration;
    let bound =
        |bound: Option<Bounded<-1, { i32::MAX }>>| bound.map(Bounded::get).filter(|bound| *bound >= 0);
    let instances = cluster.instances();
    let annotations = cluster.resource.metadata.annotations.as_ref();
    let lifted = configuration.ignore_instance_limits_annotation_key.as_ref().is_some_and(|key| {
        annotations.and_then(|annotations| annotations.get(key)).is_some_and(|value| value == "true")
    });
    if lifted || instances == 0 || cluster.spec().standby.is_some() {
        return;
    }
    let low = bound(configuration.min_instances).filter(|least| instances < *least);
    let high = bound(configuration.max_instances).filter(|most| instances > *most);
    for (setting, bound) in [("min_instances", low), ("max_instances", high)] {
        if let Some(bound) = bound {
            report
                .ineffective(
                    "numberOfInstances",
                    format!("the operator sets it to {bound}, because of its `{setting}`"),
                )
                .value(instances);
        }
    }
}

fn disruption_budget_too_small(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let selector = operator.kubernetes().and_then(|section| section.pdb_master_label_selector);
    let Patroni { synchronous_mode_strict, synchronous_node_count, .. } = patroni(cluster);
    if selector == Some(false) && synchronous_mode_strict == Some(true) && synchronous_node_count.is_none() {
        report
            .risky("patroni.synchronous_mode_strict", "the PodDisruptionBudget keeps 1 pod instead of 2")
            .help("set `synchronousReplicas` explicitly")
            .native("set `synchronous_node_count` explicitly");
    }
}

fn upgrades_off(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(upgrade) = &operator.configuration.major_version_upgrade else { return };
    let off = upgrade.major_version_upgrade_mode.as_ref().is_some_and(|mode| mode.as_str() == "off");
    let team = cluster.spec().team_id.as_deref().unwrap_or_default();
    let allowed =
        upgrade.major_version_upgrade_team_allow_list.iter().flatten().any(|allowed| allowed == team);
    if off && !allowed {
        report.risky("postgresql.version", "raising it later restarts the pods and upgrades nothing: the operator's `major_version_upgrade_mode` is `off`");
    }
}

fn image_without_major(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let image = operator.image(cluster.spec());
    if let (Some(newest), Some(wanted)) = (image::newest_major(image), settings::major(cluster.spec()))
        && wanted > newest
    {
        report.invalid(
            "postgresql.version",
            wanted,
            format!("image `{image}` has majors up to {newest}; Spilo starts its own default instead"),
        );
    }
}

fn unreadable_window(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, window) in cluster.spec().maintenance_windows.iter().flatten().enumerate() {
        if let Err(rule) = minutes(window.as_str()) {
            report.invalid(
                format!("maintenanceWindows.{index}"),
                window,
                format!("{rule}; the operator then ignores the whole cluster"),
            );
        }
    }
}

fn short_window(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let period = operator.configuration.resync_period.as_deref();
    let period = period.and_then(|period| period.parse::<GoDuration>().ok());
    let Some(least) = period.map(|period| period.seconds() / 60 * 2) else { return };
    for (index, window) in cluster.spec().maintenance_windows.iter().flatten().enumerate() {
        if let Ok(length) = minutes(window.as_str())
            && u64::from(length) + 1 < least
        {
            report
                .risky(format!("maintenanceWindows.{index}"), format!("it lasts {length} minutes; the operator looks every {} minutes, and is sure to hit only a window of at least {least}; windows are in UTC", least / 2))
                .value(window);
        }
    }
}

/// Majors that get no more fixes, and since when.
const ENDED: [(u32, &str); 1] = [(14, "12 November 2026")];

fn past_its_end(cluster: &ClusterEvidence, report: &mut Report) {
    let major = settings::major(cluster.spec());
    if let Some((major, day)) = ENDED.iter().find(|(ended, _)| Some(*ended) == major) {
        report
            .risky(
                "postgresql.version",
                format!("PostgreSQL {major} reached its end on {day}: no fault in it is mended any more"),
            )
            .value(major)
            .help("write a later major; the operator upgrades in place");
    }
}
