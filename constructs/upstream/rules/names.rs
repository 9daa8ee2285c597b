//! Names that collide or that Kubernetes refuses, and clusters that the operator does not watch.

use std::collections::BTreeMap;

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::names::{DERIVED, LONGEST};
use crate::behaviour::operator::OperatorFacts;
use crate::values::{NameRule, check_key};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T109" "name-too-long", Cluster(name_too_long)),
    rule!(Error "name-without-team", ClusterUnder(name_without_team)),
    rule!(Error "T110" "derived-names-collide", Fleet(derived_names_collide)),
    rule!(Error "T111" "not-watched", ClusterUnder(not_watched)),
    rule!(Error "ill-formed-annotation", Cluster(ill_formed_annotation)),
];

fn ill_formed_annotation(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    for (field, annotations) in [
        ("podAnnotations", &spec.pod_annotations),
        ("serviceAnnotations", &spec.service_annotations),
        ("masterServiceAnnotations", &spec.master_service_annotations),
        ("replicaServiceAnnotations", &spec.replica_service_annotations),
    ] {
        for key in annotations.iter().flat_map(|map| map.keys()) {
            if let Err(rule) = check_key(key) {
                report.invalid(
                    format!("{field}.{key}"),
                    key,
                    format!("{rule}; the API server refuses what it is for"),
                );
            }
        }
    }
}

fn name_too_long(cluster: &ClusterEvidence, report: &mut Report) {
    if let Err(rule) = NameRule::Dns1035.check(cluster.name(), LONGEST) {
        report.invalid("", cluster.name(), format!("{rule}; Services and pods are named after the cluster"));
    }
}

fn name_without_team(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let team = cluster.spec().team_id.as_deref().unwrap_or_default();
    let prefix = format!("{}-", team.to_ascii_lowercase());
    if operator.configuration.enable_team_id_clustername_prefix == Some(true)
        && !cluster.name().to_ascii_lowercase().starts_with(&prefix)
    {
        report.invalid("", cluster.name(), format!("the name must begin with the team, `{team}-`, because the operator's `enable_team_id_clustername_prefix` is on"));
    }
}

fn derived_names_collide(clusters: &[ClusterEvidence], report: &mut Report) {
    let mut names: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    // Where a manifest names no namespace, whoever applies it does.
    for (index, cluster) in clusters.iter().enumerate().filter(|(_, cluster)| !cluster.namespace().is_empty())
    {
        if names.insert((cluster.namespace(), cluster.name()), index).is_some() {
            let message = format!("another cluster in namespace `{}` has this name", cluster.namespace());
            report.of(index).duplicate("", cluster.name(), message);
        }
    }
    for (index, cluster) in clusters.iter().enumerate() {
        for suffix in DERIVED {
            let Some(stem) = cluster.name().strip_suffix(suffix) else { continue };
            if names.contains_key(&(cluster.namespace(), stem)) {
                let message = format!("cluster `{stem}` in the same namespace has objects with this name");
                report.of(index).invalid("", cluster.name(), message);
            }
        }
    }
}

fn not_watched(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if !cluster.namespace().is_empty() && !operator.watch.covers(cluster.namespace()) {
        report
            .invalid(
                "",
                cluster.namespace(),
                "the operator does not watch this namespace: it does nothing, and reports nothing",
            )
            .help("let the operator watch this namespace, or write `watch: all`; it accepts no list of namespaces");
    }
    let annotations = cluster.resource.metadata.annotations.as_ref();
    // What id an operator has that runs already is not known.
    if let Some(id) = annotations.and_then(|annotations| annotations.get("acid.zalan.do/controller"))
        && operator.rendered
    {
        report
            .forbidden("", format!("annotation `acid.zalan.do/controller: {id}` gives the cluster to an operator with that id; the app's operator has no id"));
    }
}
