//! Annotations that keep delivery tools from deleting what would be lost with its data.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::Scope;

/// What Argo CD and Flux read: neither prunes nor deletes the object.
const PROTECTION: [(&str, &str); 2] = [
    ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

/// Annotations of an object that must not be lost: the protection, and those that the user wrote, which are stronger.
pub(crate) fn annotations_of(
    scope: &Scope,
    annotations: &IndexMap<String, String>,
) -> Option<BTreeMap<String, String>> {
    let protection = PROTECTION.into_iter().filter(|_| scope.protect);
    let mut all: BTreeMap<_, _> = protection.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    all.extend(annotations.clone());
    (!all.is_empty()).then_some(all)
}
