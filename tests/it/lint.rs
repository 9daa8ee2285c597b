//! `pgsynth lint`: strangers' manifests, with every flaw that a document can have.

use pgsynth::lint::{Settings, Source, lint};
use pgsynth::report::{Account, github, rules};

use crate::project::Project;

fn account(files: &[(&str, &str)]) -> Account {
    let sources: Vec<_> =
        files.iter().map(|(name, text)| Source::read(*name, text.as_bytes()).unwrap()).collect();
    lint(&sources, &Settings::default())
}

/// What is said of a manifest by these codes; all where there are none.
fn said(text: &str, codes: &[&str]) -> String {
    let mut account = account(&[("a.yaml", text)]);
    for list in [&mut account.errors, &mut account.warnings] {
        list.retain(|problem| codes.is_empty() || codes.iter().any(|code| problem.code.is(code)));
    }
    account.undecided.retain(|undecided| codes.iter().any(|code| undecided.code.is(code)));
    account.notes.clear();
    rules::text(&account)
}

const HEAD: &str =
    "apiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata: {name: acme-orders, namespace: shop}\n";

/// A cluster that is in order, with these lines in its `spec`.
fn cluster(lines: &str) -> String {
    let indented: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "{HEAD}spec:\n  teamId: acme\n  numberOfInstances: 2\n  volume: {{size: 10Gi}}\n  postgresql: {{version: \"18\"}}\n{indented}"
    )
}

const FORM: &[&str] = &[
    "unknown-key",
    "invalid-value",
    "missing-field",
    "duplicate-value",
    "field-without-effect",
    "not-resolved",
];

#[test]
fn every_flaw_of_a_document_is_found_at_once() {
    let text = format!(
        "{HEAD}spec:\n  teamId: acme\n  numberOfInstances: \"2\"\n  useLoadBalancer: true\n  volume: {{size: 10Gi, size: 20Gi}}\n  postgresql:\n    version: 16\n    parameters: {{huge_pages: on, max_connections: 200, log_statement: 'on'}}\n  users:\n    shop: []\n    mealie:\n  databses: {{shop: shop}}\n  env:\n  - {{name: A, value: 1}}\n  patroni:\n  numberOfReplicas: 2\ntls: {{secretName: x}}\n"
    );
    insta::assert_snapshot!(said(&text, FORM));
}

#[test]
fn what_is_missing_is_told_as_missing() {
    insta::assert_snapshot!(said(&format!("{HEAD}spec: {{numberOfInstances: 1}}\n"), FORM));
    insta::assert_snapshot!(said(HEAD, FORM), @r"
    error: missing-field: required: the key `spec` is missing
        a.yaml:1:1 postgresql shop/acme-orders spec
    1 error and 0 warnings
    ");
}

#[test]
fn what_another_tool_fills_in_is_neither_passed_nor_failed() {
    let text = cluster("dockerImage: ${IMAGE}\nenv: [{name: A, value: \"$(POD_IP)\"}, {name: B, value: \"x-${B}\"}]\nusers: {shop: []}\ndatabases: {shop: \"${OWNER}\"}\nenableMasterLoadBalancer: ${LB}")
        .replace("size: 10Gi", "size: '{{ .Values.size }}'")
        .replace("numberOfInstances: 2", "numberOfInstances: ${N}");
    insta::assert_snapshot!(said(&text, &[FORM, &["T98", "T47", "image-without-tag"]].concat()));
    let template = account(&[("a.yaml", "a:\n{{- if .Values.b }}\n  c: 1\n{{- end }}\n")]);
    assert!(template.errors.is_empty());
    insta::assert_snapshot!(template.notes.join("\n"), @"a.yaml:2:3: a template that is not filled in, not checked; lint the output of `helm template`");
}

#[test]
fn objects_are_found_wherever_they_stand() {
    let bad = "{apiVersion: acid.zalan.do/v1, kind: postgresql, metadata: {name: a-b}, spec: {instances: 1}}";
    let indented = |text: &str, blanks: usize| -> String {
        text.lines().map(|line| format!("{}{line}\n", " ".repeat(blanks))).collect()
    };
    for (what, text) in [
        ("list", format!("apiVersion: v1\nkind: List\nitems:\n- {bad}\n")),
        (
            "json",
            format!(
                r#"{{"apiVersion": "v1", "kind": "postgresqlList", "items": [{}]}}"#,
                serde_json::to_string(&serde_yaml::from_str::<serde_yaml::Value>(bad).unwrap()).unwrap()
            ),
        ),
        ("documents", format!("a: 1\n---\n{bad}\n")),
        (
            "helm",
            format!(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {{values: {{extra: [{bad}]}}}}\n"
            ),
        ),
        (
            "argo",
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      valuesObject: {{extra: [{bad}]}}\n"
            ),
        ),
        (
            "argo text",
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: |\n        extra:\n{}",
                indented(&format!("- {bad}"), 8)
            ),
        ),
    ] {
        let account = account(&[("a.yaml", &text)]);
        let found = account.errors.iter().find(|problem| problem.path == "postgresql a-b spec.instances");
        assert!(found.is_some_and(|problem| problem.place.is_some()), "{what}: {:?}", account.errors);
    }
}

#[test]
fn an_operator_is_read_in_each_of_its_forms() {
    let resource = "apiVersion: acid.zalan.do/v1\nkind: OperatorConfiguration\nmetadata: {name: o, namespace: postgres-operator}\nconfiguration: {kubernetes: {enable_readiness_probe: true, watched_namespace: '*', spilo_fsgroup: '103'}, enable_crd_validation: true}\n";
    let values = "configGeneral: {docker_image: x:1, failsafe: true}\nconfigKubernetes: {enable_readiness_probe: true, enable_pod_antiafinity: true}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: postgres-operator, namespace: postgres-operator}\ndata: {enable_readiness_probe: 'true', watched_namespace: '*', cluster_labels: 'application:spilo,team:a', workers: many}\n";
    let mut told = String::new();
    for (name, operator) in [("resource", resource), ("values", values), ("map", map)] {
        let account = account(&[("o.yaml", operator), ("a.yaml", &cluster(""))]);
        let probe = |account: &Account| account.warnings.iter().any(|problem| problem.code.is("T56"));
        assert!(!probe(&account), "{name}");
        let off = operator.replace("probe: true", "probe: false").replace("probe: 'true'", "probe: 'false'");
        assert!(probe(&self::account(&[("o.yaml", &off)])), "{name}");
        assert!(account.notes.is_empty(), "{name}: {:?}", account.notes);
        let of_operator =
            account.errors.iter().filter(|problem| problem.place.as_ref().unwrap().file == "o.yaml");
        for problem in of_operator.filter(|problem| FORM.contains(&problem.code.name)) {
            told += &format!("{name}: {problem}\n");
        }
    }
    insta::assert_snapshot!(told);
    // Nobody has shown one, so that nothing is said of it but that it is assumed.
    let alone = account(&[("a.yaml", &cluster(""))]);
    assert!(
        alone.notes[0].contains("Helm chart") && !alone.warnings.iter().any(|problem| problem.code.is("T56"))
    );
}

#[test]
fn an_assumed_operator_makes_no_errors() {
    // The chart's memory limit is too little for these buffers.
    let text = cluster("users: {postgres: []}\n");
    let level = |files: &[(&str, &str)]| {
        let account = account(files);
        account.errors.iter().any(|problem| problem.code.is("T97"))
    };
    assert!(!level(&[("a.yaml", &text)]));
    let operator = "apiVersion: acid.zalan.do/v1\nkind: OperatorConfiguration\nmetadata: {name: o}\nconfiguration: {kubernetes: {watched_namespace: '*'}}\n";
    assert!(level(&[("a.yaml", &text), ("o.yaml", operator)]));
    // Two that watch the same: which one it is nobody knows.
    assert!(!level(&[("a.yaml", &text), ("o.yaml", operator), ("p.yaml", operator)]));
    // The nearer one is meant.
    assert!(level(&[("x/a.yaml", &text), ("x/o.yaml", operator), ("y/p.yaml", operator)]));
}

#[test]
fn a_kustomize_patch_is_not_asked_for_what_it_leaves_out() {
    let patch = format!("{HEAD}spec: {{numberOfInstances: 1, databses: {{}}}}\n");
    let kustomization = "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\npatches: [{path: ../p/patch.yaml}]\n";
    let account = account(&[("k/kustomization.yaml", kustomization), ("p/patch.yaml", &patch)]);
    let paths: Vec<_> = account.errors.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["postgresql shop/acme-orders spec.databses"]);
}

#[test]
fn an_exception_stands_in_the_file_and_says_why() {
    let one =
        cluster("").replace("numberOfInstances: 2", "numberOfInstances: 1 # pgsynth: allow T47 one node");
    assert!(!said(&one, &["T47"]).contains("T47"));
    let text = format!(
        "# pgsynth: allow T47\n# pgsynth: allow single-instanse why\n# pgsynth: allow T48 why\n---\n{}",
        cluster("")
    );
    insta::assert_snapshot!(said(&text, &["missing-field", "unknown-key", "accepted-in-vain"]));
}

#[test]
fn what_is_of_another_operator_is_named() {
    let text = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n---\npgsynth: v1\n---\napiVersion: v1\nkind: Pod\n";
    let account = account(&[("a.yaml", text), ("b.yaml", "# nothing\n")]);
    assert!(account.errors.is_empty() && !rules::text(&account).contains("hunter2"));
    insta::assert_snapshot!(account.notes.join("\n"));
}

#[test]
fn github_shows_a_finding_beside_its_line() {
    let account = account(&[("a,b.yaml", &format!("{HEAD}spec: {{databses: {{}}}}\n"))]);
    let commands = github::commands(&account);
    insta::assert_snapshot!(commands.lines().next().unwrap());
}

#[test]
fn the_command_reads_folders_and_standard_input() {
    let project = Project::new()
        .file("manifests/b/a.yaml", cluster("databses: {}").as_bytes())
        .file("manifests/.hidden/a.yaml", b"a: [")
        .file("empty/readme.md", b"");
    let said = project.run(&["lint", "manifests", "--format", "json"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(json["problems"][0]["place"]["file"], "manifests/b/a.yaml");
    let said = project.piped(&["lint", "-", "--deny-warnings"], &cluster(""));
    assert!(said.code == 1 && said.out.contains("<stdin>:"), "{}", said.out);
    assert_eq!(project.piped(&["lint", "-"], &cluster("")).code, 0);
    for (arguments, code) in [(&["lint", "empty"][..], 2), (&["lint", "nowhere.yaml"], 3), (&["lint"], 2)] {
        assert_eq!(project.run(arguments).code, code, "{arguments:?}");
    }
}

#[test]
fn what_pgsynth_renders_is_in_order() {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/dist");
    let mut sources = vec![];
    for entry in std::fs::read_dir(dist).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            sources.push(Source::read(path.display().to_string(), &std::fs::read(&path).unwrap()).unwrap());
        }
    }
    let account = lint(&sources, &Settings::default());
    assert!(account.errors.is_empty(), "{}", rules::text(&account));
}
