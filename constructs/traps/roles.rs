//! Roles and databases.

use super::{Check, ClusterView, Found};
use crate::crds::postgresql::RoleFlag;
use crate::values::nearest;

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T97", Check::Cluster(system_role)),
    ("T98", Check::Cluster(unknown_owner)),
    ("T99", Check::Cluster(one_secret_for_two)),
    ("T100", Check::Cluster(unreadable_role)),
    ("T102", Check::Cluster(two_owners)),
    ("T103", Check::Cluster(foreign_secret)),
    ("T104", Check::Cluster(rotated_owner)),
];

/// Roles that the operator or Spilo makes, and that a cluster's `users` therefore cannot be.
fn system_roles(view: &ClusterView) -> Vec<String> {
    let configuration = &view.operator.configuration;
    let users = configuration.users.clone().unwrap_or_default();
    let spec = &view.resource.spec;
    let mut names = configuration
        .teams_api
        .as_ref()
        .and_then(|teams| teams.protected_role_names.clone())
        .unwrap_or_default();
    names.push(users.super_username.unwrap_or_else(|| "postgres".to_owned()));
    names.push(users.replication_username.unwrap_or_else(|| "standby".to_owned()));
    if spec.enable_connection_pooler.unwrap_or(spec.connection_pooler.is_some())
        || spec.enable_replica_connection_pooler == Some(true)
    {
        let default =
            configuration.connection_pooler.as_ref().and_then(|pooler| pooler.connection_pooler_user.clone());
        let own = spec.connection_pooler.as_ref().and_then(|pooler| pooler.user.clone());
        names.push(own.or(default).unwrap_or_else(|| "pooler".to_owned()));
    }
    names
}

/// Roles that the operator makes for prepared databases.
fn prepared_roles(view: &ClusterView) -> Vec<String> {
    let mut names = vec![];
    for (database, prepared) in view.resource.spec.prepared_databases.iter().flatten() {
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

fn system_role(view: &ClusterView, found: &mut Found) {
    let system = system_roles(view);
    for name in view
        .resource
        .spec
        .users
        .iter()
        .flat_map(indexmap::IndexMap::keys)
        .filter(|name| system.contains(name))
    {
        found.at(
            &format!("users.{name}"),
            format!("forbidden: `{name}` is a system role, and the operator leaves it out in silence"),
        );
    }
}

/// What the operator takes for a database: `^[a-zA-Z_][a-zA-Z0-9_]*$`.
fn is_database_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What the operator takes for a role: `^[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$`.
fn is_role_name(name: &str) -> bool {
    let end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.split('.').all(|part| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|first| end(*first))
            && bytes.last().is_some_and(|last| end(*last))
            && bytes.iter().all(|byte| end(*byte) || matches!(byte, b'-' | b'_'))
    })
}

fn unknown_owner(view: &ClusterView, found: &mut Found) {
    let spec = &view.resource.spec;
    let prepared = prepared_roles(view);
    let system = system_roles(view);
    // Roles of a team or of the infrastructure are not known here.
    let foreign = view.operator.configuration.teams_api.as_ref().is_some_and(|teams| {
        teams.enable_teams_api == Some(true) || teams.enable_postgres_team_crd == Some(true)
    }) || view.operator.configuration.kubernetes.as_ref().is_some_and(|section| {
        section.infrastructure_roles_secret_name.is_some() || section.infrastructure_roles_secrets.is_some()
    });
    for (database, owner) in spec.databases.iter().flatten() {
        let known =
            spec.users.as_ref().is_some_and(|users| users.contains_key(owner)) || prepared.contains(owner);
        if system.contains(owner) {
            found.at(&format!("databases.{database}"), format!("invalid owner `{owner}`: a system role owns no database; the operator would not make it, and say Running"));
        } else if !known && !foreign {
            found.with_fix(
                &format!("databases.{database}"),
                format!("invalid owner `{owner}`: must be one of the cluster's `users`; the operator would not make the database, and say Running"),
                match nearest(owner, &spec.users.iter().flatten().map(|(name, _)| name.as_str()).collect::<Vec<_>>()) {
                    Some(user) => format!("did you mean `{user}`?"),
                    None => format!("add `users: {{{owner}: []}}`"),
                },
            );
        }
    }
    let databases = spec
        .databases
        .iter()
        .flat_map(indexmap::IndexMap::keys)
        .chain(spec.prepared_databases.iter().flat_map(indexmap::IndexMap::keys));
    for database in databases.filter(|database| !is_database_name(database)) {
        found.at(
            &format!("databases.{database}"),
            format!("invalid name `{database}`: expected letters, digits and `_`, not starting with a digit"),
        );
    }
    // The Secret of a role takes the role's name, and names of Secrets have no upper-case letters.
    for (database, prepared) in spec.prepared_databases.iter().flatten() {
        let users = prepared.default_users == Some(true)
            || prepared.schemas.iter().flatten().any(|(_, schema)| schema.default_users == Some(true));
        if users && database.bytes().any(|byte| byte.is_ascii_uppercase()) {
            found.at(&format!("databases.{database}"), format!("invalid name `{database}`: roles with LOGIN have Secrets, whose names have no upper-case letters"));
        }
    }
}

fn one_secret_for_two(view: &ClusterView, found: &mut Found) {
    let logs_in =
        |flags: &Vec<RoleFlag>| !flags.iter().any(|flag| flag.as_str().eq_ignore_ascii_case("nologin"));
    let users = view.resource.spec.users.iter().flatten();
    let names: Vec<&String> = users.filter(|(_, flags)| logs_in(flags)).map(|(name, _)| name).collect();
    // Of the roles that the operator prepares those with LOGIN end in `_user`.
    let others: Vec<String> =
        prepared_roles(view).into_iter().filter(|role| role.ends_with("_user")).collect();
    for (index, name) in names.iter().enumerate() {
        let same =
            |other: &&str| *other != name.as_str() && other.replace('_', "-") == name.replace('_', "-");
        let before = names[..index].iter().map(|name| name.as_str());
        if let Some(other) = before.chain(others.iter().map(String::as_str)).find(same) {
            found.at(
                &format!("users.{name}"),
                format!(
                    "duplicate: `{name}` and `{other}` would have one Secret, because the operator writes `-` for `_` in its name"
                ),
            );
        }
    }
}

fn unreadable_role(view: &ClusterView, found: &mut Found) {
    for (name, flags) in view.resource.spec.users.iter().flatten() {
        if !is_role_name(name) {
            found.at(&format!("users.{name}"), format!("invalid name `{name}`: expected lower-case letters, digits, `-` and `_`, such as `shop_reader`; the operator stops at it"));
        } else if name.len() > 63 {
            found.at(
                &format!("users.{name}"),
                format!("invalid name `{name}`: {} characters, PostgreSQL takes 63", name.len()),
            );
        }
        let set = |flag: &str| flags.iter().any(|known| known.as_str().eq_ignore_ascii_case(flag));
        for flag in ["bypassrls", "createdb", "createrole", "inherit", "login", "replication", "superuser"] {
            if set(flag) && set(&format!("no{flag}")) {
                found.at(
                    &format!("users.{name}"),
                    format!("invalid flags: `{flag}` and `no{flag}`; the operator stops at it"),
                );
            }
        }
    }
}

fn two_owners(view: &ClusterView, found: &mut Found) {
    let spec = &view.resource.spec;
    for (database, prepared) in spec.prepared_databases.iter().flatten() {
        let owner = spec.databases.as_ref().and_then(|databases| databases.get(database));
        // Without roles of its own the prepared section brings extensions alone, and the owner stays (seen on 2.0.1).
        let roles = prepared
            .schemas
            .as_ref()
            .is_none_or(|schemas| schemas.values().any(|schema| schema.default_roles != Some(false)));
        if let Some(owner) = owner.filter(|owner| **owner != format!("{database}_owner") && roles) {
            found.at(&format!("preparedDatabases.{database}"), format!("the database is prepared and belongs to `{owner}`: its owner changes to and fro, and schemas are not kept in step"));
        }
    }
}

fn foreign_secret(view: &ClusterView, found: &mut Found) {
    let kubernetes = view.operator.configuration.kubernetes.as_ref();
    if kubernetes.and_then(|section| section.enable_cross_namespace_secret) == Some(true) {
        return;
    }
    let spec = &view.resource.spec;
    for (database, prepared) in spec.prepared_databases.iter().flatten() {
        if prepared.secret_namespace.is_some() {
            found.at(
                &format!("preparedDatabases.{database}.secretNamespace"),
                "is ignored without the operator's `enable_cross_namespace_secret`",
            );
        }
    }
    for name in spec.users.iter().flat_map(indexmap::IndexMap::keys).filter(|name| name.contains('.')) {
        found.at(&format!("users.{name}"), format!("is a role that is really named `{name}`, without the operator's `enable_cross_namespace_secret`"));
    }
}

fn rotated_owner(view: &ClusterView, found: &mut Found) {
    let spec = &view.resource.spec;
    for role in spec.users_with_secret_rotation.iter().flatten().flatten() {
        if let Some((database, _)) = spec.databases.iter().flatten().find(|(_, owner)| *owner == role) {
            found.with_fix(
                "usersWithSecretRotation",
                format!("`{role}` owns database `{database}`: the role that follows it will own nothing"),
                "rotate it in place",
            );
        }
    }
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
