//! Resources, PostgreSQL's settings and poolers.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::extensions::libraries;
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::pooler::PoolerConnections;
use crate::behaviour::roles::{SystemRoles, databases};
use crate::behaviour::settings::{is_off, limits, major, parameter, requests};
use crate::crds::postgresql::ResourceAmounts;
use crate::values::{Cpu, Memory};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T79" "no-memory-limit", ClusterUnder(no_memory_limit)),
    rule!(Warning "T80" "amounts-changed", ClusterUnder(amounts_changed)),
    rule!(Error "T84" "preload-libraries-replaced", Cluster(preload_libraries)),
    rule!(Warning "T85" "no-data-checksums", Cluster(no_checksums)),
    rule!(Warning "T88" "too-few-connections", ClusterUnder(too_few_connections)),
    rule!(Warning "T89" "shm-volume-stays", ClusterUnder(shm_volume)),
    rule!(Warning "T90" "md5-passwords", Cluster(md5)),
    rule!(Error "T94" "empty-pool", ClusterUnder(empty_pool)),
    rule!(Warning "T95" "pooler-user-is-system-role", ClusterUnder(pooler_user)),
    rule!(Warning "L20" "huge-pages", Cluster(huge_pages)),
];

fn no_memory_limit(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let set = |memory: &Memory| memory.as_str() != "0";
    let own = limits(cluster.spec()).and_then(|limits| limits.memory.as_ref()).is_some_and(set);
    let section = operator.configuration.postgres_pod_resources.as_ref();
    let default = section.and_then(|section| section.default_memory_limit.as_ref()).is_some_and(set);
    if !own && !default {
        report.required("resources.limits.memory", "without a limit Spilo takes a fifth of the node's memory for shared buffers, and allows up to 1000 connections");
    }
}

fn amounts_changed(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let nothing = ResourceAmounts::default();
    let requests = requests(cluster.spec()).unwrap_or(&nothing);
    let limits = limits(cluster.spec()).unwrap_or(&nothing);
    let bounds = operator.configuration.postgres_pod_resources.clone().unwrap_or_default();
    let mut cores = |path: &str, value: &Option<Cpu>, bound: &Option<Cpu>, below: bool, of: &str| {
        let (Some(value), Some(bound)) = (value, bound) else { return };
        let (own, other) = (value.as_millicores(), bound.as_millicores());
        if if below { own < other } else { own > other } {
            changed(report, path, value.as_str(), bound.as_str(), below, of);
        }
    };
    cores("resources.limits.cpu", &limits.cpu, &requests.cpu, true, "the request");
    cores(
        "resources.requests.cpu",
        &requests.cpu,
        &bounds.max_cpu_request,
        false,
        "the operator's `max_cpu_request`",
    );
    let mut memory = |path: &str, value: &Option<Memory>, bound: &Option<Memory>, below: bool, of: &str| {
        let (Some(value), Some(bound)) = (value, bound) else { return };
        let (Some(own), Some(other)) = (value.bytes(), bound.bytes()) else { return };
        if if below { own < other } else { own > other } {
            changed(report, path, value.as_str(), bound.as_str(), below, of);
        }
    };
    memory("resources.limits.memory", &limits.memory, &requests.memory, true, "the request");
    memory(
        "resources.limits.memory",
        &limits.memory,
        &bounds.min_memory_limit,
        true,
        "the operator's `min_memory_limit`",
    );
    memory(
        "resources.requests.memory",
        &requests.memory,
        &bounds.max_memory_request,
        false,
        "the operator's `max_memory_request`",
    );
}

fn changed(report: &mut Report, path: &str, value: &str, bound: &str, below: bool, of: &str) {
    let (is, does) = if below { ("below", "raises") } else { ("above", "lowers") };
    report
        .ineffective(path, format!("it is {is} {of}, `{bound}`, and the operator silently {does} it"))
        .value(value);
}

/// Libraries that Spilo's own scripts need; a list that is set replaces Spilo's.
const PRELOAD: [&str; 7] =
    ["bg_mon", "pg_auth_mon", "pg_cron", "pg_stat_statements", "pg_stat_kcache", "pgextwlist", "set_user"];

fn preload_libraries(cluster: &ClusterEvidence, report: &mut Report) {
    const NAME: &str = "shared_preload_libraries";
    let Some(list) = parameter(cluster.spec(), NAME) else { return };
    let given: Vec<&str> = libraries(list).collect();
    let missing: Vec<&str> = PRELOAD.into_iter().filter(|library| !given.contains(library)).collect();
    if !missing.is_empty() {
        report
            .invalid(
                format!("postgresql.parameters.{NAME}"),
                list,
                format!("it must contain `{}`: Spilo's first start fails without pg_cron and pg_stat_kcache, and features are missing without the others", missing.join("`, `")),
            )
            .help(format!("write `{},<yours>`", PRELOAD.join(",")));
    }
}

fn no_checksums(cluster: &ClusterEvidence, report: &mut Report) {
    let initdb = cluster.spec().patroni.as_ref().and_then(|patroni| patroni.initdb.as_ref());
    let on = initdb.and_then(|options| options.get("data-checksums")).is_some_and(|value| value == "true");
    if major(cluster.spec()).unwrap_or(18) <= 17 && !on {
        report.risky("patroni.initdb", "data checksums are off: below PostgreSQL 18 they are on only with `data-checksums: \"true\"`, and cannot be switched on while the cluster runs");
    }
}

fn too_few_connections(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let spec = cluster.spec();
    let Some(PoolerConnections { per_database, .. }) = PoolerConnections::of(spec, &operator.configuration)
    else {
        return;
    };
    let Some(most) = parameter(spec, "max_connections").and_then(|value| value.parse::<i32>().ok()) else {
        return;
    };
    let mut names: Vec<&String> = databases(spec).collect();
    names.sort_unstable();
    names.dedup();
    let count = names.len().max(1);
    let wanted = per_database.saturating_mul(i32::try_from(count).unwrap_or(i32::MAX));
    if most < wanted.saturating_add(10) {
        report
            .risky(
                "postgresql.parameters.max_connections",
                format!("the pooler may open more: {per_database} for each of {count} databases, on top of 3 for superusers and a few for the operator and Patroni"),
            )
            .value(most);
    }
}

fn shm_volume(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if cluster.spec().enable_shm_volume == Some(false)
        && operator.configuration.enable_shm_volume == Some(true)
    {
        report
            .ineffective("enableShmVolume", "the operator's `enable_shm_volume: true` overrides it")
            .value(false);
    }
}

fn md5(cluster: &ClusterEvidence, report: &mut Report) {
    const NAME: &str = "password_encryption";
    if let Some(value) = parameter(cluster.spec(), NAME).filter(|value| value.eq_ignore_ascii_case("md5")) {
        report
            .risky(format!("postgresql.parameters.{NAME}"), "the next version of Spilo no longer has it")
            .value(value)
            .help("write `scram-sha-256`");
    }
}

fn empty_pool(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if let Some(PoolerConnections { per_database, pods }) =
        PoolerConnections::of(cluster.spec(), &operator.configuration)
        && per_database < pods.saturating_mul(2)
    {
        report.invalid("connectionPooler.maxDBConnections", per_database, format!("must be at least {}, 2 for each of {pods} pooler pods: the operator divides it among them, and a pool of 0 hands out no connections", pods.saturating_mul(2)));
    }
}

fn pooler_user(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let own = cluster.spec().connection_pooler.as_ref();
    let Some(user) = own.and_then(|pooler| pooler.user.as_deref()) else { return };
    let SystemRoles { superuser, protected, .. } = SystemRoles::of(&operator.configuration, cluster.spec());
    if user == superuser || protected.iter().any(|name| name == user) {
        report
            .ineffective("connectionPooler.user", "it is a system role: the operator creates its default role instead, and the pooler's pods still use the Secret of this role")
            .value(user);
    }
}

fn huge_pages(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    let pages = |amounts: Option<&ResourceAmounts>| {
        amounts.is_some_and(|amounts| amounts.hugepages_2mi.is_some() || amounts.hugepages_1gi.is_some())
    };
    let value = parameter(spec, "huge_pages");
    if !value.is_some_and(is_off) && !pages(requests(spec)) && !pages(limits(spec)) {
        report
            .risky("postgresql.parameters.huge_pages", "no huge pages are requested: on a node that has some, PostgreSQL uses them and crashes with a bus error")
            .value(value.unwrap_or("try"));
    }
}
