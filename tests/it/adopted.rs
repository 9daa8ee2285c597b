//! Clusters that ran before pgsynth rendered them: nothing of its own is added, and what they break is a warning.

use pgsynth::constructs::Past;
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::load;

/// An app with a cluster of these fields, under an operator that runs.
fn app(fields: &str) -> String {
    format!(
        "pgsynth: v1\nrelease: \"2026.11\"\nname: shop\nplatform: hetzner\nexternalOperator: {{namespace: o, watch: all, podEnvironment: [AWS_REGION], configuration: {{kubernetes: {{enable_readiness_probe: true}}}}}}\nstores: {{offsite: {{hetzner: {{location: fsn1, bucket: acme}}, credentials: keys}}}}\nbackups: {{nightly: {{store: offsite, schedule: \"0 1 * * *\", keep: 14d, rpo: 5m, drill: {{schedule: \"0 5 * * 0\"}}}}}}\ncharts:\n  shop:\n    namespace: shop\n    labels: {{a: b}}\n    clusters:\n      orders:\n{}",
        fields.lines().map(|line| format!("        {line}\n")).collect::<String>()
    )
}

const PLAIN: &str = "adopted: true\nteam: acme\npostgres: 15\ninstances: 2\nvolume: {size: 10Gi}\nbackup: unmanaged\nusers: {shop: []}\n";

fn rendered(text: &str) -> String {
    let app = load::app("apps/shop.yaml", text.as_bytes()).unwrap();
    let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    let object = valid.objects().iter().find_map(|object| object.downcast::<Postgresql>()).unwrap();
    serde_yaml::to_string(object).unwrap()
}

fn problems(text: &str) -> (Vec<String>, Vec<String>) {
    let app = load::app("apps/shop.yaml", text.as_bytes()).unwrap();
    let lines = |list: &[pgsynth::constructs::base::Problem]| list.iter().map(ToString::to_string).collect();
    match app.validate(&Past::default()) {
        Ok(valid) => (vec![], lines(valid.warnings())),
        Err(problems) => (lines(&problems.errors), lines(&problems.warnings)),
    }
}

#[test]
fn nothing_is_added_to_what_runs() {
    insta::assert_snapshot!(rendered(&app(PLAIN)), @r"
    apiVersion: acid.zalan.do/v1
    kind: postgresql
    metadata:
      name: orders
      namespace: shop
    spec:
      numberOfInstances: 2
      postgresql:
        version: '15'
      teamId: acme
      users:
        shop: []
      volume:
        size: 10Gi
    ");
}

#[test]
fn explicit_values_stay_as_they_were_written() {
    let spec = "spec: {enableMasterLoadBalancer: false, clone: {cluster: \"\"}, databases: {}, env: [], patroni: {}, postgresql: {parameters: {}}}\n";
    let text = rendered(&app(&format!("{PLAIN}{spec}")));
    for line in [
        "enableMasterLoadBalancer: false",
        "cluster: ''",
        "databases: {}",
        "env: []",
        "patroni: {}",
        "parameters: {}",
    ] {
        assert!(text.contains(line), "`{line}` is not in\n{text}");
    }
}

#[test]
fn what_it_breaks_is_a_warning_that_can_be_accepted() {
    // A system role as a user, an owner that is none, and variables of archiving, which nobody manages.
    let broken = "spec: {users: {postgres: []}, databases: {shop: nobody}, env: [{name: AWS_S3_FORCE_PATH_STYLE, value: \"true\"}], clone: {cluster: old, timestamp: \"2026-01-01T00:00:00+00:00\"}}\n";
    let fields = PLAIN.replace("users: {shop: []}\n", "") + broken;
    let (errors, warnings) = problems(&app(&fields));
    assert!(errors.is_empty(), "{errors:?}");
    for code in ["T97", "T79", "T01"] {
        assert!(
            warnings.iter().any(|warning| warning.contains(&format!("[{code} "))),
            "{code}: {warnings:#?}"
        );
    }
    let accepted = format!("{fields}accept: {{T97: it was there, T98: too}}\n");
    let (errors, warnings) = problems(&app(&accepted));
    assert!(errors.is_empty() && !warnings.iter().any(|warning| warning.contains("[T97 ")), "{errors:?}");
    // Of another cluster they are errors, and errors are not accepted.
    let (errors, _) = problems(&app(&accepted.replace("adopted: true\n", "")));
    assert!(errors.iter().any(|error| error.contains("[T97 ")), "{errors:#?}");
}

#[test]
fn an_archive_that_is_there_can_be_looked_after() {
    let managed = PLAIN
        .replace("backup: unmanaged", "backup: nightly\narchive: {path: s3://acme/spilo/orders/2f6e/wal}");
    // Not a byte more than before, and a drill of what is there.
    assert_eq!(rendered(&app(&managed)), rendered(&app(PLAIN)));
    let app_text = app(&managed);
    let parsed = load::app("apps/shop.yaml", app_text.as_bytes()).unwrap();
    let valid = parsed.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    let bundle = pgsynth::synth::bundle(&valid).manifests();
    let all: String =
        bundle.iter().map(|manifest| String::from_utf8_lossy(&manifest.bytes).into_owned()).collect();
    assert!(all.contains("kind: CronJob") && all.contains("s3://acme/spilo/orders/2f6e/wal/15"));
    let facts = valid.clusters().values().next().unwrap().backup.as_ref().unwrap();
    assert_eq!(facts.root, "s3://acme/spilo/orders/2f6e/wal");
}

#[test]
fn what_cannot_be_is_refused() {
    for (fields, word) in [
        (
            PLAIN.replace("backup: unmanaged", "backup: nightly"),
            "archive: required: where the cluster that runs writes its archive",
        ),
        (PLAIN.replace("adopted: true", "archive: {path: s3://acme/wal}"), "only an adopted cluster"),
        (PLAIN.to_owned() + "archive: {path: s3://acme/wal}\n", "no policy looks after it"),
        (
            PLAIN.replace("backup: unmanaged", "backup: nightly\narchive: {path: s3://acme/wal/15}"),
            "leave the major version at its end out",
        ),
    ] {
        let (errors, _) = problems(&app(&fields));
        assert!(errors.iter().any(|error| error.contains(word)), "{word}: {errors:#?}");
    }
    let reserved = app(PLAIN).replace("nightly:", "unmanaged:");
    assert!(problems(&reserved).0.iter().any(|error| error.contains("choose another id")));
}
