//! The connection pooler.

use super::Resources;
use crate::crds::{Bounded, mirror, words};

mirror! {
    /// PgBouncer before PostgreSQL. Its limits are per database and are divided by its instances.
    pub struct ConnectionPooler {
        /// Image. Default: the operator's.
        docker_image as "dockerImage": String,
        /// Connections to one database over all instances. Default: the operator's, 60.
        max_db_connections as "maxDBConnections": i32,
        /// When a connection goes back to the pool. Default: the operator's, `transaction`.
        mode: PoolerMode,
        /// Pods. Default: the operator's, 2.
        number_of_instances as "numberOfInstances": Bounded<1, { i32::MAX }>,
        /// Resources of a pod.
        resources: Resources,
        /// Schema of the lookup function. Default: the operator's, `pooler`.
        schema: String,
        /// Role of the pooler. Default: the operator's, `pooler`.
        user: String,
    }
}

words!(
    /// When a connection goes back to the pool: at the end of the session or of the transaction.
    PoolerMode, "pooler mode", ["session", "transaction"]
);
