//! Labels, annotations and names that the API server refuses.

use crate::project::{APP, Project};

/// What the API server refuses is an error before anything is written, wherever labels and annotations are taken.
#[test]
fn labels_and_annotations_are_held_to_the_rules_of_kubernetes() {
    let cluster = |fields: &str| APP.replace("users: {shop: []}", &format!("users: {{shop: []}}, {fields}"));
    let chart = |fields: &str| APP.replace("    clusters:", &format!("    {fields}\n    clusters:"));
    let namespace = |fields: &str| {
        APP.replace("{name: shop, create: true}", &format!("{{name: shop, create: true, {fields}}}"))
    };
    for (app, path) in [
        (cluster("labels: {tier: \"a b\"}"), "clusters.main.labels.tier"),
        (cluster("labels: {\"a b/c\": x}"), "clusters.main.labels.a b/c"),
        (cluster("annotations: {\"a b\": x}"), "clusters.main.annotations.a b"),
        (cluster("podAnnotations: {\"a b\": x}"), "clusters.main.podAnnotations.a b"),
        (cluster("spec: {serviceAnnotations: {\"a b\": x}}"), "clusters.main.spec.serviceAnnotations.a b"),
        (chart(&format!("labels: {{tier: {}}}", "x".repeat(64))), "charts.shop.labels.tier"),
        (namespace("labels: {tier: \"ü\"}"), "charts.shop.namespace.labels.tier"),
        (
            chart("objects: {a: {apiVersion: v1, kind: ConfigMap, metadata: {name: \"A B\"}}}"),
            "objects.a.metadata.name",
        ),
        (
            APP.replace("charts:\n", "monitoring: {labels: {release: a b}}\ncharts:\n"),
            "monitoring.labels.release",
        ),
    ] {
        let said = Project::new().app(&app).run(&["synth"]);
        assert_eq!(said.code, 1, "{path}: {}", said.err);
        assert!(said.err.contains(path), "{path}: {}", said.err);
    }
    let fine =
        cluster("labels: {tier: \"\", example.org/cost: A.b_c}, annotations: {example.org/x: \"a b\"}");
    assert_eq!(Project::new().app(&fine).run(&["synth"]).code, 0);
}
