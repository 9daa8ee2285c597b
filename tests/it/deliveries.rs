//! `synth --to terraform`, `argo` and `flux`, as a user meets them.

use serde_json::Value;

use crate::project::{APP, Project};

const RAW: &str =
    "    objects:\n      one: {apiVersion: a.example.org/v1, kind: Certificate, metadata: {name: web}}\n";

/// `APP` with raw objects in its chart.
fn with(objects: &str) -> String {
    let (head, clusters) = APP.split_once("  shop:\n").unwrap();
    let (namespace, clusters) = clusters.split_once("    clusters:\n").unwrap();
    format!("{head}  shop:\n{namespace}{objects}    clusters:\n{clusters}")
}

#[test]
fn the_module_is_written_checked_and_pruned_beside_the_output() {
    let project = Project::new().app(&with(RAW));
    let said = project.run(&["synth", "--to", "terraform"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("source = \"./terraform/shop\""), "{}", said.err);
    assert!(!project.path("dist").exists());
    for (name, bytes) in project.files("terraform/shop") {
        if name == ".pgsynth" {
            continue;
        }
        assert!(name.ends_with(".tf.json"), "{name}");
        let file: Value = serde_json::from_slice(&bytes).unwrap();
        assert!(file["//"].as_str().unwrap().contains("Do not edit"));
    }
    let outputs = std::fs::read_to_string(project.path("terraform/shop/outputs.tf.json")).unwrap();
    assert!(outputs.contains("main.shop.svc.cluster.local"), "{outputs}");
    assert!(project.path("terraform/shop/30-shop.tf.json").exists());
    assert_eq!(project.run(&["synth", "--to", "terraform", "--check"]).code, 0);
    // The output of the app is another folder, and neither touches the other.
    assert_eq!(project.run(&["synth"]).code, 0);
    std::fs::write(project.path("apps/shop.yaml"), APP).unwrap();
    assert_eq!(project.run(&["synth", "--to", "terraform", "--check"]).code, 4);
    assert!(project.run(&["synth", "--to", "terraform"]).err.contains("1 removed"));
    assert!(project.path("dist/30-shop.yaml").exists());
    assert_eq!(project.run(&["synth", "--to", "pulumi"]).code, 2);
}

/// A state knows objects by their addresses, and two groups may have a kind of one name.
#[test]
fn two_objects_with_one_address_are_an_error() {
    let second = "      two: {apiVersion: b.example.org/v1, kind: Certificate, metadata: {name: web}}\n";
    let project = Project::new().app(&with(&format!("{RAW}{second}")));
    let said = project.run(&["synth", "--to", "terraform"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("by one address, `certificate_web`"), "{}", said.err);
    assert!(
        said.err.contains("of `a.example.org/v1`")
            && said.err.contains("nothing was written to `terraform/shop`"),
        "{}",
        said.err
    );
    assert!(!project.path("terraform").exists());
    assert_eq!(project.run(&["synth"]).code, 0);
}

#[test]
fn argo_and_flux_are_told_what_to_apply() {
    let delivery = "delivery: {argo: {repository: 'https://git.example.org/infra.git', path: postgres/dist}, flux: {source: infra}}\n";
    let project = Project::new().app(&format!("{APP}{delivery}"));
    let object = |to: &str, file: &str| -> serde_yaml::Value {
        assert_eq!(project.run(&["synth", "--to", to]).code, 0);
        assert_eq!(project.run(&["synth", "--to", to, "--check"]).code, 0);
        let text = std::fs::read_to_string(project.path(&format!("{to}/shop/{file}"))).unwrap();
        serde_yaml::from_str(&text).unwrap()
    };
    let application = object("argo", "application.yaml");
    assert_eq!(application["spec"]["source"]["path"], "postgres/dist");
    assert_eq!(application["spec"]["syncPolicy"]["retry"]["limit"], 5);
    let kustomization = object("flux", "kustomization.yaml");
    assert_eq!(kustomization["spec"]["path"], "./dist");
    assert_eq!(kustomization["spec"]["deletionPolicy"], "Orphan");
    assert!(!project.path("dist").exists());
}

#[test]
fn a_delivery_that_nobody_described_and_a_password_are_refused() {
    let project = Project::with_app();
    for (to, field) in [("argo", "delivery.argo"), ("flux", "delivery.flux")] {
        let said = project.run(&["synth", "--to", to]);
        assert!(said.code == 1 && said.err.contains(field), "{}", said.err);
    }
    for (argo, why) in [
        ("repository: 'https://bob:hunter2@git.example.org/infra.git'", "an address with a password"),
        ("repository: 'https://git.example.org/infra.git', path: ../dist", "below the repository's root"),
        ("repository: ''", "expected the address"),
    ] {
        let project = Project::new().app(&format!("{APP}delivery: {{argo: {{{argo}}}}}\n"));
        let said = project.run(&["synth"]);
        assert!(said.code == 1 && said.err.contains(why) && !said.err.contains("hunter2"), "{}", said.err);
    }
}
