//! What the API server never changes of an object that exists: an apply that tries is refused.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};

use crate::base::{Kind, Object, Problem, Problems};
use crate::rules::{FIXED_FIELD_CHANGED, report};
use crate::values::fnv1a;
use pgsynth_upstream::record::Record;

/// The fixed fields of a kind; a claim's size is the one that may change in its `spec`.
fn fields(kind: &str, object: &Mapping) -> &'static [&'static str] {
    match kind {
        "StorageClass" => &[
            "provisioner",
            "parameters",
            "reclaimPolicy",
            "volumeBindingMode",
            "mountOptions",
            "allowedTopologies",
        ],
        "PersistentVolumeClaim" => &["spec"],
        "PersistentVolume" => &["spec"],
        "RoleBinding" | "ClusterRoleBinding" => &["roleRef"],
        "PriorityClass" => &["value", "preemptionPolicy"],
        "Job" => &["spec.template", "spec.selector", "spec.completions"],
        "Deployment" | "DaemonSet" | "ReplicaSet" => &["spec.selector"],
        "StatefulSet" => {
            &["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"]
        }
        "ConfigMap" | "Secret" if object.get("immutable").and_then(Value::as_bool) == Some(true) => {
            &["data", "binaryData", "stringData"]
        }
        _ => &[],
    }
}

/// Kinds of which something is fixed: the others are not looked at.
const KINDS: [&str; 12] = [
    "StorageClass",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "RoleBinding",
    "ClusterRoleBinding",
    "PriorityClass",
    "Job",
    "Deployment",
    "DaemonSet",
    "ReplicaSet",
    "StatefulSet",
    "ConfigMap",
];

/// What is fixed of these objects, by what they are.
pub(super) fn of(objects: &[Object]) -> BTreeMap<String, String> {
    objects.iter().filter(|object| KINDS.contains(&object.identity.kind.as_str())).filter_map(one).collect()
}

fn one(object: &Object) -> Option<(String, String)> {
    // Names of pgsynth's own Jobs change with their templates, and its own ConfigMaps may change.
    let raw = object.downcast::<crate::raw_object::RawObject>().is_some();
    if !raw && matches!(object.identity.kind.as_str(), "Job" | "ConfigMap") {
        return None;
    }
    let Ok(Value::Mapping(map)) = serde_yaml::to_value(object.body()) else { return None };
    let mut text = String::new();
    for field in fields(&object.identity.kind, &map) {
        let mut value = field
            .split('.')
            .try_fold(&Value::Mapping(map.clone()), |value, key| value.get(key).ok_or(()))
            .ok()
            .cloned();
        if let Some(Value::Mapping(spec)) = &mut value
            && object.identity.kind == "PersistentVolumeClaim"
        {
            spec.remove("resources");
        }
        text += &format!(
            "{field}: {}",
            value.map(|value| serde_yaml::to_string(&value).unwrap_or_default()).unwrap_or_default()
        );
    }
    (!text.is_empty()).then(|| (key(object), format!("{:016x}", fnv1a(text.as_bytes()))))
}

fn key(object: &Object) -> String {
    let identity = &object.identity;
    let namespace =
        identity.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{} {namespace}{}", identity.kind, identity.name)
}

/// Tells of objects that exist and of which something fixed has changed.
pub(super) fn compare(before: &Record, after: &Record, objects: &[Object], problems: &mut Problems) {
    for object in objects {
        let key = key(object);
        let (Some(old), Some(new)) = (before.fixed.get(&key), after.fixed.get(&key)) else { continue };
        if old == new {
            continue;
        }
        let identity = &object.identity;
        let namespace = identity.namespace.as_deref().map(|name| format!(" -n {name}")).unwrap_or_default();
        let what = identity.kind.to_ascii_lowercase();
        let keeps = match identity.kind.as_str() {
            "StorageClass" => "; volumes that exist keep what they have",
            "PersistentVolumeClaim" | "PersistentVolume" => {
                "; its data goes with it, unless the volume is retained"
            }
            _ => "",
        };
        let message =
            format!("{identity} exists, and the API server does not change this of it: the apply fails");
        report(&FIXED_FIELD_CHANGED, Problem::new(Kind::Risky, &object.origin, message), problems)
            .help(format!("choose another name; or delete it right before the apply, `kubectl delete {what}{namespace} {}`{keeps}", identity.name));
    }
}
