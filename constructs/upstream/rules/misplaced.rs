//! Fields that stand in a map of free keys: the map takes them, and nobody reads them there.

use super::{ClusterEvidence, OperatorEvidence, Report, Rule, rule};
use crate::crds::Mirror;
use crate::crds::operator_configuration::Configuration;
use crate::crds::postgresql::PostgresqlSpec;

pub(super) const RULES: &[Rule] =
    &[rule!(Error "misplaced-setting", Operator(setting)), rule!(Error "misplaced-field", Cluster(field))];

/// The place of a field, by its last key. Keys with a prefix are nobody's field.
fn place_of(key: &str, leaves: impl FnOnce() -> Vec<String>) -> Option<String> {
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // Labels and annotations in use are single lower-case words, or have a prefix.
    let compound = key.contains('_') || key.bytes().any(|byte| byte.is_ascii_uppercase());
    if !plain || !compound {
        return None;
    }
    leaves().into_iter().find_map(|leaf| {
        let parts: Vec<&str> = leaf.split('.').collect();
        let at = parts.iter().position(|part| *part == key)?;
        (!parts[..at].contains(&"*")).then(|| parts[..=at].join("."))
    })
}

fn setting(operator: &OperatorEvidence, report: &mut Report) {
    let configuration = &operator.facts.configuration;
    let kubernetes = operator.facts.kubernetes();
    let balancer = configuration.load_balancer.as_ref();
    for (path, map) in [
        ("kubernetes.cluster_labels", kubernetes.and_then(|section| section.cluster_labels.as_ref())),
        (
            "kubernetes.custom_pod_annotations",
            kubernetes.and_then(|section| section.custom_pod_annotations.as_ref()),
        ),
        (
            "kubernetes.node_readiness_label",
            kubernetes.and_then(|section| section.node_readiness_label.as_ref()),
        ),
        (
            "load_balancer.custom_service_annotations",
            balancer.and_then(|section| section.custom_service_annotations.as_ref()),
        ),
        ("sidecar_docker_images", configuration.sidecar_docker_images.as_ref()),
    ] {
        for key in map.into_iter().flatten().map(|(key, _)| key) {
            if let Some(place) = place_of(key, || Configuration::schema().leaves()) {
                report
                    .ineffective(format!("{path}.{key}"), "it is a setting of the operator, and not one here")
                    .help(format!("write `{place}`"));
            }
        }
    }
}

fn field(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    for (path, map) in [
        ("podAnnotations", &spec.pod_annotations),
        ("serviceAnnotations", &spec.service_annotations),
        ("masterServiceAnnotations", &spec.master_service_annotations),
        ("replicaServiceAnnotations", &spec.replica_service_annotations),
    ] {
        for key in map.iter().flatten().map(|(key, _)| key) {
            if let Some(place) = place_of(key, || PostgresqlSpec::schema().leaves()) {
                report
                    .ineffective(
                        format!("{path}.{key}"),
                        "it is a field of the `postgresql` object, and not one here",
                    )
                    .help(format!("write `spec: {{{place}: ...}}`"))
                    .native(format!("write it at `spec.{place}`"));
            }
        }
    }
}
