//! When data is backed up, how long it is kept, and how much of it may be lost.

mod drill;
mod dumps;

pub use drill::{Check, Drill};
pub use dumps::Dumps;
pub use pgsynth_upstream::behaviour::retention::Numbers;

use crate::base::{Kind, Problem, Problems, Scope, construct, unknown_reference};
use crate::crds::env::EnvVar;
use crate::object_store::ObjectStore;
use crate::rules::{SPARSE_BACKUPS, report};
use crate::values::{Id, Memory, Name, Schedule, Section, Span, Whole, choices, fnv1a, in_words};

construct! {
    /// A policy of backups: base backups on a schedule, and the WAL between them, into one store.
    ///
    /// ```
    /// use pgsynth_constructs::BackupPolicy;
    /// let policy = BackupPolicy::new("offsite", "0 1 * * *", "14d", "5m");
    /// assert_eq!(policy.numbers().retain, 14);
    /// ```
    ///
    /// ```yaml
    /// backups:
    ///   nightly: {store: offsite, schedule: "0 1 * * *", keep: 14d, rpo: 5m}
    /// ```
    pub struct BackupPolicy {
        /// The store, one of the app's `stores`.
        [required] store: Id,

        /// When base backups are made: cron's five fields, in UTC. Every start of a primary makes one as well.
        [required] schedule: Schedule,

        /// How far back the data can be brought at any time, such as `14d`; in whole days, rounded up, at least two.
        [required] keep: Span,

        /// How much may be lost at most, such as `5m`; at least one minute. PostgreSQL archives a segment of WAL after half of
        /// it at the latest, at least every 30 s.
        [required] rpo: Span,

        /// Over how long the starts of the clusters' backups are spread, each by a hash of its name. Default: `0s`.
        [optional] spread: Span,

        /// Compression of backups and WAL. Default: `lz4`.
        [default] compression: Compression,

        /// Uploads at a time, 1 to 100. Default: the cores of the node, at most 10.
        [optional] concurrency: Whole<1, 100>,

        /// What a backup reads of the disk in a second, such as `50Mi`. Default: no limit.
        [optional] disk_rate_limit: Memory,

        /// What it sends in a second. Default: no limit.
        [optional] network_rate_limit: Memory,

        /// Encryption before anything leaves the pod. Default: none.
        [optional] encryption: Libsodium,

        /// Restores that are tried on a schedule. Default: none.
        [optional] drill: Drill,

        /// Dumps beside the base backups. Default: none.
        [optional] dumps: Dumps,
    }
}

construct! {
    /// Encryption by libsodium with a key that you keep. Without the key every backup is lost.
    pub struct Libsodium {
        /// The Secret with the key, in the namespace of every cluster of the policy and of those that are restored from it.
        [required] secret: Name,

        /// Its key. Default: `WALG_LIBSODIUM_KEY`.
        [or libsodium_key "libsodium_key"] key: String,

        /// How the key is written. Default: 32 bytes as they are.
        [optional] transform: KeyTransform,

        /// Where the key is kept outside this Kubernetes cluster, in words for the one who restores after its loss.
        [required] escrow: String,
    }
}

fn libsodium_key() -> String {
    "WALG_LIBSODIUM_KEY".to_owned()
}

choices!(
    /// How a libsodium key is written.
    KeyTransform, "transform", {
        /// 64 hexadecimal digits.
        Hex = "hex",
        /// Base64 of 32 bytes.
        Base64 = "base64",
    }
);

choices!(
    /// How backups and WAL are compressed; a restore sees it by the objects' names.
    #[derive(Default)]
    Compression, "compression", {
        /// Fast.
        #[default]
        Lz4 = "lz4",
        /// Smaller, at more cost of cores.
        Zstd = "zstd",
        /// Smallest, and slowest.
        Lzma = "lzma",
        /// Small, and slow to write.
        Brotli = "brotli",
    }
);

impl BackupPolicy {
    pub(crate) fn validate(&self, stores: &Section<ObjectStore>, scope: &Scope, problems: &mut Problems) {
        let Self {
            store,
            schedule,
            keep,
            rpo,
            spread,
            compression: _,
            concurrency: _,
            disk_rate_limit,
            network_rate_limit,
            encryption,
            drill,
            dumps,
        } = self;
        if let Some(dumps) = dumps {
            dumps.validate(stores, &scope.below("dumps"), problems);
        }
        if let Some(drill) = drill {
            drill.validate(&scope.below("drill"), problems);
        }
        if stores.get(store.as_str()).is_none() {
            let known: Vec<_> = stores.iter().map(|(id, _)| id.as_str()).collect();
            unknown_reference(scope.at("store"), store.as_str(), "store", "stores", &known, problems);
        }
        match schedule.gaps() {
            None => {
                problems.invalid(scope.at("schedule"), schedule, "it never runs: no month has such a day");
            }
            Some((longest, _)) if longest > 1440 => {
                let message = format!(
                    "up to {} pass between two base backups: a restore replays that much WAL, and up to {} are kept for `keep: {keep}`",
                    in_words(longest * 60),
                    in_words(self.numbers().longest_window)
                );
                report(&SPARSE_BACKUPS, Problem::new(Kind::Risky, scope.at("schedule"), message), problems)
                    .value(schedule)
                    .help("a backup every day is cheaper to restore from");
            }
            Some(_) => {}
        }
        if keep.seconds() == 0 {
            problems.invalid(scope.at("keep"), keep, "nothing is kept");
        }
        if rpo.seconds() < 60 {
            problems.invalid(
                scope.at("rpo"),
                rpo,
                "must be at least `1m`: PostgreSQL archives whole segments, and each costs 16 MiB",
            );
        } else if rpo.seconds() > keep.seconds() {
            problems.invalid(scope.at("rpo"), rpo, format!("it is longer than `keep: {keep}`"));
        }
        if let Some(spread) = spread
            && let Err(rule) = schedule.later(spread.seconds() / 60)
        {
            problems.invalid(scope.at("spread"), spread, rule);
        }
        for (field, limit) in [("diskRateLimit", disk_rate_limit), ("networkRateLimit", network_rate_limit)] {
            if let Some(limit) =
                limit.as_ref().filter(|limit| limit.bytes().is_none_or(|bytes| bytes < 1 << 20))
            {
                problems.invalid(scope.at(field), limit, "expected at least `1Mi`, in bytes per second");
            }
        }
        if encryption.as_ref().is_some_and(|encryption| encryption.escrow.trim().is_empty()) {
            problems.required(
                scope.at("encryption.escrow"),
                "where the key is kept outside this Kubernetes cluster: if the key is lost, so is every backup",
            );
        }
    }

    /// What the policy comes to.
    pub fn numbers(&self) -> Numbers {
        Numbers::of(&self.schedule, &self.keep, &self.rpo)
    }

    /// Variables that decrypt, in Spilo's words: a part of how an archive is read.
    pub(crate) fn decryption(&self) -> Vec<EnvVar> {
        let Some(Libsodium { secret, key, transform, escrow: _ }) = &self.encryption else { return vec![] };
        let mut variables = vec![EnvVar::from_secret("WALG_LIBSODIUM_KEY", secret.as_str(), key)];
        variables.extend(
            transform.map(|transform| EnvVar::new("WALG_LIBSODIUM_KEY_TRANSFORM", transform.as_str())),
        );
        variables
    }

    /// Variables that say how an archive of `cluster` (`<namespace>/<name>`) is written, in Spilo's words.
    pub(crate) fn writing(&self, cluster: &str, numbers: &Numbers) -> Vec<EnvVar> {
        let Self {
            store: _,
            schedule: _,
            keep: _,
            rpo: _,
            spread: _,
            compression,
            concurrency,
            disk_rate_limit,
            network_rate_limit,
            encryption: _,
            drill: _,
            dumps: _,
        } = self;
        let mut variables = vec![
            EnvVar::new("BACKUP_SCHEDULE", self.schedule_of(cluster).as_str()),
            EnvVar::new("BACKUP_NUM_TO_RETAIN", numbers.retain.to_string()),
            EnvVar::new("WALG_COMPRESSION_METHOD", compression.as_str()),
            // One generation, one history: what stands in the archive is never written over.
            EnvVar::new("WALG_PREVENT_WAL_OVERWRITE", "true"),
        ];
        variables
            .extend(concurrency.map(|number| EnvVar::new("WALG_UPLOAD_CONCURRENCY", number.to_string())));
        for (name, limit) in
            [("WALG_DISK_RATE_LIMIT", disk_rate_limit), ("WALG_NETWORK_RATE_LIMIT", network_rate_limit)]
        {
            let bytes = limit.as_ref().and_then(Memory::bytes);
            variables.extend(bytes.map(|bytes| EnvVar::new(name, bytes.to_string())));
        }
        variables
    }

    /// The schedule of one cluster: later by a hash of its name, within `spread`.
    pub(crate) fn schedule_of(&self, cluster: &str) -> Schedule {
        let minutes = self.spread.as_ref().map_or(0, Span::seconds) / 60;
        if minutes == 0 {
            return self.schedule.clone();
        }
        self.schedule
            .later(fnv1a(cluster.as_bytes()) % (minutes + 1))
            .unwrap_or_else(|_| self.schedule.clone())
    }
}
