//! Everything a pgsynth app is made of: `ls constructs` is the catalogue.
//!
//! | room | what is in it |
//! |---|---|
//! | [`app`], [`chart`] | the two roots: they hold the others |
//! | [`object_store`], [`backup_policy`] | what clusters share: where archives are, when they are written and how long kept |
//! | [`access`], [`images`], [`cluster`], [`database`], [`backup`], [`restore`], [`monitoring`], [`storage`], [`operator`], [`external_operator`], [`namespace`], [`raw_object`], [`retired`] | the constructs and their parts |
//! | [`secrets`] | the Secrets that must exist before an app is applied |
//! | [`base`] | scope, objects, and the trait for constructs of other repositories |
//! | [`release`] | what an app's `release` stands for: versions, images, and every default that reaches a pod |
//! | [`rules`] | the rules that only constructs can ask, and all of them by name |
//! | [`upstream`] | what other people's software takes and does; a crate of its own |
//!
//! Dependencies point one way: upstream, release, base, constructs, chart, app. This crate does no I/O and reads no clock,
//! environment, locale or randomness.

#![recursion_limit = "256"]

pub mod access;
pub mod app;
pub(crate) mod archive;
pub mod backup;
pub mod backup_policy;
pub mod base;
pub mod chart;
pub mod cluster;
pub mod database;
pub mod delivery;
mod drills;
mod dumps;
pub mod external_operator;
pub mod images;
mod job;
pub mod monitoring;
pub mod namespace;
pub mod object_store;
pub mod operator;
pub mod plans;
pub mod raw_object;
pub mod release;
pub mod restore;
pub mod retired;
pub mod rules;
pub mod secrets;
pub mod storage;
mod view;

pub use pgsynth_upstream as upstream;
pub use pgsynth_upstream::{crds, values};

pub use app::{App, Past, Valid};
pub use archive::{ArchivePath, Generation};
pub use backup::Backup;
pub use backup_policy::BackupPolicy;
pub use chart::Chart;
pub use cluster::{Cluster, Volume};
pub use database::Database;
pub use delivery::Delivery;
pub use external_operator::ExternalOperator;
pub use images::Images;
pub use namespace::Namespace;
pub use object_store::ObjectStore;
pub use operator::Operator;
pub use raw_object::RawObject;
pub use restore::Restore;
pub use retired::Retired;
pub use storage::Storage;
