//! What passes the schema and goes wrong in production: one small function per rule of the operator or the platform.
//!
//! Every rule looks at **resolved** objects, so that it holds for constructs, overlays and strangers' manifests alike.
//! Ids are those of the operator's fact sheet (`T..`) and of the platform's (`L..`); [`TABLE`] says what becomes of each.

mod archiving;
mod availability;
mod classes;
mod containers;
mod names;
mod operator;
mod past;
mod resources;
mod restore;
mod roles;
mod services;
mod storage;
mod table;

pub use classes::{ClassFacts, ClassView};
pub(crate) use names::DERIVED;
pub use past::{ClusterRecord, Record};
pub use storage::ClaimFacts;
pub use table::{Fate, TABLE};

use crate::base::{OperatorFacts, Problem, Problems};
use crate::crds::postgresql::Postgresql;
use crate::platform::Platform;

/// A resolved cluster, and what it stands on.
pub struct ClusterView<'a> {
    /// The `postgresql` object.
    pub resource: &'a Postgresql,
    /// The operator that it runs under.
    pub operator: &'a OperatorFacts,
    /// What the Kubernetes cluster runs on.
    pub platform: Platform,
    /// StorageClasses that something is known of.
    pub classes: &'a [ClassFacts],
    /// Claims that the app renders as raw objects.
    pub claims: &'a [ClaimFacts],
}

impl ClusterView<'_> {
    fn name(&self) -> &str {
        self.resource.metadata.name.as_deref().unwrap_or_default()
    }

    fn namespace(&self) -> &str {
        self.resource.metadata.namespace.as_deref().unwrap_or_default()
    }

    fn instances(&self) -> i32 {
        self.resource.spec.number_of_instances.map_or(0, crate::crds::Bounded::get)
    }

    fn class(&self) -> Option<&ClassFacts> {
        let name = self.resource.spec.volume.as_ref()?.storage_class.as_deref()?;
        self.classes.iter().find(|class| class.name == name)
    }
}

/// The operator that the app renders.
pub struct OperatorView<'a> {
    /// The operator.
    pub operator: &'a OperatorFacts,
    /// Whether the app's data must not be lost.
    pub protect: bool,
    /// Whether a namespace of clusters admits no more than the pod security standard `baseline`.
    pub baseline: bool,
    /// Whether the app renders it; one that runs already cannot be changed from here.
    pub rendered: bool,
}

/// Where a rule about several clusters reports: index of the cluster, id of the trap, path, message.
type FoundAmong<'a> = dyn FnMut(usize, &'static str, &str, String) + 'a;

/// What a rule is a function of.
pub(crate) enum Check {
    /// One cluster.
    Cluster(fn(&ClusterView, &mut Found)),
    /// All clusters of the app together.
    Clusters(fn(&[ClusterView], &mut FoundAmong)),
    /// The operator.
    Operator(fn(&OperatorView, &mut Found)),
    /// A StorageClass.
    Class(fn(&ClassView, &mut Found)),
}

/// The rules, by id.
pub(crate) fn checks() -> impl Iterator<Item = &'static (&'static str, Check)> {
    [
        archiving::CHECKS,
        availability::CHECKS,
        classes::CHECKS,
        containers::CHECKS,
        names::CHECKS,
        operator::CHECKS,
        resources::CHECKS,
        restore::CHECKS,
        roles::CHECKS,
        services::CHECKS,
        storage::CHECKS,
    ]
    .into_iter()
    .flatten()
}

/// Where a rule reports what it found: the id and its severity are known, the path is the resolved object's.
pub(crate) struct Found<'a> {
    id: &'static str,
    place: &'a dyn Fn(&str) -> String,
    problems: &'a mut Problems,
}

impl<'a> Found<'a> {
    pub(crate) fn new(
        id: &'static str,
        place: &'a dyn Fn(&str) -> String,
        problems: &'a mut Problems,
    ) -> Self {
        Self { id, place, problems }
    }

    /// Reports a value at `path` of the object's `spec` or settings.
    pub(crate) fn at(&mut self, path: &str, message: impl Into<String>) {
        report(self.id, Problem::new((self.place)(path), message), self.problems);
    }

    /// The same with advice.
    pub(crate) fn with_fix(&mut self, path: &str, message: impl Into<String>, fix: impl Into<String>) {
        report(self.id, Problem::new((self.place)(path), message).hint(fix), self.problems);
    }
}

/// Files a problem under its trap, as an error or a warning as the table says.
pub(crate) fn report(id: &'static str, problem: Problem, problems: &mut Problems) {
    let problem = Problem { trap: Some(id), ..problem };
    match table::fate(id) {
        Some(Fate::Warning) => problems.warning(problem),
        _ => problems.error(problem),
    }
}

/// Warnings of constructs that no fact sheet has an id for.
const BY_NAME: &[&str] = &["no-backup", "restore-method", "sparse-backups"];

/// Whether warnings of this id exist, so that they can be accepted.
pub(crate) fn is_warning(id: &str) -> bool {
    BY_NAME.contains(&id) || table::fate(id) == Some(Fate::Warning)
}

/// Rules that look at more than a resolved object, and are reported by the construct that knows it.
#[cfg(test)]
const BY_CONSTRUCTS: &[&str] = &["T15", "T16", "T122"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_fate_and_every_decided_fate_its_rule() {
        let mut rules: Vec<_> = checks()
            .map(|(id, _)| *id)
            .chain(past::IDS.iter().copied())
            .chain(BY_CONSTRUCTS.iter().copied())
            .collect();
        rules.sort_unstable();
        rules.dedup();
        let decided: Vec<_> = {
            let mut ids: Vec<_> = TABLE
                .iter()
                .filter(|(_, fate)| matches!(fate, Fate::Error | Fate::Warning))
                .map(|(id, _)| *id)
                .collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(rules, decided);
    }
}
