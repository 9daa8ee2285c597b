//! Strangers' manifests: text to documents, documents to objects, and each object as the API server would take it.
//!
//! Reading never stops at the first flaw: a flaw is reported, what it is about is dropped as the API server would drop it,
//! and the rest is read.

mod admit;
mod document;
mod found;
mod resources;
mod scalars;
mod settings;
mod source;

pub(crate) use admit::Admitted;
pub(crate) use document::{Allowed, Document, Unread, documents};
pub(crate) use found::{Form, Manifest, nested, patches, search};
pub(crate) use resources::Resources;
pub(crate) use settings::{from_config_map, from_values, values_path};
pub use source::Source;
