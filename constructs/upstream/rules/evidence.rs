//! What rules are asked about, and what stands around it.

use crate::behaviour::classes::{ClaimFacts, ClassFacts, ClassView};
use crate::behaviour::operator::OperatorFacts;
use crate::crds::Bounded;
use crate::crds::postgresql::{Postgresql, PostgresqlSpec};
use crate::record::Record;
use crate::values::Platform;

/// Everything that is known. What is left out makes the rules that need it undecided, never silent.
#[derive(Default)]
pub struct Evidence<'a> {
    /// Clusters, with everything resolved: overlays, defaults, what the API server fills in.
    pub clusters: Vec<ClusterEvidence<'a>>,
    /// The operator that they run under.
    pub operator: Option<OperatorEvidence<'a>>,
    /// StorageClasses as they are applied.
    pub classes: Vec<ClassView>,
    /// What the Kubernetes cluster runs on.
    pub platform: Option<Platform>,
    /// What an output remembers, and what it would remember now.
    pub record: Option<RecordEvidence<'a>>,
}

/// A cluster, and what it stands on.
#[derive(Clone, Copy)]
pub struct ClusterEvidence<'a> {
    /// The `postgresql` object.
    pub resource: &'a Postgresql,
    /// StorageClasses that something is known of.
    pub classes: &'a [ClassFacts],
    /// Claims that something is known of.
    pub claims: &'a [ClaimFacts],
    /// Every namespace that there is said to be, where that is known.
    pub namespaces: Option<&'a [String]>,
}

impl<'a> ClusterEvidence<'a> {
    /// A cluster of whose storage nothing is known.
    pub fn of(resource: &'a Postgresql) -> Self {
        Self { resource, classes: &[], claims: &[], namespaces: None }
    }

    /// What the resource asks for.
    pub fn spec(&self) -> &'a PostgresqlSpec {
        &self.resource.spec
    }

    /// Name of the cluster.
    pub fn name(&self) -> &'a str {
        self.resource.metadata.name.as_deref().unwrap_or_default()
    }

    /// Namespace of the cluster.
    pub fn namespace(&self) -> &'a str {
        self.resource.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// Servers, the primary included.
    pub fn instances(&self) -> i32 {
        self.spec().number_of_instances.map_or(0, Bounded::get)
    }

    /// What is known of its volumes' class.
    pub fn class(&self) -> Option<&'a ClassFacts> {
        let name = self.spec().volume.as_ref()?.storage_class.as_deref()?;
        self.classes.iter().find(|class| class.name == name)
    }
}

/// An operator, and what its clusters are to it.
#[derive(Clone, Copy)]
pub struct OperatorEvidence<'a> {
    /// The operator.
    pub facts: &'a OperatorFacts,
    /// Whether data must not be lost.
    pub protect: bool,
    /// Whether a namespace of clusters admits no more than the pod security standard `baseline`.
    pub baseline: bool,
}

impl OperatorEvidence<'_> {
    /// Whether keys may come from what is not shown: a Secret or ConfigMap of the pods' environment, or a definition of the
    /// pods' account, which may give them rights at a cloud.
    pub(crate) fn has_other_keys(&self) -> bool {
        let Some(section) = self.facts.kubernetes() else { return false };
        let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let sources = given(&section.pod_environment_secret) || given(&section.pod_environment_configmap);
        (sources && self.facts.pod_environment.is_none()) || given(&section.pod_service_account_definition)
    }
}

/// What an output remembers, and what it would remember now.
pub struct RecordEvidence<'a> {
    /// As it was remembered.
    pub before: &'a Record,
    /// As it is.
    pub after: &'a Record,
    /// What the user calls each cluster of `after`, in its order: `<chart>/<cluster>`.
    pub ids: Vec<String>,
    /// Those of them that may leave their data behind this time.
    pub accepted: &'a [String],
    /// Clusters that are gone on purpose.
    pub retired: &'a [Retirement],
    /// StorageClasses that something is known of.
    pub classes: &'a [ClassFacts],
}

/// A cluster that is gone on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// What the user calls the entry, `<chart>/<cluster>`.
    pub id: String,
    /// Name that the cluster had.
    pub name: String,
    /// Namespace that it was in, where that is recorded.
    pub namespace: Option<String>,
}

impl Retirement {
    /// Whether the entry speaks of this cluster.
    pub fn is(&self, key: &crate::record::ClusterKey) -> bool {
        self.name == key.name && self.namespace.as_ref().is_none_or(|namespace| *namespace == key.namespace)
    }
}
