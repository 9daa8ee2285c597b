//! Integration tests of package pgsynth, one binary.
#![allow(missing_docs, clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used)]

mod crds;
mod traps;
