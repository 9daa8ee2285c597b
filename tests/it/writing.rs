//! What an app is written as is read again as the same app, by serde_json and serde_yaml as well as by the emitter; and a
//! Rust app says all at once what could not be read.

use std::path::{Path, PathBuf};

use pgsynth::constructs::App;
use pgsynth::load;
use pgsynth::prelude::*;

fn apps() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let valid = std::fs::read_dir(root.join("tests/apps/valid")).unwrap().map(|entry| entry.unwrap().path());
    let more = ["tests/apps/hetzner.yaml", "apps/local.yaml", "tests/releases/2026.11/app.yaml"];
    valid.chain(more.map(|path| root.join(path))).collect()
}

#[test]
fn texts_of_any_app_are_valid_and_read_again_as_the_same_app() {
    for path in apps() {
        let app = load::app("app.yaml", &std::fs::read(&path).unwrap()).unwrap();
        let json = serde_json::to_string_pretty(&app).unwrap();
        let yaml = serde_yaml::to_string(&app).unwrap();
        serde_json::from_str::<serde_json::Value>(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
        for again in [
            load::app("app.yaml", json.as_bytes()).unwrap(),
            load::app("app.yaml", yaml.as_bytes()).unwrap(),
            serde_json::from_str::<App>(&json).unwrap(),
            serde_yaml::from_str::<App>(&yaml).unwrap(),
        ] {
            assert!(again == app, "{}", path.display());
        }
    }
}

#[test]
fn what_a_rust_app_cannot_say_is_reported_all_at_once_by_its_path() {
    let main = Cluster::new("acme", "seventeen", Volume::new("50GB of it"), "nightly")
        .maintenance_windows("at night")
        .databases("shop", Database::owned_by("shpo"));
    let shop = Chart::new("Shop").clusters("main", main.clone()).clusters("main", main);
    let app = App::new("9lives", ReleaseName::NEWEST, Platform::Other)
        .stores(
            "offsite",
            ObjectStore::new("keys").hetzner(HetznerStore::new(StoreLocation::Fsn1, "acme-postgres")),
        )
        .backups("nightly", BackupPolicy::new("offsite", "every night", "14 days", "5m"))
        .external_operator(ExternalOperator::new("operator", WatchSetting::All))
        .charts("shop", shop);
    let problems = app.validate(&Default::default()).unwrap_err();
    let lines: Vec<_> =
        problems.errors.iter().map(|problem| format!("{}: {:?}", problem.path, problem.value)).collect();
    for path in [
        "name: Some(\"9lives\")",
        "backups.nightly.schedule: Some(\"every night\")",
        "backups.nightly.keep: Some(\"14 days\")",
        "charts.shop.namespace.name: Some(\"Shop\")",
        "charts.shop.clusters: Some(\"main\")",
    ] {
        assert!(lines.iter().any(|line| line == path), "{path} is not in\n{}", lines.join("\n"));
    }
    // What is wrong beside what cannot be read is found as well.
    assert!(
        lines.iter().any(|line| line.starts_with("externalOperator.podEnvironment")),
        "{}",
        lines.join("\n")
    );
}

/// The app in Rust reads like its twin in YAML, and is hardly longer.
#[test]
fn the_rust_app_is_no_longer_than_its_twin_and_a_third() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lines = |path: &str| std::fs::read_to_string(root.join(path)).unwrap().lines().count();
    let (rust, yaml) = (lines("apps/hetzner.rs"), lines("tests/apps/hetzner.yaml"));
    assert!(10 * rust <= 13 * yaml, "{rust} lines beside {yaml}");
}
