//! Where a construct stands, and what it may know of the others.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::OperatorFacts;
use super::Pulled;
use crate::release::Release;
use crate::values::{Platform, Schedule};
use pgsynth_upstream::behaviour::names;
use pgsynth_upstream::behaviour::pooler::Poolers;
use pgsynth_upstream::behaviour::retention::Numbers;
use pgsynth_upstream::behaviour::secrets::SecretNames;

/// What others may know of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterFacts {
    /// Namespace.
    pub namespace: String,
    /// Name of the `postgresql` resource.
    pub name: String,
    /// Domain of the Kubernetes cluster.
    pub domain: String,
    /// Names of the Secrets of its roles.
    pub secret_names: SecretNames,
    /// The superuser's role.
    pub superuser: String,
    /// The role that replicas connect as.
    pub replication: String,
    /// The pooler's role.
    pub pooler_role: String,
    /// Roles with LOGIN that get a Secret.
    pub roles: Vec<String>,
    /// Whether it follows another cluster instead of having a primary.
    pub standby: bool,
    /// Which poolers it has.
    pub poolers: Poolers,
    /// The backup, if there is one.
    pub backup: Option<BackupFacts>,
}

/// What others may know of a cluster's backup.
#[derive(Clone, Debug, PartialEq)]
pub struct BackupFacts {
    /// Id of the policy.
    pub policy: String,
    /// Id of the store.
    pub store: String,
    /// Which history of the cluster is written.
    pub generation: u32,
    /// Where it is written, `s3://.../wal`; Spilo puts the major version behind it.
    pub root: String,
    /// Where the store answers; nothing at AWS.
    pub endpoint: Option<String>,
    /// When base backups are made, in UTC.
    pub schedule: Schedule,
    /// How much may be lost: seconds.
    pub rpo: u64,
    /// What the policy comes to.
    pub numbers: Numbers,
    /// Where earlier histories of the cluster are; nothing removes them.
    pub superseded: Vec<String>,
}

impl ClusterFacts {
    /// Service of the primary, port 5432.
    pub fn primary_service(&self) -> String {
        names::primary_service(&self.name)
    }

    /// Service of the replicas, port 5432; without endpoints where there is one instance.
    pub fn replica_service(&self) -> String {
        names::replica_service(&self.name)
    }

    /// Service of the primary's pooler, if there is one.
    pub fn pooler_service(&self) -> Option<String> {
        self.poolers.primary.then(|| names::pooler_service(&self.name))
    }

    /// Service of the replicas' pooler, if there is one.
    pub fn replica_pooler_service(&self) -> Option<String> {
        self.poolers.replicas.then(|| names::replica_pooler_service(&self.name))
    }

    /// DNS name of a Service of this cluster, inside the Kubernetes cluster.
    pub fn dns(&self, service: &str) -> String {
        format!("{service}.{}.svc.{}", self.namespace, self.domain)
    }

    /// The Secret that the operator makes for a role, with keys `username` and `password`.
    pub fn secret(&self, role: &str) -> String {
        self.secret_names.name(role, &self.name)
    }
}

/// Where a construct stands. Passed down, never stored.
#[derive(Clone)]
pub struct Scope<'a> {
    pub(crate) path: String,
    /// Name of the app.
    pub(crate) app: &'a str,
    pub(crate) chart: &'a str,
    /// What stands behind the chart in the names of its files.
    pub(crate) id: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) labels: &'a IndexMap<String, String>,
    pub(crate) platform: Platform,
    pub(crate) release: &'static Release,
    pub(crate) images: &'a Pulled,
    pub(crate) protect: bool,
    pub(crate) operator: &'a OperatorFacts,
    pub(crate) clusters: &'a BTreeMap<String, ClusterFacts>,
}

impl<'a> Scope<'a> {
    /// Path of the construct.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Path of a field of the construct.
    pub fn at(&self, field: &str) -> String {
        crate::crds::join(&self.path, field)
    }

    /// The same scope for what stands below.
    pub fn below(&self, field: &str) -> Scope<'a> {
        Scope { path: self.at(field), ..self.clone() }
    }

    /// The same scope for what has files of its own.
    pub(crate) fn owning(&self, section: &str, id: &'a str) -> Scope<'a> {
        let path = if section.is_empty() { self.at(id) } else { self.at(&format!("{section}.{id}")) };
        Scope { path, id, ..self.clone() }
    }

    /// Id of the chart.
    pub fn chart(&self) -> &str {
        self.chart
    }

    /// Namespace of the chart.
    pub fn namespace(&self) -> &str {
        self.namespace
    }

    /// Labels that every object of the chart gets.
    pub fn labels(&self) -> &IndexMap<String, String> {
        self.labels
    }

    /// Platform of the app.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Release of the app.
    pub fn release(&self) -> &'static Release {
        self.release
    }

    /// The operator that the app runs under.
    pub fn operator(&self) -> &OperatorFacts {
        self.operator
    }

    /// Facts of a cluster, by its id for one of this chart or by `<chart>/<cluster>`.
    pub fn cluster(&self, reference: &str) -> Option<&'a ClusterFacts> {
        match reference.contains('/') {
            true => self.clusters.get(reference),
            false => self.clusters.get(&format!("{}/{reference}", self.chart)),
        }
    }
}
