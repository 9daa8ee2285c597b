//! High availability, scheduling and upgrades.

use super::{Check, ClusterView, Found};
use crate::crds::Bounded;
use crate::crds::postgresql::Patroni;

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T47", Check::Cluster(one_instance)),
    ("T48", Check::Cluster(strict_without_replicas)),
    ("T49", Check::Cluster(more_synchronous_than_replicas)),
    ("T50", Check::Cluster(patroni_timing)),
    ("T51", Check::Cluster(nothing_keeps_apart)),
    ("T53", Check::Cluster(spread_without_selector)),
    ("T54", Check::Cluster(readiness_label_dropped)),
    ("T56", Check::Cluster(no_readiness_probe)),
    ("T58", Check::Cluster(instances_overridden)),
    ("T61", Check::Cluster(disruption_budget_too_small)),
    ("T62", Check::Cluster(upgrades_off)),
    ("T63", Check::Cluster(image_without_major)),
    ("T64", Check::Cluster(unreadable_window)),
    ("T65", Check::Cluster(short_window)),
];

fn patroni(view: &ClusterView) -> Patroni {
    view.resource.spec.patroni.clone().unwrap_or_default()
}

fn one_instance(view: &ClusterView, found: &mut Found) {
    let budget = view
        .operator
        .configuration
        .kubernetes
        .as_ref()
        .and_then(|section| section.enable_pod_disruption_budget);
    if view.instances() == 1 && budget == Some(true) {
        found.at(
            "numberOfInstances",
            "one instance: nobody takes over when its node fails, and draining the node restarts it",
        );
    }
}

fn strict_without_replicas(view: &ClusterView, found: &mut Found) {
    let strict = patroni(view).synchronous_mode_strict == Some(true);
    match view.instances() {
        1 if strict => found.at(
            "patroni.synchronous_mode_strict",
            "forbidden: with one instance a commit waits for ever; it needs at least 3",
        ),
        2 if strict => found.with_fix(
            "patroni.synchronous_mode_strict",
            "forbidden: with two instances one failure stops all writing; it needs at least 3",
            "raise `instances` to 3, or leave `strict` out: commits then wait while a replica is there",
        ),
        _ => {}
    }
}

fn more_synchronous_than_replicas(view: &ClusterView, found: &mut Found) {
    if let Some(count) = patroni(view).synchronous_node_count
        && view.instances() > 0
        && count >= view.instances()
    {
        found.at(
            "patroni.synchronous_node_count",
            format!("`{count}` replicas are waited for, and there are {}", view.instances() - 1),
        );
    }
}

fn patroni_timing(view: &ClusterView, found: &mut Found) {
    let Patroni { ttl, loop_wait, retry_timeout, .. } = patroni(view);
    if ttl.is_none() && loop_wait.is_none() && retry_timeout.is_none() {
        return;
    }
    let (ttl, loop_wait, retry_timeout) =
        (ttl.unwrap_or(30), loop_wait.unwrap_or(10), retry_timeout.unwrap_or(10));
    if ttl < 20 || loop_wait < 1 || retry_timeout < 3 || ttl < loop_wait + 2 * retry_timeout {
        found.at(
            "patroni.ttl",
            format!("Patroni changes these in silence: ttl {ttl} must be at least 20 and at least loopWait {loop_wait} + 2 x retryTimeout {retry_timeout}, loopWait at least 1, retryTimeout at least 3"),
        );
    }
}

fn nothing_keeps_apart(view: &ClusterView, found: &mut Found) {
    let affinity =
        view.operator.configuration.kubernetes.as_ref().and_then(|section| section.enable_pod_antiaffinity);
    let spread = view
        .resource
        .spec
        .topology_spread_constraints
        .as_ref()
        .is_some_and(|constraints| !constraints.is_empty());
    if view.instances() > 1 && affinity != Some(true) && !spread {
        found.at(
            "topologySpreadConstraints",
            "nothing keeps the instances apart: all may run on one node, and fail with it",
        );
    }
}

fn spread_without_selector(view: &ClusterView, found: &mut Found) {
    for (index, constraint) in view.resource.spec.topology_spread_constraints.iter().flatten().enumerate() {
        if constraint.label_selector.is_none() {
            found.with_fix(
                &format!("topologySpreadConstraints.{index}"),
                "required: `labelSelector`; the operator adds none, and without one nothing is spread",
                "write the constraint under `spread.constraints`, where the selector is filled in",
            );
        }
    }
}

fn readiness_label_dropped(view: &ClusterView, found: &mut Found) {
    let Some(kubernetes) = &view.operator.configuration.kubernetes else { return };
    let required =
        view.resource.spec.node_affinity.as_ref().is_some_and(|affinity| affinity.required.is_some());
    let labels = kubernetes.node_readiness_label.as_ref().is_some_and(|labels| !labels.is_empty());
    if required && labels && kubernetes.node_readiness_label_merge.is_none() {
        found.at("nodeAffinity", "the operator drops its `node_readiness_label` where a cluster has a node affinity, unless `node_readiness_label_merge` is set");
    }
}

fn no_readiness_probe(view: &ClusterView, found: &mut Found) {
    let probe =
        view.operator.configuration.kubernetes.as_ref().and_then(|section| section.enable_readiness_probe);
    if probe != Some(true) && view.instances() > 0 {
        found.at("numberOfInstances", "the operator asks no pod whether it is ready (`enable_readiness_probe`): Services lead to instances that take no connections");
    }
}

fn instances_overridden(view: &ClusterView, found: &mut Found) {
    let configuration = &view.operator.configuration;
    let bound =
        |bound: Option<Bounded<-1, { i32::MAX }>>| bound.map(Bounded::get).filter(|bound| *bound >= 0);
    let instances = view.instances();
    let lifted = configuration.ignore_instance_limits_annotation_key.as_ref().is_some_and(|key| {
        view.resource
            .metadata
            .annotations
            .as_ref()
            .and_then(|annotations| annotations.get(key))
            .is_some_and(|value| value == "true")
    });
    if lifted || instances == 0 || view.resource.spec.standby.is_some() {
        return;
    }
    if let Some(least) = bound(configuration.min_instances).filter(|least| instances < *least) {
        found.at(
            "numberOfInstances",
            format!("the operator makes {least} of `{instances}`, by its `min_instances`"),
        );
    }
    if let Some(most) = bound(configuration.max_instances).filter(|most| instances > *most) {
        found.at(
            "numberOfInstances",
            format!("the operator makes {most} of `{instances}`, by its `max_instances`"),
        );
    }
}

fn disruption_budget_too_small(view: &ClusterView, found: &mut Found) {
    let selector =
        view.operator.configuration.kubernetes.as_ref().and_then(|section| section.pdb_master_label_selector);
    let Patroni { synchronous_mode_strict, synchronous_node_count, .. } = patroni(view);
    if selector == Some(false) && synchronous_mode_strict == Some(true) && synchronous_node_count.is_none() {
        found.at(
            "patroni.synchronous_mode_strict",
            "the PodDisruptionBudget keeps 1 pod instead of 2 while `synchronousReplicas` is not written out",
        );
    }
}

fn upgrades_off(view: &ClusterView, found: &mut Found) {
    let Some(upgrade) = &view.operator.configuration.major_version_upgrade else { return };
    let off = upgrade.major_version_upgrade_mode.as_ref().is_some_and(|mode| mode.as_str() == "off");
    let team = view.resource.spec.team_id.as_deref().unwrap_or_default();
    let allowed =
        upgrade.major_version_upgrade_team_allow_list.iter().flatten().any(|allowed| allowed == team);
    if off && !allowed {
        found.at("postgresql.version", "raising it later restarts the pods and upgrades nothing: the operator's `major_version_upgrade_mode` is `off`");
    }
}

fn image_without_major(view: &ClusterView, found: &mut Found) {
    let spec = &view.resource.spec;
    let image = view.operator.image(spec);
    // Spilo's images are named after the newest major in them.
    let newest = image.rsplit('/').next().and_then(|name| name.strip_prefix("spilo-")).and_then(|rest| {
        rest.split(|letter: char| !letter.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse::<u32>().ok())
    });
    let wanted: Option<u32> = spec
        .postgresql
        .as_ref()
        .and_then(|settings| settings.version.as_ref())
        .and_then(|version| version.as_str().parse().ok());
    if let (Some(newest), Some(wanted)) = (newest, wanted)
        && wanted > newest
    {
        found.at("postgresql.version", format!("invalid value `{wanted}`: image `{image}` has majors up to {newest}; Spilo would start its own default instead"));
    }
}

fn unreadable_window(view: &ClusterView, found: &mut Found) {
    for (index, window) in view.resource.spec.maintenance_windows.iter().flatten().enumerate() {
        if let Err(rule) = minutes(window.as_str()) {
            found.at(
                &format!("maintenanceWindows.{index}"),
                format!(
                    "invalid value `{window}`: {rule}; the operator would not look at the cluster any more"
                ),
            );
        }
    }
}

fn short_window(view: &ClusterView, found: &mut Found) {
    let period = view
        .operator
        .configuration
        .resync_period
        .as_deref()
        .and_then(|period| period.parse::<crate::values::GoDuration>().ok());
    let Some(least) = period.map(|period| period.seconds() / 60 * 2) else { return };
    for (index, window) in view.resource.spec.maintenance_windows.iter().flatten().enumerate() {
        if let Ok(length) = minutes(window.as_str())
            && u64::from(length) + 1 < least
        {
            found.at(&format!("maintenanceWindows.{index}"), format!("`{window}` is {length} minutes long; the operator looks every {} minutes and needs {least} to be sure to meet it. Windows are in UTC", least / 2));
        }
    }
}

/// Length of a window, as the operator's own parser reads it (pkg/apis/acid.zalan.do/v1/marshal.go:27), which is
/// stricter than the schema's pattern.
fn minutes(window: &str) -> Result<u32, &'static str> {
    if window.contains(' ') {
        return Err("no blanks");
    }
    let (from, to) = window.split_once('-').ok_or("two times, joined by `-`")?;
    let time = |text: &str| {
        let (hour, minute) = text.split_once(':').ok_or("times are hours and minutes, `22:00`")?;
        if minute.len() != 2 {
            return Err("minutes have two digits");
        }
        let number = |text: &str| text.parse::<u32>().map_err(|_| "times are hours and minutes, `22:00`");
        Ok(number(hour)? * 60 + number(minute)?)
    };
    let from = match from.split(':').count() {
        3 => from.split_once(':').map_or(from, |(_, time)| time),
        _ => from,
    };
    let (from, to) = (time(from)?, time(to)?);
    to.checked_sub(from).ok_or("the end is before the start; write two windows around midnight, such as `Sat:22:00-23:59` and `Sun:00:00-02:00`")
}
