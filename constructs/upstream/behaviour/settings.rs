//! PostgreSQL's settings of a cluster, as PostgreSQL itself looks them up.

use crate::crds::postgresql::{PostgresqlSpec, ResourceAmounts};

/// The value of a setting; PostgreSQL does not mind the case of its name.
pub fn parameter<'a>(spec: &'a PostgresqlSpec, name: &str) -> Option<&'a str> {
    let parameters = spec.postgresql.as_ref()?.parameters.as_ref()?;
    parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Major version of PostgreSQL.
pub fn major(spec: &PostgresqlSpec) -> Option<u32> {
    spec.postgresql.as_ref()?.version.as_ref()?.as_str().parse().ok()
}

/// What is requested of the node.
pub fn requests(spec: &PostgresqlSpec) -> Option<&ResourceAmounts> {
    spec.resources.as_ref()?.requests.as_ref()
}

/// What the pods get at most.
pub fn limits(spec: &PostgresqlSpec) -> Option<&ResourceAmounts> {
    spec.resources.as_ref()?.limits.as_ref()
}

/// Whether a boolean setting is off, in any of PostgreSQL's spellings.
pub fn is_off(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "off" | "false" | "no" | "0")
}
