//! Which object stands in which file, and in which order.

use std::collections::BTreeMap;

use pgsynth_constructs::base::Object;

use super::{Draft, order};

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
