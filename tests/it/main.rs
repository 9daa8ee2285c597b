//! Integration tests of package pgsynth, one binary.
#![allow(missing_docs, clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used)]

mod access;
mod adopted;
mod apps;
mod backups;
mod bytes;
mod command;
mod completions;
mod crds;
mod deliveries;
mod delivery;
mod diff;
mod emit;
mod environments;
mod explain;
mod images;
mod import;
mod keys;
mod lint;
mod metadata;
mod monitoring;
mod operators;
mod overlay;
mod places;
mod plans;
mod project;
mod projects;
mod record;
mod releases;
mod reports;
mod restores;
mod rules;
mod spilo;

mod tidy;
mod values;
mod writing;
