//! Typed mirrors of the custom resources of the operator and of the Kubernetes types inside them.
//!
//! No logic: a definition gives the struct, its strict reading, its writing in upstream's key order and its
//! structural schema, from which the rendered CRD is made. Facts: operator 2.0.1, `manifests/*.crd.yaml`.

pub mod containers;
mod definition;
pub mod env;
mod mirror;
pub mod operator_configuration;
pub mod postgres_team;
pub mod postgresql;
pub mod probes;
pub mod scheduling;
mod schema;
pub mod security;

pub use definition::{CustomResource, PrinterColumn, definition};
pub use mirror::join;
pub use mirror::{At, Bounded, Free, Mirror, Named, NamedItem, QuantityOrNumber};
pub(crate) use mirror::{KeySeed, Strict, mirror, words};
pub use schema::{Edition, Image, Schema, Shape};

/// A default that is a map with one entry.
pub(crate) fn default_map(key: &str, value: &str) -> serde_yaml::Mapping {
    serde_yaml::Mapping::from_iter([(key.into(), value.into())])
}
