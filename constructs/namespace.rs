//! The namespace of a chart: referred to, or owned.

use std::fmt;

use indexmap::IndexMap;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::base::{Object, Problems, Scope, Stage, annotations_of, check_annotations, check_labels};
use crate::values::{Described, Fields, Label, either};

/// A namespace that is there (`namespace: shop`), or one that the app makes (`{name: shop, create: true}`).
///
/// ```
/// use pgsynth_constructs::Namespace;
/// let namespace: Namespace = serde_yaml::from_str("{name: shop, create: true}")?;
/// assert!(namespace.create);
/// assert!(!Namespace::existing("shop").create);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Namespace {
    /// Name.
    pub name: Label,
    /// Whether the app renders it. Default: false.
    pub create: bool,
    /// Labels, stronger than those that pgsynth adds. Default: none.
    pub labels: IndexMap<String, String>,
    /// Annotations. Default: none.
    pub annotations: IndexMap<String, String>,
}

/// Label that says which pods the API server admits.
pub(crate) const POD_SECURITY: &str = "pod-security.kubernetes.io/enforce";

impl Namespace {
    /// A namespace that is there already.
    pub fn existing(name: impl Into<Label>) -> Self {
        Self { name: name.into(), create: false, labels: IndexMap::new(), annotations: IndexMap::new() }
    }

    /// A namespace that the app makes.
    pub fn created(name: impl Into<Label>) -> Self {
        Self { create: true, ..Self::existing(name) }
    }

    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { name: _, create, labels, annotations } = self;
        check_labels(labels, scope, "labels", problems);
        check_annotations(annotations, scope, "annotations", problems);
        if !create && (!labels.is_empty() || !annotations.is_empty()) {
            problems.forbidden(scope.path(), "labels and annotations need `create: true`; a namespace that is only referred to is not rendered");
        }
    }

    /// The Namespace, where the app makes it. `pods` is the strictest pod security standard that its pods meet.
    pub(crate) fn objects(&self, scope: &Scope, pods: &str) -> Vec<Object> {
        let Self { name, create, labels, annotations } = self;
        if !create {
            return vec![];
        }
        let mut all = scope.labels().clone();
        all.insert(POD_SECURITY.to_owned(), pods.to_owned());
        all.extend(labels.clone());
        let metadata = ObjectMeta {
            name: Some(name.to_string()),
            labels: Some(all.into_iter().collect()),
            annotations: annotations_of(Stage::Namespaces, scope, annotations),
            ..ObjectMeta::default()
        };
        let namespace = core::Namespace { metadata, ..core::Namespace::default() };
        vec![Object::of(Stage::Namespaces, scope, namespace)]
    }
}

impl From<&str> for Namespace {
    fn from(name: &str) -> Self {
        Self::existing(name)
    }
}

impl<'de> Deserialize<'de> for Namespace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Whole {
            name: Label,
            #[serde(default)]
            create: bool,
            #[serde(default)]
            labels: IndexMap<String, String>,
            #[serde(default)]
            annotations: IndexMap<String, String>,
        }

        struct NameOrFields;
        impl<'de> de::Visitor<'de> for NameOrFields {
            type Value = Namespace;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a namespace's name, or a map such as `{name: shop, create: true}`")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Namespace, E> {
                name.parse::<Label>().map(Namespace::existing).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Namespace, A::Error> {
                let Whole { name, create, labels, annotations } =
                    Whole::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Namespace { name, create, labels, annotations })
            }
        }
        deserializer.deserialize_any(NameOrFields)
    }
}

impl Described for Namespace {
    fn json_schema() -> serde_json::Value {
        let text = IndexMap::<String, String>::json_schema;
        let whole = Fields::default()
            .field("name", "Name.", Label::json_schema(), true)
            .field("create", "Whether the app renders it. Default: false.", bool::json_schema(), false)
            .field("labels", "Labels, stronger than those that pgsynth adds. Default: none.", text(), false)
            .field("annotations", "Annotations. Default: none.", text(), false);
        either([Label::json_schema(), whole.object("A namespace that the app makes.")])
    }
}
