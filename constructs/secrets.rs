//! The Secrets that must exist before an app is applied: pgsynth refers to them, and renders none.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec};
use k8s_openapi::api::core::v1::PodSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::base::{ClusterFacts, Object, OperatorFacts, either};
use crate::crds::env::{EnvFromSource, EnvVar};
use crate::crds::postgresql::Postgresql;
use crate::values::Name;

/// A Secret that must exist, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretNeed {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Keys that are read; none where all are.
    pub keys: BTreeSet<String>,
    /// Paths of the constructs that refer to it.
    pub used_by: BTreeSet<String>,
    /// Whether its contents are those of another: of the source of a standby.
    pub copied: Option<Copied>,
}

/// A Secret whose contents are needed once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Namespace and name, where the source is a cluster of the app.
    pub source: Option<(String, String)>,
}

/// Key of a Secret by which images are pulled.
pub const DOCKER: &str = ".dockerconfigjson";

type Needs = BTreeMap<(String, String), SecretNeed>;

/// The Secrets that the objects refer to and that nobody makes, sorted.
pub(crate) fn needs(
    objects: &[Object],
    operator: &OperatorFacts,
    clusters: &BTreeMap<String, ClusterFacts>,
    pulls: &[Name],
) -> Vec<SecretNeed> {
    let by_name: BTreeMap<_, _> =
        clusters.values().map(|facts| ((facts.namespace.as_str(), facts.name.as_str()), facts)).collect();
    let mut needs = Needs::new();
    for object in objects {
        let runs = matches!(object.identity.kind.as_str(), "postgresql" | "Deployment" | "Job" | "CronJob");
        for name in pulls.iter().filter(|_| runs) {
            let namespace = object.identity.namespace.as_deref().unwrap_or_default();
            need(&mut needs, namespace, name.as_str(), &[DOCKER], &object.origin);
        }
        if let Some(resource) = object.downcast::<Postgresql>() {
            let identity = &object.identity;
            let name = (identity.namespace.as_deref().unwrap_or_default(), identity.name.as_str());
            let facts = by_name.get(&name).copied();
            cluster(resource, operator, facts, &object.origin, &mut needs);
            if let Some(facts) = facts.filter(|facts| facts.standby) {
                copy(facts, source_of(resource, clusters), &mut needs);
            }
        }
        if let Some(deployment) = object.downcast::<Deployment>() {
            let spec: Option<DeploymentSpec> = either(deployment.spec.clone());
            pod(&deployment.metadata, spec.and_then(|spec| spec.template.spec), &object.origin, &mut needs);
        }
        if let Some(scheduled) = object.downcast::<CronJob>() {
            let spec: Option<CronJobSpec> = either(scheduled.spec.clone());
            let job = spec.and_then(|spec| spec.job_template.spec);
            let spec = job.and_then(|job| job.template.spec);
            pod(&scheduled.metadata, spec, &object.origin, &mut needs);
        }
    }
    if needs.is_empty() {
        return vec![];
    }
    let made_by_others = objects
        .iter()
        .filter(|object| object.identity.kind == "ExternalSecret")
        .filter_map(|object| Some((object.identity.namespace.as_deref()?, object.identity.name.clone())));
    let made: BTreeSet<(&str, String)> = clusters
        .values()
        .flat_map(|facts| {
            // A standby's passwords are those of its source, and somebody has to copy them.
            let copied = [&facts.superuser, &facts.replication].into_iter().filter(|_| !facts.standby);
            copied
                .chain([&facts.pooler_role])
                .chain(&facts.roles)
                .map(|role| (facts.namespace.as_str(), facts.secret(role)))
        })
        .chain(made_by_others)
        .collect();
    needs.into_values().filter(|need| !made.contains(&(need.namespace.as_str(), need.name.clone()))).collect()
}

/// The cluster of the app that a standby follows, by its host or by its archive.
pub(crate) fn source_of<'a>(
    resource: &Postgresql,
    clusters: &'a BTreeMap<String, ClusterFacts>,
) -> Option<&'a ClusterFacts> {
    let standby = resource.spec.standby.as_ref()?;
    let host = standby.standby_host.as_deref().unwrap_or_default();
    let path = standby.s3_wal_path.as_deref().unwrap_or_default();
    clusters.values().find(|facts| {
        let service = facts.primary_service();
        let short = format!("{service}.{}", facts.namespace);
        let of_host = host == short || host == format!("{short}.svc") || host == facts.dns(&service);
        let of_archive = facts.backup.as_ref().is_some_and(|backup| {
            path.strip_prefix(&backup.root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        of_host || of_archive
    })
}

/// Notes where the passwords of a standby's system roles come from.
fn copy(facts: &ClusterFacts, source: Option<&ClusterFacts>, needs: &mut Needs) {
    for role in [&facts.superuser, &facts.replication] {
        if let Some(need) = needs.get_mut(&(facts.namespace.clone(), facts.secret(role))) {
            let source = source.map(|source| (source.namespace.clone(), source.secret(role)));
            need.copied = Some(Copied { source });
        }
    }
}

fn need(needs: &mut Needs, namespace: &str, name: &str, keys: &[&str], origin: &str) {
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    let need = needs.entry((namespace.clone(), name.clone())).or_insert_with(|| SecretNeed {
        namespace,
        name,
        keys: BTreeSet::new(),
        used_by: BTreeSet::new(),
        copied: None,
    });
    need.keys.extend(keys.iter().map(|key| (*key).to_owned()));
    need.used_by.insert(origin.to_owned());
}

/// The Secrets of a pod that the app renders.
fn pod(metadata: &ObjectMeta, spec: Option<PodSpec>, origin: &str, needs: &mut Needs) {
    let namespace = metadata.namespace.clone().unwrap_or_default();
    let containers = spec.map(|spec| spec.containers).unwrap_or_default();
    for variable in containers.into_iter().flat_map(|container| container.env.unwrap_or_default()) {
        let Some(reference) = variable.value_from.and_then(|source| source.secret_key_ref) else { continue };
        let name: Option<String> = either(reference.name);
        let name = name.unwrap_or_default();
        need(needs, &namespace, &name, &[&reference.key], origin);
    }
}

fn cluster(
    resource: &Postgresql,
    operator: &OperatorFacts,
    facts: Option<&ClusterFacts>,
    origin: &str,
    needs: &mut Needs,
) {
    let namespace = resource.metadata.namespace.as_deref().unwrap_or_default();
    let mut add = |name: &str, keys: &[&str]| {
        if name.is_empty() {
            return;
        }
        need(needs, namespace, name, keys, origin);
    };
    let spec = &resource.spec;
    if let Some(facts) = facts.filter(|facts| facts.standby) {
        for role in [&facts.superuser, &facts.replication] {
            add(&facts.secret(role), &["username", "password"]);
        }
    }
    if let Some(tls) = &spec.tls {
        let file = |file: &Option<String>, default: &'static str| {
            file.clone().filter(|file| !file.is_empty()).unwrap_or_else(|| default.to_owned())
        };
        let (certificate, key) =
            (file(&tls.certificate_file, "tls.crt"), file(&tls.private_key_file, "tls.key"));
        let ca = tls.ca_file.clone().unwrap_or_default();
        let mut keys = vec![certificate.as_str(), key.as_str()];
        match tls.ca_secret_name.as_deref().filter(|name| !name.is_empty()) {
            Some(other) => add(other, &[ca.as_str()]),
            None if !ca.is_empty() => keys.push(&ca),
            None => {}
        }
        add(tls.secret_name.as_deref().unwrap_or_default(), &keys);
    }
    let sidecars =
        spec.sidecars.iter().flat_map(|list| list.iter()).filter_map(|sidecar| sidecar.env.as_ref());
    let init = spec.init_containers.iter().flat_map(|list| list.iter());
    let init_env = init.clone().filter_map(|container| container.env.as_ref());
    let variables: Vec<&EnvVar> =
        spec.env.iter().chain(sidecars).chain(init_env).flat_map(|list| list.iter()).collect();
    for variable in variables {
        if let Some(reference) =
            variable.value_from.as_ref().and_then(|source| source.secret_key_ref.as_ref())
            && reference.optional != Some(true)
        {
            add(reference.name.as_deref().unwrap_or_default(), &[&reference.key]);
        }
    }
    let sources: Vec<&EnvFromSource> = spec
        .env_from
        .iter()
        .chain(init.filter_map(|container| container.env_from.as_ref()))
        .flatten()
        .collect();
    for source in sources {
        if let Some(reference) =
            source.secret_ref.as_ref().filter(|reference| reference.optional != Some(true))
        {
            add(reference.name.as_deref().unwrap_or_default(), &[]);
        }
    }
    for volume in spec.additional_volumes.iter().flat_map(|list| list.iter()) {
        let secret = volume.volume_source.0.get("secret");
        let optional = secret.and_then(|secret| secret.get("optional")).and_then(serde_yaml::Value::as_bool)
            == Some(true);
        let name = secret.and_then(|secret| secret.get("secretName")).and_then(serde_yaml::Value::as_str);
        if let Some(name) = name.filter(|_| !optional) {
            add(name, &[]);
        }
    }
    let kubernetes = operator.configuration.kubernetes.clone().unwrap_or_default();
    let stores = operator.configuration.aws_or_gcp.clone().unwrap_or_default();
    let dumps = operator.configuration.logical_backup.clone().unwrap_or_default();
    add(kubernetes.pod_environment_secret.as_deref().unwrap_or_default(), &[]);
    add(stores.additional_secret_mount.as_deref().unwrap_or_default(), &[]);
    if spec.enable_logical_backup == Some(true) {
        add(dumps.logical_backup_cronjob_environment_secret.as_deref().unwrap_or_default(), &[]);
    }
}
