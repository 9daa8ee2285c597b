//! What the API server refuses in a pod although the operator's schema lets it through. The `postgresql` object is taken,
//! and the StatefulSet that the operator makes of it is not: after a change of affinity or tolerations the old one is
//! deleted by then.
//!
//! `tests/real/pods.rs` holds these rules against a real API server.

mod containers;
mod names;
mod probes;
mod scheduling;
mod variables;
mod volumes;

pub(super) use containers::{init_containers, sidecars};

use super::{ClusterEvidence, OperatorEvidence, Report, Rule, rule};
use crate::values::{check_key, check_value};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "ill-formed-container", Cluster(containers::ill_formed)),
    rule!(Error "ill-formed-port", Cluster(containers::ill_formed_ports)),
    rule!(Error "ill-formed-image", Cluster(containers::ill_formed_images)),
    rule!(Error "ill-formed-variable", Cluster(variables::ill_formed)),
    rule!(Error "ill-formed-probe", Cluster(probes::ill_formed)),
    rule!(Error "ill-formed-volume", Cluster(volumes::ill_formed)),
    rule!(Error "ill-formed-toleration", Cluster(scheduling::ill_formed_tolerations)),
    rule!(Error "ill-formed-affinity", Cluster(scheduling::ill_formed_affinity)),
    rule!(Error "ill-formed-spread", Cluster(scheduling::ill_formed_spread)),
    rule!(Error "ill-formed-name", Cluster(ill_formed_names)),
    rule!(Error "ill-formed-pod-setting", Operator(ill_formed_setting)),
];

/// Names of other objects that pods and Services carry.
fn ill_formed_names(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    for (path, name) in [
        ("podPriorityClassName", &spec.pod_priority_class_name),
        ("tls.secretName", &spec.tls.as_ref().and_then(|tls| tls.secret_name.clone())),
        ("tls.caSecretName", &spec.tls.as_ref().and_then(|tls| tls.ca_secret_name.clone())),
        ("volume.storageClass", &spec.volume.as_ref().and_then(|volume| volume.storage_class.clone())),
    ] {
        if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
            names::object(name, path, report);
        }
    }
    if let Some(Err(rule)) = spec.team_id.as_deref().map(check_value) {
        report.invalid("teamId", spec.team_id.as_deref().unwrap_or_default(), rule);
    }
    for (path, id) in [
        ("spiloRunAsUser", spec.spilo_run_as_user),
        ("spiloRunAsGroup", spec.spilo_run_as_group),
        ("spiloFSGroup", spec.spilo_fs_group),
    ] {
        names::id(id, path, report);
    }
    for (key, selector) in spec
        .volume
        .iter()
        .filter_map(|volume| volume.selector.as_ref())
        .map(|selector| ("volume.selector", selector))
    {
        scheduling::selector(selector, key, report);
    }
}

/// Labels, annotations and tolerations that the operator gives to every pod.
fn ill_formed_setting(operator: &OperatorEvidence, report: &mut Report) {
    let Some(section) = operator.facts.kubernetes() else { return };
    for (key, value) in section.cluster_labels.iter().flatten() {
        let path = format!("kubernetes.cluster_labels.{key}");
        if let Err(rule) = check_key(key) {
            report.invalid(&path, key, rule);
        }
        if let Err(rule) = check_value(value) {
            report.invalid(&path, value, rule);
        }
    }
    for key in section.custom_pod_annotations.iter().flatten().map(|(key, _)| key) {
        if let Err(rule) = check_key(&key.to_ascii_lowercase()) {
            report.invalid(format!("kubernetes.custom_pod_annotations.{key}"), key, rule);
        }
    }
    for (field, label) in [
        ("cluster_name_label", &section.cluster_name_label),
        ("pod_role_label", &section.pod_role_label),
        ("pod_antiaffinity_topology_key", &section.pod_antiaffinity_topology_key),
    ] {
        if let Some(Err(rule)) = label.as_deref().map(check_key) {
            report.invalid(format!("kubernetes.{field}"), label.as_deref().unwrap_or_default(), rule);
        }
    }
    if let Some(map) = section.toleration.as_ref().filter(|map| !map.is_empty()) {
        scheduling::operator_toleration(map, "kubernetes.toleration", report);
    }
    if let Some(name) = section.pod_priority_class_name.as_deref().filter(|name| !name.is_empty()) {
        names::object(name, "kubernetes.pod_priority_class_name", report);
    }
    for (field, id) in [
        ("spilo_runasuser", section.spilo_runasuser),
        ("spilo_runasgroup", section.spilo_runasgroup),
        ("spilo_fsgroup", section.spilo_fsgroup),
    ] {
        names::id(id, &format!("kubernetes.{field}"), report);
    }
}
