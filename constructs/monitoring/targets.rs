//! What Prometheus reads and which rules it evaluates: objects of the Prometheus Operator, or configuration for a
//! Prometheus without it.

use indexmap::IndexMap;
use k8s_openapi::api::core::v1::ConfigMap;
use serde::Serialize;

use super::exporter::{EXPORTER, metadata};
use super::rules::Group;
use super::{Monitored, pooler};
use crate::base::{Identity, Object, Scope, Stage};
use crate::crds::postgresql::Metadata;
use pgsynth_upstream::behaviour::pods;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<T> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodMonitor {
    pod_metrics_endpoints: Vec<Endpoint>,
    selector: Selector,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port_number: Option<i32>,
    path: &'static str,
    interval: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Selector {
    match_labels: std::collections::BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Rules {
    groups: Vec<Group>,
}

const VERSION: &str = "monitoring.coreos.com/v1";

/// Labels of a cluster's pods.
fn pods(cluster: &str, scope: &Scope) -> std::collections::BTreeMap<String, String> {
    pods::labels(cluster, scope.operator().kubernetes()).into_iter().collect()
}

pub(super) fn objects(cluster: &Monitored, scope: &Scope) -> Vec<Object> {
    let groups = cluster.groups(scope);
    match cluster.stack.prometheus_operator {
        true => of_the_operator(cluster, scope, groups),
        false => vec![of_ones_own(cluster, scope, groups)],
    }
}

fn of_the_operator(cluster: &Monitored, scope: &Scope, groups: Vec<Group>) -> Vec<Object> {
    let interval = cluster.monitoring.interval_text();
    // `port: exporter` alone would miss Patroni's, which has no name in the operator's StatefulSet.
    let endpoint =
        |port, port_number| Endpoint { port, port_number, path: "/metrics", interval: interval.to_owned() };
    let database = PodMonitor {
        pod_metrics_endpoints: vec![endpoint(Some(EXPORTER), None), endpoint(None, Some(8008))],
        selector: Selector { match_labels: pods(cluster.name, scope) },
    };
    let mut objects = vec![object("PodMonitor", cluster.name, cluster, scope, database)];
    if cluster.facts.pooler_service().is_some() {
        let name = pooler::name(cluster.name);
        let pooler = PodMonitor {
            pod_metrics_endpoints: vec![endpoint(Some("exporter"), None)],
            selector: Selector { match_labels: pooler::labels(cluster.name) },
        };
        objects.push(object("PodMonitor", &name, cluster, scope, pooler));
    }
    objects.push(object("PrometheusRule", cluster.name, cluster, scope, Rules { groups }));
    objects
}

fn object<T: Serialize + Send + Sync + 'static>(
    kind: &'static str,
    name: &str,
    cluster: &Monitored,
    scope: &Scope,
    spec: T,
) -> Object {
    let mut labels: IndexMap<_, _> = scope.labels().clone();
    labels.extend(cluster.stack.labels.clone());
    let identity = Identity {
        api_version: VERSION.to_owned(),
        kind: kind.to_owned(),
        namespace: Some(cluster.facts.namespace.clone()),
        name: name.to_owned(),
    };
    let metadata = Metadata {
        labels: Some(labels),
        name: Some(name.to_owned()),
        namespace: identity.namespace.clone(),
        ..Metadata::default()
    };
    Object::new(Stage::Monitoring, scope, identity, Manifest { api_version: VERSION, kind, metadata, spec })
}

/// A ConfigMap with `scrape.yaml`, for `scrape_config_files`, and `rules.yaml`, for `rule_files`.
fn of_ones_own(cluster: &Monitored, scope: &Scope, groups: Vec<Group>) -> Object {
    let rules = serde_yaml::to_string(&Rules { groups }).unwrap_or_default();
    let map = ConfigMap {
        metadata: metadata(&format!("{}-prometheus", cluster.name), cluster, scope),
        data: Some(
            [("rules.yaml".to_owned(), rules), ("scrape.yaml".to_owned(), scrape(cluster, scope))].into(),
        ),
        ..ConfigMap::default()
    };
    Object::of(Stage::Monitoring, scope, map)
}

/// The same targets, found by Prometheus itself: pods of the cluster, by their labels, and both ports of each.
fn scrape(cluster: &Monitored, scope: &Scope) -> String {
    let label = |name: &str| format!("__meta_kubernetes_pod_label_{}", name.replace(['-', '.', '/'], "_"));
    let job = |name: &str, selector: &std::collections::BTreeMap<String, String>, port: &str| {
        let keep: String = selector
            .iter()
            .map(|(name, value)| {
                format!("    - {{source_labels: [{}], regex: \"{value}\", action: keep}}\n", label(name))
            })
            .collect();
        format!(
            "- job_name: {namespace}/{cluster}/{name}\n  scrape_interval: {interval}\n  kubernetes_sd_configs:\n    - {{role: pod, namespaces: {{names: [{namespace}]}}}}\n  relabel_configs:\n\
             {keep}    - {{source_labels: [__meta_kubernetes_pod_container_port_number], regex: \"{port}\", action: keep}}\n\
             \x20   - {{source_labels: [__meta_kubernetes_namespace], target_label: namespace}}\n\
             \x20   - {{source_labels: [__meta_kubernetes_pod_name], target_label: pod}}\n\
             \x20   - {{source_labels: [__meta_kubernetes_pod_container_name], target_label: container}}\n",
            namespace = cluster.facts.namespace,
            cluster = cluster.name,
            interval = cluster.monitoring.interval_text(),
        )
    };
    let mut text = "scrape_configs:\n".to_owned();
    text += &job("exporter", &pods(cluster.name, scope), &super::exporter::PORT.to_string());
    text += &job("patroni", &pods(cluster.name, scope), "8008");
    if cluster.facts.pooler_service().is_some() {
        text += &job("pooler", &pooler::labels(cluster.name), &pooler::PORT.to_string());
    }
    text
}
