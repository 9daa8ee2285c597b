//! Restores that are tried before they are needed.

use indexmap::IndexMap;

use crate::base::{Problems, Scope, construct};
use crate::values::{Memory, Name, Schedule};

construct! {
    /// A restore that is really done, on a schedule: the newest base backup is fetched into a scratch volume, all WAL of the
    /// archive replayed, PostgreSQL started, every table and index looked through, and the checks asked. It is a CronJob for
    /// each cluster of the policy; what it found is its exit code, one line of JSON in its log, and two alerts.
    ///
    /// ```
    /// use pgsynth_constructs::backup_policy::Drill;
    /// let drill = Drill::new("0 4 * * 0").checks("orders", Check::new("shop", "SELECT count(*) > 0 FROM orders"));
    /// # use pgsynth_constructs::backup_policy::Check;
    /// ```
    ///
    /// ```yaml
    /// drill: {schedule: "0 4 * * 0", checks: {orders: {database: shop, sql: "SELECT count(*) > 0 FROM orders"}}}
    /// ```
    pub struct Drill {
        /// When, in cron's five fields, in UTC; each cluster a little later by a hash of its name, within an hour where the
        /// schedule allows it.
        [required] schedule: Schedule,

        /// Questions to the restored data, by name; each has to answer `t`.
        [map] checks: IndexMap<String, Check>,

        /// A Secret with a second copy of the store's keys, so that the drill also tries those that are kept elsewhere.
        /// Default: the store's own.
        [optional] credentials: Name,

        /// Class of the scratch volume. Default: that of the cluster's.
        [optional] class: Name,

        /// Size of the scratch volume. Default: 1.3 times that of the cluster's.
        [optional] size: Memory,
    }
}

construct! {
    /// A question to restored data.
    pub struct Check {
        /// The database.
        [required] database: String,

        /// One query that answers `t` when all is well.
        [required] sql: String,
    }
}

impl Drill {
    pub(super) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { schedule, checks, credentials: _, class: _, size } = self;
        if schedule.gaps().is_none() {
            problems.invalid(scope.at("schedule"), schedule, "it never runs: no month has such a day");
        }
        for (name, Check { database, sql }) in checks {
            let here = scope.below(&format!("checks.{name}"));
            if name.is_empty() || name.contains(char::is_control) {
                problems.invalid(scope.at("checks"), name, "a check has a name, by which its answer is told");
            }
            if database.is_empty() {
                problems.required(here.at("database"), "the database that is asked");
            }
            if sql.trim().is_empty() {
                problems.required(
                    here.at("sql"),
                    "a query that answers `t`, such as `SELECT count(*) > 0 FROM orders`",
                );
            }
        }
        if let Some(size) = size
            && size.bytes().is_none_or(|bytes| bytes < 1 << 30)
        {
            problems.invalid(scope.at("size"), size, "expected at least `1Gi`");
        }
    }

    /// Name of a cluster's CronJob, of at most 52 letters.
    pub(crate) fn job(cluster: &str) -> String {
        format!("{}-drill", cluster[..cluster.len().min(46)].trim_end_matches('-'))
    }

    /// The schedule of one cluster.
    pub(crate) fn schedule_of(&self, hash: u64) -> Schedule {
        self.schedule.later(hash % 60).unwrap_or_else(|_| self.schedule.clone())
    }
}
