//! Where a construct stands, and what it may know of the others.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::archive::Archives;
use crate::backup_policy::Numbers;
use crate::crds::operator_configuration::Configuration;
use crate::crds::postgresql::PostgresqlSpec;
use crate::platform::Platform;
use crate::releases::Release;
use crate::values::Schedule;

/// Which namespaces the operator looks at; it knows one or all, no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Every namespace.
    All,
    /// One namespace.
    Namespace(String),
}

impl Watch {
    /// Whether clusters in `namespace` are looked at.
    pub fn covers(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Namespace(watched) => watched == namespace,
        }
    }
}

/// The operator that the app runs under, with every setting filled in.
#[derive(Clone, Debug)]
pub struct OperatorFacts {
    /// Namespace of the operator.
    pub namespace: String,
    /// Which namespaces it looks at.
    pub watch: Watch,
    /// Whether the app renders it.
    pub rendered: bool,
    /// Its configuration, defaults included.
    pub configuration: Configuration,
    /// Names of the variables that its configuration brings into every pod from elsewhere, where they are known.
    pub pod_environment: Option<Vec<String>>,
}

impl OperatorFacts {
    /// Image of a cluster's pods: its own, or the operator's.
    pub(crate) fn image<'a>(&'a self, spec: &'a PostgresqlSpec) -> &'a str {
        spec.docker_image.as_deref().or(self.configuration.docker_image.as_deref()).unwrap_or_default()
    }
}

/// What others may know of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterFacts {
    /// Namespace.
    pub namespace: String,
    /// Name of the `postgresql` resource.
    pub name: String,
    /// Domain of the Kubernetes cluster.
    pub domain: String,
    /// Template of Secret names.
    pub secret_name_template: String,
    /// Roles with LOGIN that get a Secret.
    pub roles: Vec<String>,
    /// Whether it follows another cluster instead of having a primary.
    pub standby: bool,
    /// Whether there is a pooler before the primary, and before the replicas.
    pub poolers: (bool, bool),
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
        self.name.clone()
    }

    /// Service of the replicas, port 5432; without endpoints where there is one instance.
    pub fn replica_service(&self) -> String {
        format!("{}-repl", self.name)
    }

    /// Service of the primary's pooler, if there is one.
    pub fn pooler_service(&self) -> Option<String> {
        self.poolers.0.then(|| format!("{}-pooler", self.name))
    }

    /// Service of the replicas' pooler, if there is one.
    pub fn replica_pooler_service(&self) -> Option<String> {
        self.poolers.1.then(|| format!("{}-pooler-repl", self.name))
    }

    /// DNS name of a Service of this cluster, inside the Kubernetes cluster.
    pub fn dns(&self, service: &str) -> String {
        format!("{service}.{}.svc.{}", self.namespace, self.domain)
    }

    /// The Secret that the operator makes for a role, with keys `username` and `password`.
    pub fn secret(&self, role: &str) -> String {
        // `_` becomes `-`, so that two roles may ask for one Secret: pkg/cluster/util.go:581, trap T99.
        self.secret_name_template
            .replace("{username}", &role.replace('_', "-"))
            .replace("{cluster}", &self.name)
            .replace("{tprkind}", "postgresql")
            .replace("{tprgroup}", "acid.zalan.do")
    }
}

/// Where a construct stands. Passed down, never stored.
#[derive(Clone)]
pub struct Scope<'a> {
    pub(crate) path: String,
    pub(crate) chart: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) labels: &'a IndexMap<String, String>,
    pub(crate) platform: Platform,
    pub(crate) release: &'static Release,
    pub(crate) protect: bool,
    pub(crate) operator: &'a OperatorFacts,
    pub(crate) clusters: &'a BTreeMap<String, ClusterFacts>,
    pub(crate) archives: &'a Archives<'a>,
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

impl<'a> Scope<'a> {
    /// Stores, policies and archives of the app.
    pub(crate) fn archives(&self) -> &'a Archives<'a> {
        self.archives
    }

    /// Annotations that keep delivery tools from deleting what would be lost with its data.
    pub(crate) fn protection(&self) -> Vec<(String, String)> {
        match self.protect {
            true => vec![
                ("argocd.argoproj.io/sync-options".to_owned(), "Prune=false,Delete=false".to_owned()),
                ("kustomize.toolkit.fluxcd.io/prune".to_owned(), "disabled".to_owned()),
            ],
            false => vec![],
        }
    }
}
