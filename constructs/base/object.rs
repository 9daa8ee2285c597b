//! One Kubernetes API object, on its way from a construct to a manifest.

use std::any::Any;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

use super::Scope;
use crate::values::Platform;

/// What an object serializes from: anything that serde can write and that can be looked at again.
pub trait Body: erased_serde::Serialize + Any + Send + Sync {}

impl<T: Serialize + Any + Send + Sync> Body for T {}

/// When an object is applied, and in which file of the output it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// `00-namespaces`: Namespaces.
    Namespaces,
    /// `10-operator`: the operator and what it needs.
    Operator,
    /// `20-storage`: StorageClasses and what belongs to them.
    Storage,
    /// `30-<chart>`: policies, raw objects and constructs of other repositories.
    Chart,
    /// `40-<chart>-<cluster>`: one PostgreSQL cluster.
    Cluster,
    /// `50-<chart>-<id>`: jobs.
    Jobs,
    /// `60-<chart>-<id>`: monitoring.
    Monitoring,
}

impl Stage {
    /// The number that file names begin with.
    pub fn number(self) -> u8 {
        self as u8 * 10
    }

    /// The file of this stage for a construct, without its extension: `[a-z0-9-]+`, in the order of application.
    fn file(self, scope: &Scope) -> String {
        let Scope { chart, id, .. } = scope;
        let name = match self {
            Self::Namespaces => "namespaces".to_owned(),
            Self::Operator => "operator".to_owned(),
            Self::Storage => "storage".to_owned(),
            Self::Chart => (*chart).to_owned(),
            Self::Cluster | Self::Jobs | Self::Monitoring => format!("{chart}-{id}"),
        };
        match scope.platform {
            // Its manifests folder takes files of one name for one add-on, in whatever subfolder they stand: what the
            // second does not have, the first loses.
            Platform::K3s => format!("{:02}-{}-{name}", self.number(), scope.app),
            _ => format!("{:02}-{name}", self.number()),
        }
    }
}

/// What tells an object from all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// API group and version, `apps/v1`.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; none for objects of the whole Kubernetes cluster.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl Identity {
    /// The API group, without the version: objects of two versions of a group are the same object.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_version: _, kind, namespace, name } = self;
        match namespace {
            Some(namespace) => write!(f, "{kind} `{name}` in namespace `{namespace}`"),
            None => write!(f, "{kind} `{name}`"),
        }
    }
}

/// A value for a field that the Kubernetes types of one version require and those of another do not: consumers choose
/// the version, and no rendered byte depends on it.
pub(crate) fn either<T, F: From<T>>(value: T) -> F {
    F::from(value)
}

/// One API object: what it is, where it comes from, and what is written.
pub struct Object {
    /// When it is applied.
    pub stage: Stage,
    /// What it is.
    pub identity: Identity,
    /// Path of the construct that renders it.
    pub origin: String,
    file: String,
    body: Box<dyn Body>,
}

impl Object {
    /// An object of a type of k8s-openapi. It gets the labels of its chart where it does not set them itself.
    pub fn of<T>(stage: Stage, scope: &Scope, mut object: T) -> Self
    where
        T: k8s_openapi::Resource + k8s_openapi::Metadata<Ty = ObjectMeta> + Serialize + Any + Send + Sync,
    {
        let metadata = object.metadata_mut();
        let labels = metadata.labels.get_or_insert_default();
        for (key, value) in scope.labels() {
            labels.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let mut annotations = metadata.annotations.take().unwrap_or_default();
        super::protection::protect(stage, scope, &mut annotations);
        metadata.annotations = (!annotations.is_empty()).then_some(annotations);
        let identity = Identity {
            api_version: T::API_VERSION.to_owned(),
            kind: T::KIND.to_owned(),
            namespace: metadata.namespace.clone(),
            name: metadata.name.clone().unwrap_or_default(),
        };
        Self::new(stage, scope, identity, object)
    }

    /// An object of any type that serializes with `apiVersion`, `kind` and `metadata`, labels among it.
    pub fn new(stage: Stage, scope: &Scope, identity: Identity, body: impl Body) -> Self {
        Self::boxed(stage, scope, identity, Box::new(body))
    }

    pub(crate) fn boxed(stage: Stage, scope: &Scope, identity: Identity, body: Box<dyn Body>) -> Self {
        Self { stage, identity, origin: scope.path().to_owned(), file: stage.file(scope), body }
    }

    /// Puts another body in the place of its own.
    pub(crate) fn replace(&mut self, body: impl Body) {
        self.body = Box::new(body);
    }

    /// The file in which the object stands, without its extension.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What is written, for a serializer.
    pub fn body(&self) -> &dyn erased_serde::Serialize {
        &*self.body
    }

    /// The typed object, if it is a `T`.
    pub fn downcast<T: Any>(&self) -> Option<&T> {
        let body: &dyn Any = &*self.body;
        body.downcast_ref()
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("identity", &self.identity)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
