//! `pgsynth diff`: what a change does to the clusters that run.

use std::process::Command;

use pgsynth::constructs::release::ReleaseName;
use pgsynth::constructs::upstream::behaviour::impact::Impact;
use pgsynth::diff::{Diff, State, diff, markdown, text};
use pgsynth::lint::Source;

use crate::project::{APP, Project, said};

const CLUSTER: &str = "apiVersion: acid.zalan.do/v1
kind: postgresql
metadata: {name: a-b, namespace: shop, labels: {tier: one}}
spec:
  teamId: a
  numberOfInstances: 2
  volume: {size: 10Gi, storageClass: c}
  postgresql: {version: \"16\", parameters: {work_mem: 4MB, max_connections: \"100\", shared_buffers: 1GB}}
  resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 1Gi}}
  users: {shop: [], old: []}
  databases: {shop: shop}
  tolerations: [{key: a, operator: Exists}]
  env: [{name: A, value: one}, {name: B, value: two}]
  sidecars: [{name: x, image: \"x:1\", command: [a]}]
  patroni: {ttl: 30, pg_hba: [local all all trust]}
";

const OPERATOR: &str = "---
apiVersion: acid.zalan.do/v1
kind: OperatorConfiguration
metadata: {name: o, namespace: o}
configuration: {workers: 8, docker_image: \"i:1\", kubernetes: {inherited_labels: [tier]}, postgres_pod_resources: {default_cpu_limit: \"1\"}}
";

fn state(text: &str) -> State {
    let source = Source::read("a.yaml", text.as_bytes()).unwrap();
    State::read(&[source], ReleaseName::NEWEST.release()).unwrap()
}

/// What comes of a text in the place of another.
fn changed(from: &str, to: &str) -> Diff {
    let before = format!("{CLUSTER}{OPERATOR}");
    assert!(before.contains(from), "{from}");
    diff("shop", "before", &state(&before), &state(&before.replacen(from, to, 1)))
}

#[test]
fn each_change_does_what_the_operator_makes_of_it() {
    use Impact::{Loss, NoEffect, Refused, Reload, Replaced, Restart, Roll};
    for (from, to, impact) in [
        ("work_mem: 4MB", "work_mem: 8MB", Some(Reload)),
        ("work_mem: 4MB, ", "", Some(NoEffect)),
        ("max_connections: \"100\"", "max_connections: \"200\"", Some(Restart)),
        ("shared_buffers: 1GB", "shared_buffers: 2GB", Some(Roll)),
        (", parameters: {work_mem: 4MB, max_connections: \"100\", shared_buffers: 1GB}", "", Some(Roll)),
        ("version: \"16\"", "version: \"17\"", Some(Loss)),
        ("version: \"16\"", "version: \"15\"", Some(Refused)),
        ("size: 10Gi", "size: 20Gi", Some(Replaced)),
        ("size: 10Gi", "size: 10240Mi", None),
        ("size: 10Gi", "size: 5Gi", Some(Refused)),
        ("storageClass: c", "storageClass: d", Some(Replaced)),
        ("cpu: 500m", "cpu: \"0.5\"", None),
        ("memory: 1Gi}, limits", "memory: 1024Mi}, limits", None),
        ("limits: {memory: 1Gi}", "limits: {memory: 1Gi, cpu: \"1\"}", None),
        ("limits: {memory: 1Gi}", "limits: {memory: 1Gi, cpu: \"2\"}", Some(Roll)),
        ("numberOfInstances: 2", "numberOfInstances: 3", Some(BESIDE)),
        ("numberOfInstances: 2", "numberOfInstances: 1", Some(BESIDE)),
        ("numberOfInstances: 2", "numberOfInstances: 0", Some(Loss)),
        (", old: []", "", Some(NoEffect)),
        ("old: []", "old: [], new: []", Some(BESIDE)),
        ("operator: Exists", "operator: Equal", Some(NoEffect)),
        ("[{key: a, operator: Exists}]", "[]", Some(Roll)),
        (
            "{name: A, value: one}, {name: B, value: two}",
            "{name: B, value: two}, {name: A, value: one}",
            None,
        ),
        ("value: one", "value: three", Some(Roll)),
        ("command: [a]", "command: [b]", Some(NoEffect)),
        ("image: \"x:1\"", "image: \"x:2\"", Some(Roll)),
        ("ttl: 30", "ttl: 60", Some(Reload)),
        ("trust]", "trust, hostssl all all all scram-sha-256]", Some(Roll)),
        ("tier: one", "tier: two", Some(Roll)),
        ("{tier: one}", "{tier: one, other: x}", Some(BESIDE)),
        ("teamId: a", "teamId: b", Some(Roll)),
    ] {
        let found = changed(from, to);
        let worst = found.clusters.first().map(|cluster| cluster.impact());
        assert_eq!(worst, impact, "{from} -> {to}: {}", text(&found));
    }
    for (from, to, impact) in
        [("workers: 8", "workers: 4", BESIDE), ("i:1", "i:2", Roll), ("[tier]", "[]", Roll)]
    {
        let found = changed(from, to);
        assert_eq!(found.operator[0].impact, impact, "{from} -> {to}");
    }
}

/// Something beside PostgreSQL changes.
const BESIDE: Impact = Impact::None;

#[test]
fn it_is_told_with_a_rollout_and_one_line() {
    let one = CLUSTER.replace("a-b", "a-single").replace("numberOfInstances: 2", "numberOfInstances: 1");
    let before = format!("{CLUSTER}---\n{one}---\n{}{OPERATOR}", CLUSTER.replace("a-b", "a-gone"));
    let after = before
        .replace("a-gone", "a-new")
        .replace("memory: 1Gi", "memory: 2Gi")
        .replacen("value: one", "value: hunter2", 1)
        .replacen("name: A,", "name: PASSWORD,", 1);
    let found = diff("shop", "`main`", &state(&before), &state(&after));
    insta::assert_snapshot!(text(&found));
    insta::assert_snapshot!(markdown(&found));
    assert!(!text(&found).contains("hunter2"));
    // Not in a container that is new as a whole either.
    let hidden = "sidecars: [{name: y, image: \"y:1\", env: [{name: TOKEN, value: hunter2}]}, {name: x,";
    let found = changed("sidecars: [{name: x,", hidden);
    assert!(!text(&found).contains("hunter2") && text(&found).contains("(not shown)"), "{}", text(&found));
    let found = diff("shop", "`main`", &state(&before), &state(&after));
    assert_eq!(found.summary(), "4 clusters: 1 new, 1 gone, 2 roll (3 pods, 1 switchover)");
}

#[test]
fn it_is_compared_with_the_output_with_a_revision_and_with_what_is_piped() {
    let project = Project::with_app();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(project.path(".")).args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
        ]);
        let said = said(command.args(arguments));
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    };
    if Command::new("git").arg("--version").output().is_err() {
        return;
    }
    git(&["init", "--quiet"]);
    // Only the app is committed: it is rendered as it was.
    git(&["add", "apps"]);
    git(&["commit", "--quiet", "--message", "one"]);
    assert_eq!(project.run(&["synth"]).code, 0);
    for arguments in [&["diff"][..], &["diff", "--against", "HEAD"], &["diff", "--against", "dist"]] {
        let said = project.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
    }
    git(&["add", "--force", "dist"]);
    git(&["commit", "--quiet", "--message", "two"]);
    let dist = std::fs::read_to_string(project.path("dist/40-shop-main.yaml")).unwrap();
    let project =
        project.app(&APP.replace("volume: {size: 10Gi}", "volume: {size: 10Gi}, resources: {memory: 2Gi}"));
    for against in ["HEAD", "HEAD~1", "dist"] {
        let said = project.run(&["diff", "--against", against]);
        assert_eq!(said.code, 4, "{against}: {}", said.err);
        assert!(said.out.contains("1 cluster: 1 roll (2 pods, 1 switchover)"), "{against}: {}", said.out);
    }
    let said = project.piped(&["diff", "--against", "-", "--format", "json"], &dist);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(json["apps"][0]["clusters"][0]["changes"][0]["impact"], "roll");
    // The work tree is as it was, and `synth` says the same in one line.
    assert_eq!(std::fs::read_to_string(project.path("dist/40-shop-main.yaml")).unwrap(), dist);
    let said = project.run(&["synth"]);
    assert!(said.err.contains("what it does: 1 cluster: 1 roll (2 pods, 1 switchover)"), "{}", said.err);
    assert_eq!(project.run(&["diff", "--against", "nowhere"]).code, 2);
    assert_eq!(project.run(&["diff", "--against", "--output=x"]).code, 2);
    assert_eq!(project.run(&["diff", "--against", "release"]).code, 0);
}

#[test]
fn taking_adopted_away_is_named() {
    let adopted = "backup: unmanaged, adopted: true,";
    let app = APP.replace("backup: {none: a test},", adopted);
    let project = Project::new().app(&app);
    assert_eq!(project.run(&["synth"]).code, 0);
    let project = project.app(&app.replace(adopted, "backup: {none: a test},"));
    let said = project.run(&["diff"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.out.contains("shop/main: roll") && said.out.contains("spec.patroni.initdb"), "{}", said.out);
}
