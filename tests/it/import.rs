//! `pgsynth import`: an app that renders what runs, with its comments, and without its credentials.

use pgsynth::constructs::Past;
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::constructs::release::ReleaseName;
use pgsynth::constructs::values::Platform;
use pgsynth::import::{Imported, Settings, Source, import};

use crate::project::Project;

fn imported(texts: &[&str]) -> Imported {
    let sources: Vec<_> = texts.iter().map(|text| Source::read("a.yaml", text.as_bytes()).unwrap()).collect();
    let settings =
        Settings { name: "shop".to_owned(), release: ReleaseName::NEWEST, platform: Platform::Other };
    import(&sources, &settings).unwrap()
}

/// What the app renders, as one text of documents.
fn rendered(imported: &Imported) -> String {
    let valid = imported.app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    let objects = valid.objects().iter().filter_map(|object| object.downcast::<Postgresql>());
    objects.map(|object| format!("---\n{}", serde_yaml::to_string(object).unwrap())).collect()
}

const ORDERS: &str = r#"# The orders of the shop.
apiVersion: acid.zalan.do/v1
kind: postgresql
metadata:
  name: acme-orders
  namespace: shop
  labels: {team: acme}
  uid: 2f6e
  resourceVersion: "1"
  creationTimestamp: "2026-01-01T00:00:00Z"
  generation: 3
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
spec:
  teamId: acme
  # Two, so that one can fail.
  numberOfInstances: 2
  enableMasterLoadBalancer: false
  enableShmVolume: true
  volume:
    size: 50Gi
    storageClass: longhorn # ssd
  postgresql:
    version: "16"
    parameters:
      max_connections: "200"   # as the pools need
  resources:
    requests: {cpu: 500m, memory: 1Gi}
    limits: {memory: 1Gi}
  patroni:
    synchronous_mode: true
    maximum_lag_on_failover: 33554432
    pg_hba: []
  users:
    # It owns everything.
    shop: [createdb]
  databases: {shop: shop}
  enableConnectionPooler: true
  connectionPooler: {mode: session, numberOfInstances: 3}
  env:
  - {name: AWS_REGION, value: fsn1}
status: {PostgresClusterStatus: Running}
"#;

#[test]
fn an_app_renders_what_runs_and_keeps_its_comments() {
    let one = imported(&[ORDERS]);
    assert!(one.rows[0].is_lossless(), "{:?}", one.rows);
    insta::assert_snapshot!(one.text);
    insta::assert_snapshot!(rendered(&one));
}

#[test]
fn the_import_of_what_is_rendered_is_the_same_app() {
    let one = imported(&[ORDERS]);
    let two = imported(&[&rendered(&one)]);
    assert_eq!(serde_json::to_value(&one.app).unwrap(), serde_json::to_value(&two.app).unwrap());
}

#[test]
fn what_kubectl_prints_is_read_with_the_operator() {
    let indented: String = ORDERS.lines().skip(1).map(|line| format!("  {line}\n")).collect();
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n-{}- apiVersion: acid.zalan.do/v1\n  kind: OperatorConfiguration\n  metadata: {{name: o, namespace: postgres-operator}}\n  configuration:\n    # everything\n    workers: 4\n    kubernetes: {{watched_namespace: '*', enable_readiness_probe: true}}\n    logical_backup: {{logical_backup_s3_secret_access_key: hunter2, logical_backup_s3_bucket: b}}\n",
        &indented[1..]
    );
    let one = imported(&[&list]);
    assert!(!one.text.contains("hunter2") && one.text.contains("# everything"), "{}", one.text);
    let operator = one.app.external_operator.as_ref().unwrap();
    assert_eq!(
        (operator.namespace.as_str(), operator.configuration.workers.unwrap().get()),
        ("postgres-operator", 4)
    );
    assert!(
        one.rows[0].lost[0]
            .starts_with("configuration.logical_backup.logical_backup_s3_secret_access_key: a credential")
    );
}

/// A comment above a text of several lines does not get into it.
#[test]
fn a_comment_stands_beside_the_text_and_not_in_it() {
    let lines = "  env:\n  # first\n  - name: SCRIPT\n    # what runs\n    value: |\n      one\n      # no comment\n      two\n";
    let one = imported(&[&ORDERS.replace("  env:\n  - {name: AWS_REGION, value: fsn1}\n", lines)]);
    assert!(one.rows[0].is_lossless() && one.notes.is_empty(), "{:?} {:?}", one.rows, one.notes);
    assert!(rendered(&one).contains("one\n      # no comment\n      two"), "{}", rendered(&one));
    assert_eq!(one.text.matches("# no comment").count(), 1, "{}", one.text);
    for comment in ["# first\n        - name: SCRIPT", "# what runs\n          value: |"] {
        assert!(one.text.contains(comment), "{}", one.text);
    }
}

#[test]
fn a_credential_becomes_a_reference() {
    let text = ORDERS.replace("{name: AWS_REGION, value: fsn1}", "{name: AWS_SECRET_ACCESS_KEY, value: hunter2secret}\n  # postgres://a:hunter2@db/x\n  - {name: A, value: b}");
    let one = imported(&[&text]);
    assert!(!one.text.contains("hunter2"), "{}", one.text);
    assert!(one.text.contains("secretKeyRef"));
    insta::assert_snapshot!(one.rows[0].lost.join("\n"), @r"
    spec.env: `AWS_SECRET_ACCESS_KEY` looks like a credential, and is read from Secret `acme-orders-env` now, which is one rolling update
    to make it: kubectl --namespace shop create secret generic acme-orders-env --from-literal=AWS_SECRET_ACCESS_KEY=<value>
    ");
}

#[test]
fn a_namespace_that_is_no_id_keeps_its_name() {
    let one = imported(&[&ORDERS.replace("namespace: shop", "namespace: 1shop")]);
    assert!(one.text.contains("  ns-1shop:\n    namespace: 1shop\n"), "{}", one.text);
    assert!(rendered(&one).contains("namespace: 1shop"));
}

#[test]
fn nothing_of_a_credential_gets_into_the_app() {
    let hidden = [
        "  - {name: DB_PASSWORD, value: 12345622}",
        "  - {name: DATA_SOURCE_PASS, value: 'leaked'}",
        "  - name: API_PASSWORD\n    value: |\n      abc\n      # leaked",
        "  - name: API_PASSWORD\n    value: \"abc\n      # leaked\"",
        "  # - name: API_PASSWORD\n  #   value: leaked\n  - {name: A, value: b}",
        "  # old: DB_PASSWORD=leaked\n  - {name: A, value: b}",
    ];
    for variable in hidden {
        let one = imported(&[&ORDERS.replace("  - {name: AWS_REGION, value: fsn1}", variable)]);
        let said = format!("{}{:?}{:?}", one.text, one.rows, one.notes);
        assert!(!said.contains("leaked") && !said.contains("12345622"), "{variable}: {said}");
        assert!(one.rows[0].refused.is_none(), "{variable}: {said}");
    }
    // What no reference can take the place of keeps the cluster out.
    for (from, to) in [
        ("  env:", "  podAnnotations: {x: 'password=leaked'}\n  env:"),
        (
            "  env:",
            "  sidecars: [{name: s, image: 'i:1', command: [sh, -c, 'psql postgres://u:leaked@h/db']}]\n  env:",
        ),
    ] {
        let one = imported(&[&ORDERS.replace(from, to)]);
        assert!(
            one.rows[0].refused.as_ref().is_some_and(|why| why.contains("looks like a credential")),
            "{:?}",
            one.rows
        );
        assert!(!one.text.contains("leaked"));
    }
}

#[test]
fn values_are_those_that_kubectl_reads() {
    let volume = "  additionalVolumes:\n  - {name: x, mountPath: /x, volumeSource: {secret: {secretName: s, defaultMode: 0600}}}\n  env:";
    let one = imported(&[&ORDERS.replace("  env:", volume)]);
    assert!(one.rows[0].is_lossless() && rendered(&one).contains("defaultMode: 384"), "{}", rendered(&one));
}

#[test]
fn what_stands_in_an_application_is_imported_as_well() {
    let indented: String = ORDERS.lines().skip(1).map(|line| format!("          {line}\n")).collect();
    let text = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: pg}}\nspec:\n  source:\n    helm:\n      values: |\n        extraObjects:\n        - {}",
        &indented[10..]
    );
    let one = imported(&[&text]);
    assert!(one.text.contains("acme-orders:"), "{} {:?}", one.text, one.rows);
    let one = imported(&[&ORDERS.replace("  namespace: shop\n", "")]);
    assert!(one.notes.iter().any(|note| note.contains("`default` is assumed")), "{:?}", one.notes);
}

#[test]
fn what_cannot_be_imported_says_why() {
    for (text, why) in [
        (ORDERS.replace("\"16\"", "\"12\""), "spec.postgresql.version: invalid value `12`"),
        (ORDERS.replace("  teamId: acme\n", ""), "spec.teamId: required"),
        (ORDERS.replace("50Gi", "${SIZE}"), "`${SIZE}` is filled in by another tool"),
        (ORDERS.replace("acme-orders", "1st"), "1st"),
        (ORDERS.replace("namespace: shop", "namespace: +shop"), "metadata.namespace: "),
        ("a: [\n".to_owned(), "a document"),
    ] {
        let one = imported(&[&text]);
        let row = &one.rows[0];
        let told = format!("{}: {}", row.label, row.refused.clone().unwrap_or_default());
        assert!(told.contains(why), "{why}: {told}");
        assert!(one.app.charts.is_empty(), "{why}");
    }
}

/// The app of the orders in Rust, as it is printed: it compiles, and is the same app.
mod orders {
    include!("imported/orders.rs");
}

#[test]
fn an_app_in_rust_is_the_same() {
    let one = imported(&[ORDERS]);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/imported/orders.rs");
    // A module that is included says nothing at its top.
    let printed = one.rust().unwrap().replacen("//! Imported", "// Imported", 1);
    if std::env::var_os("PGSYNTH_UPDATE").is_some() {
        std::fs::write(path, &printed).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), printed);
    assert_eq!(serde_json::to_value(orders::app()).unwrap(), serde_json::to_value(&one.app).unwrap());
}

#[test]
fn the_command_overwrites_nothing() {
    let project = Project::new().file("a.yaml", ORDERS.as_bytes());
    let said = project.run(&["import", "a.yaml", "--output", "apps/shop.yaml", "--platform", "hetzner"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("1 as they were, 0 with a named difference, 0 not imported"), "{}", said.err);
    assert_eq!(project.run(&["import", "a.yaml", "--output", "apps/shop.yaml"]).code, 3);
    assert_eq!(project.run(&["synth"]).code, 0);
    let said = project.piped(&["import", "-"], "kind: Pod\napiVersion: v1\n");
    assert!(said.code == 1 && said.err.contains("1 Pod"), "{}", said.err);
}
