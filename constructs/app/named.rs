//! Raw objects that clusters or the operator name, and that are protected with them.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

use crate::base::{Object, PROTECTION};
use crate::crds::postgresql::Postgresql;
use crate::raw_object::RawObject;

/// Protects raw objects that clusters or the operator name: a pruned ConfigMap keeps the next pod from starting.
pub(super) fn protect_named(objects: &mut [Object], protect: bool) {
    // What names an object holds its name as a text of its own: looked up once, and only where there is a candidate.
    let candidate = |object: &Object| {
        object.downcast::<RawObject>().is_some()
            && !matches!(object.identity.kind.as_str(), "Job" | "Pod" | "CronJob")
    };
    if !protect || !objects.iter().any(candidate) {
        return;
    }
    let mut names = BTreeSet::new();
    for object in objects.iter() {
        let of_operator = object.identity.kind == "OperatorConfiguration";
        if of_operator || object.downcast::<Postgresql>().is_some() {
            collect(&serde_yaml::to_value(object.body()).unwrap_or_default(), &mut names);
        }
    }
    for object in
        objects.iter_mut().filter(|object| candidate(object) && names.contains(&object.identity.name))
    {
        let Some(RawObject(map)) = object.downcast::<RawObject>() else { continue };
        let mut map = map.clone();
        let metadata = map.entry("metadata".into()).or_insert_with(|| Mapping::new().into());
        let Some(metadata) = metadata.as_mapping_mut() else { continue };
        let annotations = metadata.entry("annotations".into()).or_insert_with(|| Mapping::new().into());
        let Some(annotations) = annotations.as_mapping_mut() else { continue };
        for (key, value) in PROTECTION {
            annotations.entry(key.into()).or_insert_with(|| value.into());
        }
        object.replace(RawObject(map));
    }
}

/// Every text of a value; `namespace/name` also by its second half.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            names.extend(text.split_once('/').map(|(_, name)| name.to_owned()));
            names.insert(text.clone());
        }
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Mapping(map) => map.values().for_each(|item| collect(item, names)),
        _ => {}
    }
}
