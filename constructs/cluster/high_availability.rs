//! Synchronous replication and failover.

use indexmap::IndexMap;

use crate::base::{Problems, Scope, construct};
use crate::crds::postgresql::Patroni;
use crate::values::Memory;

construct! {
    /// How commits are replicated, and when a replica takes over.
    pub struct HighAvailability {
        /// Whether a commit waits for a replica, so that a failover loses none. Default: false.
        [flag] synchronous: bool,

        /// Whether it waits also while no replica is there; then one failure stops writing. Default: false.
        [flag] strict: bool,

        /// Replicas that a commit waits for. Default: 1.
        [value] synchronous_replicas: u16,

        /// Whether the primary goes on while the API server is away and all members answer. Default: the operator's.
        [value] failsafe: bool,

        /// Data by which a replica may lag and still take over. Default: 32Mi.
        [optional] maximum_lag: Memory,

        /// Seconds after which a silent primary loses its place. Default: 30.
        [value] ttl: u16,

        /// Seconds between two looks of Patroni. Default: 10.
        [value] loop_wait: u16,

        /// Seconds for which a failing call is tried again. Default: 10.
        [value] retry_timeout: u16,

        /// Permanent replication slots: settings by name. Default: none.
        [map] slots: IndexMap<String, IndexMap<String, String>>,
    }
}

impl HighAvailability {
    pub(super) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self {
            synchronous,
            strict,
            synchronous_replicas,
            failsafe: _,
            maximum_lag,
            ttl: _,
            loop_wait: _,
            retry_timeout: _,
            slots: _,
        } = self;
        if *strict && !synchronous {
            problems.forbidden(scope.at("strict"), "needs `synchronous: true`");
        }
        match synchronous_replicas {
            Some(0) => {
                problems.invalid(scope.at("synchronousReplicas"), 0, "must be at least 1");
            }
            Some(_) if !synchronous => {
                problems.forbidden(scope.at("synchronousReplicas"), "it needs `synchronous: true`");
            }
            _ => {}
        }
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
            loop_wait: loop_wait.map(i32::from),
            maximum_lag_on_failover: lag,
            retry_timeout: retry_timeout.map(i32::from),
            slots: (!slots.is_empty()).then(|| slots.clone()),
            synchronous_mode: synchronous.then_some(true),
            synchronous_mode_strict: strict.then_some(true),
            synchronous_node_count: synchronous_replicas.map(i32::from),
            ttl: ttl.map(i32::from),
            ..Patroni::default()
        }
    }
}
