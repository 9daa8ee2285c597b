//! The operator's Deployment, and the Service of its HTTP API.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy};
use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EnvVar, HTTPGetAction, PodSecurityContext, PodSpec,
    PodTemplateSpec, Probe, ResourceRequirements, SecurityContext, Service, ServicePort, ServiceSpec,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{NAME, api_port};
use crate::base::{Object, OperatorFacts, Scope, Stage, either, pod};
use crate::cluster::Resources;
use crate::values::fnv1a;

/// Annotation that changes with the configuration, because the operator reads that once, at its start.
const CHECKSUM: &str = "pgsynth/configuration-checksum";

/// Labels of the operator's pods.
pub(super) fn selector() -> BTreeMap<String, String> {
    BTreeMap::from([("name".to_owned(), NAME.to_owned())])
}

pub(super) fn objects(
    facts: &OperatorFacts,
    resources: &Resources,
    json_log: bool,
    reachable: bool,
    scope: &Scope,
    metadata: &dyn Fn(&str, Option<&str>) -> ObjectMeta,
) -> Vec<Object> {
    let named = || metadata(NAME, Some(scope.namespace()));
    let bytes = serde_json::to_vec(&facts.configuration).unwrap_or_default();
    let annotations = BTreeMap::from([(CHECKSUM.to_owned(), format!("{:016x}", fnv1a(&bytes)))]);
    let mut labels = named().labels.unwrap_or_default();
    labels.extend(selector());
    let spec = DeploymentSpec {
        // There is no election: two operators would fight over every cluster.
        replicas: Some(1),
        strategy: Some(DeploymentStrategy {
            type_: Some("Recreate".to_owned()),
            ..DeploymentStrategy::default()
        }),
        selector: LabelSelector { match_labels: Some(selector()), ..LabelSelector::default() },
        template: PodTemplateSpec {
            metadata: Some(ObjectMeta {
                labels: Some(labels),
                annotations: Some(annotations),
                ..ObjectMeta::default()
            }),
            spec: Some(pod_of(facts, resources, json_log, scope)),
        },
        ..DeploymentSpec::default()
    };
    let deployment = Deployment { metadata: named(), spec: either(spec), ..Deployment::default() };
    let mut objects = vec![Object::of(Stage::Operator, scope, deployment)];
    if reachable {
        let port = ServicePort {
            name: Some("http".to_owned()),
            port: 8080,
            protocol: Some("TCP".to_owned()),
            target_port: Some(IntOrString::Int(api_port(facts))),
            ..ServicePort::default()
        };
        let spec =
            ServiceSpec { ports: Some(vec![port]), selector: Some(selector()), ..ServiceSpec::default() };
        let service = Service { metadata: named(), spec: Some(spec), ..Service::default() };
        objects.push(Object::of(Stage::Operator, scope, service));
    }
    objects
}

fn pod_of(facts: &OperatorFacts, resources: &Resources, json_log: bool, scope: &Scope) -> PodSpec {
    let variable = |name: &str, value: &str| EnvVar {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        ..EnvVar::default()
    };
    let mut env = vec![variable("POSTGRES_OPERATOR_CONFIGURATION_OBJECT", NAME)];
    if json_log {
        env.push(variable("ENABLE_JSON_LOGGING", "true"));
    }
    let container = Container {
        name: NAME.to_owned(),
        image: Some(scope.images.operator.clone()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        env: Some(env),
        ports: Some(vec![ContainerPort {
            container_port: api_port(facts),
            name: Some("http".to_owned()),
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        readiness_probe: Some(Probe {
            http_get: Some(HTTPGetAction {
                path: Some("/readyz".to_owned()),
                port: IntOrString::Int(api_port(facts)),
                ..HTTPGetAction::default()
            }),
            initial_delay_seconds: Some(5),
            period_seconds: Some(10),
            ..Probe::default()
        }),
        resources: Some(requirements(resources)),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            read_only_root_filesystem: Some(true),
            ..SecurityContext::default()
        }),
        ..Container::default()
    };
    PodSpec {
        service_account_name: Some(NAME.to_owned()),
        containers: vec![container],
        image_pull_secrets: scope.images.secrets(),
        // Meets the pod security standard `restricted`.
        security_context: Some(PodSecurityContext { run_as_user: Some(1000), ..pod::restricted() }),
        ..PodSpec::default()
    }
}

fn requirements(resources: &Resources) -> ResourceRequirements {
    let Resources { cpu, cpu_limit, memory, memory_limit, hugepages_2mi: _, hugepages_1gi: _ } = resources;
    let quantity = |text: &str| Quantity(text.to_owned());
    let mut requests =
        BTreeMap::from([("cpu".to_owned(), quantity("100m")), ("memory".to_owned(), quantity("250Mi"))]);
    let mut limits = BTreeMap::from([("memory".to_owned(), quantity("500Mi"))]);
    if let Some(cpu) = cpu {
        requests.insert("cpu".to_owned(), quantity(cpu.as_str()));
    }
    if let Some(cpu) = cpu_limit {
        limits.insert("cpu".to_owned(), quantity(cpu.as_str()));
    }
    if let Some(memory) = memory {
        requests.insert("memory".to_owned(), quantity(memory.as_str()));
        limits.insert("memory".to_owned(), quantity(memory.as_str()));
    }
    if let Some(memory) = memory_limit {
        limits.insert("memory".to_owned(), quantity(memory.as_str()));
    }
    ResourceRequirements { requests: Some(requests), limits: Some(limits), ..ResourceRequirements::default() }
}
