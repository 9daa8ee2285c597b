//! What an app's `release` stands for: versions, images, and every default that reaches a pod.
//!
//! A release never changes once it is out, because any change of a pod's image, environment or sidecar restarts every
//! database; `tests/releases` holds what each of them renders. A new release is a folder beside this file and a line in
//! [`ReleaseName`]. Nothing else in the tree names an image.

mod r2026_11;

use pgsynth_upstream::crds::Edition;
use pgsynth_upstream::crds::operator_configuration::Configuration;
use pgsynth_upstream::release::Versions;

use crate::values::{Cpu, Memory, Platform, choices, image_name};

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

    /// What the name stands for.
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

/// PriorityClass of PostgreSQL's pods: below Longhorn, above applications.
pub(crate) const PRIORITY_CLASS: &str = "postgres-pod-priority";

/// How an image restores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownMethod {
    /// The image.
    pub image: &'static str,
    /// Its method.
    pub method: RestoreMethod,
    /// Whether the image was seen to restore by it; otherwise it is presumed.
    pub seen: bool,
}

/// The images of one release.
#[derive(Clone, Copy, Debug)]
pub struct Images {
    /// The operator.
    pub operator: &'static str,
    /// PostgreSQL's pods.
    pub spilo: &'static str,
    /// Connection poolers.
    pub pooler: &'static str,
    /// Dumps.
    pub logical_backup: &'static str,
    /// The exporter beside PostgreSQL.
    pub exporter: &'static str,
    /// The exporter before a pooler.
    pub pgbouncer_exporter: &'static str,
    /// The S3 server of a local store.
    pub s3: &'static str,
}

/// What PostgreSQL's pods get where a cluster says nothing.
#[derive(Clone, Copy, Debug)]
pub struct PodDefaults {
    /// StorageClass of the data volume. None: the Kubernetes cluster's own.
    pub storage_class: fn(Platform) -> Option<&'static str>,
    /// Cores that are requested. There is no limit: throttling stalls archiving.
    pub cpu: fn(Platform) -> Cpu,
    /// Memory, requested and at most.
    pub memory: fn(Platform) -> Memory,
    /// `huge_pages`, where none are requested.
    pub huge_pages: &'static str,
    /// initdb's option `data-checksums`.
    pub data_checksums: &'static str,
    /// `spiloFSGroup`, where a certificate is mounted and the operator sets none.
    pub fs_group: i64,
}

/// Amounts of a container: requests, then limits.
#[derive(Clone, Copy, Debug)]
pub struct Amounts {
    /// Cores that are requested.
    pub cpu: &'static str,
    /// Memory that is requested.
    pub memory: &'static str,
    /// Cores at most.
    pub cpu_limit: &'static str,
    /// Memory at most.
    pub memory_limit: &'static str,
}

/// The exporter beside PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub struct Exporter {
    /// Its command.
    pub command: &'static [&'static str],
    /// Further flags, each from this major version of PostgreSQL on.
    pub flags: &'static [(u32, &'static str)],
    /// Files of queries, each from this major version of PostgreSQL on.
    pub queries: &'static [(u32, &'static str)],
    /// The same for a cluster that was restored to a time, which stands at `$AT`: queries, and the SQL that they need.
    pub restored: [&'static str; 2],
    /// Its amounts.
    pub resources: Amounts,
    /// Gives its role what a resource of the operator cannot say; may run any number of times.
    pub role: &'static str,
}

/// One release.
#[derive(Debug)]
pub struct Release {
    /// Its name.
    pub name: ReleaseName,
    /// The day on which the versions were checked.
    pub checked: &'static str,
    /// Versions that rules and schemas depend on.
    pub versions: Versions,
    /// Versions of Kubernetes that were tried, first and last.
    pub kubernetes: [&'static str; 2],
    /// Its images.
    pub images: Images,
    /// Settings of the operator that pgsynth gives for production.
    pub operator: fn(Platform, &Images) -> Configuration,
    /// Settings that the operator's own Helm chart gives, as far as they differ from the defaults of the CRD.
    pub chart: fn(&Images) -> Configuration,
    /// What PostgreSQL's pods get where a cluster says nothing.
    pub pods: PodDefaults,
    /// The script that keeps a second history out of an archive, run by the image of PostgreSQL's pods.
    pub archive_guard: &'static str,
    /// The exporter beside PostgreSQL.
    pub exporter: Exporter,
    /// How images restore.
    pub restore_methods: &'static [KnownMethod],
    /// The operator's CRDs, by file name.
    pub crds: &'static [(&'static str, &'static str)],
}

impl Release {
    /// How an image restores, where that is known.
    pub(crate) fn restore_method(&self, image: &str) -> Option<KnownMethod> {
        // In a mirror it is the same image.
        let name = image_name(image);
        self.restore_methods.iter().find(|known| image_name(known.image) == name).copied()
    }

    /// What the CRDs of this release are made of.
    pub fn edition(&self) -> Edition {
        Edition {
            operator: self.versions.operator,
            spilo: self.images.spilo,
            pooler: self.images.pooler,
            logical_backup: self.images.logical_backup,
        }
    }

    /// Known faults of this release's operator that a later one has mended, or will: rules that hold for a time.
    pub fn faults(&self) -> impl Iterator<Item = &'static pgsynth_upstream::rules::Rule> {
        let operator = self.versions.operator;
        pgsynth_upstream::rules::all()
            .filter(move |rule| rule.applies.since.is_some() && rule.applies.to(operator))
    }
}
