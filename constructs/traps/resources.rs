//! Resources and PostgreSQL's settings.

use super::{Check, ClusterView, Found};
use crate::crds::postgresql::ResourceAmounts;
use crate::values::{Cpu, Memory};

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T79", Check::Cluster(no_memory_limit)),
    ("T80", Check::Cluster(changed_amounts)),
    ("T84", Check::Cluster(preload_libraries)),
    ("T85", Check::Cluster(no_checksums)),
    ("T86", Check::Cluster(locked_out)),
    ("T88", Check::Cluster(too_few_connections)),
    ("T89", Check::Cluster(shm_volume)),
    ("T90", Check::Cluster(md5)),
    ("T94", Check::Cluster(empty_pool)),
    ("T95", Check::Cluster(pooler_user)),
    ("L20", Check::Cluster(huge_pages)),
];

fn amounts<'a>(view: &'a ClusterView) -> (Option<&'a ResourceAmounts>, Option<&'a ResourceAmounts>) {
    let resources = view.resource.spec.resources.as_ref();
    (
        resources.and_then(|resources| resources.requests.as_ref()),
        resources.and_then(|resources| resources.limits.as_ref()),
    )
}

fn parameter<'a>(view: &'a ClusterView, name: &str) -> Option<&'a str> {
    let parameters = view.resource.spec.postgresql.as_ref()?.parameters.as_ref()?;
    parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn no_memory_limit(view: &ClusterView, found: &mut Found) {
    let set = |memory: &Memory| !matches!(memory.as_str(), "0");
    let own = amounts(view).1.and_then(|limits| limits.memory.as_ref()).is_some_and(set);
    let default = view
        .operator
        .configuration
        .postgres_pod_resources
        .as_ref()
        .and_then(|section| section.default_memory_limit.as_ref())
        .is_some_and(set);
    if !own && !default {
        found.at("resources.limits.memory", "required: without a limit Spilo takes a fifth of the node's memory for shared buffers, and up to 1000 connections");
    }
}

fn changed_amounts(view: &ClusterView, found: &mut Found) {
    let (requests, limits) = amounts(view);
    let bounds = view.operator.configuration.postgres_pod_resources.clone().unwrap_or_default();
    let cpu = |amounts: Option<&ResourceAmounts>| {
        amounts.and_then(|amounts| amounts.cpu.as_ref()).map(Cpu::as_millicores)
    };
    let memory = |amounts: Option<&ResourceAmounts>| {
        amounts.and_then(|amounts| amounts.memory.as_ref()).and_then(Memory::bytes)
    };
    if let (Some(request), Some(limit)) = (cpu(requests), cpu(limits))
        && limit < request
    {
        found.at("resources.limits.cpu", "is below the request; the operator raises it in silence");
    }
    if let (Some(request), Some(limit)) = (memory(requests), memory(limits))
        && limit < request
    {
        found.at("resources.limits.memory", "is below the request; the operator raises it in silence");
    }
    if let (Some(limit), Some(least)) =
        (memory(limits), bounds.min_memory_limit.as_ref().and_then(Memory::bytes))
        && limit < least
    {
        found.at(
            "resources.limits.memory",
            "is below the operator's `min_memory_limit`, which it gets in silence",
        );
    }
    if let (Some(request), Some(most)) =
        (memory(requests), bounds.max_memory_request.as_ref().and_then(Memory::bytes))
        && request > most
    {
        found.at(
            "resources.requests.memory",
            "is above the operator's `max_memory_request`, which it gets in silence",
        );
    }
    if let (Some(request), Some(most)) =
        (cpu(requests), bounds.max_cpu_request.as_ref().map(Cpu::as_millicores))
        && request > most
    {
        found.at(
            "resources.requests.cpu",
            "is above the operator's `max_cpu_request`, which it gets in silence",
        );
    }
}

/// Libraries that Spilo's own scripts need; a list that is set replaces Spilo's.
const PRELOAD: [&str; 6] =
    ["bg_mon", "pg_auth_mon", "pg_cron", "pg_stat_statements", "pgextwlist", "set_user"];

fn preload_libraries(view: &ClusterView, found: &mut Found) {
    let Some(list) = parameter(view, "shared_preload_libraries") else { return };
    let given: Vec<&str> = list.split(',').map(|library| library.trim().trim_matches(['"', '\''])).collect();
    let missing: Vec<&str> = PRELOAD.into_iter().filter(|library| !given.contains(library)).collect();
    if !missing.is_empty() {
        found.with_fix(
            "postgresql.parameters.shared_preload_libraries",
            format!("invalid value `{list}`: `{}` must be in it; Spilo's first start fails without pg_cron, and features are missing without the others", missing.join("`, `")),
            format!("write `{},<yours>`", PRELOAD.join(",")),
        );
    }
}

fn no_checksums(view: &ClusterView, found: &mut Found) {
    let settings = view.resource.spec.postgresql.as_ref();
    let major: u32 = settings
        .and_then(|settings| settings.version.as_ref())
        .and_then(|version| version.as_str().parse().ok())
        .unwrap_or(18);
    let initdb = view.resource.spec.patroni.as_ref().and_then(|patroni| patroni.initdb.as_ref());
    let on = initdb.and_then(|options| options.get("data-checksums")).is_some_and(|value| value == "true");
    if major <= 17 && !on {
        found.at("patroni.initdb", "no data checksums: below 18 they are on only with `data-checksums: \"true\"`, and cannot be switched on while the cluster runs");
    }
}

fn locked_out(view: &ClusterView, found: &mut Found) {
    let patroni = view.resource.spec.patroni.as_ref();
    let Some(lines) = patroni.and_then(|patroni| patroni.pg_hba.as_ref()).filter(|lines| !lines.is_empty())
    else {
        return;
    };
    let users = view.operator.configuration.users.clone().unwrap_or_default();
    let superuser = users.super_username.unwrap_or_else(|| "postgres".to_owned());
    let standby = users.replication_username.unwrap_or_else(|| "standby".to_owned());
    for (connection, line, who) in [
        (("local", "postgres", &superuser), "local all all trust".to_owned(), "Patroni and Spilo's scripts"),
        (
            ("hostssl", "replication", &standby),
            format!("hostssl replication {standby} all scram-sha-256"),
            "replicas",
        ),
        (("hostssl", "postgres", &superuser), "hostssl all all all scram-sha-256".to_owned(), "the operator"),
    ] {
        if !admits(lines, connection) {
            found.with_fix(
                "patroni.pg_hba",
                format!("required: a line that lets {who} in; these lines replace Spilo's"),
                format!("add `{line}`, before any that rejects it"),
            );
        }
    }
}

/// Whether a connection is let in: the first line that matches decides, as in PostgreSQL. Groups (`+name`) and
/// addresses other than one's own are taken to match.
fn admits(lines: &[String], (kind, database, user): (&str, &str, &String)) -> bool {
    let matches = |line: &&Vec<&str>| {
        let [first, databases, users, rest @ ..] = line.as_slice() else { return false };
        let kind = *first == kind || (kind == "hostssl" && *first == "host");
        // `all` does not mean replication.
        let databases =
            databases.split(',').any(|name| name == database || (name == "all" && database != "replication"));
        let users = users.split(',').any(|name| name == "all" || name == user || name.starts_with('+'));
        let own = rest
            .first()
            .is_some_and(|address| matches!(*address, "127.0.0.1/32" | "::1/128" | "localhost" | "samehost"));
        kind && databases && users && (*first == "local" || !own)
    };
    let words: Vec<Vec<&str>> = lines
        .iter()
        .map(|line| line.split('#').next().unwrap_or_default().split_whitespace().collect())
        .collect();
    words.iter().find(matches).is_some_and(|line| !line.contains(&"reject"))
}

fn pooler_connections(view: &ClusterView) -> Option<(i32, i32)> {
    let spec = &view.resource.spec;
    let defaults = view.operator.configuration.connection_pooler.clone().unwrap_or_default();
    let pooler = spec.connection_pooler.clone().unwrap_or_default();
    let on = spec.enable_connection_pooler.unwrap_or(spec.connection_pooler.is_some())
        || spec.enable_replica_connection_pooler == Some(true);
    let connections =
        pooler.max_db_connections.or(defaults.connection_pooler_max_db_connections).unwrap_or(60);
    let own = pooler.number_of_instances.map(crate::crds::Bounded::get);
    let default = defaults.connection_pooler_number_of_instances.map(crate::crds::Bounded::get);
    on.then(|| (connections, own.or(default.map(|count| count.max(2))).unwrap_or(2)))
}

fn too_few_connections(view: &ClusterView, found: &mut Found) {
    let Some((per_database, _)) = pooler_connections(view) else { return };
    let Some(most) = parameter(view, "max_connections").and_then(|value| value.parse::<i32>().ok()) else {
        return;
    };
    let spec = &view.resource.spec;
    let mut databases: Vec<&String> = spec
        .databases
        .iter()
        .flat_map(indexmap::IndexMap::keys)
        .chain(spec.prepared_databases.iter().flat_map(indexmap::IndexMap::keys))
        .collect();
    databases.sort_unstable();
    databases.dedup();
    let wanted = per_database.saturating_mul(i32::try_from(databases.len().max(1)).unwrap_or(i32::MAX));
    if most < wanted.saturating_add(10) {
        found.at(
            "postgresql.parameters.max_connections",
            format!("`{most}` is fewer than the pooler may ask for: {per_database} for each of {} databases, beside 3 for superusers and a few for the operator and Patroni", databases.len().max(1)),
        );
    }
}

fn shm_volume(view: &ClusterView, found: &mut Found) {
    if view.resource.spec.enable_shm_volume == Some(false)
        && view.operator.configuration.enable_shm_volume == Some(true)
    {
        found.at("enableShmVolume", "`false` does not win over the operator's `enable_shm_volume: true`");
    }
}

fn md5(view: &ClusterView, found: &mut Found) {
    if parameter(view, "password_encryption").is_some_and(|value| value.eq_ignore_ascii_case("md5")) {
        found.at(
            "postgresql.parameters.password_encryption",
            "`md5` goes with the next Spilo; use `scram-sha-256`",
        );
    }
}

fn empty_pool(view: &ClusterView, found: &mut Found) {
    if let Some((connections, instances)) = pooler_connections(view)
        && connections < 2 * instances
    {
        found.at("connectionPooler.maxDBConnections", format!("invalid value `{connections}`: must be at least {}, 2 for each of {instances} pooler pods; the operator divides, and a pool of 0 hands out nothing", 2 * instances));
    }
}

fn pooler_user(view: &ClusterView, found: &mut Found) {
    let Some(user) = view.resource.spec.connection_pooler.as_ref().and_then(|pooler| pooler.user.as_deref())
    else {
        return;
    };
    let configuration = &view.operator.configuration;
    let superuser =
        configuration.users.as_ref().and_then(|users| users.super_username.as_deref()).unwrap_or("postgres");
    let protected = configuration
        .teams_api
        .as_ref()
        .and_then(|teams| teams.protected_role_names.clone())
        .unwrap_or_default();
    if user == superuser || protected.iter().any(|name| name == user) {
        found.at("connectionPooler.user", format!("`{user}` is a system role: the operator makes its default role instead, and the pods ask for a Secret that is not theirs"));
    }
}

fn huge_pages(view: &ClusterView, found: &mut Found) {
    let (requests, limits) = amounts(view);
    let pages = |amounts: Option<&ResourceAmounts>| {
        amounts.is_some_and(|amounts| amounts.hugepages_2mi.is_some() || amounts.hugepages_1gi.is_some())
    };
    let off = parameter(view, "huge_pages")
        .is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "off" | "false" | "no" | "0"));
    if !off && !pages(requests) && !pages(limits) {
        found.at("postgresql.parameters.huge_pages", "is not `off`, and no huge pages are requested: on a node that has some PostgreSQL takes them and dies with a bus error");
    }
}
