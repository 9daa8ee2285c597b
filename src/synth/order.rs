//! The order of objects in a file: computed, total, and that in which they can be applied.

use pgsynth_constructs::base::Object;

/// Kinds in the order of application; a kind that is not here comes last but for what it refers to.
const RANKS: [&str; 17] = [
    "Namespace",
    "CustomResourceDefinition",
    "StorageClass",
    "PriorityClass",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "NetworkPolicy",
    "OperatorConfiguration",
    "PersistentVolumeClaim",
    "Service",
    "Deployment",
    "postgresql",
];

/// What an object is sorted by: rank of its kind, kind, namespace, name, group.
pub(super) fn key(object: &Object) -> (usize, &str, &str, &str, &str) {
    let identity = &object.identity;
    let rank = RANKS.iter().position(|kind| *kind == identity.kind).unwrap_or(RANKS.len());
    (
        rank,
        &identity.kind,
        identity.namespace.as_deref().unwrap_or_default(),
        &identity.name,
        &identity.api_version,
    )
}
