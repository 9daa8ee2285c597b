//! What delivery tools do with the output: what they may not prune, replace, or take for one another's.

use std::collections::BTreeSet;
use std::path::Path;

use pgsynth::constructs::Past;
use pgsynth::load;
use pgsynth::synth::{bundle, emit};
use serde_yaml::Value;

use crate::project::{APP, Project};

/// Every document of every valid app that protects its clusters.
pub fn rendered(text: &str) -> Vec<Value> {
    let app = load::app("app.yaml", text.as_bytes()).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
    let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    let files = bundle(&valid).manifests();
    files
        .iter()
        .flat_map(|file| serde_yaml::Deserializer::from_slice(&file.bytes))
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .collect()
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.extend(text.split_once('/').map(|(_, name)| name.to_owned()));
            found.insert(text.clone());
        }
        Value::Sequence(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Mapping(map) => map.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

fn is_protected(object: &Value) -> bool {
    let annotations = &object["metadata"]["annotations"];
    let prune = annotations["argocd.argoproj.io/sync-options"].as_str().unwrap_or_default();
    prune.contains("Prune=false") && annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
}

/// A pruned ConfigMap keeps the next pod of a kept cluster from starting.
#[test]
fn whatever_a_kept_cluster_names_or_runs_by_is_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps/valid");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        if text.contains("protect: false") {
            continue;
        }
        let objects = rendered(&text);
        let clusters: Vec<_> = objects.iter().filter(|object| object["kind"] == "postgresql").collect();
        let mut named = BTreeSet::new();
        for object in clusters
            .iter()
            .copied()
            .chain(objects.iter().filter(|object| object["kind"] == "OperatorConfiguration"))
        {
            texts(object, &mut named);
        }
        // What pods run by: their account's rights, which the operator binds.
        named.extend(["postgres-pod", "postgres-operator"].map(str::to_owned));
        for object in &objects {
            let name = object["metadata"]["name"].as_str().unwrap();
            let kind = object["kind"].as_str().unwrap();
            // What a tool makes anew, or what stands beside the cluster, may go.
            let beside = [
                "Job",
                "PodMonitor",
                "ServiceMonitor",
                "PrometheusRule",
                "NetworkPolicy",
                "Deployment",
                "Service",
            ];
            if named.contains(name) && !beside.contains(&kind) {
                assert!(is_protected(object), "{kind} {name}\n{text}");
                checked += 1;
            }
        }
    }
    assert!(checked > 15, "{checked}");
}

#[test]
fn a_raw_object_is_kept_where_a_cluster_names_it_and_only_there() {
    let app = APP.replace(
        "    clusters:\n",
        "    objects:\n      a: {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}}\n      b: {apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: shop}}\n    clusters:\n",
    );
    let app =
        app.replace("users: {shop: []}", "users: {shop: []}, envFrom: [{configMapRef: {name: settings}}]");
    let objects = rendered(&app);
    let of = |name: &str| objects.iter().find(|object| object["metadata"]["name"] == name).unwrap();
    assert!(is_protected(of("settings")) && !is_protected(of("other")));
}

/// Flux replaces `${name}` in what it applies, scripts and dashboards among it.
#[test]
fn what_holds_a_dollar_and_a_brace_is_left_alone_by_flux() {
    let app = APP
        .replace("users: {shop: []}", "users: {shop: []}, monitoring: {}, env: [{name: A, value: \"${HOME}\"}]")
        .replace("    clusters:\n", "    objects:\n      a: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, annotations: {b: c}}, data: {x: \"${y}\"}}\n      b: {apiVersion: v1, kind: ConfigMap, metadata: {name: b, annotations: {}, namespace: shop}, data: {x: \"${y}\"}}\n    clusters:\n");
    let mut found = 0;
    for object in rendered(&app) {
        let holds = String::from_utf8(emit(&object)).unwrap().contains("${");
        let disabled =
            object["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/substitute"] == "disabled";
        assert_eq!(holds, disabled, "{}", object["metadata"]["name"].as_str().unwrap());
        found += usize::from(holds);
    }
    assert!(found >= 3, "{found}");
}

/// k3s takes files of one name in its manifests folder for one add-on, and deletes what the second does not have.
#[test]
fn two_apps_on_k3s_share_no_file_name() {
    let app = |name: &str| {
        APP.replace("platform: other", "platform: k3s")
            .replace("name: shop\nplatform", &format!("name: {name}\noutput: dist/{name}\nplatform"))
    };
    let project = Project::new()
        .file("apps/one.yaml", app("one").as_bytes())
        .file("apps/two.yaml", app("two").as_bytes());
    let said = project.run(&["synth", "-q"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let names = |folder: &str| {
        let files = project.files(folder).into_iter().map(|(name, _)| name);
        let files = files.filter(|name| name.ends_with(".yaml"));
        files.map(|name| name.rsplit('/').next().unwrap_or_default().to_owned()).collect::<BTreeSet<_>>()
    };
    let (one, two) = (names("dist/one"), names("dist/two"));
    assert!(!one.is_empty() && one.is_disjoint(&two), "{one:?} {two:?}");
}
