//! Who reaches which port, by the rules of NetworkPolicy over what is rendered: a pod that no policy selects is open, one
//! that some select takes what any of them lets in.

use std::fmt::Write;

use serde_yaml::Value;

use crate::delivery::rendered;
use crate::project::APP;

/// A pod by its namespace and labels.
type Pod = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PODS: &[Pod] = &[
    ("shop", "member", &[("application", "spilo"), ("cluster-name", "main")]),
    ("shop", "pooler", &[("application", "db-connection-pooler"), ("cluster-name", "main")]),
    ("shop", "pooler exporter", &[("app.kubernetes.io/name", "main-pooler-exporter")]),
    ("shop", "job of the role", &[("pgsynth/helps", "main")]),
    ("shop", "another cluster", &[("application", "spilo"), ("cluster-name", "other")]),
    ("shop", "some pod", &[("app", "some")]),
    ("web", "client", &[("app", "web")]),
    ("web", "no client", &[("app", "batch")]),
    ("postgres-operator", "operator", &[("name", "postgres-operator")]),
    ("postgres-operator", "beside the operator", &[("name", "other")]),
    ("monitoring", "prometheus", &[("app", "prometheus")]),
    ("monitoring", "grafana", &[("app", "grafana")]),
];

/// Where they go: a pod of the list, and a port.
const TARGETS: &[(usize, i64)] =
    &[(0, 5432), (0, 8008), (0, 9187), (0, 9999), (0, 8080), (1, 5432), (2, 9127)];

fn fits(selector: &Value, labels: &[(&str, &str)]) -> bool {
    let wanted = selector["matchLabels"].as_mapping().into_iter().flatten();
    wanted.into_iter().all(|(key, value)| labels.iter().any(|(own, of)| *key == *own && *value == *of))
}

fn lets_in(rule: &Value, to: &Pod, from: &Pod, port: i64) -> bool {
    let ports = rule["ports"].as_sequence();
    let of_port = ports.is_none_or(|ports| ports.iter().any(|own| own["port"] == port));
    let of_peer = rule["from"].as_sequence().is_none_or(|peers| {
        peers.iter().any(|peer| {
            let namespace = match &peer["namespaceSelector"] {
                Value::Null => from.0 == to.0,
                selector => fits(selector, &[("kubernetes.io/metadata.name", from.0)]),
            };
            namespace && (peer["podSelector"].is_null() || fits(&peer["podSelector"], from.2))
        })
    });
    of_port && of_peer
}

fn table(fields: &str, app: &str) -> String {
    let text = APP
        .replace(", access: [{namespace: shop}]", "")
        .replace("users: {shop: []}", &format!("instances: 2, users: {{shop: []}}, {fields}"))
        .replace("charts:\n", &format!("{app}charts:\n"));
    let objects = rendered(&text);
    let policies: Vec<_> = objects
        .iter()
        .filter(|object| object["kind"] == "NetworkPolicy" && object["metadata"]["namespace"] == "shop")
        .collect();
    let mut table = String::new();
    for (target, port) in TARGETS {
        let to = &PODS[*target];
        let own: Vec<_> =
            policies.iter().filter(|policy| fits(&policy["spec"]["podSelector"], to.2)).collect();
        let reaches = |from: &&Pod| {
            own.is_empty()
                || own.iter().any(|policy| {
                    let rules = policy["spec"]["ingress"].as_sequence();
                    rules.into_iter().flatten().any(|rule| lets_in(rule, to, from, *port))
                })
        };
        let names: Vec<_> = PODS.iter().filter(reaches).map(|(_, name, _)| *name).collect();
        let who = if names.len() == PODS.len() { "everybody".to_owned() } else { names.join(", ") };
        let _ = writeln!(table, "{} {port}: {who}", to.1);
    }
    table
}

const SIDECAR: &str =
    "sidecars: [{name: a, image: b, resources: {}, ports: [{name: own, containerPort: 9999}]}]";
const PROMETHEUS: &str = "monitoring: {prometheus: {namespace: monitoring, pods: {app: prometheus}}}\n";

#[test]
fn by_default_everybody_reaches_everything() {
    assert!(table(SIDECAR, "").lines().all(|line| line.ends_with(": everybody")));
}

#[test]
fn with_access_only_those_that_are_named_reach_the_database() {
    let fields = format!(
        "{SIDECAR}, pooler: {{}}, monitoring: {{}}, access: [{{namespace: web, pods: {{app: web}}}}]"
    );
    insta::assert_snapshot!(table(&fields, PROMETHEUS), @r"
    member 5432: member, pooler, job of the role, client, operator
    member 8008: member, operator, prometheus
    member 9187: prometheus
    member 9999: everybody
    member 8080: 
    pooler 5432: pooler exporter, client, operator
    pooler exporter 9127: prometheus
    ");
}

#[test]
fn figures_of_a_monitored_cluster_are_for_prometheus() {
    let fields = format!("{SIDECAR}, pooler: {{}}, monitoring: {{}}");
    insta::assert_snapshot!(table(&fields, PROMETHEUS), @r"
    member 5432: everybody
    member 8008: member, operator, prometheus
    member 9187: prometheus
    member 9999: everybody
    member 8080: 
    pooler 5432: everybody
    pooler exporter 9127: prometheus
    ");
}

#[test]
fn with_nobody_named_the_cluster_and_its_operator_are_left() {
    insta::assert_snapshot!(table("access: []", ""), @r"
    member 5432: member, job of the role, operator
    member 8008: member, operator
    member 9187: 
    member 9999: 
    member 8080: 
    pooler 5432: everybody
    pooler exporter 9127: everybody
    ");
}
