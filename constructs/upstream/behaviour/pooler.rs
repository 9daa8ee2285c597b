//! Connection poolers: whether there are any, and how many connections they ask for.

use crate::crds::Bounded;
use crate::crds::operator_configuration::Configuration;
use crate::crds::postgresql::PostgresqlSpec;

/// Which poolers the operator runs for a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Poolers {
    /// Before the primary.
    pub primary: bool,
    /// Before the replicas.
    pub replicas: bool,
}

impl Poolers {
    /// The poolers of a cluster: the mere presence of `connectionPooler` turns the primary's on
    /// (`pkg/cluster/connection_pooler.go`, `needMasterConnectionPoolerWorker`).
    pub fn of(spec: &PostgresqlSpec) -> Self {
        Self {
            primary: spec.enable_connection_pooler.unwrap_or(spec.connection_pooler.is_some()),
            replicas: spec.enable_replica_connection_pooler == Some(true),
        }
    }

    /// Whether there is any.
    pub fn any(self) -> bool {
        self.primary || self.replicas
    }
}

/// What a cluster's poolers ask of PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolerConnections {
    /// Connections to each database, over all pods.
    pub per_database: i32,
    /// Pods of each pooler: at least 2, unless the cluster itself says less (`pkg/util/config/config.go`).
    pub pods: i32,
}

impl PoolerConnections {
    /// The figures of a cluster under this configuration; nothing where it has no pooler.
    pub fn of(spec: &PostgresqlSpec, configuration: &Configuration) -> Option<Self> {
        if !Poolers::of(spec).any() {
            return None;
        }
        let own = spec.connection_pooler.as_deref();
        let default = configuration.connection_pooler.as_ref();
        let connections = own
            .and_then(|pooler| pooler.max_db_connections)
            .or_else(|| default.and_then(|pooler| pooler.connection_pooler_max_db_connections));
        let pods = own.and_then(|pooler| pooler.number_of_instances).map(Bounded::get);
        let default_pods =
            default.and_then(|pooler| pooler.connection_pooler_number_of_instances).map(Bounded::get);
        Some(Self {
            per_database: connections.unwrap_or(60),
            pods: pods.or(default_pods.map(|count| count.max(2))).unwrap_or(2),
        })
    }
}
