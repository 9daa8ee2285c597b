//! Objects and files that two constructs would render.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::base::{Code, Object, Problems, Stage};

const COLLIDING_OBJECTS: Code = Code::named("colliding-objects");
const COLLIDING_FILES: Code = Code::named("colliding-files");

/// Two objects that are one to Kubernetes.
pub(super) fn objects(objects: &[Object], problems: &mut Problems) {
    let mut seen: IndexMap<(&str, &str, Option<&str>, &str), &Object> = IndexMap::new();
    for object in objects {
        let identity = &object.identity;
        let key =
            (identity.group(), identity.kind.as_str(), identity.namespace.as_deref(), identity.name.as_str());
        if let Some(other) = seen.insert(key, object) {
            problems
                .duplicate(
                    object.origin.clone(),
                    &identity.name,
                    format!("`{}` renders {identity} as well", other.origin),
                )
                .code(COLLIDING_OBJECTS)
                .help("two objects of the same kind, namespace and name are one object to Kubernetes");
        }
    }
}

/// Two constructs whose ids would give one file.
pub(super) fn files(objects: &[Object], problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let own = |object: &&Object| matches!(object.stage, Stage::Cluster | Stage::Jobs | Stage::Monitoring);
    for object in objects.iter().filter(own) {
        match seen.get(object.file()) {
            Some(origin) if *origin != object.origin => {
                problems
                    .duplicate(
                        object.origin.clone(),
                        format!("{}.yaml", object.file()),
                        format!("`{origin}` is written to this file as well"),
                    )
                    .code(COLLIDING_FILES)
                    .help("chart and id are joined by `-`; rename one of the charts");
            }
            _ => {
                seen.insert(object.file(), &object.origin);
            }
        }
    }
}
