//! pgbouncer_exporter before the pooler, whose pods take no further container.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, HTTPGetAction, PodSpec, PodTemplateSpec, Probe, SecurityContext,
    TCPSocketAction,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Monitored;
pub(super) use crate::access::pooler_exporter_labels as labels;

use super::exporter::metadata;
use crate::base::{Object, Scope, Stage, either, pod};

pub(super) use crate::access::POOLER_EXPORTER as PORT;

/// Name of the Deployment: it begins as the pooler's pods do, so that one selector finds both.
pub(crate) fn name(cluster: &str) -> String {
    format!("{cluster}-pooler-exporter")
}

fn port() -> IntOrString {
    IntOrString::String("exporter".to_owned())
}

/// The exporter, where there is a pooler. It logs in as the pooler's own role, the only one that PgBouncer's console knows.
pub(super) fn objects(cluster: &Monitored, scope: &Scope) -> Option<Object> {
    let service = cluster.facts.pooler_service()?;
    let container = Container {
        name: "exporter".to_owned(),
        image: Some(scope.images.pooler_exporter.clone()),
        env: Some(vec![
            pod::from_secret("POOLER_USER", cluster.facts.secret(&cluster.facts.pooler_role), "username"),
            pod::from_secret("POOLER_PASSWORD", cluster.facts.secret(&cluster.facts.pooler_role), "password"),
            pod::variable(
                "PGBOUNCER_EXPORTER_CONNECTION_STRING",
                format!(
                    "postgres://$(POOLER_USER):$(POOLER_PASSWORD)@{service}:5432/pgbouncer?sslmode=require"
                ),
            ),
        ]),
        ports: Some(vec![ContainerPort {
            name: Some("exporter".to_owned()),
            container_port: PORT,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        // The exporter answers whether or not the pooler does: that is what `pgbouncer_up` says.
        liveness_probe: Some(Probe {
            tcp_socket: Some(TCPSocketAction { port: port(), ..TCPSocketAction::default() }),
            ..Probe::default()
        }),
        readiness_probe: Some(Probe {
            http_get: Some(HTTPGetAction {
                path: Some("/".to_owned()),
                port: port(),
                ..HTTPGetAction::default()
            }),
            ..Probe::default()
        }),
        resources: Some(pod::resources(
            &[("cpu", "10m"), ("memory", "32Mi")],
            &[("cpu", "100m"), ("memory", "64Mi")],
        )),
        security_context: Some(SecurityContext {
            read_only_root_filesystem: Some(true),
            run_as_non_root: Some(true),
            run_as_user: Some(65534),
            ..pod::confined()
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
                image_pull_secrets: scope.images.secrets(),
                security_context: Some(pod::restricted()),
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
    Some(Object::of(Stage::Monitoring, scope, deployment))
}
