//! Plans of restores: what they say, what is refused, and the edits of the app that they propose.

use std::path::Path;

use pgsynth::constructs::plans::cluster::{self, Way};
use pgsynth::constructs::plans::{Change, database};
use pgsynth::constructs::values::Moment;
use pgsynth::constructs::{App, Past};
use pgsynth::load::{self, Edit};

use crate::project::{Project, said};

const APP: &str = r#"pgsynth: v1
release: "2026.11"
name: shop
platform: other
templates:
  small: &small {team: acme, postgres: 18, volume: {size: 10Gi, class: fast}, backup: nightly, access: [{namespace: shop}]}
stores:
  offsite: {hetzner: {location: fsn1, bucket: acme-postgres}, credentials: pg-backup-s3}
backups:
  nightly: {store: offsite, schedule: "0 1 * * *", keep: 14d, rpo: 5m}
charts:
  operator:
    namespace: {name: postgres-operator, create: true}
    operator: {watch: all}
  shop:
    namespace: {name: shop, create: true}
    clusters:
      orders:                      # the shop's own
        <<: *small
        instances: 2
        users: {shop: []}
        databases: {shop: {owner: shop}, reports: {owner: shop}}

      # Came out of the fire of last year.
      again: {<<: *small, generation: 2, restore: {cluster: again, generation: 1, at: "2026-06-01T10:00:00Z"}, users: {shop: []}, databases: {shop: {owner: shop}}}
      bare: {team: acme, postgres: 18, volume: {size: 10Gi}, backup: {none: a test}, access: [{namespace: shop}]}
"#;

const NOW: &str = "2026-11-25T12:00:00Z";

fn run(project: &Project, arguments: &str) -> crate::project::Said {
    let arguments: Vec<_> = arguments.split('~').map(str::trim).collect();
    said(project.command(&["restore"]).args(arguments).args(["--now", NOW]))
}

#[test]
fn every_way_has_its_runbook() {
    for (name, arguments) in [
        ("database", "orders~--database~shop~--at~2026-11-24 10:00 Europe/Berlin~--swap"),
        (
            "database-beside",
            "orders~--database~über~--unlisted~--at~2026-11-24T09:00:00Z~--exclusive~--scratch-class~slow",
        ),
        ("as", "shop/orders~--as~orders-copy~--at~2026-11-24T09:00:00Z"),
        ("in-place", "orders~--in-place~--at~2026-11-24T09:00:00Z~--exclusive"),
        ("total-loss", "again~--total-loss"),
        ("volume", "orders~--volume"),
    ] {
        let project = Project::new().app(APP);
        let said = run(&project, arguments);
        assert_eq!(said.code, 0, "{name}: {}", said.err);
        let folder = std::fs::read_dir(project.path("restore")).unwrap().next().unwrap().unwrap().path();
        let page = std::fs::read_to_string(folder.join("RUNBOOK.md")).unwrap();
        insta::assert_snapshot!(format!("runbook-of-{name}"), page);
        // The same again is the same, and nothing is written.
        let again = run(&project, &format!("{arguments}~--check"));
        assert_eq!((again.code, again.out.as_str()), (0, ""), "{name}");
        let json = run(&project, &format!("{arguments}~--format~json"));
        let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(value["steps"].as_array().unwrap().len(), page.matches("\n## ").count(), "{name}");
        let printed = run(&project, &format!("{arguments}~--stdout"));
        assert!(printed.out.contains(&page), "{name}");
    }
}

#[test]
fn a_changed_plan_is_a_difference_and_a_foreign_file_is_in_the_way() {
    let project = Project::new().app(APP);
    let way = "orders~--database~shop~--at~2026-11-24T09:00:00Z";
    run(&project, way);
    let said = run(&project, &format!("{way}~--missing-roles~create~--check"));
    assert!(said.code == 4 && said.out.contains("+          value: create"), "{}{}", said.code, said.out);
    // With a swap there is one file more; without it is gone.
    assert_eq!(run(&project, &format!("{way}~--swap")).code, 0);
    let swap = project.path("restore/shop.orders-20261124t090000z/40-swap.yaml");
    assert!(swap.exists());
    run(&project, way);
    assert!(!swap.exists());
    let project = project.file("restore/shop.orders-20261124t090000z/40-swap.yaml", b"mine");
    let said = run(&project, &format!("{way}~--swap"));
    assert!(said.code == 3 && said.err.contains("is in the way"), "{}", said.err);
}

#[test]
fn what_cannot_be_had_is_refused_at_once() {
    let project = Project::new().app(APP);
    let refused: String = [
        "ordes~--volume",
        "orders~--database~shp~--at~2026-11-24T09:00:00Z",
        "orders~--database~postgres~--at~2026-11-24T09:00:00Z",
        "orders~--database~shop~--at~2026-11-26T09:00:00Z",
        "orders~--database~shop~--at~2026-11-24T09:00:00",
        "orders~--database~shop~--at~2026-10-25 02:30 Europe/Berlin",
        "orders~--database~shop~--at~2026-03-29 02:30 Europe/Berlin",
        "orders~--database~shop~--at~2026-11-24T09:00:00Z~--generation~2",
        "orders~--database~shop~--at~2026-11-24T09:00:00Z~--later~2026-11-24T08:00:00Z",
        "again~--database~shop~--at~2026-05-01T09:00:00Z",
        "again~--in-place~--at~2026-05-01T09:00:00Z",
        "bare~--total-loss",
        "orders~--as~again",
        "orders~--as~Orders_Copy",
        "orders~--volume~--at~2026-11-24T09:00:00Z",
    ]
    .iter()
    .map(|arguments| {
        let said = run(&project, arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments}: {}", said.err);
        format!("{}\n{}", arguments.replace('~', " "), said.err)
    })
    .collect();
    insta::assert_snapshot!(refused);
    assert!(!project.path("restore").exists(), "nothing is half written");
}

#[test]
fn every_cluster_has_a_page_and_the_fleet_has_one() {
    let project = Project::new().app(APP);
    let said = project.run(&["runbook"]);
    assert_eq!((said.code, said.err.as_str()), (0, "`runbooks/shop`: 4 written, 0 removed, 0 unchanged\n"));
    assert_eq!(project.run(&["runbook", "--check"]).code, 0);
    for (name, page) in project.files("runbooks/shop") {
        if name.ends_with(".md") {
            insta::assert_snapshot!(format!("page-{name}"), String::from_utf8(page).unwrap());
        }
    }
    // A cluster that is gone takes its page along.
    let project = project.app(&APP.replace("      bare: ", "      other: "));
    assert_eq!(project.run(&["runbook", "--check"]).code, 4);
    let said = project.run(&["runbook"]);
    assert_eq!(said.err, "`runbooks/shop`: 2 written, 1 removed, 2 unchanged\n");
}

/// The app as a plan means it, and what is proposed for the file.
fn edited(text: &str, id: &str, way: Way) -> Option<(String, App)> {
    let app = load::app("app.yaml", text.as_bytes()).unwrap();
    let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    let request =
        cluster::Request { cluster: id.to_owned(), way, at: None, exclusive: false, generation: None };
    let (change, meant) = cluster::plan(&valid, &request).ok()?.edit?;
    let (chart, name) = id.split_once('/').unwrap();
    let edit = match &change {
        Change::Set { fields } => Edit::Set(chart, name, fields),
        Change::Copy { name: copy, fields, without } => Edit::Copy(chart, name, copy, fields, without),
    };
    Some((load::edit("app.yaml", text.as_bytes(), edit, &meant)?, *meant))
}

#[test]
fn edits_keep_comments_and_are_what_was_meant() {
    let (text, _) = edited(APP, "shop/orders", Way::InPlace).unwrap();
    let (text, _) = edited(&text, "shop/again", Way::TotalLoss).unwrap();
    let (text, _) = edited(&text, "shop/orders", Way::As("orders-copy".to_owned())).unwrap();
    let diff = similar::TextDiff::from_lines(APP, text.as_str());
    insta::assert_snapshot!(diff.unified_diff().context_radius(1));
}

#[test]
fn edits_work_in_every_valid_app() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let valid = std::fs::read_dir(root.join("tests/apps/valid")).unwrap().map(|entry| entry.unwrap().path());
    let mut done = 0;
    for path in valid.chain([root.join("apps/local.yaml")]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let app = load::app("app.yaml", text.as_bytes()).unwrap();
        let valid = app.validate(&Past::default()).unwrap();
        let has = |id: &&String| valid.clusters()[*id].backup.is_some() && !valid.clusters()[*id].standby;
        for id in valid.clusters().keys().filter(has) {
            for way in [Way::InPlace, Way::As("another-one".to_owned())] {
                let edited = edited(&text, id, way.clone());
                assert!(edited.is_some(), "{}: {id} {way:?}", path.display());
                done += 1;
            }
        }
    }
    assert!(done >= 6, "{done}");
    assert!(
        edited(&APP.replace('\n', "\r\n"), "shop/orders", Way::InPlace)
            .is_some_and(|(text, _)| !text.replace("\r\n", "").contains('\n'))
    );
}

#[test]
fn a_name_is_never_cut_and_never_another_databases() {
    let app = load::app("app.yaml", APP.as_bytes()).unwrap();
    let valid = app.validate(&Past::default()).unwrap();
    let at = "2026-11-24T09:00:00Z".parse::<Moment>().unwrap().instant().unwrap();
    let names = |name: &str| {
        let request = database::Request {
            cluster: "shop/orders".to_owned(),
            database: name.to_owned(),
            unlisted: true,
            at,
            exclusive: false,
            generation: None,
            swap: true,
            create_roles: false,
            moved_on_from: None,
            look: None,
            scratch_size: None,
            scratch_class: None,
        };
        let plan = database::plan(&valid, &request).unwrap();
        let fact = |name: &str| plan.facts.iter().find(|(own, _)| *own == name).unwrap().1.clone();
        [fact("restored as"), fact("original kept as")]
    };
    let mut seen = std::collections::BTreeSet::new();
    for name in
        ["shop".to_owned(), "x".repeat(63), "x".repeat(62), "ü".repeat(31), format!("a{}", "ü".repeat(31))]
    {
        for made in names(&name) {
            assert!(made.len() <= 63 && seen.insert(made.clone()), "{name}: {made}");
        }
    }
}
