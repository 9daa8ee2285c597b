//! What will come of a cluster: the objects that the operator makes, the environment of its pods, its archive, and how it is
//! reached.

use std::fmt::Write;

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::ClusterFacts;
use pgsynth_constructs::crds::env::EnvVar;
use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::upstream::behaviour::made::{Made, objects};
use pgsynth_constructs::upstream::behaviour::variables::is_operators;
use pgsynth_constructs::upstream::behaviour::{hba, roles};
use pgsynth_constructs::upstream::values::is_credential;

/// The explanation of a cluster, by `<chart>/<cluster>`; nothing where the app has none of that id.
pub fn cluster(valid: &Valid, id: &str) -> Option<String> {
    let facts = valid.clusters().get(id)?;
    let mut resources = valid.objects().iter().filter_map(|object| object.downcast::<Postgresql>());
    let resource = resources.find(|resource| {
        resource.metadata.name.as_deref() == Some(facts.name.as_str())
            && resource.metadata.namespace.as_deref() == Some(facts.namespace.as_str())
    })?;
    let mut text = format!("cluster {id}: `{}` in namespace `{}`\n", facts.name, facts.namespace);
    made(&objects(resource, valid.operator()), &facts.namespace, &mut text);
    reached(facts, resource, &mut text);
    archive(facts, &mut text);
    environment(valid, resource, &mut text);
    lines(resource, &mut text);
    Some(text)
}

fn made(made: &[Made], namespace: &str, text: &mut String) {
    text.push_str("\nwhat is made of it\n");
    for Made { kind, namespace: own, name, by, what } in made {
        let elsewhere = if own == namespace { String::new() } else { format!(" in namespace `{own}`") };
        let _ = writeln!(text, "  {kind:<22} {name}{elsewhere}  ({by}: {what})");
    }
}

fn reached(facts: &ClusterFacts, resource: &Postgresql, text: &mut String) {
    text.push_str("\nhow it is reached\n");
    let services = [
        ("primary", Some(facts.primary_service())),
        ("replicas", Some(facts.replica_service())),
        ("pooler", facts.pooler_service()),
        ("pooler of replicas", facts.replica_pooler_service()),
    ];
    for (what, service) in services {
        if let Some(service) = service {
            let _ = writeln!(text, "  {what:<19} {}:5432", facts.dns(&service));
        }
    }
    let service = facts.pooler_service().unwrap_or_else(|| facts.primary_service());
    let spec = &resource.spec;
    let owner = spec.databases.iter().flatten().next();
    let prepared =
        roles::databases(spec).next().map(|database| (database.clone(), format!("{database}_owner_user")));
    let connection = owner.map(|(database, owner)| (database.clone(), owner.clone())).or(prepared);
    if let Some((database, role)) = connection {
        let _ = writeln!(
            text,
            "  for example         host={} port=5432 dbname={database} user={role} sslmode=require, with `username` and `password` of Secret `{}`",
            facts.dns(&service),
            facts.secret(&role)
        );
    }
}

fn archive(facts: &ClusterFacts, text: &mut String) {
    text.push_str("\nits archive\n");
    let Some(backup) = &facts.backup else {
        text.push_str("  none that pgsynth knows of\n");
        return;
    };
    let _ = writeln!(text, "  path                {}/<major>", backup.root);
    let _ = writeln!(
        text,
        "  policy              {}, into store {}, generation {}",
        backup.policy, backup.store, backup.generation
    );
    let _ = writeln!(
        text,
        "  base backups        `{}` UTC, and one at every start of a primary",
        backup.schedule
    );
}

/// Where the variables of PostgreSQL's container come from: of those with one name the first counts
/// (`generateSpiloPodEnvVars`, `pkg/cluster/k8sres.go:933`).
fn environment(valid: &Valid, resource: &Postgresql, text: &mut String) {
    text.push_str("\nenvironment of PostgreSQL's container; of several with one name the first counts\n");
    text.push_str(
        "  1. the operator's own: SCOPE, PGROOT, PGVERSION, POD_IP, SPILO_CONFIGURATION and others\n",
    );
    text.push_str("  2. `env` of the cluster\n");
    let spec = &resource.spec;
    let mut seen: Vec<String> = vec![];
    for variable in spec.env.iter().flat_map(|list| list.iter()) {
        let upper = variable.name.to_ascii_uppercase();
        let loses = is_operators(&variable.name) || seen.contains(&upper);
        let note = if loses { "  (dropped: the first counts)" } else { "" };
        let _ = writeln!(text, "     {} = {}{note}", variable.name, shown(variable));
        seen.push(upper);
    }
    if spec.clone.as_ref().is_some_and(|clone| clone.cluster.as_ref().is_some_and(|name| !name.is_empty())) {
        text.push_str(
            "  3. of `clone`: CLONE_*, appended whatever is there already, and stronger than `env`\n",
        );
    }
    if spec.standby.is_some() {
        text.push_str("  4. of `standby`: STANDBY_*, appended whatever is there already\n");
    }
    let section = valid.operator().kubernetes();
    let sources = [
        ("5. Secret", section.and_then(|section| section.pod_environment_secret.as_deref())),
        ("6. ConfigMap", section.and_then(|section| section.pod_environment_configmap.as_deref())),
    ];
    for (what, name) in sources {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            let _ = writeln!(text, "  {what} `{name}`, of the operator's configuration");
            for name in valid.operator().pod_environment.iter().flatten() {
                let loses = seen.iter().any(|own| own.eq_ignore_ascii_case(name)) || is_operators(name);
                let note = if loses { "  (dropped: the first counts)" } else { "" };
                let _ = writeln!(text, "     {name}{note}");
            }
        }
    }
    if let Some(bucket) =
        valid.operator().configuration.aws_or_gcp.as_ref().and_then(|of| of.wal_s3_bucket.as_deref())
    {
        let _ = writeln!(
            text,
            "  7. the operator's `wal_s3_bucket`: WAL_S3_BUCKET = {bucket}, with the resource's UID in the path"
        );
    }
    for source in spec.env_from.iter().flatten() {
        let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
        let secret = source.secret_ref.as_ref().map(|of| format!("Secret `{}`", name(of.name.as_deref())));
        let map =
            source.config_map_ref.as_ref().map(|of| format!("ConfigMap `{}`", name(of.name.as_deref())));
        let _ = writeln!(text, "  8. `envFrom`, the weakest: {}", secret.or(map).unwrap_or_default());
    }
}

/// A variable's value; nothing of a credential.
fn shown(variable: &EnvVar) -> String {
    let value = variable.value.as_deref().unwrap_or_default();
    match &variable.value_from {
        Some(source) => {
            if let Some(of) = &source.secret_key_ref {
                format!("key `{}` of Secret `{}`", of.key, of.name.as_deref().unwrap_or_default())
            } else if let Some(of) = &source.config_map_key_ref {
                format!("key `{}` of ConfigMap `{}`", of.key, of.name.as_deref().unwrap_or_default())
            } else if let Some(of) = &source.field_ref {
                of.field_path.clone()
            } else {
                "what Kubernetes fills in".to_owned()
            }
        }
        None if is_credential(&variable.name, value) => "(not shown)".to_owned(),
        None => value.to_owned(),
    }
}

fn lines(resource: &Postgresql, text: &mut String) {
    text.push_str("\nwho is let in: pg_hba\n");
    let own =
        resource.spec.patroni.as_ref().and_then(|patroni| patroni.pg_hba.as_deref()).unwrap_or_default();
    let (lines, whose): (Vec<&str>, _) = match own {
        [] => (hba::SPILOS.to_vec(), "Spilo's"),
        own => (own.iter().map(String::as_str).collect(), "the cluster's"),
    };
    let _ = writeln!(text, "  {whose}; the first line that fits decides");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
