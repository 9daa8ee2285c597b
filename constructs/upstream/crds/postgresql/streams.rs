//! Change streams of the operator's makers.

use indexmap::IndexMap;

use crate::crds::mirror;
use crate::values::{Cpu, Memory};

mirror! {
    /// A change stream of one database. Its controller is not public; every sync fails without it.
    pub struct Stream {
        /// Id of the consuming application.
        [required] application_id as "applicationId": String,
        /// Events in one batch.
        batch_size as "batchSize": i32,
        /// Cores of the stream.
        cpu: Cpu,
        /// Database.
        [required] database: String,
        /// Whether events that failed are kept.
        enable_recovery as "enableRecovery": bool,
        /// Filters by table.
        filter: IndexMap<String, String>,
        /// Memory of the stream.
        memory: Memory,
        /// Tables.
        [required] tables: IndexMap<String, StreamTable>,
    }
}

mirror! {
    /// A table of a change stream.
    pub struct StreamTable {
        /// Type of its events.
        [required] event_type as "eventType": String,
        /// Column of the id.
        id_column as "idColumn": String,
        /// Whether recovery leaves it out.
        ignore_recovery as "ignoreRecovery": bool,
        /// Column of the payload.
        payload_column as "payloadColumn": String,
        /// Type of events that failed.
        recovery_event_type as "recoveryEventType": String,
    }
}
