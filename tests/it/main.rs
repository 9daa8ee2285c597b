//! Integration tests of package pgsynth, one binary.
#![allow(missing_docs, clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used)]

mod apps;
mod backups;
mod bytes;
mod command;
mod crds;
mod emit;
mod keys;
mod monitoring;
mod project;
mod spilo;
mod tidy;
mod rules;
mod values;
