//! What the operator makes of a cluster is asked once: system roles and poolers are the same wherever they matter.

use serde_json::Value;

use crate::project::{APP, Project};

fn json(project: &Project, arguments: &[&str]) -> Value {
    let said = project.run(arguments);
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).unwrap()
}

/// Another superuser, and another role of replicas: their Secrets are the ones that are read, asked for and known.
#[test]
fn secrets_are_those_of_the_roles_that_the_configuration_names() {
    let operator =
        "operator: {watch: all, configuration: {users: {super_username: root, replication_username: repl}}}";
    let app = APP
        .replace("operator: {watch: all}", operator)
        .replace("users: {shop: []}", "monitoring: {}, env: [{name: A, valueFrom: {secretKeyRef: {name: root.main.credentials.postgresql.acid.zalan.do, key: password}}}, {name: B, valueFrom: {secretKeyRef: {name: postgres.main.credentials.postgresql.acid.zalan.do, key: password}}}], users: {shop: []}")
        + "      follower: {team: acme, postgres: 18, volume: {size: 10Gi}, backup: {none: a test}, standby: {host: main.shop}}\n";
    let project = Project::new().app(&app);
    let needs = project.run(&["list", "--secrets"]).out;
    for (name, needed) in [
        ("root.follower.", true),
        ("repl.follower.", true),
        ("postgres.follower.", false),
        ("standby.follower.", false),
        // The operator makes the first; nobody makes the second.
        ("root.main.", false),
        ("postgres.main.", true),
    ] {
        assert_eq!(needs.contains(&format!("secret generic {name}")), needed, "{name}\n{needs}");
    }
    assert_eq!(project.run(&["synth"]).code, 0);
    let job = std::fs::read_to_string(project.path("dist/50-shop-main.yaml")).unwrap();
    assert!(job.contains("name: root.main.credentials.postgresql.acid.zalan.do"), "{job}");
    assert!(!job.contains("postgres.main."), "{job}");
}

/// `connectionPooler: {}` in the operator's words turns the pooler on, and so it has a Service, an exporter and alerts.
#[test]
fn a_pooler_that_its_mere_presence_turns_on_is_known_everywhere() {
    let app =
        APP.replace("users: {shop: []}", "monitoring: {}, spec: {connectionPooler: {}}, users: {shop: []}");
    let project = Project::new().app(&app);
    let value = json(&project, &["list", "--format", "json"]);
    assert_eq!(value["apps"][0]["clusters"][0]["pooler"], "main-pooler.shop.svc.cluster.local");
    assert_eq!(project.run(&["synth"]).code, 0);
    let monitoring = std::fs::read_to_string(project.path("dist/60-shop-main.yaml")).unwrap();
    assert!(monitoring.contains("name: main-pooler-exporter"));
    let rules = std::fs::read_to_string(project.path("dist/60-app-rules.yaml")).unwrap();
    assert!(rules.contains("PoolerClientsWaiting"));
    // Switched off in words, it is off.
    let app = app.replace("connectionPooler: {}", "connectionPooler: {}, enableConnectionPooler: false");
    let value = json(&Project::new().app(&app), &["list", "--format", "json"]);
    assert_eq!(value["apps"][0]["clusters"][0]["pooler"], Value::Null);
}

/// The app's own files are called by what they are of, and not by where a problem would be reported.
#[test]
fn files_of_the_app_itself_begin_with_its_name_for_itself() {
    let app = APP.replace("users: {shop: []}", "monitoring: {}, users: {shop: []}")
        + "monitoring: {resourceStatus: true}\n";
    let project = Project::new().app(&app);
    assert_eq!(project.run(&["synth"]).code, 0);
    for file in ["60-app-overview.yaml", "60-app-cluster.yaml", "60-app-rules.yaml", "60-app-state.yaml"] {
        assert!(project.path(&format!("dist/{file}")).exists(), "{file}");
    }
}
