//! Annotations that keep delivery tools from deleting what would be lost with its data, or what a kept cluster runs by.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Scope, Stage};

/// What Argo CD and Flux read: neither prunes nor deletes the object.
pub const PROTECTION: [(&str, &str); 2] = [
    ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

/// Stages whose objects a kept cluster needs: its namespace, the operator with the rights of its pods, its priority and
/// its configuration, its storage and archives, and what stands in its own file.
fn protects(stage: Stage) -> bool {
    matches!(stage, Stage::Namespaces | Stage::Operator | Stage::Storage | Stage::Cluster)
}

/// Annotations of an object of this stage: the protection, and those that the user wrote, which are stronger.
pub(crate) fn annotations_of(
    stage: Stage,
    scope: &Scope,
    annotations: &IndexMap<String, String>,
) -> Option<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    protect(stage, scope, &mut all);
    all.extend(annotations.clone());
    (!all.is_empty()).then_some(all)
}

/// Adds the protection to annotations, where the stage has it; those that are there are stronger.
pub(super) fn protect(stage: Stage, scope: &Scope, annotations: &mut BTreeMap<String, String>) {
    for (key, value) in PROTECTION.into_iter().filter(|_| scope.protect && protects(stage)) {
        annotations.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    }
}
