//! PgBouncer before PostgreSQL.

use serde::{Deserialize, Serialize};

use super::Resources;
use crate::base::{Problems, Scope};
use crate::crds::postgresql::{ConnectionPooler, PoolerMode};
use crate::values::given;

/// PgBouncer before PostgreSQL: a Deployment and a Service of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Pooler {
    /// Pods. Default: the operator's, 2.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub instances: Option<u16>,

    /// When a connection goes back: `transaction` or `session`. Default: the operator's, `transaction`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub mode: Option<PoolerMode>,

    /// Whether there is one before the replicas as well. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replicas: bool,

    /// Connections to each database, over all pods. Default: the operator's, 60.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u16>,

    /// Schema of its lookup function. Default: the operator's, `pooler`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,

    /// Its role. Default: the operator's, `pooler`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,

    /// Cores and memory of a pod. Default: the operator's.
    #[serde(default)]
    pub resources: Resources,
}

impl Pooler {
    pub(super) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { instances, mode: _, replicas: _, max_connections: _, schema, user, resources } = self;
        if *instances == Some(0) {
            problems.invalid(scope.at("instances"), 0, "must be at least 1; leave `pooler` out for none");
        }
        for (field, name) in [("schema", schema), ("user", user)] {
            // The operator writes both into SQL without quotes.
            if let Some(name) = name
                && !is_plain_identifier(name)
            {
                problems.invalid(
                    scope.at(field),
                    name,
                    "expected lower-case letters, digits and `_`, starting with a letter",
                );
            }
        }
        resources.validate(&scope.below("resources"), problems);
    }

    pub(super) fn render(&self) -> ConnectionPooler {
        let Self { instances, mode, replicas: _, max_connections, schema, user, resources } = self;
        ConnectionPooler {
            docker_image: None,
            max_db_connections: max_connections.map(i32::from),
            mode: mode.clone(),
            // The schema's minimum is 1; `validate` has refused 0.
            number_of_instances: instances.and_then(|count| i32::from(count).try_into().ok()),
            resources: (*resources != Resources::default()).then(|| resources.render()),
            schema: schema.clone(),
            user: user.clone(),
        }
    }
}

fn is_plain_identifier(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
