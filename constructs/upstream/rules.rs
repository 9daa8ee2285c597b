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
//! let manifest = "{metadata: {name: orders, namespace: shop}, spec: {env: [{name: WAL_S3_BUCKET, value: ''}]}}";
//! let resource: Postgresql = serde_yaml::from_str(manifest)?;
//! let evidence = Evidence { clusters: vec![ClusterEvidence::of(&resource)], ..Evidence::default() };
//! let versions = Versions { operator: OperatorVersion(2, 0, 1), postgres: &["18"] };
//! let findings = rules::check(&evidence, &versions);
//! assert!(findings.found.iter().any(|finding| finding.problem.code.is("archiving-switched-off")));
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

/// Every rule of this crate, by topic.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        archiving::RULES,
        availability::RULES,
        bootstrap::RULES,
        bounds::RULES,
        change::RULES,
        classes::RULES,
        containers::RULES,
        dumps::RULES,
        extensions::RULES,
        faults::RULES,
        hba::RULES,
        misplaced::RULES,
        names::RULES,
        operator::RULES,
        ownership::RULES,
        parameters::RULES,
        past::RULES,
        pods::RULES,
        resources::RULES,
        restore::RULES,
        roles::RULES,
        secrets::RULES,
        services::RULES,
        storage::RULES,
    ]
    .into_iter()
    .flatten()
}
