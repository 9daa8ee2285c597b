//! What is wrong, as text, as JSON and as SARIF; exit codes and hints of the command.

use pgsynth::rules::registry;
use serde_json::Value;

use crate::project::{APP, Project};

fn wrong() -> String {
    APP.replace("owner: shop}", "owner: shpo}").replace("accept: {no-backup: a test}\n", "")
}

#[test]
fn json_has_every_problem_with_its_parts() {
    let said = Project::new().app(&wrong()).run(&["synth", "--format", "json"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let value: Value = serde_json::from_str(&said.out).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&value["problems"][0]).unwrap(), @r#"
    {
      "app": "shop",
      "level": "error",
      "code": "T98",
      "rule": "unknown-owner",
      "kind": "invalid",
      "path": "charts.shop.clusters.main.databases.shop",
      "value": "shpo",
      "message": "the owner must be one of the cluster's `users`: the operator skips the database and still reports Running",
      "help": "did you mean `shop`?",
      "place": {
        "file": "apps/shop.yaml",
        "line": 12,
        "column": 117
      },
      "count": 1,
      "names": [
        "shop/main"
      ]
    }
    "#);
    assert_eq!(value["version"], 1);
    assert_eq!(value["apps"][0]["valid"], false);
    assert_eq!(value["problems"][1]["level"], "warning");
    let said = Project::with_app().run(&["synth", "--format", "json"]);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &value["apps"][0]["different"]), (0, &false.into()));
    assert!(value["apps"][0]["written"].as_u64().unwrap() > 3);
}

#[test]
fn sarif_places_each_problem_and_carries_the_page_of_its_rule() {
    let said = Project::new().app(&wrong()).run(&["synth", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&said.out).unwrap();
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "T98");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "apps/shop.yaml");
    assert_eq!(place["region"]["startLine"], 12);
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!(rule["name"], "unknown-owner");
    assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# unknown-owner (T98)"));
}

#[test]
fn one_anchor_that_is_wrong_for_many_is_one_entry() {
    let clusters: String = (0..12).map(|index| format!("      c{index}: *c\n")).collect();
    let app = |postgres: u32| {
        let head = APP.split_inclusive('\n').filter(|line| !line.contains("main:")).collect::<String>();
        let cluster = format!(
            "templates:\n  c: &c {{team: a, postgres: {postgres}, volume: {{size: 1Gi}}, backup: {{none: a test}}}}\n"
        );
        head.replace("charts:", &format!("{cluster}charts:")) + &clusters
    };
    let project = Project::new().app(&app(17));
    assert_eq!(project.run(&["synth"]).code, 0);
    let said = project.app(&app(16)).run(&["synth"]);
    assert!(said.err.contains("app `shop` has 12 problems"), "{}", said.err);
    assert_eq!(said.err.matches("lowered from `17` to `16`").count(), 1, "{}", said.err);
    assert!(
        said.err.contains("this occurs 12 times: for `shop/c0`, `shop/c1`, `shop/c10` and 9 more"),
        "{}",
        said.err
    );
}

#[test]
fn a_wrong_call_ends_with_2_and_says_what_is_right() {
    let project = Project::with_app();
    for (arguments, words) in [
        (&["synth", "--app", "shp"][..], "hint: did you mean `shop`?"),
        (&["synth", "--app", "nope"], "hint: the project has `shop`"),
        (&["synth", "--accept-generation", "x/y"], "no cluster `x/y`"),
        (&["synth", "--project", "nowhere"], "is not a folder"),
        (&["explain", "archiving-switched-of"], "hint: did you mean `archiving-switched-off`?"),
        (&["synth", "--output", "."], "it is the project's folder, or holds it"),
        (&["synth", "--output", "apps"], "outside `apps`, `src` and `.git`"),
        (&["synth", "--output", "apps/x"], "outside `apps`, `src` and `.git`"),
        (&["synth", "--output", ".."], "it is the project's folder, or holds it"),
        (&["synth", "--output", "/"], "it is the project's folder, or holds it"),
        (&["synth", "--nope"], "unexpected argument"),
    ] {
        let said = project.run(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
    }
    assert!(!project.path("dist").exists());
}

#[test]
fn explain_prints_the_page_of_a_rule_by_number_and_by_name() {
    let project = Project::with_app();
    let (by_number, by_name) =
        (project.run(&["explain", "T23"]), project.run(&["explain", "archiving-switched-off"]));
    assert_eq!((by_number.code, &by_number.out), (0, &by_name.out));
    assert!(by_number.out.starts_with("# archiving-switched-off (T23)\n"), "{}", by_number.out);
    assert!(project.run(&["explain", "missing-field"]).out.starts_with("# missing-field\n"));
    assert!(project.run(&["explain", "undecided"]).out.contains("| T03 |"));
    let all = project.run(&["explain"]).out;
    assert_eq!(all.lines().count(), registry().rules().len());
    assert!(all.lines().any(|line| line.starts_with("T23   archiving-switched-off ")), "{all}");
}

#[test]
fn acceptances_are_named_by_number_or_name_and_wrong_ones_are_told_apart() {
    let accept =
        |entry: &str| APP.replace("{no-backup: a test}", &format!("{{no-backup: a test, {entry}: x}}"));
    let one = |app: String| app.replace("volume: {size: 10Gi}", "volume: {size: 10Gi}, instances: 1");
    for word in ["T47", "single-instance"] {
        let said = Project::new().app(&one(accept(word))).run(&["synth", "--deny-warnings"]);
        assert_eq!(said.code, 0, "{}", said.err);
    }
    for (word, words) in [
        ("T09", "`T09 keys-in-clear-text` is an error; errors are fixed, not accepted"),
        ("T999", "no rule has this number or name [invalid-value]\n    help: did you mean `T99`?"),
        ("single-instanc", "did you mean `single-instance`?"),
        ("T03", "no rule decides `T03`"),
    ] {
        let said = Project::new().app(&accept(word)).run(&["synth"]);
        assert_eq!(said.code, 1);
        assert!(said.err.contains(words), "{}", said.err);
    }
}

/// Under an operator with the CRD's defaults roles may come from a PostgresTeam: what cannot be decided is said.
#[test]
fn a_rule_that_is_not_decided_says_so() {
    let app = "pgsynth: v1\nrelease: \"2026.11\"\nname: shop\nplatform: other\nexternalOperator: {namespace: o, watch: all}\ncharts:\n  shop:\n    namespace: shop\n    clusters:\n      main: {team: acme, postgres: 18, volume: {size: 10Gi}, backup: {none: a test}, databases: {shop: {owner: shpo}}}\n";
    let said = Project::new().app(app).run(&["synth"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let words = "note: charts.shop.clusters.main.databases.shop: not decided: whether role `shpo` exists: the operator takes roles from `enable_postgres_team_crd` as well [T98 unknown-owner]";
    assert!(said.err.contains(words), "{}", said.err);
    let said = Project::new().app(app).run(&["synth", "--format", "json"]);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(value["undecided"][0]["rule"], "unknown-owner");
}

/// What one rule says about every cluster of a fleet is read once; what has to be mended is shown wherever it stands.
#[test]
fn warnings_of_one_rule_about_many_clusters_are_counted() {
    let clusters = |fields: &str| -> String {
        (0..40)
            .map(|index| {
                format!("      main-{index}: {{team: acme, postgres: 18, volume: {{size: 10Gi}}, backup: {{none: a test}}{fields}}}\n")
            })
            .collect()
    };
    let (head, _) = APP.split_once("      main:").unwrap();
    let said = Project::new().app(&format!("{head}{}", clusters(""))).run(&["synth"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err.matches("[open-to-every-pod]").count(), 3, "{}", said.err);
    assert!(said.err.contains("and 37 more of `open-to-every-pod`"), "{}", said.err);
    let said = Project::new().app(&format!("{head}{}", clusters(", priorityClass: 'A B'"))).run(&["synth"]);
    assert_eq!(said.code, 1);
    let json = Project::new().app(&format!("{head}{}", clusters(""))).run(&["synth", "--format", "json"]);
    assert_eq!(json.out.matches("\"open-to-every-pod\"").count(), 40);
}
