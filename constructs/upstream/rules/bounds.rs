//! What the fields of constructs cannot say, and an overlay or a manifest can: numbers beyond sense, switches without
//! what they need, and names that are written into SQL.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::crds::Bounded;

pub(super) const RULES: &[Rule] = &[
    rule!(Error "number-out-of-bounds", Cluster(out_of_bounds)),
    rule!(Error "synchronous-settings-idle", Cluster(synchronous)),
    rule!(Error "name-breaks-sql", Cluster(breaks_sql)),
    rule!(Error "login-without-roles", Cluster(login_without_roles)),
];

/// Lowest and highest number of each field; those that the operator's schema has are not repeated.
fn out_of_bounds(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    let pooler = spec.connection_pooler.as_deref();
    let patroni = spec.patroni.as_ref();
    let standby_port = spec.standby.as_ref().and_then(|standby| standby.standby_port.as_deref());
    let port = standby_port.filter(|port| !port.is_empty()).map(|port| port.parse().unwrap_or(-1));
    for (path, number, least, most) in [
        ("numberOfInstances", spec.number_of_instances.map(|count| i64::from(count.get())), 0, 100),
        (
            "connectionPooler.numberOfInstances",
            pooler.and_then(|pooler| pooler.number_of_instances).map(|count| i64::from(Bounded::get(count))),
            1,
            100,
        ),
        (
            "connectionPooler.maxDBConnections",
            pooler.and_then(|pooler| pooler.max_db_connections).map(i64::from),
            1,
            65535,
        ),
        (
            "patroni.synchronous_node_count",
            patroni.and_then(|patroni| patroni.synchronous_node_count).map(i64::from),
            1,
            100,
        ),
        (
            "patroni.maximum_lag_on_failover",
            patroni.and_then(|patroni| patroni.maximum_lag_on_failover),
            0,
            i64::MAX,
        ),
        ("standby.standby_port", port, 1, 65535),
    ] {
        let Some(number) = number.filter(|number| !(least..=most).contains(number)) else { continue };
        let shown = match (path, standby_port) {
            ("standby.standby_port", Some(port)) => port.to_owned(),
            _ => number.to_string(),
        };
        let rule = match most {
            i64::MAX => format!("must be at least {least}"),
            most => format!("must be a number from {least} to {most}"),
        };
        report.invalid(path, shown, rule);
    }
}

fn synchronous(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(patroni) = cluster.spec().patroni.as_ref() else { return };
    if patroni.synchronous_mode == Some(true) {
        return;
    }
    const NEEDS: &str = "no commit waits for a replica unless `synchronous_mode` is on";
    if patroni.synchronous_mode_strict == Some(true) {
        report
            .ineffective("patroni.synchronous_mode_strict", NEEDS)
            .help("write `synchronous: true`")
            .native("write `synchronous_mode: true`");
    }
    if patroni.synchronous_node_count.is_some_and(|count| count > 1) {
        report
            .ineffective("patroni.synchronous_node_count", NEEDS)
            .help("write `synchronous: true`")
            .native("write `synchronous_mode: true`");
    }
}

fn breaks_sql(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(pooler) = cluster.spec().connection_pooler.as_deref() else { return };
    let plain = |name: &str| {
        name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    for (field, name) in [("schema", &pooler.schema), ("user", &pooler.user)] {
        if let Some(name) = name.as_deref().filter(|name| !name.is_empty() && !plain(name)) {
            report.invalid(
                format!("connectionPooler.{field}"),
                name,
                "the operator writes it into SQL without quotes; expected lower-case letters, digits and `_`, starting with a letter",
            );
        }
    }
}

fn login_without_roles(cluster: &ClusterEvidence, report: &mut Report) {
    for (database, prepared) in cluster.spec().prepared_databases.iter().flatten() {
        for (schema, of) in prepared.schemas.iter().flatten() {
            if of.default_users == Some(true) && of.default_roles == Some(false) {
                report.ineffective(
                    format!("preparedDatabases.{database}.schemas.{schema}.defaultUsers"),
                    "roles with LOGIN need `defaultRoles`; the operator makes none without",
                );
            }
        }
    }
}
