//! What is there before pgsynth: an archive that somebody else began.

use crate::archive::ArchivePath;
use crate::backup::Backup;
use crate::base::{Problems, Scope, construct};

construct! {
    /// The archive that an adopted cluster writes, as somebody else has set it up. Its policy reads it: drills, dumps, alerts and
    /// restores. How it is written stays as it is, retention included, until the cluster is no longer `adopted`.
    ///
    /// ```yaml
    /// adopted: true
    /// backup: nightly
    /// archive: {path: "s3://acme/spilo/acme-orders/2f6e.../wal"}
    /// ```
    pub struct AdoptedArchive {
        /// Path as Spilo writes it, up to `/wal`, without the major version: `s3://<bucket>/spilo/<cluster>/<uid>/wal`.
        [required] path: ArchivePath,
    }
}

impl AdoptedArchive {
    pub(super) fn validate(&self, adopted: bool, backup: &Backup, scope: &Scope, problems: &mut Problems) {
        let Self { path } = self;
        if !adopted {
            problems
                .forbidden(scope.path(), "only an adopted cluster has an archive that somebody else began; pgsynth begins one of its own")
                .help("leave it out once `adopted` is gone; `restore: {path: ...}` of another cluster still reads it");
        } else if backup.policy().is_none() {
            problems
                .forbidden(scope.path(), "no policy looks after it")
                .help("write the policy whose store and keys it has: `backup: <policy>`");
        }
        if let Some((_, last)) = path.as_str().rsplit_once('/')
            && last.bytes().all(|byte| byte.is_ascii_digit())
        {
            problems.invalid(
                scope.at("path"),
                path,
                "leave the major version at its end out: it changes with an upgrade",
            );
        }
    }
}
