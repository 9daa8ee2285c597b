//! A cluster that follows another instead of having a primary.

use crate::archive::{Archive, ArchivePath, Archives, prefixed};
use crate::base::{Problems, Scope, construct};
use crate::crds::env::EnvVar;
use crate::crds::postgresql::StandbySource;
use crate::values::{Id, Whole};

construct! {
    /// What a cluster follows: a primary by streaming (`host`), or an archive (`cluster` or `path`). The Secrets of its system
    /// roles must be copied from the source under this cluster's names; roles and databases come with the data.
    ///
    /// ```
    /// use pgsynth_constructs::cluster::Standby;
    /// let streaming = Standby::of("acme-orders.shop");
    /// let archive = Standby::of_cluster("shop/acme-orders");
    /// ```
    pub struct Standby {
        /// Host of the primary, such as `acme-orders.shop`.
        [optional] host: String,

        /// Port of the primary. Default: 5432.
        [optional] port: Whole<1, 65535>,

        /// Replication slot on the primary. Default: none.
        [optional] slot: String,

        /// The cluster whose archive it follows: one of this chart by its id, or `<chart>/<cluster>`.
        [optional] cluster: String,

        /// An archive that another app writes: `s3://bucket/.../wal/<major>`.
        [optional] path: ArchivePath,

        /// The policy that reads the archive at `path`.
        [optional] backup: Id,
    }
}

impl Standby {
    /// A cluster that follows the primary at this host.
    pub fn of(host: impl Into<String>) -> Self {
        Self { host: Some(host.into()), ..Self::default() }
    }

    /// A cluster that follows the archive of another cluster of the app.
    pub fn of_cluster(cluster: impl Into<String>) -> Self {
        Self { cluster: Some(cluster.into()), ..Self::default() }
    }

    pub(super) fn validate(&self, scope: &Scope, archives: &Archives, problems: &mut Problems) {
        let Self { host, port, slot, cluster, path, backup } = self;
        let sources = [host.is_some(), cluster.is_some(), path.is_some()];
        match sources.iter().filter(|given| **given).count() {
            1 => {}
            0 => {
                problems.required(scope.path(), "what it follows: `host`, `cluster` or `path`");
            }
            _ => {
                problems.forbidden(scope.path(), "only one of `host`, `cluster` and `path` may be given");
            }
        }
        if host.as_ref().is_some_and(String::is_empty) {
            problems.required(
                scope.at("host"),
                "the host of the primary; the API server accepts an empty one, which starts nothing",
            );
        }
        if host.is_none() && (port.is_some() || slot.is_some()) {
            problems.forbidden(scope.path(), "`port` and `slot` belong to `host`; an archive has neither");
        }
        if let Some(cluster) = cluster {
            match archives.find(scope.chart(), cluster) {
                None => {
                    archives.no_cluster(&scope.at("cluster"), cluster, problems);
                }
                Some((id, source)) if source.policy.is_none() || source.retired => {
                    problems.invalid(scope.at("cluster"), cluster, format!("`{id}` writes no archive"));
                }
                Some(_) => {}
            }
        }
        match (path, backup) {
            (Some(_), None) => {
                problems.required(
                    scope.at("backup"),
                    "the policy whose store and keys read the archive at `path`",
                );
            }
            (None, Some(_)) => {
                problems.forbidden(scope.at("backup"), "it is only for `path`");
            }
            (Some(_), Some(backup)) => {
                archives.check_policy(backup.as_str(), &scope.at("backup"), problems);
            }
            (None, None) => {}
        }
        if let Some(path) = path
            && path.as_str().rsplit_once("/wal/").is_none_or(|(_, major)| major.parse::<u32>().is_err())
        {
            problems.invalid(scope.at("path"), path, "a standby reads one major: expected `.../wal/<major>`");
        }
    }

    /// The archive that is followed.
    pub(crate) fn archive<'a>(&'a self, scope: &Scope, archives: &'a Archives) -> Option<Archive<'a>> {
        if let (Some(path), Some(backup)) = (&self.path, &self.backup) {
            return archives.path(backup.as_str(), path);
        }
        let (_, source) = archives.find(scope.chart(), self.cluster.as_deref()?)?;
        let policy = source.policy.as_deref()?;
        archives.generation(policy, &source.namespace, &source.name, source.generation)
    }

    /// The archive's path with the major version of the source, below which a standby looks.
    fn prefix(&self, scope: &Scope, archives: &Archives) -> Option<String> {
        let root = self.archive(scope, archives)?.root();
        if self.path.is_some() {
            return Some(root);
        }
        let (_, source) = archives.find(scope.chart(), self.cluster.as_deref()?)?;
        Some(format!("{root}/{}", source.major?))
    }

    /// The standby side: the path and how it is read, under names with `STANDBY_`. Scope, method and host stay the
    /// operator's (pkg/cluster/k8sres.go:2228).
    pub(super) fn variables(&self, scope: &Scope, archives: &Archives) -> Vec<EnvVar> {
        let (Some(archive), Some(prefix)) = (self.archive(scope, archives), self.prefix(scope, archives))
        else {
            return vec![];
        };
        let mut variables = vec![EnvVar::new("WALG_S3_PREFIX", prefix)];
        // Names that the operator or WAL-E alone reads are not ours to set here.
        variables.extend(archive.access().into_iter().filter(|variable| !variable.name.starts_with("WALE_")));
        prefixed("STANDBY_", variables)
    }

    pub(super) fn render(&self, scope: &Scope, archives: &Archives) -> StandbySource {
        StandbySource {
            standby_host: self.host.clone(),
            standby_port: self.port.map(|port| port.to_string()),
            standby_primary_slot_name: self.slot.clone(),
            s3_wal_path: self.prefix(scope, archives),
            ..StandbySource::default()
        }
    }
}
