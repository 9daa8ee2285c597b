//! pgbouncer_exporter before the pooler, whose pods take no further container.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EnvVar, EnvVarSource, PodSpec, PodTemplateSpec,
    ResourceRequirements, SecretKeySelector, SecurityContext,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use super::Monitored;
use super::exporter::metadata;
use crate::base::{Object, Scope, Stage, either};

pub(super) const PORT: i32 = 9127;

/// Name of the Deployment: it begins as the pooler's pods do, so that one selector finds both.
pub(super) fn name(cluster: &str) -> String {
    format!("{cluster}-pooler-exporter")
}

/// Labels of its pods.
pub(super) fn labels(cluster: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("app.kubernetes.io/name".to_owned(), name(cluster))])
}

/// The exporter, where there is a pooler. It logs in as the pooler's own role, the only one that PgBouncer's console knows.
pub(super) fn objects(cluster: &Monitored, scope: &Scope) -> Option<Object> {
    let service = cluster.facts.pooler_service()?;
    let secret = |name: &str, key: &str| EnvVar {
        name: name.to_owned(),
        value_from: Some(EnvVarSource {
            secret_key_ref: Some(SecretKeySelector {
                key: key.to_owned(),
                name: either(cluster.facts.secret("pooler")),
                ..SecretKeySelector::default()
            }),
            ..EnvVarSource::default()
        }),
        ..EnvVar::default()
    };
    let amounts = |cpu: &str, memory: &str| {
        Some(
            [
                ("cpu".to_owned(), Quantity(cpu.to_owned())),
                ("memory".to_owned(), Quantity(memory.to_owned())),
            ]
            .into(),
        )
    };
    let container = Container {
        name: "exporter".to_owned(),
        image: Some(scope.release().pgbouncer_exporter_image.to_owned()),
        env: Some(vec![
            secret("POOLER_USER", "username"),
            secret("POOLER_PASSWORD", "password"),
            EnvVar {
                name: "PGBOUNCER_EXPORTER_CONNECTION_STRING".to_owned(),
                value: Some(format!(
                    "postgres://$(POOLER_USER):$(POOLER_PASSWORD)@{service}:5432/pgbouncer?sslmode=require"
                )),
                ..EnvVar::default()
            },
        ]),
        ports: Some(vec![ContainerPort {
            name: Some("exporter".to_owned()),
            container_port: PORT,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        resources: Some(ResourceRequirements {
            requests: amounts("10m", "32Mi"),
            limits: amounts("100m", "64Mi"),
            ..ResourceRequirements::default()
        }),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            read_only_root_filesystem: Some(true),
            run_as_non_root: Some(true),
            run_as_user: Some(65534),
            ..SecurityContext::default()
        }),
        ..Container::default()
    };
    let mut all: BTreeMap<_, _> = scope.labels().clone().into_iter().collect();
    all.extend(labels(cluster.name));
    let spec = DeploymentSpec {
        replicas: Some(1),
        selector: LabelSelector { match_labels: Some(labels(cluster.name)), ..LabelSelector::default() },
        template: PodTemplateSpec {
            metadata: Some(ObjectMeta { labels: Some(all), ..ObjectMeta::default() }),
            spec: Some(PodSpec {
                automount_service_account_token: Some(false),
                containers: vec![container],
                ..PodSpec::default()
            }),
        },
        ..DeploymentSpec::default()
    };
    let deployment = Deployment {
        metadata: metadata(&name(cluster.name), cluster, scope),
        spec: either(spec),
        ..Deployment::default()
    };
    Some(Object::of(Stage::Monitoring, scope.path(), deployment))
}
