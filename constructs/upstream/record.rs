//! What an output remembers of its clusters, by the names that Kubernetes knows them by: `<output>/.pgsynth`.

use std::collections::BTreeMap;
use std::fmt;

use crate::values::Memory;

/// A cluster's namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterKey {
    /// Namespace.
    pub namespace: String,
    /// Name of the `postgresql` resource.
    pub name: String,
}

impl ClusterKey {
    /// The cluster of this name in this namespace.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for ClusterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// What an app's output remembers of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Whether Patroni keeps its state in ConfigMaps.
    pub config_maps: Option<bool>,
    /// What the API server never changes of an object that exists: a hash of it, by kind, namespace and name.
    pub fixed: BTreeMap<String, String>,
    /// Clusters.
    pub clusters: BTreeMap<ClusterKey, ClusterRecord>,
}

/// What is remembered of a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusterRecord {
    /// Major version of PostgreSQL, the highest that it ever had.
    pub postgres: Option<u32>,
    /// Its instances.
    pub instances: i32,
    /// Size of its volumes, the largest that they ever had.
    pub size: String,
    /// Class of its volumes.
    pub class: Option<String>,
    /// Kind of each database: `plain` or `prepared`.
    pub databases: BTreeMap<String, String>,
    /// Which history of it is archived.
    pub generation: Option<u32>,
    /// Where it is archived.
    pub root: Option<String>,
    /// Where the store of the archive answers; nothing at AWS, or where that was not remembered yet.
    pub endpoint: Option<String>,
    /// The policy by which it is archived.
    pub backup: Option<String>,
}

impl Record {
    /// What is to be remembered after this app has followed the one that `before` remembers: sizes and majors never
    /// fall while the data is the same, so that a shrink or a downgrade is seen every time and not only once.
    pub fn after(mut self, before: &Self) -> Self {
        for (key, cluster) in &mut self.clusters {
            // A new generation has new volumes.
            if let Some(before) =
                before.clusters.get(key).filter(|known| known.generation == cluster.generation)
            {
                if bytes(&before.size) > bytes(&cluster.size) {
                    cluster.size.clone_from(&before.size);
                }
                cluster.postgres = cluster.postgres.max(before.postgres);
            }
        }
        self
    }
}

/// Bytes of a size, where it is one.
pub(crate) fn bytes(size: &str) -> Option<u128> {
    size.parse::<Memory>().ok().and_then(|size| size.bytes())
}
