//! An operator as its clusters see it: where it runs, what it watches, and every setting.

use crate::crds::operator_configuration::{Configuration, Kubernetes};
use crate::crds::postgresql::PostgresqlSpec;

/// Which namespaces the operator watches; it knows one or all, no list (`docs/operator.md`, 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Every namespace.
    All,
    /// One namespace.
    Namespace(String),
}

impl Watch {
    /// What an operator in a namespace watches by its `watched_namespace`: without one its own.
    pub fn of(watched: Option<&str>, own: &str) -> Self {
        match watched {
            Some("*") => Self::All,
            None | Some("") => Self::Namespace(own.to_owned()),
            Some(watched) => Self::Namespace(watched.to_owned()),
        }
    }

    /// Whether clusters in `namespace` are watched.
    pub fn covers(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Namespace(watched) => watched == namespace,
        }
    }
}

/// An operator, with every setting filled in.
#[derive(Clone, Debug)]
pub struct OperatorFacts {
    /// Namespace of the operator.
    pub namespace: String,
    /// Which namespaces it watches.
    pub watch: Watch,
    /// Whether the app renders it; one that runs already cannot be changed from here.
    pub rendered: bool,
    /// Its configuration, defaults included.
    pub configuration: Configuration,
    /// Names of the variables that its configuration brings into every pod from elsewhere, where they are known.
    pub pod_environment: Option<Vec<String>>,
}

impl OperatorFacts {
    /// Image of a cluster's pods: its own, or the operator's.
    pub fn image<'a>(&'a self, spec: &'a PostgresqlSpec) -> &'a str {
        spec.docker_image.as_deref().or(self.configuration.docker_image.as_deref()).unwrap_or_default()
    }

    /// Its settings of Kubernetes objects, where they are given.
    pub fn kubernetes(&self) -> Option<&Kubernetes> {
        self.configuration.kubernetes.as_ref()
    }

    /// Domain of the Kubernetes cluster, such as `cluster.local`.
    pub fn domain(&self) -> &str {
        self.kubernetes().and_then(|section| section.cluster_domain.as_deref()).unwrap_or_default()
    }
}
