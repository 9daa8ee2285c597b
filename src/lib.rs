//! PostgreSQL on Kubernetes as typed constructs, rendered into YAML for the Zalando Postgres Operator.
//!
//! This is the map of the house; `ARCHITECTURE.md` says what holds in it, `CONTRIBUTING.md` how to add to it.
//!
//! ```text
//! app file --load--+
//!                  +--> App --validate--> Valid --synth--> Bundle --output--> <output>/
//! Rust app --------+
//! ```
//!
//! | room | what is in it |
//! |---|---|
//! | [`prelude`] | what a Rust app names |
//! | [`constructs`] | everything an app is made of; does no I/O |
//! | [`rules`] | what passes the schema and goes wrong in production; can be asked without an app |
//! | [`load`] | app file: text to `App`; the only reader of YAML app files |
//! | `yaml` | YAML with places: text to a tree, and from the tree to types |
//! | `manifests` | strangers' manifests: text to objects, as the API server would take them |
//! | [`lint`] | what the rules say of strangers' manifests |
//! | [`import`] | from manifests that run to an app that renders the same |
//! | [`explain`] | what will come of a cluster |
//! | [`diff`] | what a change does to the clusters that run |
//! | [`schema`] | JSON Schema of an app file, from its types |
//! | [`synth`] | `Valid` to a bundle of named files: order, layout, emission; pure |
//! | [`output`] | bundles and the folders that they are written to; the only module that writes files |
//! | [`report`] | what is wrong, as text, JSON and SARIF |
//! | [`failure`] | what ends a command early |
//! | [`testing`] | for tests of apps and constructs |
//! | `cli` | the command, with feature `cli` |

#[cfg(feature = "cli")]
pub mod cli;
pub mod deliver;
pub mod diff;
pub mod explain;
pub mod failure;
pub mod import;
pub mod lint;
pub mod load;
mod manifests;
pub mod output;
pub mod prelude;
pub mod report;
pub mod schema;
pub mod synth;
pub mod testing;
mod yaml;

pub use k8s_openapi;
pub use pgsynth_constructs as constructs;
pub use pgsynth_constructs::rules;
