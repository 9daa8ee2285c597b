//! Where images come from: every one of a release, and each singly.

use pgsynth::constructs::release::ReleaseName;
use serde_yaml::Value;

use crate::delivery::rendered;
use crate::project::{APP, Project};

const DIGEST: &str = "mirror.example.org/own/postgres-operator:v2.0.1@sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Every image that is named: of containers, and in the operator's configuration.
fn images(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Mapping(map) => {
            for (key, value) in map {
                let is_image = key.as_str().is_some_and(|key| key == "image" || key.ends_with("_image"));
                match value.as_str() {
                    Some(text) if is_image => found.push(text.to_owned()),
                    _ => images(value, found),
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| images(item, found)),
        _ => {}
    }
}

fn app(own: &str) -> String {
    APP.replace("charts:\n", &format!("images: {{{own}}}\ncharts:\n"))
        .replace("users: {shop: []}", "users: {shop: []}, pooler: {}, monitoring: {}, restore: {path: \"s3://b/a/wal\", backup: p, at: latest}")
        .replace("charts:\n", "stores:\n  l: {local: {namespace: {name: s3, create: true}, region: r, bucket: acme-postgres}, credentials: k}\nbackups:\n  p: {store: l, schedule: \"0 1 * * *\", keep: 7d, rpo: 5m}\ncharts:\n")
        .replace("backup: {none: a test}", "backup: p")
}

#[test]
fn every_image_comes_from_the_mirror_and_one_can_be_another() {
    let text = app(&format!(
        "registry: mirror.example.org/ghcr, operator: \"{DIGEST}\", pullSecrets: [registry-key]"
    ));
    let objects: Vec<_> =
        rendered(&text).into_iter().filter(|object| object["kind"] != "CustomResourceDefinition").collect();
    let mut found = vec![];
    objects.iter().for_each(|object| images(object, &mut found));
    assert!(found.len() >= 8, "{found:?}");
    assert!(found.iter().all(|image| image.starts_with("mirror.example.org/")), "{found:?}");
    assert!(found.iter().any(|image| image == DIGEST));
    // The version stays the release's, and the way of restoring with it.
    let spilo = ReleaseName::NEWEST.release().images.spilo.rsplit('/').next().unwrap();
    assert!(found.iter().any(|image| image.ends_with(spilo)));
    for object in
        objects.iter().filter(|object| matches!(object["kind"].as_str(), Some("Deployment" | "Job")))
    {
        assert_eq!(object["spec"]["template"]["spec"]["imagePullSecrets"][0]["name"], "registry-key");
    }
    let configuration = objects.iter().find(|object| object["kind"] == "OperatorConfiguration").unwrap();
    let account =
        configuration["configuration"]["kubernetes"]["pod_service_account_definition"].as_str().unwrap();
    assert!(account.contains("{\"name\":\"registry-key\"}"), "{account}");
    let said = Project::new().app(&text).run(&["list", "--secrets"]);
    for namespace in ["postgres-operator", "shop", "s3"] {
        let command = format!(
            "kubectl -n {namespace} create secret generic registry-key --type=kubernetes.io/dockerconfigjson"
        );
        assert!(said.out.contains(&command), "{}", said.out);
    }
}

#[test]
fn what_is_no_image_is_refused_where_it_stands() {
    for own in ["registry: \"https://mirror.example.org\"", "spilo: Spilo", "pullSecrets: [A_B]"] {
        let said = Project::new().app(&app(own)).run(&["synth"]);
        assert_eq!(said.code, 1, "{own}: {}", said.err);
        assert!(said.err.contains("images."), "{own}: {}", said.err);
    }
}
