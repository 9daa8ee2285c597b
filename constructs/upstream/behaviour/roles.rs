//! The roles of a cluster: the operator's own, those that it prepares, and which of them get a Secret.

use super::pooler::Poolers;
use crate::crds::operator_configuration::Configuration;
use crate::crds::postgresql::{PostgresqlSpec, RoleFlag};

/// Roles that the operator or Spilo makes, by the names that the configuration gives them (`docs/operator.md`, 2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemRoles<'a> {
    /// The superuser; `postgres` unless `users.super_username` says otherwise.
    pub superuser: &'a str,
    /// Replicas connect as this role; `standby` unless `users.replication_username` says otherwise.
    pub replication: &'a str,
    /// The pooler's role, of this cluster or by default.
    pub pooler: &'a str,
    /// Names that no cluster may use (`teams_api.protected_role_names`).
    pub protected: &'a [String],
}

impl<'a> SystemRoles<'a> {
    /// The roles of a cluster under this configuration.
    pub fn of(configuration: &'a Configuration, spec: &'a PostgresqlSpec) -> Self {
        let users = configuration.users.as_ref();
        let default = configuration.connection_pooler.as_ref();
        let own = spec.connection_pooler.as_ref().and_then(|pooler| pooler.user.as_deref());
        let protected =
            configuration.teams_api.as_ref().and_then(|teams| teams.protected_role_names.as_deref());
        Self {
            superuser: users.and_then(|users| users.super_username.as_deref()).unwrap_or("postgres"),
            replication: users.and_then(|users| users.replication_username.as_deref()).unwrap_or("standby"),
            pooler: own
                .or_else(|| default.and_then(|pooler| pooler.connection_pooler_user.as_deref()))
                .unwrap_or("pooler"),
            protected: protected.unwrap_or_default(),
        }
    }

    /// Whether `users` of the cluster cannot have this name: the operator would silently leave it out
    /// (`pkg/cluster/cluster.go:1799`).
    pub fn has(&self, name: &str, spec: &PostgresqlSpec) -> bool {
        name == self.superuser
            || name == self.replication
            || self.protected.iter().any(|protected| protected == name)
            || (name == self.pooler && Poolers::of(spec).any())
    }
}

/// Whether a role has this flag; PostgreSQL does not mind the case.
pub fn has_flag(flags: &[RoleFlag], flag: &str) -> bool {
    flags.iter().any(|known| known.as_str().eq_ignore_ascii_case(flag))
}

/// Whether a role with these flags can log in, and therefore has a Secret.
pub fn logs_in(flags: &[RoleFlag]) -> bool {
    !has_flag(flags, "nologin")
}

/// Roles of the cluster's `users` that can log in.
pub fn users(spec: &PostgresqlSpec) -> impl Iterator<Item = &String> {
    spec.users.iter().flatten().filter(|(_, flags)| logs_in(flags)).map(|(name, _)| name)
}

/// Roles that the operator makes for prepared databases (`docs/operator.md`, 2.6); those with LOGIN end in `_user`.
pub fn prepared(spec: &PostgresqlSpec) -> Vec<String> {
    let mut names = vec![];
    for (database, prepared) in spec.prepared_databases.iter().flatten() {
        let mut family = |prefix: &str, users: bool| {
            for part in ["owner", "reader", "writer"] {
                names.push(format!("{prefix}_{part}"));
                if users {
                    names.push(format!("{prefix}_{part}_user"));
                }
            }
        };
        family(database, prepared.default_users == Some(true));
        match &prepared.schemas {
            None => family(&format!("{database}_data"), false),
            Some(schemas) => {
                for (schema, settings) in
                    schemas.iter().filter(|(_, settings)| settings.default_roles != Some(false))
                {
                    family(&format!("{database}_{schema}"), settings.default_users == Some(true));
                }
            }
        }
    }
    names
}

/// Databases of a cluster, plain and prepared.
pub fn databases(spec: &PostgresqlSpec) -> impl Iterator<Item = &String> {
    let plain = spec.databases.iter().flat_map(indexmap::IndexMap::keys);
    plain.chain(spec.prepared_databases.iter().flat_map(indexmap::IndexMap::keys))
}

/// What the operator takes for a database: `^[a-zA-Z_][a-zA-Z0-9_]*$`.
pub fn is_database_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What the operator takes for a role: `^[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$`
/// (`pkg/cluster/cluster.go:48`).
pub fn is_role_name(name: &str) -> bool {
    let end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.split('.').all(|part| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|first| end(*first))
            && bytes.last().is_some_and(|last| end(*last))
            && bytes.iter().all(|byte| end(*byte) || matches!(byte, b'-' | b'_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_operator() {
        for (name, role, database) in [
            ("shop", true, true),
            ("shop_reader", true, true),
            ("shop-reader", true, false),
            ("shop.reader", true, false),
            ("Shop", false, true),
            ("_shop", false, true),
            ("shop_", false, true),
            ("1shop", true, false),
            ("shop..reader", false, false),
            (".shop", false, false),
            ("", false, false),
            ("shöp", false, false),
        ] {
            assert_eq!((is_role_name(name), is_database_name(name)), (role, database), "{name}");
        }
    }
}
