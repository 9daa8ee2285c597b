//! Versions in one place: what an app's `release` stands for.
//!
//! A release never changes once it is out, because any change in a pod's image, environment or sidecar restarts every
//! database. New versions and new defaults come with a new release. Nothing else in the tree names an image.

pub mod r2026_11;

use crate::values::choices;

choices!(
    /// What pods get: operator, images and every default that reaches a pod.
    ReleaseName, "release", {
        /// November 2026: operator 2.0.1, Spilo 4.1.
        R2026_11 = "2026.11",
    }
);

impl ReleaseName {
    /// The newest release, which `pgsynth init` writes.
    pub const NEWEST: Self = Self::R2026_11;

    /// The versions behind the name.
    pub fn release(self) -> &'static Release {
        match self {
            Self::R2026_11 => &r2026_11::RELEASE,
        }
    }
}

choices!(
    /// `CLONE_METHOD` of an image. The wrong one is no error to Spilo: it initialises an empty cluster.
    RestoreMethod, "restore method", {
        /// Images up to Spilo 4.0.
        Wale = "CLONE_WITH_WALE",
        /// Later ones.
        Walg = "CLONE_WITH_WALG",
    }
);

impl Release {
    /// How an image restores, and whether it was seen to.
    pub(crate) fn restore_method(&self, image: &str) -> Option<(RestoreMethod, bool)> {
        let known = self.restore_methods.iter().find(|(known, ..)| *known == image);
        known.map(|(_, method, seen)| (*method, *seen))
    }
}

/// The versions of one release.
#[derive(Debug)]
pub struct Release {
    /// Its name.
    pub name: ReleaseName,
    /// The day on which the versions were checked.
    pub checked: &'static str,
    /// Version of the operator.
    pub operator: &'static str,
    /// Image of the operator.
    pub operator_image: &'static str,
    /// Image of PostgreSQL's pods.
    pub spilo_image: &'static str,
    /// Image of connection poolers.
    pub pooler_image: &'static str,
    /// Image of dumps.
    pub logical_backup_image: &'static str,
    /// Major versions of PostgreSQL that the operator and the image have.
    pub postgres: &'static [&'static str],
    /// Versions of Kubernetes that were tried, first and last.
    pub kubernetes: (&'static str, &'static str),
    /// The script that keeps a second history out of an archive, run by the image of PostgreSQL's pods.
    pub archive_guard: &'static str,
    /// Image of the exporter beside PostgreSQL.
    pub exporter_image: &'static str,
    /// Image of the exporter before a pooler.
    pub pgbouncer_exporter_image: &'static str,
    /// Image of the S3 server of a local store.
    pub s3_image: &'static str,
    /// How images restore: image, method, and whether it was seen to.
    pub restore_methods: &'static [(&'static str, RestoreMethod, bool)],
    /// The operator's CRDs, by file name.
    pub crds: &'static [(&'static str, &'static str)],
}
