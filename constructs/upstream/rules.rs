//! What passes the schema and goes wrong in production. A rule is one entry of a topic's `RULES` and one page,
//! `docs/<code>.md`: what happens, why, source, the bad and the nearest good input, the message.
//!
//! Every rule is a function of [`Evidence`]: resolved objects, an operator's facts, a record. So it holds for the field of
//! a construct, for an overlay and for a stranger's manifest alike, and says so where it could not be decided.
//!
//! ```
//! use pgsynth_upstream::crds::postgresql::Postgresql;
//! use pgsynth_upstream::release::{OperatorVersion, Versions};
//! use pgsynth_upstream::rules::{self, ClusterEvidence, Evidence};
//!
//! let manifest = "{metadata: {name: orders, namespace: shop}, spec: {clone: {cluster: old, timestamp: '2026-11-24T10:00:00+00:00'}}}";
//! let resource: Postgresql = serde_yaml::from_str(manifest)?;
//! let evidence = Evidence { clusters: vec![ClusterEvidence::of(&resource)], ..Evidence::default() };
//! let versions = Versions { operator: OperatorVersion(2, 0, 1), postgres: &["18"] };
//! let findings = rules::check(&evidence, &versions);
//! assert!(findings.found.iter().any(|finding| finding.problem.code.is("clone-without-uid")));
//! assert!(findings.undecided.iter().any(|rule| rule.why.contains("operator")));
//! # Ok::<(), serde_yaml::Error>(())
//! ```

mod archiving;
mod availability;
mod bootstrap;
mod bounds;
mod change;
mod check;
mod classes;
mod containers;
mod dumps;
mod evidence;
mod extensions;
mod faults;
mod hba;
mod images;
mod misplaced;
mod names;
mod operator;
mod ownership;
mod parameters;
mod past;
mod pods;
mod registry;
mod resources;
mod restore;
mod roles;
mod rule;
mod secrets;
mod services;
mod storage;

pub use check::{Finding, Findings, Report, Subject, check};
pub use evidence::{ClusterEvidence, Evidence, OperatorEvidence, RecordEvidence, Retirement};
pub use registry::{Registry, UNDECIDED};
pub use rule::{Change, Check, Level, Past, Rule, rule};

/// The rules of this crate by the kind of what they see, each kind with its title.
pub const KINDS: &[(&str, &[&[Rule]])] = &[
    ("archives, restores and dumps", &[archiving::RULES, bootstrap::RULES, restore::RULES, dumps::RULES]),
    (
        "pods, and what the API server refuses in them",
        &[pods::RULES, containers::RULES, images::RULES, resources::RULES],
    ),
    ("PostgreSQL's parameters, `pg_hba` and extensions", &[parameters::RULES, hba::RULES, extensions::RULES]),
    ("volumes, their classes and who keeps them", &[storage::RULES, classes::RULES, ownership::RULES]),
    (
        "roles, Secrets, names and values in the wrong place",
        &[roles::RULES, secrets::RULES, names::RULES, misplaced::RULES, bounds::RULES],
    ),
    ("Services, balancers and poolers", &[services::RULES]),
    ("availability: instances, spread, failover", &[availability::RULES]),
    ("the operator's own settings, and faults of its releases", &[operator::RULES, faults::RULES]),
    ("changes of what runs, against the record of the output", &[change::RULES, past::RULES]),
];

/// Every rule of this crate, by kind.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    KINDS.iter().flat_map(|(_, topics)| topics.iter().copied().flatten())
}
