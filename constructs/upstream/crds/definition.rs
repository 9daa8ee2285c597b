//! The envelope of a CRD around the schema of a mirrored type.

use indexmap::IndexMap;
use serde::Serialize;

use super::{Edition, Mirror, Schema};

/// A mirrored type that is a custom resource of its own.
pub trait CustomResource: Mirror {
    /// API group.
    const GROUP: &'static str;
    /// Kind, as upstream spells it.
    const KIND: &'static str;
    /// Name in URLs; with the group it is the CRD's name.
    const PLURAL: &'static str;
    /// Name of one.
    const SINGULAR: &'static str;
    /// Short names for kubectl.
    const SHORT_NAMES: &'static [&'static str];
    /// Columns of `kubectl get`.
    const COLUMNS: &'static [PrinterColumn];
    /// Whether it has a status subresource.
    const STATUS: bool;
}

/// A column of `kubectl get`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrinterColumn {
    /// What it shows.
    pub description: &'static str,
    /// Where the value stands.
    pub json_path: &'static str,
    /// Its heading.
    pub name: &'static str,
    /// Type of the value.
    pub r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
struct Metadata {
    annotations: IndexMap<&'static str, &'static str>,
    name: String,
}

#[derive(Serialize)]
struct Spec {
    group: &'static str,
    names: Names,
    scope: &'static str,
    versions: [Version; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Names {
    categories: [&'static str; 1],
    kind: &'static str,
    list_kind: String,
    plural: &'static str,
    short_names: &'static [&'static str],
    singular: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    #[serde(skip_serializing_if = "<[PrinterColumn]>::is_empty")]
    additional_printer_columns: &'static [PrinterColumn],
    name: &'static str,
    schema: VersionSchema,
    served: bool,
    storage: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    subresources: Option<Subresources>,
}

#[derive(Serialize)]
struct VersionSchema {
    #[serde(rename = "openAPIV3Schema")]
    open_api: Schema,
}

#[derive(Serialize)]
struct Subresources {
    status: IndexMap<String, String>,
}

/// The CRD of a mirrored type in one release, to be emitted: it carries the annotations that keep delivery tools from deleting it.
pub fn definition<T: CustomResource>(edition: &Edition) -> impl Serialize + Send + Sync + use<T> {
    Definition {
        api_version: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: Metadata {
            annotations: IndexMap::from([
                ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false,ServerSideApply=true"),
                ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
            ]),
            name: format!("{}.{}", T::PLURAL, T::GROUP),
        },
        spec: Spec {
            group: T::GROUP,
            names: Names {
                categories: ["all"],
                kind: T::KIND,
                list_kind: format!("{}List", T::KIND),
                plural: T::PLURAL,
                short_names: T::SHORT_NAMES,
                singular: T::SINGULAR,
            },
            scope: "Namespaced",
            versions: [Version {
                additional_printer_columns: T::COLUMNS,
                name: "v1",
                schema: VersionSchema { open_api: T::schema().of_edition(edition) },
                served: true,
                storage: true,
                subresources: T::STATUS.then(|| Subresources { status: IndexMap::new() }),
            }],
        },
    }
}
