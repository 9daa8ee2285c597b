//! Roles and databases.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::roles::{self, SystemRoles, is_database_name, is_role_name};
use crate::values::{MEANT, NameRule, nearest};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T97" "system-role-as-user", ClusterUnder(system_role)),
    rule!(Error "T98" "unknown-owner", ClusterUnder(unknown_owner)),
    rule!(Error "unreadable-database", Cluster(unreadable_database)),
    rule!(Error "T99" "one-secret-for-two-roles", Cluster(one_secret_for_two)),
    rule!(Error "T100" "unreadable-role", Cluster(unreadable_role)),
    rule!(Warning "T102" "two-owners", Cluster(two_owners)),
    rule!(Warning "T103" "secret-namespace-ignored", ClusterUnder(foreign_secret)),
    rule!(Warning "T104" "rotated-owner", Cluster(rotated_owner)),
    rule!(Warning "superuser-as-owner", Cluster(superuser_as_owner)),
    rule!(Error "rotation-of-nobody", ClusterUnder(rotation_of_nobody)),
    rule!(Error "rotated-system-role", ClusterUnder(rotated_system_role)),
    rule!(Error "secret-in-unknown-namespace", ClusterUnder(unknown_namespace)),
];

fn system_role(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let spec = cluster.spec();
    let system = SystemRoles::of(&operator.configuration, spec);
    for (name, _) in spec.users.iter().flatten().filter(|(name, _)| system.has(name, spec)) {
        report
            .forbidden(
                format!("users.{name}"),
                "it is a system role, and the operator silently leaves it out",
            )
            .value(name);
    }
}

/// The role that an application logs in with can read and change every database, and run programs in the pod.
fn superuser_as_owner(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    let owners: Vec<_> = spec.databases.iter().flatten().map(|(_, owner)| owner.as_str()).collect();
    for (role, flags) in spec.users.iter().flatten() {
        if roles::has_flag(flags, "superuser") && owners.contains(&role.as_str()) {
            report
                .risky(
                    format!("users.{role}"),
                    "an application that logs in as it can read and change every database, and run programs in the pod",
                )
                .value("superuser")
                .help("leave the flag out: the owner of a database may do everything in it");
        }
    }
}

/// Where roles may come from that the resource does not name.
fn foreign_roles(operator: &OperatorFacts) -> Option<&'static str> {
    let teams = operator.configuration.teams_api.as_ref();
    let kubernetes = operator.kubernetes();
    if teams.is_some_and(|teams| teams.enable_teams_api == Some(true)) {
        return Some("`enable_teams_api`");
    }
    if teams.is_some_and(|teams| teams.enable_postgres_team_crd == Some(true)) {
        return Some("`enable_postgres_team_crd`");
    }
    kubernetes
        .is_some_and(|section| {
            section.infrastructure_roles_secret_name.is_some()
                || section.infrastructure_roles_secrets.is_some()
        })
        .then_some("the Secrets of infrastructure roles")
}

fn unknown_owner(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let spec = cluster.spec();
    let prepared = roles::prepared(spec);
    let system = SystemRoles::of(&operator.configuration, spec);
    for (database, owner) in spec.databases.iter().flatten() {
        let path = format!("databases.{database}");
        let known =
            spec.users.as_ref().is_some_and(|users| users.contains_key(owner)) || prepared.contains(owner);
        if system.has(owner, spec) {
            report.invalid(
                path,
                owner,
                "a system role cannot own a database: the operator skips the database and still reports Running",
            );
        } else if known {
            continue;
        } else if let Some(source) = foreign_roles(operator) {
            report.undecided(
                path,
                format!("whether role `{owner}` exists: the operator takes roles from {source} as well"),
            );
        } else {
            let users: Vec<_> = spec.users.iter().flatten().map(|(name, _)| name.as_str()).collect();
            let help = match nearest(owner, &users) {
                Some(user) => format!("did you mean `{user}`?"),
                None => format!("add `users: {{{owner}: []}}`"),
            };
            report
                .invalid(path, owner, "the owner must be one of the cluster's `users`: the operator skips the database and still reports Running")
                .help(help);
        }
    }
}

fn unreadable_database(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    let mut names: Vec<_> = roles::databases(spec).collect();
    names.sort_unstable();
    names.dedup();
    for database in names.into_iter().filter(|database| !is_database_name(database)) {
        report.invalid(
            format!("databases.{database}"),
            database,
            "expected letters, digits and `_`, not starting with a digit",
        );
    }
    // The Secret of a role takes the role's name, and names of Secrets have no upper-case letters.
    for (database, prepared) in spec.prepared_databases.iter().flatten() {
        let users = prepared.default_users == Some(true)
            || prepared.schemas.iter().flatten().any(|(_, schema)| schema.default_users == Some(true));
        if users && database.bytes().any(|byte| byte.is_ascii_uppercase()) {
            report.invalid(
                format!("preparedDatabases.{database}"),
                database,
                "its roles with LOGIN have Secrets, whose names cannot contain upper-case letters",
            );
        }
    }
}

fn one_secret_for_two(cluster: &ClusterEvidence, report: &mut Report) {
    let names: Vec<&String> = roles::users(cluster.spec()).collect();
    // Of the roles that the operator prepares those with LOGIN end in `_user`.
    let others: Vec<String> =
        roles::prepared(cluster.spec()).into_iter().filter(|role| role.ends_with("_user")).collect();
    for (index, name) in names.iter().enumerate() {
        let same =
            |other: &&str| *other != name.as_str() && other.replace('_', "-") == name.replace('_', "-");
        let before = names[..index].iter().map(|name| name.as_str());
        if let Some(other) = before.chain(others.iter().map(String::as_str)).find(same) {
            report.duplicate(
                format!("users.{name}"),
                name,
                format!("it shares its Secret with `{other}`, because the operator writes `-` for `_` in the Secret's name"),
            );
        }
    }
}

/// Flags that have an opposite.
const FLAGS: [&str; 7] =
    ["bypassrls", "createdb", "createrole", "inherit", "login", "replication", "superuser"];

fn unreadable_role(cluster: &ClusterEvidence, report: &mut Report) {
    for (name, flags) in cluster.spec().users.iter().flatten() {
        let path = || format!("users.{name}");
        if !is_role_name(name) {
            report.invalid(path(), name, "expected lower-case letters, digits, `-` and `_`, such as `shop_reader`; the operator aborts the sync here");
        } else if name.len() > 63 {
            report.invalid(path(), name, format!("{} characters; PostgreSQL allows at most 63", name.len()));
        }
        let set = |flag: &str| flags.iter().any(|known| known.as_str().eq_ignore_ascii_case(flag));
        for flag in FLAGS {
            if set(flag) && set(&format!("no{flag}")) {
                let value = format!("{flag}, no{flag}");
                report.invalid(
                    path(),
                    value,
                    "the two flags contradict each other; the operator aborts the sync here",
                );
            }
        }
    }
}

fn two_owners(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    for (database, prepared) in spec.prepared_databases.iter().flatten() {
        let owner = spec.databases.as_ref().and_then(|databases| databases.get(database));
        // Without roles of its own the prepared section brings extensions alone, and the owner stays (seen on 2.0.1).
        let roles = prepared
            .schemas
            .as_ref()
            .is_none_or(|schemas| schemas.values().any(|schema| schema.default_roles != Some(false)));
        if let Some(owner) = owner.filter(|owner| **owner != format!("{database}_owner") && roles) {
            report.risky(format!("preparedDatabases.{database}"), format!("the database is prepared and also belongs to `{owner}`: its owner changes back and forth, and its schemas are not kept in sync"));
        }
    }
}

fn foreign_secret(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if operator.kubernetes().and_then(|section| section.enable_cross_namespace_secret) == Some(true) {
        return;
    }
    let spec = cluster.spec();
    for (database, prepared) in spec.prepared_databases.iter().flatten() {
        if let Some(namespace) = &prepared.secret_namespace {
            report
                .ineffective(
                    format!("preparedDatabases.{database}.secretNamespace"),
                    "the operator ignores it unless its `enable_cross_namespace_secret` is on",
                )
                .value(namespace);
        }
    }
    for name in spec.users.iter().flat_map(indexmap::IndexMap::keys).filter(|name| name.contains('.')) {
        report
            .risky(
                format!("users.{name}"),
                "unless the operator's `enable_cross_namespace_secret` is on, the part before the dot belongs to the role's name",
            )
            .value(name);
    }
}

fn rotated_owner(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    for role in spec.users_with_secret_rotation.iter().flatten().flatten() {
        if let Some((database, _)) = spec.databases.iter().flatten().find(|(_, owner)| *owner == role) {
            report
                .risky(
                    "usersWithSecretRotation",
                    format!("it owns database `{database}`, and the role that replaces it owns nothing"),
                )
                .value(role)
                .help("rotate it in place");
        }
    }
}

/// Rotation by field, with the role.
fn rotated<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = (&'static str, &'a String)> {
    let spec = cluster.spec();
    let lists = [
        ("usersWithSecretRotation", &spec.users_with_secret_rotation),
        ("usersWithInPlaceSecretRotation", &spec.users_with_in_place_secret_rotation),
        ("usersIgnoringSecretRotation", &spec.users_ignoring_secret_rotation),
    ];
    lists.into_iter().flat_map(|(field, list)| list.iter().flatten().flatten().map(move |role| (field, role)))
}

fn rotation_of_nobody(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let spec = cluster.spec();
    let system = SystemRoles::of(&operator.configuration, spec);
    if foreign_roles(operator).is_some() {
        return;
    }
    let prepared = roles::prepared(spec);
    for (field, role) in rotated(cluster) {
        let known = spec.users.iter().flatten().any(|(name, _)| name == role)
            || prepared.contains(role)
            || system.has(role, spec)
            || *role == system.pooler;
        if !known {
            let own: Vec<&str> = spec.users.iter().flatten().map(|(name, _)| name.as_str()).collect();
            let near = nearest(role, &own).map(|near| format!("{MEANT}`{near}`?"));
            report.invalid(
                field,
                role,
                format!(
                    "must be one of the cluster's `users`: nothing is rotated{}",
                    near.unwrap_or_default()
                ),
            );
        }
    }
}

fn rotated_system_role(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let spec = cluster.spec();
    let SystemRoles { superuser, replication, pooler, .. } = SystemRoles::of(&operator.configuration, spec);
    for (field, role) in rotated(cluster).filter(|(field, _)| *field != "usersIgnoringSecretRotation") {
        let what = if *role == superuser {
            "the operator and Patroni log in by this Secret: with another name or password in it neither comes in, and the cluster cannot be managed any more"
        } else if *role == replication {
            "replicas know its password until they restart, and replication breaks"
        } else if *role == pooler {
            "the pooler's pods keep the old password, and hand out no connections"
        } else {
            continue;
        };
        report.forbidden(field, what).value(role).help("leave it out; rotation is for roles of applications");
    }
}

/// Namespaces in which the operator is told to make Secrets, by their places.
fn secret_namespaces<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = (String, &'a str)> {
    let spec = cluster.spec();
    let prepared = spec.prepared_databases.iter().flatten().filter_map(|(database, prepared)| {
        let namespace = prepared.secret_namespace.as_deref().filter(|namespace| !namespace.is_empty())?;
        Some((format!("preparedDatabases.{database}.secretNamespace"), namespace))
    });
    let users = spec.users.iter().flatten().filter(|(_, flags)| roles::logs_in(flags));
    prepared.chain(users.filter_map(|(name, _)| Some((format!("users.{name}"), name.split_once('.')?.0))))
}

fn unknown_namespace(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if operator.kubernetes().and_then(|section| section.enable_cross_namespace_secret) != Some(true) {
        return;
    }
    for (path, namespace) in secret_namespaces(cluster) {
        if let Err(rule) = NameRule::Label.check(namespace, 63) {
            report.invalid(
                path,
                namespace,
                format!("it is no name of a namespace, and the sync fails; {rule}"),
            );
        } else if !operator.watch.covers(namespace) {
            report
                .forbidden(path, "the operator watches one namespace and has rights in that alone: it cannot make the Secret, and the sync fails")
                .value(namespace)
                .help("let it watch all: `watch: all`");
        } else if let Some(known) = cluster.namespaces {
            if !known.iter().any(|known| known == namespace) {
                let words: Vec<&str> = known.iter().map(String::as_str).collect();
                let near = nearest(namespace, &words).map(|near| format!("{MEANT}`{near}`?"));
                report.invalid(
                    path,
                    namespace,
                    format!("no chart names this namespace: where it does not exist the sync fails, and no role is made; add a chart with `namespace: {namespace}`, or with `{{name: {namespace}, create: true}}`{}", near.unwrap_or_default()),
                );
            }
        } else {
            report.undecided(path, format!("whether namespace `{namespace}` exists is not known"));
        }
    }
}
