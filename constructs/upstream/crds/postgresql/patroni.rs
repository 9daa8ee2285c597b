//! Patroni, and where a cluster's first data comes from.

use indexmap::IndexMap;

use crate::crds::mirror;
use crate::values::{Timestamp, Uuid};

mirror! {
    /// Settings of Patroni, which keeps one primary.
    pub struct Patroni {
        /// Whether the primary goes on while the API server is away and all members answer. Default: the operator's.
        failsafe_mode: bool,
        /// Options of initdb; a flag without a value is `"true"`.
        initdb: IndexMap<String, String>,
        /// Seconds between two looks. Default: 10.
        loop_wait: i32,
        /// Bytes by which a replica may lag and still become primary. Default: 33554432.
        maximum_lag_on_failover: i64,
        /// Lines of `pg_hba.conf`; they replace Spilo's.
        pg_hba: Vec<String>,
        /// Seconds for which a failing call is tried again. Default: 10.
        retry_timeout: i32,
        /// Permanent replication slots.
        slots: IndexMap<String, IndexMap<String, String>>,
        /// Whether a commit waits for a replica. Default: false.
        synchronous_mode: bool,
        /// Whether it waits also while there is none. Default: false.
        synchronous_mode_strict: bool,
        /// Replicas that a commit waits for. Default: 1.
        synchronous_node_count: i32,
        /// Seconds after which a primary that is silent loses its place. Default: 30.
        ttl: i32,
    }
}

mirror! {
    /// The cluster whose data this one starts with, once, while its volume is empty.
    pub struct CloneSource {
        /// Name of the source; an empty one turns the section off.
        [demanded] cluster: String,
        /// Key of the store, in clear text.
        s3_access_key_id: String,
        /// Address of the store.
        s3_endpoint: String,
        /// Whether bucket names stand in the path.
        s3_force_path_style: bool,
        /// Secret key of the store, in clear text.
        s3_secret_access_key: String,
        /// The archive itself, instead of the one that name and UID give.
        s3_wal_path: String,
        /// The time to restore to; without it the running source is copied.
        timestamp: Timestamp,
        /// UID of the source's resource, which is part of its archive's path.
        uid: Uuid,
    }
}

mirror! {
    /// The primary that this cluster follows.
    pub struct StandbySource => any_required(&["s3_wal_path", "gs_wal_path", "standby_host"]) => not_together(&["s3_wal_path", "gs_wal_path"]) {
        /// Archive of the primary in Google Cloud Storage.
        gs_wal_path: String,
        /// Archive of the primary in S3.
        s3_wal_path: String,
        /// Host of the primary.
        standby_host: String,
        /// Port of the primary, as text. Default: `"5432"`.
        standby_port: String,
        /// Replication slot on the primary.
        standby_primary_slot_name: String,
    }
}
