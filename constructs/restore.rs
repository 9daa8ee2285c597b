//! Where a cluster's first data comes from: an archive, at a time.

use crate::archive::{Archive, ArchivePath, Archives, Generation, History, prefixed};
use crate::base::{Kind, Problem, Problems, Scope, construct};
use crate::crds::env::EnvVar;
use crate::release::KnownMethod;
pub use crate::release::RestoreMethod;
use crate::rules::{RESTORE_TO_OLDER_MAJOR, RESTORED_ROLES_UNNAMED, report};
use crate::values::{Id, Moment};

construct! {
    /// Where a cluster's first data comes from: a generation of a cluster of the app, or of one that is retired, or any
    /// archive by its path. It stays in the app as the record of that: a guard in the pod makes it inert once there is data.
    ///
    /// ```
    /// use pgsynth_constructs::Restore;
    /// let restore = Restore::of("acme-orders", 1, "2026-11-24T10:00:00+01:00").exclusive(true);
    /// ```
    ///
    /// ```yaml
    /// restore: {cluster: acme-orders, generation: 1, at: "2026-11-24T10:00:00+01:00"}
    /// ```
    pub struct Restore {
        /// The source: a cluster of this chart by its id, or `<chart>/<cluster>`; its own name for a restore in place.
        [optional] cluster: String,

        /// Which of the source's histories.
        [optional] generation: Generation,

        /// Instead of a cluster, an archive that anyone made: `s3://bucket/.../wal`, without the major version. Every major up
        /// to the cluster's own is tried.
        [optional] path: ArchivePath,

        /// The time to which the data is brought, with its zone, or `latest` for the end of the archive.
        [required] at: Moment,

        /// Whether a transaction that was committed exactly then is left out. Default: false.
        [flag] exclusive: bool,

        /// The policy under which that data was written. Default: the source's present one; required with `path`, and where
        /// the source is retired and does not say it.
        [optional] backup: Id,

        /// How the image restores. Required for an image that the release does not know. Default: the release's.
        [optional] method: RestoreMethod,
    }
}

impl Restore {
    /// From this generation of a cluster, at this time.
    pub fn of(cluster: impl Into<String>, generation: impl Into<Generation>, at: impl Into<Moment>) -> Self {
        Self { cluster: Some(cluster.into()), generation: Some(generation.into()), ..Self::new(at) }
    }

    /// From the archive at this path, which was written under this policy.
    pub fn from_path(path: impl Into<ArchivePath>, backup: impl Into<Id>, at: impl Into<Moment>) -> Self {
        Self::new(at).path(path).backup(backup)
    }

    /// The source's history, where it is named by a cluster that is known.
    fn source<'a>(&self, scope: &Scope, archives: &'a Archives) -> Option<(String, &'a History)> {
        archives.find(scope.chart(), self.cluster.as_deref()?)
    }

    fn policy<'a>(&'a self, scope: &Scope, archives: &'a Archives) -> Option<&'a str> {
        let present = || self.source(scope, archives).and_then(|(_, source)| source.policy.as_deref());
        self.backup.as_ref().map(Id::as_str).or_else(present)
    }

    /// The archive that is read.
    pub(crate) fn archive<'a>(&'a self, scope: &Scope, archives: &'a Archives) -> Option<Archive<'a>> {
        let policy = self.policy(scope, archives)?;
        if let Some(path) = &self.path {
            return archives.path(policy, path);
        }
        let (_, source) = self.source(scope, archives)?;
        archives.generation(policy, &source.namespace, &source.name, self.generation?.get())
    }

    /// Name that Spilo knows the source by.
    fn scope_name<'a>(&'a self, own: &'a str, scope: &Scope, archives: &'a Archives) -> &'a str {
        self.source(scope, archives).map_or(own, |(_, source)| source.name.as_str())
    }

    /// The restore side: the reading half with `CLONE_` before every name, method, scope and time, and nothing else.
    pub(crate) fn variables(
        &self,
        own: &str,
        method: RestoreMethod,
        scope: &Scope,
        archives: &Archives,
    ) -> Vec<EnvVar> {
        let Some(archive) = self.archive(scope, archives) else { return vec![] };
        let mut variables = vec![
            EnvVar::new("CLONE_METHOD", method.as_str()),
            EnvVar::new("CLONE_SCOPE", self.scope_name(own, scope, archives)),
        ];
        if let Some(time) = self.at.time() {
            variables.push(EnvVar::new("CLONE_TARGET_TIME", time));
            if self.exclusive {
                // Spilo asks whether the text is empty, so that `false` would mean true (configure_spilo.py, TEMPLATE).
                variables.push(EnvVar::new("CLONE_TARGET_INCLUSIVE", ""));
            }
        }
        variables.extend(prefixed("CLONE_", archive.reading()));
        variables
    }

    /// `own` is the cluster that is restored into, as `<chart>/<cluster>`, with its generation, its policy, its major and
    /// its roles.
    pub(crate) fn validate(
        &self,
        own: &RestoreTarget,
        scope: &Scope,
        archives: &Archives,
        problems: &mut Problems,
    ) {
        let Self { cluster, generation, path, at, exclusive, backup, method: _ } = self;
        match (cluster, path) {
            (Some(_), Some(_)) => {
                problems
                    .forbidden(scope.path(), "write either `cluster` and `generation`, or `path`, not both");
            }
            (None, None) => {
                problems.required(
                    scope.path(),
                    "the source: `cluster` and `generation`, or the `path` of an archive",
                );
            }
            (Some(cluster), None) => self.validate_cluster(cluster, own, scope, archives, problems),
            (None, Some(_)) => {
                if generation.is_some() {
                    problems.forbidden(
                        scope.at("generation"),
                        "it belongs to `cluster`; a `path` is always one archive",
                    );
                }
                if backup.is_none() {
                    problems.required(
                        scope.at("backup"),
                        "the policy whose store and keys read the archive at `path`",
                    );
                }
            }
        }
        if let Some(backup) = backup {
            archives.check_policy(backup.as_str(), &scope.at("backup"), problems);
        }
        if *exclusive && at.time().is_none() {
            problems.forbidden(scope.at("exclusive"), "`at: latest` names no time to exclude");
        }
    }

    fn validate_cluster(
        &self,
        cluster: &str,
        own: &RestoreTarget,
        scope: &Scope,
        archives: &Archives,
        problems: &mut Problems,
    ) {
        let Some((id, source)) = self.source(scope, archives) else {
            archives.no_cluster(&scope.at("cluster"), cluster, problems).help(
                "list a cluster that is gone under `retired`, with its namespace, generation and backup",
            );
            return;
        };
        let Some(generation) = self.generation.map(Generation::get) else {
            let last = source.generation;
            problems.required(
                scope.at("generation"),
                format!("which history of `{cluster}`; the last is {last}"),
            );
            return;
        };
        if generation > source.generation {
            problems.invalid(
                scope.at("generation"),
                generation,
                format!("`{id}` has generations 1 to {}", source.generation),
            );
        }
        if id == own.id && generation == own.generation {
            problems
                .forbidden(
                    scope.at("generation"),
                    "a cluster cannot be restored from the history that it writes itself",
                )
                .value(generation)
                .help(format!(
                    "a restore in place begins a new history: write `generation: {}` next to `restore`",
                    generation + 1
                ));
        }
        if self.policy(scope, archives).is_none() {
            let rule = match source.retired {
                true => format!(
                    "`retired.{id}` names no `backup`; say here under which policy its data was written"
                ),
                false => format!("`{id}` has no backup now; say under which policy its data was written"),
            };
            problems.required(scope.at("backup"), rule);
        }
        if let (Some(major), Some(of_source)) = (own.major, source.major)
            && major < of_source
        {
            let message = format!(
                "`{id}` runs PostgreSQL {of_source} and this cluster {major}: archives of later majors are not tried"
            );
            report(
                &RESTORE_TO_OLDER_MAJOR,
                Problem::new(Kind::Risky, scope.at("cluster"), message),
                problems,
            )
            .help("a restore to a time before the source's upgrade still finds its archive");
        }
        let missing: Vec<_> =
            source.roles.iter().filter(|role| !own.roles.contains(role)).map(String::as_str).collect();
        if id != own.id && !missing.is_empty() {
            let message = format!(
                "this cluster does not name roles of `{id}`: `{}`; they come with the data, and keep their old passwords",
                missing.join("`, `")
            );
            report(
                &RESTORED_ROLES_UNNAMED,
                Problem::new(Kind::Risky, scope.at("cluster"), message),
                problems,
            )
            .help("name them under `users`, and the operator makes their Secrets");
        }
    }

    /// The method, or why there is none: `image` is the image of the cluster's pods.
    pub(crate) fn method_of(&self, image: &str, scope: &Scope) -> Result<Method, String> {
        if let Some(method) = self.method {
            return Ok(Method { method, seen: true });
        }
        let release = scope.release();
        match release.restore_method(image) {
            Some(KnownMethod { method, seen, .. }) => Ok(Method { method, seen }),
            None => {
                let known: Vec<_> = release.restore_methods.iter().map(|known| known.image).collect();
                Err(format!(
                    "the restore method of image `{image}` is not known: write `method`, `CLONE_WITH_WALE` up to Spilo 4.0, `CLONE_WITH_WALG` later; known images: `{}`",
                    known.join("`, `")
                ))
            }
        }
    }
}

/// How a cluster's image restores, and whether it was seen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) method: RestoreMethod,
    pub(crate) seen: bool,
}

/// The cluster into which a restore goes.
pub(crate) struct RestoreTarget<'a> {
    pub(crate) id: String,
    pub(crate) generation: u32,
    pub(crate) major: Option<u32>,
    pub(crate) roles: &'a [String],
}
