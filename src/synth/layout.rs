//! Which object stands in which file, and in which order.

use std::collections::BTreeMap;

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::Object;
use pgsynth_constructs::values::Platform;

use super::{Draft, order};

/// The file of a CRD. On k3s it carries the app's name like all others: the manifests folder takes files of one name for
/// one add-on.
pub fn crd(valid: &Valid, name: &str) -> String {
    match valid.app().platform {
        Platform::K3s => format!("crds/{}-{name}.yaml", valid.app().name),
        _ => format!("crds/{name}.yaml"),
    }
}

/// The files of these objects, sorted by name.
pub(super) fn files<'a>(app: &'a str, objects: &'a [Object]) -> impl Iterator<Item = Draft<'a>> {
    let mut files: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
    for object in objects {
        files.entry(object.file()).or_default().push(object);
    }
    files.into_iter().map(move |(name, mut objects)| {
        objects.sort_by_key(|object| order::key(object));
        Draft::objects(app, format!("{name}.yaml"), objects)
    })
}
