//! Synchronous replication and failover.

use indexmap::IndexMap;

use crate::base::{Problems, Scope, construct};
use crate::crds::postgresql::Patroni;
use crate::values::{Memory, Whole};

construct! {
    /// How commits are replicated, and when a replica takes over.
    pub struct HighAvailability {
        /// Whether a commit waits for a replica, so that a failover loses none. Default: false.
        [flag] synchronous: bool,

        /// Whether it waits also while no replica is there; then one failure stops writing. Default: false.
        [flag] strict: bool,

        /// Replicas that a commit waits for, 1 to 100. Default: 1.
        [optional] synchronous_replicas: Whole<1, 100>,

        /// Whether the primary goes on while the API server is away and all members answer. Default: the operator's.
        [value] failsafe: bool,

        /// Data by which a replica may lag and still take over. Default: 32Mi.
        [optional] maximum_lag: Memory,

        /// Seconds after which a silent primary loses its place, 20 to 3600. Default: 30.
        [optional] ttl: Whole<20, 3600>,

        /// Seconds between two looks of Patroni, 1 to 3600. Default: 10.
        [optional] loop_wait: Whole<1, 3600>,

        /// Seconds for which a failing call is tried again, 3 to 3600. Default: 10.
        [optional] retry_timeout: Whole<3, 3600>,

        /// Permanent replication slots: settings by name. Default: none.
        [map] slots: IndexMap<String, IndexMap<String, String>>,
    }
}

impl HighAvailability {
    pub(super) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { maximum_lag, .. } = self;
        if let Some(lag) = maximum_lag
            && lag.bytes().is_none_or(|bytes| i64::try_from(bytes).is_err())
        {
            problems.invalid(
                scope.at("maximumLag"),
                lag,
                "must be a number of bytes below 8Ei, such as `32Mi`",
            );
        }
    }

    pub(super) fn render(&self) -> Patroni {
        let Self {
            synchronous,
            strict,
            synchronous_replicas,
            failsafe,
            maximum_lag,
            ttl,
            loop_wait,
            retry_timeout,
            slots,
        } = self;
        let lag = maximum_lag.as_ref().and_then(Memory::bytes).and_then(|bytes| i64::try_from(bytes).ok());
        Patroni {
            failsafe_mode: *failsafe,
            loop_wait: loop_wait.map(Whole::signed),
            maximum_lag_on_failover: lag,
            retry_timeout: retry_timeout.map(Whole::signed),
            slots: (!slots.is_empty()).then(|| slots.clone()),
            synchronous_mode: synchronous.then_some(true),
            synchronous_mode_strict: strict.then_some(true),
            synchronous_node_count: synchronous_replicas.map(Whole::signed),
            ttl: ttl.map(Whole::signed),
            ..Patroni::default()
        }
    }
}
