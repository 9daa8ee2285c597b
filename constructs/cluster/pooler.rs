//! PgBouncer before PostgreSQL.

use super::Resources;
use crate::base::{Problems, Scope, construct};
use crate::crds::postgresql::{ConnectionPooler, PoolerMode};
use crate::values::Whole;

construct! {
    /// PgBouncer before PostgreSQL: a Deployment and a Service of its own.
    pub struct Pooler {
        /// Pods, 1 to 100. Default: the operator's, 2.
        [optional] instances: Whole<1, 100>,

        /// When a connection goes back: `transaction` or `session`. Default: the operator's, `transaction`.
        [optional] mode: PoolerMode,

        /// Whether there is one before the replicas as well. Default: false.
        [flag] replicas: bool,

        /// Connections to each database, over all pods. Default: the operator's, 60.
        [optional] max_connections: Whole<1, 65535>,

        /// Schema of its lookup function. Default: the operator's, `pooler`.
        [optional] schema: String,

        /// Its role. Default: the operator's, `pooler`.
        [optional] user: String,

        /// Cores and memory of a pod. Default: the operator's.
        [default] resources: Resources,
    }
}

impl Pooler {
    pub(super) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { resources, .. } = self;
        resources.validate(&scope.below("resources"), problems);
    }

    pub(super) fn render(&self) -> ConnectionPooler {
        let Self { instances, mode, replicas: _, max_connections, schema, user, resources } = self;
        ConnectionPooler {
            docker_image: None,
            max_db_connections: max_connections.map(Whole::signed),
            mode: mode.clone(),
            number_of_instances: instances.and_then(|count| count.signed().try_into().ok()),
            resources: (*resources != Resources::default()).then(|| resources.render()),
            schema: schema.clone(),
            user: user.clone(),
        }
    }
}
