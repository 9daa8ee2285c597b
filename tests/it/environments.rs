//! Several environments from one app file.

use crate::project::{APP, Project};

/// The small app for three environments.
fn several() -> String {
    let common = APP.replace("platform: other\n", "");
    format!(
        "{common}environments:\n  dev:\n    platform: k3s\n    charts:\n      shop:\n        clusters:\n          main: {{instances: 1, volume: {{size: 5Gi}}, accept: {{single-instance: dev, one-copy: dev}}}}\n  stage: {{platform: other}}\n  prod:\n    platform: other\n    name: shop\n    charts:\n      shop:\n        clusters:\n          main: {{volume: {{size: 50Gi}}, access: null}}\n          more: {{team: acme, postgres: 18, volume: {{size: 10Gi}}, backup: {{none: a test}}}}\n"
    )
}

#[test]
fn each_environment_is_an_app_of_its_own() {
    let project = Project::new().app(&several());
    let said = project.run(&["synth"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let file = |name: &str| std::fs::read_to_string(project.path(name)).unwrap();
    let (dev, stage, prod) = (
        file("dist/dev/40-shop-dev-shop-main.yaml"),
        file("dist/stage/40-shop-main.yaml"),
        file("dist/prod/40-shop-main.yaml"),
    );
    assert!(
        dev.contains("numberOfInstances: 1")
            && dev.contains("size: 5Gi")
            && dev.contains("part-of: shop-dev")
    );
    assert!(stage.contains("numberOfInstances: 2") && stage.contains("size: 10Gi"));
    assert!(prod.contains("size: 50Gi") && prod.contains("part-of: shop\n"));
    // What `null` takes away is gone, and what is new is there.
    assert!(stage.contains("kind: NetworkPolicy") && !prod.contains("kind: NetworkPolicy"));
    assert!(project.path("dist/prod/40-shop-more.yaml").exists());
    assert!(!project.path("dist/dev/40-shop-more.yaml").exists());
    // One of them alone.
    let project = project.app(
        &several()
            .replace("instances: 1,", "instances: 1, parameters: {work_mem: 8MB},")
            .replace("size: 50Gi", "size: 60Gi"),
    );
    let said = project.run(&["synth", "--environment", "dev"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(project.run(&["synth", "--environment", "dev", "--check"]).code, 0);
    assert_eq!(project.run(&["synth", "--environment", "prod", "--check"]).code, 4);
    assert_eq!(project.run(&["diff", "--environment", "prod"]).code, 4);
    let said = project.run(&["synth", "--environment", "pord"]);
    assert!(said.code == 2 && said.err.contains("the project has `dev`, `prod`, `stage`"), "{}", said.err);
}

#[test]
fn what_is_wrong_stands_where_it_was_written() {
    for (from, to, code, words) in [
        // In the environment, and in what is common.
        (
            "size: 5Gi",
            "size: 5GB",
            1,
            "charts.shop.clusters.main.volume.size (apps/shop.yaml:19:47): invalid value `5GB`",
        ),
        ("size: 5Gi", "siez: 5Gi", 1, "(apps/shop.yaml:19:41): unknown key `siez`"),
        ("owner: shop", "owner: shpo", 1, "(apps/shop.yaml:12:"),
        (
            "{platform: other}",
            "[]",
            1,
            "environments.stage (apps/shop.yaml:20:3): expected a map of what differs",
        ),
        ("  stage:", "  Stage:", 1, "environments.Stage"),
        ("{platform: other}", "{platform: other, pgsynth: v1}", 1, "it stands once, for the whole file"),
        ("{platform: other}", "{}", 1, "platform"),
    ] {
        let text = several();
        assert!(text.contains(from), "{from}");
        let project = Project::new().app(&text.replacen(from, to, 1));
        let said = project.run(&["synth"]);
        assert_eq!(said.code, code, "{to}: {}", said.err);
        assert!(said.err.contains(words), "{to}: `{words}` is not in\n{}", said.err);
        assert!(!project.path("dist").exists());
    }
    let none = format!("{APP}environments: {{}}\n");
    assert!(Project::new().app(&none).run(&["synth"]).err.contains("no environment stands here"));
}

#[test]
fn two_environments_share_no_archive() {
    let store = "stores: {offsite: {aws: {region: eu-central-1, bucket: acme}, credentials: keys}}\nbackups: {nightly: {store: offsite, schedule: \"0 1 * * *\", keep: 14d, rpo: 5m}}\n";
    let app = APP
        .replace("backup: {none: a test}", "backup: nightly")
        .replace("accept: {no-backup: a test}\n", "accept: {restore-method-presumed: a test}\n");
    let text = format!(
        "{}{store}environments: {{dev: {{}}, prod: {{}}}}\n",
        app.replace("accept: {restore-method-presumed: a test}\n", "")
    );
    let said = Project::new().app(&text).run(&["synth"]);
    assert!(said.code == 1 && said.err.contains("shared-archive"), "{}", said.err);
    let apart = text.replace("dev: {}", "dev: {stores: {offsite: {aws: {bucket: acme-dev}}}}");
    let said = Project::new().app(&apart).run(&["synth"]);
    assert_eq!(said.code, 0, "{}", said.err);
}

/// Editors are given the schema, and so are environments.
#[test]
fn the_schema_is_of_the_same_types() {
    let said = Project::new().run(&["schema"]);
    let schema: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let cluster = |root: &serde_json::Value| {
        let charts = &root["properties"]["charts"]["additionalProperties"]["properties"];
        charts["clusters"]["additionalProperties"].clone()
    };
    assert_eq!(cluster(&schema)["properties"]["instances"]["maximum"], 100);
    assert!(cluster(&schema)["required"].as_array().unwrap().contains(&"team".into()));
    // What differs in an environment need not be whole.
    let overlay = &schema["properties"]["environments"]["additionalProperties"];
    assert_eq!(cluster(overlay)["properties"]["instances"]["maximum"], 100);
    assert!(cluster(overlay).get("required").is_none());
}
