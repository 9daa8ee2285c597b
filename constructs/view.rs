//! A cluster with all that is known of it, for what runs beside it.

use crate::archive::{Archive, Archives};
use crate::base::{ClusterFacts, Scope};
use crate::cluster::Cluster;
use crate::crds::postgresql::Postgresql;

/// A cluster with all that is known of it.
pub(crate) struct View<'a> {
    /// Folder of the app's output.
    pub(crate) output: &'a str,
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) archives: &'a Archives<'a>,
    pub(crate) cluster: &'a Cluster,
    pub(crate) facts: &'a ClusterFacts,
    pub(crate) resource: &'a Postgresql,
}

impl View<'_> {
    /// The archive of a generation of the cluster, by its present policy.
    pub(crate) fn archive(&self, generation: u32) -> Option<Archive<'_>> {
        let policy = &self.facts.backup.as_ref()?.policy;
        self.archives.generation(policy, &self.facts.namespace, &self.facts.name, generation)
    }

    /// Size of its volume in bytes.
    pub(crate) fn volume(&self) -> u128 {
        let size = self.resource.spec.volume.as_ref().and_then(|volume| volume.size.as_ref());
        size.and_then(crate::values::Memory::bytes).unwrap_or(0)
    }

    /// Class of its volume, where one is said.
    pub(crate) fn class(&self) -> Option<&str> {
        self.resource.spec.volume.as_ref().and_then(|volume| volume.storage_class.as_deref())
    }
}
