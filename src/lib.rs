//! PostgreSQL on Kubernetes as typed constructs, rendered into YAML for the Zalando Postgres Operator.
//!
//! This is the map of the house.
//!
//! ```text
//! app file --load--+
//!                  +--> App --validate--> Valid --synth--> manifests --dist--> <output>/
//! Rust app --------+
//! ```
//!
//! | room | what is in it |
//! |---|---|
//! | [`constructs`] | everything an app is made of; does no I/O |
//! | [`load`] | app file: text to `App`; the only reader of YAML app files |
//! | [`synth`] | `Valid` to manifests: order, layout, emission; pure |
//! | [`dist`] | manifests and the folder that they are written to; the only module that touches files |
//! | `cli` | the command, with feature `cli` |
//!
//! What holds, as absences:
//!
//! - Rendering cannot fail: whatever can be wrong is found by reading or by `validate`.
//! - No clock, environment, locale or thread decides a byte of an output.
//! - No library enables a version of Kubernetes; only a binary may, and no rendered byte depends on it.
//! - Nothing is written unless the whole app is valid, and no file of anybody else is ever touched.

#[cfg(feature = "cli")]
pub mod cli;
pub mod dist;
pub mod load;
pub mod synth;

pub use k8s_openapi;
pub use pgsynth_constructs as constructs;
