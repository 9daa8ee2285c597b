//! What an output remembers, by the names that Kubernetes knows: what is silent, what is told, and how often.

use std::fs;

use crate::project::{APP, Project};

/// A project whose app was rendered once.
fn rendered(app: &str) -> Project {
    let project = Project::new().app(app);
    assert_eq!(project.run(&["synth"]).code, 0);
    project
}

#[test]
fn renaming_a_chart_renders_the_same_objects_and_is_silent() {
    let project = rendered(APP).app(&APP.replace("  shop:\n    namespace", "  store:\n    namespace"));
    let said = project.run(&["synth", "--deny-warnings"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!said.err.contains("retired") && !said.err.contains("leaves the output"), "{}", said.err);
    assert!(project.path("dist/40-store-main.yaml").exists());
}

#[test]
fn an_entry_of_retired_for_an_object_that_is_rendered_says_so() {
    // By the name of the object: the chart may be called what it wants.
    let entry = "retired: {old/main: {reason: moved, namespace: shop}}\n";
    let said = Project::new().app(&format!("{APP}{entry}")).run(&["synth"]);
    assert_eq!(said.code, 1);
    let words =
        "retired.old/main (apps/shop.yaml:14:11): forbidden: the app still renders cluster `shop/main`";
    assert!(said.err.contains(words), "{}", said.err);
}

#[test]
fn a_new_name_is_told_as_a_new_and_empty_cluster_with_the_way_to_take_the_data_along() {
    let stores = "stores: {s: {aws: {region: eu-central-1, bucket: bucket}, credentials: keys}}\nbackups: {b: {store: s, schedule: '0 1 * * *', keep: 7d, rpo: 5m}}\n";
    let archived =
        APP.replace("backup: {none: a test}", "backup: b").replace("accept: {no-backup: a test}\n", stores);
    let said = rendered(&archived).app(&archived.replace("      main:", "      other:")).run(&["synth"]);
    assert_eq!(said.code, 1);
    for words in [
        "the app had cluster `shop/main`, and has `shop/other` instead: that is a new, empty cluster",
        "`restore: {cluster: main, generation: 1, at: latest}` to `other`",
    ] {
        assert!(said.err.contains(words), "{}", said.err);
    }
}

#[test]
fn a_shrink_and_a_downgrade_are_seen_every_time() {
    let smaller = APP.replace("10Gi", "5Gi");
    let project = rendered(APP).app(&smaller);
    for _ in 0..3 {
        let said = project.run(&["synth"]);
        assert_eq!(said.code, 0);
        assert!(said.err.contains("`5Gi` has no effect: the volumes already have `10Gi`"), "{}", said.err);
    }
    let project = rendered(APP).app(&APP.replace("postgres: 18", "postgres: 17"));
    for arguments in [&["synth"][..], &["synth", "--accept-generation", "shop/main"], &["synth"]] {
        let said = project.run(arguments);
        assert_eq!(said.code, 1);
        assert!(said.err.contains("lowered from `18` to `17`"), "{}", said.err);
    }
}

#[test]
fn a_cluster_that_leaves_the_output_is_said_with_the_commands_that_end_it() {
    let gone: String = APP
        .split_inclusive('\n')
        .filter(|line| !line.contains("main:") && !line.contains("clusters:"))
        .collect();
    let project =
        rendered(APP).app(&format!("{gone}retired: {{shop/main: {{reason: moved, namespace: shop}}}}\n"));
    let said = project.run(&["synth"]);
    assert_eq!(said.code, 0, "{}", said.err);
    for words in [
        "cluster `shop/main` leaves the output and keeps running",
        "kubectl -n shop annotate postgresql main --overwrite delete-clustername=main",
        "kubectl -n shop delete postgresql main",
        "to keep it, do nothing",
    ] {
        assert!(said.err.contains(words), "{}", said.err);
    }
}

#[test]
fn a_conflict_in_the_record_gets_a_sentence_and_merged_lines_are_read() {
    let project = rendered(APP);
    let file = project.path("dist/.pgsynth");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n")).unwrap();
    let said = project.run(&["synth"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("it contains an unresolved merge conflict"), "{}", said.err);
    assert!(said.err.contains("hint: keep the lines of both sides"), "{}", said.err);
    // Both sides added a line; a merge that keeps both is read.
    fs::write(
        &file,
        format!("{text}- [\"shop/other\",\"size\",\"1Gi\"]\n- [\"shop/other\",\"instances\",\"1\"]\n"),
    )
    .unwrap();
    let said = project.run(&["synth"]);
    assert!(said.err.contains("the app had cluster `shop/other`"), "{}", said.err);
}

/// The app without its cluster.
fn without_clusters() -> String {
    let lines = APP
        .split_inclusive('\n')
        .filter(|line| !["clusters:", "main:", "accept:"].iter().any(|word| line.contains(word)));
    lines.collect()
}

/// An entry without a namespace speaks of one cluster; where two of its name went, it speaks of none.
#[test]
fn an_entry_of_retired_that_could_mean_two_clusters_means_none() {
    let two = APP.replace("charts:\n", "charts:\n  other:\n    namespace: other\n    clusters:\n      main: {team: acme, postgres: 18, volume: {size: 10Gi}, backup: {none: a test}}\n");
    let head = without_clusters();
    let gone = |retired: &str| format!("{head}retired:\n{retired}");
    let project = rendered(&two).app(&gone("  shop/main: {reason: a test}\n"));
    let said = project.run(&["synth"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("[R1 cluster-gone]"), "{}", said.err);
    let both =
        "  shop/main: {reason: a test, namespace: shop}\n  other/main: {reason: a test, namespace: other}\n";
    let said = project.app(&gone(both)).run(&["synth"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err.matches("kubectl -n other delete postgresql main").count(), 1, "{}", said.err);
}

/// A folder that is written instead of the app's own has a past of its own.
#[test]
fn another_output_is_compared_with_what_it_remembers_itself() {
    let project = Project::new().app(APP);
    let elsewhere = &["synth", "--output", "elsewhere"];
    assert_eq!(project.run(elsewhere).code, 0);
    let lower = project.app(&APP.replace("postgres: 18", "postgres: 17"));
    let said = lower.run(elsewhere);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("[R7 postgres-lowered]"), "{}", said.err);
}
