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
    /// Whether the cluster itself has this label or annotation.
    fn says(&self, path: &str) -> bool {
        match path.split_once('.') {
            Some(("labels", key)) => self.cluster.labels.contains_key(key),
            _ => true,
        }
    }

    /// Path in the app of a path in the cluster's `spec`.
    pub(super) fn place(&self, path: &str) -> String {
        match path {
            "" => self.scope.path().to_owned(),
            path => match path.strip_prefix("metadata.") {
                Some(own) if self.says(own) => self.scope.at(own),
                // What a cluster does not say itself its chart says for all.
                Some(of_chart) => format!("charts.{}.{of_chart}", self.scope.chart()),
                None => self.scope.at(&self.cluster.place(path)),
            },
        }
    }
}
