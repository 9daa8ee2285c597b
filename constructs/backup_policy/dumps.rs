//! Dumps beside base backups: readable by any later PostgreSQL, and one database at a time.

use crate::base::{Problems, Scope, construct, unknown_reference};
use crate::object_store::ObjectStore;
use crate::values::{Id, Schedule, Section, Span};

construct! {
    /// A dump of every database and of the roles, on a schedule, by `pg_dump` in its directory format, not through a pooler:
    /// into a place of its own in the store, encrypted as the policy says, read whole before it is written, and its objects
    /// looked at afterwards. It is a CronJob for each cluster of the policy, with two alerts. The operator's own
    /// `enableLogicalBackup` is another thing, and stays what it is.
    ///
    /// ```
    /// use pgsynth_constructs::backup_policy::Dumps;
    /// let dumps = Dumps::new("0 2 * * 6", "60d").store("other");
    /// ```
    ///
    /// ```yaml
    /// dumps: {schedule: "0 2 * * 6", keep: 60d}
    /// ```
    pub struct Dumps {
        /// When, in cron's five fields, in UTC; each cluster a little later by a hash of its name, within an hour where the
        /// schedule allows it.
        [required] schedule: Schedule,

        /// How long each is kept; the last complete one always is.
        [required] keep: Span,

        /// The store, one of the app's `stores`. Default: that of the policy.
        [optional] store: Id,
    }
}

impl Dumps {
    pub(super) fn validate(&self, stores: &Section<ObjectStore>, scope: &Scope, problems: &mut Problems) {
        let Self { schedule, keep, store } = self;
        if schedule.gaps().is_none() {
            problems.invalid(scope.at("schedule"), schedule, "it never runs: no month has such a day");
        }
        if keep.seconds() < 86_400 {
            problems.invalid(scope.at("keep"), keep, "must be at least `1d`");
        }
        if let Some(store) = store
            && stores.get(store.as_str()).is_none()
        {
            let known: Vec<_> = stores.iter().map(|(id, _)| id.as_str()).collect();
            unknown_reference(scope.at("store"), store.as_str(), "store", "stores", &known, problems);
        }
    }

    /// Name of a cluster's CronJob, of at most 52 letters.
    pub(crate) fn job(cluster: &str) -> String {
        format!("{}-dumps", cluster[..cluster.len().min(46)].trim_end_matches('-'))
    }

    /// The schedule of one cluster.
    pub(crate) fn schedule_of(&self, hash: u64) -> Schedule {
        self.schedule.later(hash % 60).unwrap_or_else(|_| self.schedule.clone())
    }
}
