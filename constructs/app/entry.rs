//! A cluster on its way through validation.

use crate::base::Scope;
use crate::cluster::{Cluster, Resolved};

/// A cluster, where it stands, and what it renders.
pub(super) struct Entry<'a> {
    /// `<chart>/<cluster>`.
    pub(super) id: String,
    pub(super) cluster: &'a Cluster,
    pub(super) scope: Scope<'a>,
    pub(super) resolved: Resolved,
}

impl Entry<'_> {
    /// Path in the app of a path in the cluster's `spec`.
    pub(super) fn place(&self, path: &str) -> String {
        match path {
            "" => self.scope.path().to_owned(),
            path => self.scope.at(&self.cluster.place(path)),
        }
    }
}
