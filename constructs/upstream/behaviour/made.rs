//! Every object that comes of a cluster's resource, by name (`pkg/cluster/{k8sres,resources,connection_pooler}.go` of
//! operator 2.0.1, and Patroni). A bench compares it with what the operator makes on a real API server.

use std::collections::BTreeSet;

use super::names::{
    logical_backup, pooler_service, primary_service, replica_pooler_service, replica_service,
};
use super::operator::OperatorFacts;
use super::pooler::Poolers;
use super::roles::{SystemRoles, prepared, users};
use super::secrets::SecretNames;
use crate::crds::Bounded;
use crate::crds::postgresql::Postgresql;

/// An object that is made for a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Made {
    /// Its kind.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Who makes it: `operator`, `Patroni` or `Kubernetes`.
    pub by: &'static str,
    /// What it is for.
    pub what: String,
}

/// What is made for a cluster, in the order in which people look for it.
pub fn objects(resource: &Postgresql, facts: &OperatorFacts) -> Vec<Made> {
    let (spec, metadata) = (&resource.spec, &resource.metadata);
    let name = metadata.name.as_deref().unwrap_or_default();
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    let configuration = &facts.configuration;
    let kubernetes = facts.kubernetes();
    let mut made = vec![];
    let mut add = |kind, name: String, by, what: &str| {
        made.push(Made { kind, namespace: namespace.to_owned(), name, by, what: what.to_owned() });
    };
    let instances = spec.number_of_instances.map_or(0, Bounded::get).max(0);
    add("StatefulSet", name.to_owned(), "operator", "the pods");
    for index in 0..instances {
        add("Pod", format!("{name}-{index}"), "Kubernetes", "PostgreSQL, Patroni and the sidecars");
    }
    for index in 0..instances {
        add("PersistentVolumeClaim", format!("pgdata-{name}-{index}"), "Kubernetes", "the data of a pod");
    }
    add("Service", primary_service(name), "operator", "the primary");
    add("Service", replica_service(name), "operator", "the replicas; nothing answers with one instance");
    let poolers = Poolers::of(spec);
    for (on, own, what) in [
        (poolers.primary, pooler_service(name), "PgBouncer before the primary"),
        (poolers.replicas, replica_pooler_service(name), "PgBouncer before the replicas"),
    ] {
        if on {
            add("Deployment", own.clone(), "operator", what);
            add("Service", own.clone(), "operator", what);
            add("Secret", format!("{own}-u"), "operator", "what PgBouncer looks roles up with");
        }
    }
    let format = kubernetes.and_then(|section| section.pdb_name_format.as_deref());
    let budget = format.unwrap_or("postgres-{cluster}-pdb").replace("{cluster}", name);
    add("PodDisruptionBudget", budget, "operator", "keeps the primary while nodes are drained");
    let critical = format!("postgres-{name}-critical-op-pdb");
    add("PodDisruptionBudget", critical, "operator", "keeps all pods during a major upgrade");
    if spec.enable_logical_backup == Some(true) {
        let job = logical_backup(name, configuration.logical_backup.as_ref());
        add("CronJob", job, "operator", "dumps");
    }
    let state = ["config", "leader", "failover", "sync"];
    if configuration.kubernetes_use_configmaps == Some(true) {
        for part in state {
            add("ConfigMap", format!("{name}-{part}"), "Patroni", "Patroni's state");
        }
    } else {
        add("Service", format!("{name}-config"), "Patroni", "Patroni's state");
        for part in ["", "-repl", "-config", "-failover", "-sync"] {
            add("Endpoints", format!("{name}{part}"), "Patroni", "Patroni's state");
        }
    }
    let account =
        kubernetes.and_then(|section| section.pod_service_account_name.as_deref()).unwrap_or("postgres-pod");
    add("ServiceAccount", account.to_owned(), "operator", "what the pods may do; one for the namespace");
    add("RoleBinding", account.to_owned(), "operator", "the same");
    made.extend(secrets(resource, facts, namespace, name));
    made
}

/// The Secrets with the passwords of the roles that log in.
fn secrets(resource: &Postgresql, facts: &OperatorFacts, namespace: &str, cluster: &str) -> Vec<Made> {
    let spec = &resource.spec;
    let names = SecretNames::of(&facts.configuration);
    let system = SystemRoles::of(&facts.configuration, spec);
    let elsewhere =
        facts.kubernetes().and_then(|section| section.enable_cross_namespace_secret) == Some(true);
    let mut seen = BTreeSet::new();
    let mut made = vec![];
    let mut add = |role: &str, namespace: &str, what: String| {
        let name = names.name(role, cluster);
        if seen.insert((namespace.to_owned(), name.clone())) {
            made.push(Made { kind: "Secret", namespace: namespace.to_owned(), name, by: "operator", what });
        }
    };
    add(system.superuser, namespace, format!("password of the superuser `{}`", system.superuser));
    add(
        system.replication,
        namespace,
        format!("password of `{}`, as which replicas log in", system.replication),
    );
    if Poolers::of(spec).any() {
        add(
            system.pooler,
            namespace,
            format!("password of `{}`, as which PgBouncer looks roles up", system.pooler),
        );
    }
    for role in users(spec).filter(|role| !system.has(role, spec)) {
        // `shop.orders` is role `shop.orders` with its Secret in namespace `shop`, where the operator does that.
        let foreign = role.split_once('.').map(|(namespace, _)| namespace).filter(|_| elsewhere);
        add(role, foreign.unwrap_or(namespace), format!("password of `{role}`"));
    }
    for (database, definition) in spec.prepared_databases.iter().flatten() {
        let foreign = definition.secret_namespace.as_deref().filter(|_| elsewhere);
        let of_database = prepared(spec).into_iter().filter(|role| {
            role.strip_prefix(database.as_str()).is_some_and(|rest| rest.starts_with('_'))
                && role.ends_with("_user")
        });
        for role in of_database {
            add(&role, foreign.unwrap_or(namespace), format!("password of `{role}`"));
        }
    }
    made
}
