//! Everything a pgsynth app is made of: `ls constructs` is the catalogue.
//!
//! | room | what is in it |
//! |---|---|
//! | [`app`], [`chart`] | the two roots: they hold the others |
//! | [`object_store`], [`backup_policy`] | what clusters share: where archives are, when they are written and how long kept |
//! | [`cluster`], [`database`], [`backup`], [`restore`], [`monitoring`], [`storage`], [`operator`], [`external_operator`], [`namespace`], [`objects`], [`retired`], [`platform`] | the constructs and their parts |
//! | [`secrets`] | the Secrets that must exist before an app is applied |
//! | [`base`] | problems, scope, objects, and the trait for constructs of other repositories |
//! | [`traps`] | one small function per rule of the operator or the platform |
//! | [`crds`] | typed mirrors of the operator's custom resources |
//! | [`releases`] | versions in one place |
//! | [`values`] | checked single values: quantities, names, schedules |
//!
//! Dependencies point one way: values and releases, crds, base, constructs, chart, app. This crate does no I/O and
//! reads no clock, environment, locale or randomness.

pub mod app;
pub(crate) mod archive;
pub mod backup;
pub mod backup_policy;
pub mod base;
pub mod chart;
pub mod cluster;
pub mod crds;
pub mod database;
pub mod external_operator;
pub mod monitoring;
pub mod namespace;
pub mod object_store;
pub mod objects;
pub mod operator;
pub mod platform;
pub mod releases;
pub mod restore;
pub mod retired;
pub mod secrets;
pub mod storage;
pub mod traps;
pub mod values;

pub use app::{App, Past, Valid};
pub use archive::ArchivePath;
pub use backup::Backup;
pub use backup_policy::BackupPolicy;
pub use chart::Chart;
pub use cluster::{Cluster, Volume};
pub use database::Database;
pub use external_operator::ExternalOperator;
pub use namespace::Namespace;
pub use object_store::ObjectStore;
pub use operator::Operator;
pub use restore::Restore;
pub use retired::Retired;
pub use storage::Storage;
