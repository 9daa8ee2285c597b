//! What other people's software takes and does: the Zalando Postgres Operator, Spilo, Kubernetes, Hetzner's controller and
//! Longhorn, as types, facts and rules. Knows no construct, no app, and no release's images.
//!
//! | room | what is in it |
//! |---|---|
//! | [`values`] | checked single values: quantities, names, schedules |
//! | [`crds`] | typed mirrors of the custom resources and of the Kubernetes types inside them; no logic |
//! | [`behaviour`] | what the operator makes of a resource, each fact once, with its source |
//! | [`problems`] | what is wrong, typed; the sentence is made there |
//! | [`record`] | what an output remembers of its clusters |
//! | [`rules`] | what passes the schema and goes wrong in production: a rule is one entry and one page |
//!
//! Dependencies point one way, from the bottom of this table to its top. No I/O, no clock, no environment.

#![recursion_limit = "256"]

pub mod behaviour;
pub mod crds;
pub mod parallel;
pub mod problems;
pub mod record;
pub mod release;
pub mod rules;
pub mod values;
