//! Archives: where a cluster's backups and WAL are, and the variables by which Spilo writes and reads them.
//!
//! One map in two halves. **Reading** says where an archive is and how it is read: bucket, scope, endpoint, region, keys,
//! decryption. **Writing** says when and how it is written. The archive side of a cluster is both; the restore side is the
//! reading half of the source with `CLONE_` before every name, so that nothing can be forgotten and nothing can differ.
//! Spilo builds both paths by the same rule (configure_spilo.py, write_wale_environment).

mod archives;
mod guard;

pub(crate) use archives::{Archives, History};
pub(crate) use guard::Guard;

use pgsynth_upstream::behaviour::retention::Numbers;

use crate::backup_policy::BackupPolicy;
use crate::crds::env::EnvVar;
use crate::object_store::ObjectStore;
use crate::values::{Whole, checked_text};

checked_text!(
    /// Path of an archive in a store: `s3://bucket/...`, as Spilo writes it up to `/wal` or `/wal/<major>`.
    ArchivePath, "path", |text| {
        let part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "$`\"'\\".contains(letter));
        let fits = text.strip_prefix("s3://").is_some_and(|rest| rest.split('/').all(part) && rest.contains('/'));
        fits.then_some(()).ok_or_else(|| "expected `s3://<bucket>/<folders>`, without a `/` at the end, such as `s3://acme/spilo/acme-orders/<uid>/wal`".to_owned())
    }
);

/// One archive: the history of one generation of one cluster, in a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Archive<'a> {
    pub(crate) store_id: &'a str,
    pub(crate) store: &'a ObjectStore,
    pub(crate) policy: &'a BackupPolicy,
    pub(crate) numbers: Numbers,
    pub(crate) domain: &'a str,
    pub(crate) place: Place<'a>,
}

/// Which history of a cluster is meant. A new one begins with each restore in place, so that a larger number is a slip.
pub type Generation = Whole<1, 999>;

/// Which folder of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// That of a generation of a cluster.
    Generation {
        /// Its namespace.
        namespace: &'a str,
        /// Its name.
        cluster: &'a str,
        /// Which of its histories.
        generation: u32,
    },
    /// Any other, by its whole path.
    Path(&'a ArchivePath),
}

/// The name of a history, in markers and in the guard's words: `shop/acme-orders/2`.
pub(crate) fn history(namespace: &str, cluster: &str, generation: u32) -> String {
    format!("{namespace}/{cluster}/{generation}")
}

impl Archive<'_> {
    /// Where it begins. Spilo puts the major version of PostgreSQL behind it.
    pub(crate) fn root(&self) -> String {
        match self.place {
            Place::Generation { namespace, cluster, generation } => {
                let bucket = self.store.bucket(self.store_id);
                format!("s3://{bucket}/spilo/{}/wal", history(namespace, cluster, generation))
            }
            Place::Path(path) => path.to_string(),
        }
    }

    /// The half that says where the archive is and how it is read.
    pub(crate) fn reading(&self) -> Vec<EnvVar> {
        let mut variables = match self.place {
            Place::Generation { namespace, cluster: _, generation } => vec![
                EnvVar::new("WAL_S3_BUCKET", self.store.bucket(self.store_id)),
                EnvVar::new("WAL_BUCKET_SCOPE_PREFIX", format!("{namespace}/")),
                EnvVar::new("WAL_BUCKET_SCOPE_SUFFIX", format!("/{generation}")),
            ],
            Place::Path(path) => vec![EnvVar::new("WALG_S3_PREFIX", path.as_str())],
        };
        variables.extend(self.access());
        variables
    }

    /// How the store is reached and what is in it decrypted, wherever in it.
    pub(crate) fn access(&self) -> Vec<EnvVar> {
        let mut variables = self.store.variables(self.store_id, self.domain);
        variables.extend(self.policy.decryption());
        // Spilo 4.0 runs WAL-E without them, which drops the region; later versions know nothing but WAL-G.
        variables.push(EnvVar::new("USE_WALG_BACKUP", "true"));
        variables.push(EnvVar::new("USE_WALG_RESTORE", "true"));
        variables
    }

    /// Explicit values for what `source` is read by and this archive does without; see [`ObjectStore::neutral`].
    pub(crate) fn against(&self, source: &Archive) -> Vec<EnvVar> {
        let own = self.reading();
        let own: Vec<&str> = own.iter().map(|variable| variable.name.as_str()).collect();
        let mut missing: Vec<_> = source.access().into_iter().map(|variable| variable.name).collect();
        missing.retain(|name| !own.contains(&name.as_str()));
        // Spilo takes the convention from these, and would derive path style from an address alone.
        if missing.iter().any(|name| name == "AWS_ENDPOINT") {
            missing.extend(["WALE_S3_ENDPOINT", "WALG_S3_ENDPOINT"].map(Into::into));
        }
        missing.sort_unstable();
        missing.dedup();
        let neutral = |name: &crate::values::Text| match name.as_str() {
            // WAL-G's own default: the key is taken as it is.
            "WALG_LIBSODIUM_KEY_TRANSFORM" if self.policy.encryption.is_some() => {
                Some(EnvVar::new(name.as_str(), "none"))
            }
            name => self.store.neutral(name, self.store_id, self.domain),
        };
        missing.iter().filter_map(neutral).collect()
    }

    /// The half that says when and how it is written.
    pub(crate) fn writing(&self) -> Vec<EnvVar> {
        match self.place {
            Place::Generation { namespace, cluster, generation: _ } => {
                self.policy.writing(&format!("{namespace}/{cluster}"), &self.numbers)
            }
            Place::Path(_) => vec![],
        }
    }
}

/// The same variables under names with a prefix, `CLONE_` or `STANDBY_`: Spilo lets nothing through without it.
pub(crate) fn prefixed(prefix: &str, variables: Vec<EnvVar>) -> Vec<EnvVar> {
    let prefixed =
        |variable: EnvVar| EnvVar { name: format!("{prefix}{}", variable.name).into(), ..variable };
    variables.into_iter().map(prefixed).collect()
}
