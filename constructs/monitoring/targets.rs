//! What Prometheus reads and which rules it evaluates: objects of the Prometheus Operator, or configuration for a
//! Prometheus without it.

use std::collections::BTreeMap;
use std::fmt::Write;

use indexmap::IndexMap;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

use super::MonitoringStack;
use super::alerts::When;
use super::exporter::EXPORTER;
use super::members::Member;
use super::pooler;
use super::rules::Group;
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
    relabelings: Vec<Relabeling>,
}

/// The label of a target with the name of its cluster, out of a label of the pod.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Relabeling {
    source_labels: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    regex: Option<&'static str>,
    target_label: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Selector {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    match_labels: BTreeMap<String, String>,
    match_expressions: [Expression; 1],
}

#[derive(Serialize)]
struct Expression {
    key: String,
    operator: &'static str,
    values: Vec<String>,
}

#[derive(Serialize)]
struct Rules {
    groups: Vec<Group>,
}

const VERSION: &str = "monitoring.coreos.com/v1";

/// The label of pooler exporters, and the cluster's name in it.
const POOLER_LABEL: &str = "app.kubernetes.io/name";
const POOLER_NAME: &str = "(.+)-pooler-exporter";

/// Pods that are read alike: those of a namespace's clusters with one interval, or their pooler exporters.
struct Targets<'m> {
    name: String,
    namespace: &'m str,
    interval: &'m str,
    clusters: Vec<&'m str>,
    poolers: bool,
}

fn targets<'m>(members: &[Member<'m>], app: &str) -> Vec<Targets<'m>> {
    let mut found: IndexMap<(&str, &str, bool), Vec<&str>> = IndexMap::new();
    for member in members {
        let (namespace, interval) = (member.namespace, member.interval);
        for poolers in [false, true].into_iter().filter(|poolers| !poolers || member.has(When::Pooler)) {
            found.entry((namespace, interval, poolers)).or_default().push(member.name);
        }
    }
    let of = |((namespace, interval, poolers), clusters): ((&'m str, &'m str, bool), Vec<&'m str>)| {
        let what = if poolers { "poolers" } else { "clusters" };
        // Most have the interval that nobody chose.
        let suffix = if interval == super::INTERVAL { String::new() } else { format!("-{interval}") };
        Targets { name: format!("{app}-{what}{suffix}"), namespace, interval, clusters, poolers }
    };
    found.into_iter().map(of).collect()
}

/// PodMonitors, or a scrape configuration.
pub(super) fn objects(
    members: &[Member],
    stack: &MonitoringStack,
    namespace: &str,
    scope: &Scope,
) -> Vec<Object> {
    let scope = &scope.owning("monitoring", "targets");
    let targets = targets(members, scope.app);
    if stack.prometheus_operator {
        return targets.into_iter().map(|targets| pod_monitor(targets, stack, scope)).collect();
    }
    let mut text = "scrape_configs:\n".to_owned();
    targets.iter().for_each(|targets| scrape(targets, stack, scope, &mut text));
    vec![config_map(&format!("{}-targets", scope.app), namespace, "scrape.yaml", text, scope)]
}

fn pod_monitor(targets: Targets, stack: &MonitoringStack, scope: &Scope) -> Object {
    let kubernetes = scope.operator().kubernetes();
    let names: Vec<_> = targets.clusters.iter().map(|cluster| (*cluster).to_owned()).collect();
    let (key, values, regex) = match targets.poolers {
        false => (pods::name_label(kubernetes).to_owned(), names, None),
        true => {
            let exporters = names.iter().map(|cluster| pooler::name(cluster)).collect();
            (POOLER_LABEL.to_owned(), exporters, Some(POOLER_NAME))
        }
    };
    let relabeling =
        Relabeling { source_labels: [meta(&key)], regex, target_label: stack.cluster_label.clone() };
    let endpoint = |port, port_number| Endpoint {
        port,
        port_number,
        path: "/metrics",
        interval: targets.interval.to_owned(),
        relabelings: vec![relabeling.clone()],
    };
    let labels = kubernetes.and_then(|section| section.cluster_labels.clone()).filter(|_| !targets.poolers);
    let spec = PodMonitor {
        // `port: exporter` alone would miss Patroni's, which has no name in the operator's StatefulSet.
        pod_metrics_endpoints: match targets.poolers {
            false => vec![endpoint(Some(EXPORTER), None), endpoint(None, Some(PATRONI))],
            true => vec![endpoint(Some(EXPORTER), None)],
        },
        selector: Selector {
            match_labels: labels.unwrap_or_default().into_iter().collect(),
            match_expressions: [Expression { key, operator: "In", values }],
        },
    };
    object("PodMonitor", &targets.name, targets.namespace, stack, scope, spec)
}

/// Port of Patroni's API.
const PATRONI: i32 = 8008;

/// How Prometheus names a label of a pod before it reads it.
fn meta(label: &str) -> String {
    format!("__meta_kubernetes_pod_label_{}", label.replace(['-', '.', '/'], "_"))
}

/// Rules of all clusters, and those that say which there are.
pub(super) fn rules(
    clusters: Vec<Group>,
    rules: Vec<Group>,
    stack: &MonitoringStack,
    namespace: &str,
    scope: &Scope,
) -> Vec<Object> {
    let app = scope.app;
    let mut objects = vec![];
    let mut add = |name: String, id: &'static str, groups: Vec<Group>| {
        let scope = &scope.owning("monitoring", id);
        let rules = Rules { groups };
        objects.push(match stack.prometheus_operator {
            true => object("PrometheusRule", &name, namespace, stack, scope, rules),
            false => {
                let text = serde_yaml::to_string(&rules).unwrap_or_default();
                config_map(&name, namespace, "rules.yaml", text, scope)
            }
        });
    };
    add(format!("{app}-rules"), "rules", rules);
    for (index, group) in clusters.into_iter().enumerate() {
        let more = if index == 0 { String::new() } else { format!("-{}", index + 1) };
        let name = format!("clusters{more}");
        add(format!("{app}-clusters{more}"), "clusters", vec![Group { name, ..group }]);
    }
    objects
}

fn object<T: Serialize + Send + Sync + 'static>(
    kind: &'static str,
    name: &str,
    namespace: &str,
    stack: &MonitoringStack,
    scope: &Scope,
    spec: T,
) -> Object {
    let mut labels: IndexMap<_, _> = scope.labels().clone();
    labels.extend(stack.labels.clone());
    let identity = Identity {
        api_version: VERSION.to_owned(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
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

/// `scrape.yaml` for `scrape_config_files`, `rules.yaml` for `rule_files`.
fn config_map(name: &str, namespace: &str, key: &str, text: String, scope: &Scope) -> Object {
    let map = ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(namespace.to_owned()),
            ..ObjectMeta::default()
        },
        data: Some([(key.to_owned(), text)].into()),
        ..ConfigMap::default()
    };
    Object::of(Stage::Monitoring, scope, map)
}

/// The same targets, found by Prometheus itself: pods of clusters, by their labels, and both ports of each.
fn scrape(targets: &Targets, stack: &MonitoringStack, scope: &Scope, text: &mut String) {
    let kubernetes = scope.operator().kubernetes();
    let names = targets.clusters.join("|");
    let keep = |label: &str, value: &str| {
        format!("    - {{source_labels: [{}], regex: \"{value}\", action: keep}}\n", meta(label))
    };
    let (mut kept, from, regex, ports) = match targets.poolers {
        false => {
            let label = pods::name_label(kubernetes);
            (
                keep(label, &names),
                label,
                "(.+)",
                vec![("exporter", super::exporter::PORT), ("patroni", PATRONI)],
            )
        }
        true => (
            keep(POOLER_LABEL, &format!("({names})-pooler-exporter")),
            POOLER_LABEL,
            POOLER_NAME,
            vec![("pooler", pooler::PORT)],
        ),
    };
    let labels = kubernetes.and_then(|section| section.cluster_labels.as_ref()).filter(|_| !targets.poolers);
    for (label, value) in labels.into_iter().flatten() {
        kept += &keep(label, value);
    }
    for (what, port) in ports {
        let _ = write!(
            text,
            "- job_name: {namespace}/{name}/{what}\n  scrape_interval: {interval}\n  kubernetes_sd_configs:\n    - {{role: pod, namespaces: {{names: [{namespace}]}}}}\n  relabel_configs:\n\
             {kept}    - {{source_labels: [__meta_kubernetes_pod_container_port_number], regex: \"{port}\", action: keep}}\n\
             \x20   - {{source_labels: [{from}], regex: \"{regex}\", target_label: {label}}}\n\
             \x20   - {{source_labels: [__meta_kubernetes_namespace], target_label: namespace}}\n\
             \x20   - {{source_labels: [__meta_kubernetes_pod_name], target_label: pod}}\n\
             \x20   - {{source_labels: [__meta_kubernetes_pod_container_name], target_label: container}}\n",
            namespace = targets.namespace,
            name = targets.name,
            interval = targets.interval,
            from = meta(from),
            label = stack.cluster_label,
        );
    }
}
