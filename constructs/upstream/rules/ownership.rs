//! Marks by which a delivery tool knows its own objects, on objects that are the operator's.

use super::{ClusterEvidence, OperatorEvidence, Report, Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "inherited-ownership", Operator(inherited)),
    rule!(Warning "borrowed-ownership", Cluster(borrowed)),
];

/// Labels and annotations, and whose they are.
const MARKS: [(&str, &str); 12] = [
    ("app.kubernetes.io/instance", "Argo CD"),
    ("argocd.argoproj.io/instance", "Argo CD"),
    ("argocd.argoproj.io/tracking-id", "Argo CD"),
    ("helm.toolkit.fluxcd.io/name", "Flux"),
    ("helm.toolkit.fluxcd.io/namespace", "Flux"),
    ("kapp.k14s.io/app", "kapp"),
    ("kustomize.toolkit.fluxcd.io/name", "Flux"),
    ("kustomize.toolkit.fluxcd.io/namespace", "Flux"),
    ("meta.helm.sh/release-name", "Helm"),
    ("meta.helm.sh/release-namespace", "Helm"),
    ("objectset.rio.cattle.io/hash", "k3s"),
    ("objectset.rio.cattle.io/id", "k3s"),
];

fn owner(key: &str) -> Option<&'static str> {
    MARKS.iter().find(|(mark, _)| *mark == key).map(|(_, owner)| *owner)
}

fn inherited(operator: &OperatorEvidence, report: &mut Report) {
    let Some(section) = operator.facts.kubernetes() else { return };
    let lists = [
        ("inherited_labels", &section.inherited_labels),
        ("inherited_annotations", &section.inherited_annotations),
    ];
    let listed = lists.into_iter().flat_map(|(field, list)| {
        list.iter()
            .flatten()
            .enumerate()
            .map(move |(index, key)| (format!("kubernetes.{field}.{index}"), key))
    });
    let labels = section.cluster_labels.iter().flatten();
    let labels = labels.map(|(key, _)| (format!("kubernetes.cluster_labels.{key}"), key));
    for (path, key) in listed.chain(labels) {
        if let Some(owner) = owner(key) {
            report
                .forbidden(path, format!("{owner} knows its own objects by it: StatefulSets, pods, Secrets and volumes of every cluster would carry it, and be pruned because no file holds them"))
                .value(key)
                .help("leave it out; choose a label of your own, such as `example.org/team`");
        }
    }
}

fn borrowed(cluster: &ClusterEvidence, report: &mut Report) {
    let metadata = &cluster.resource.metadata;
    let labels = metadata.labels.iter().flatten().map(|(key, _)| ("labels", key));
    let annotations = metadata.annotations.iter().flatten().map(|(key, _)| ("annotations", key));
    for (field, key) in labels.chain(annotations) {
        if let Some(owner) = owner(key) {
            report
                .risky(
                    format!("metadata.{field}.{key}"),
                    format!(
                        "{owner} sets it itself, and prunes what carries it and stands in none of its files"
                    ),
                )
                .value(key);
        }
    }
}
