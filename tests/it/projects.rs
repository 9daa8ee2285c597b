//! A project's folder: which files are apps, which outputs and archives may be theirs, and two commands at once.

use std::process::Stdio;

use crate::project::{APP, Project};

#[test]
fn what_looks_like_an_app_and_is_not_read_is_named() {
    for name in ["apps/shop.yml", "apps/shop.YAML", "apps/team/shop.yaml", "apps/shop.yaml/x"] {
        let project = Project::new().file("apps/other.yaml", APP.as_bytes()).file(name, APP.as_bytes());
        let said = project.run(&["synth"]);
        assert_eq!(said.code, 1, "{name}: {}", said.err);
        let named = name.trim_end_matches("/x").trim_end_matches("/shop.yaml");
        assert!(said.err.contains(&format!("invalid value `{named}")), "{name}: {}", said.err);
        assert!(said.err.contains("app files lie directly in `apps/`"), "{name}: {}", said.err);
    }
    // An editor's files and folders without apps are nobody's business.
    let project = Project::with_app().file("apps/.shop.yaml.swp.yaml", b"\x00").file("apps/src/main.rs", b"");
    assert_eq!(project.run(&["synth"]).code, 0);
}

#[test]
fn two_apps_never_share_an_archive() {
    let stores = "stores: {s: {aws: {region: eu-central-1, bucket: bucket}, credentials: keys}}\nbackups: {b: {store: s, schedule: '0 1 * * *', keep: 7d, rpo: 5m}}\n";
    let app = |name: &str, prefix: &str| {
        APP.replace("name: shop\n", &format!("name: {name}\noutput: out-{name}\n"))
            .replace("backup: {none: a test}", "backup: b")
            .replace(
                "accept: {no-backup: a test}\n",
                &stores.replace("credentials: keys", &format!("credentials: keys{prefix}")),
            )
    };
    let two = |one: &str, other: &str| {
        Project::new()
            .file("apps/one.yaml", app("one", one).as_bytes())
            .file("apps/two.yaml", app("two", other).as_bytes())
    };
    let said = two("", "").run(&["synth"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(
        said.err
            .contains("duplicate value `s3://bucket/spilo/shop/main/1/wal`: app `one` also has this archive"),
        "{}",
        said.err
    );
    assert_eq!(two(", prefix: one", ", prefix: two").run(&["synth"]).code, 0);
}

/// Of two at once one waits: both end with 0, and every file is there.
#[test]
fn two_commands_at_once_end_well() {
    let clusters: String = (0..30)
        .map(|index| format!("      c{index}: {{team: acme, postgres: 18, volume: {{size: 10Gi}}, backup: {{none: a test}}}}\n"))
        .collect();
    let app = APP.to_owned() + &clusters;
    let whole = Project::new().app(&app);
    assert_eq!(whole.run(&["synth", "-q"]).code, 0);
    let wanted = whole.files("dist");
    for round in 0..12 {
        let project = Project::new().app(&app);
        if round % 2 == 1 {
            assert_eq!(project.run(&["synth", "-q"]).code, 0);
            std::fs::remove_file(project.path("dist/40-shop-c7.yaml")).unwrap();
        }
        let start = || project.command(&["synth", "-q"]).stderr(Stdio::piped()).spawn().unwrap();
        let both = [start(), start()].map(|child| child.wait_with_output().unwrap());
        for output in both {
            assert_eq!(
                output.status.code(),
                Some(0),
                "round {round}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        assert!(project.files("dist") == wanted, "round {round}: files differ");
    }
}

/// A store is told by its endpoint as well, and an app is compared with those that are not chosen.
#[test]
fn an_archive_is_shared_where_the_store_is_the_same_one() {
    let app = |name: &str, endpoint: &str| {
        format!(
            "pgsynth: v1\nrelease: \"2026.11\"\nname: {name}\noutput: out-{name}\nplatform: other\nexternalOperator: {{namespace: o, watch: all, podEnvironment: [], configuration: {{}}}}\nstores:\n  s: {{s3: {{endpoint: \"https://{endpoint}\", region: x, bucket: acme}}, credentials: keys}}\nbackups:\n  b: {{store: s, schedule: \"0 1 * * *\", keep: 14d, rpo: 5m}}\ncharts:\n  shop:\n    namespace: shop\n    clusters:\n      main: {{team: acme, postgres: 18, volume: {{size: 10Gi}}, backup: b}}\n"
        )
    };
    let two = |one: &str, other: &str| {
        Project::new()
            .file("apps/one.yaml", app("one", one).as_bytes())
            .file("apps/two.yaml", app("two", other).as_bytes())
    };
    let said = two("a.example.com", "b.example.com").run(&["synth"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let same = two("a.example.com", "a.example.com");
    for arguments in [&["synth"][..], &["synth", "--app", "two"]] {
        let said = same.run(arguments);
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.err.contains("[shared-archive]"), "{}", said.err);
    }
    // The same bucket of another store is another archive.
    let moved = two("a.example.com", "b.example.com");
    assert_eq!(moved.run(&["synth"]).code, 0);
    let said = moved.file("apps/one.yaml", app("one", "c.example.com").as_bytes()).run(&["synth"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let words = "the archive moved from `https://a.example.com` to `https://c.example.com`";
    assert!(said.err.contains(words), "{}", said.err);
}

/// A link leads nowhere that no output may be, and a pipe is no app.
#[cfg(unix)]
#[test]
fn links_and_pipes_are_told_apart_from_folders_and_files() {
    let project = Project::with_app();
    std::os::unix::fs::symlink(".", project.path("self")).unwrap();
    std::os::unix::fs::symlink("apps", project.path("link")).unwrap();
    for output in ["self/apps", "link/in", "self"] {
        let said = project.run(&["synth", "--output", output]);
        assert_eq!(said.code, 2, "{output}: {}", said.err);
    }
    let linked = Project::new().app(&APP.replace("name: shop\n", "name: shop\noutput: link/in\n"));
    std::os::unix::fs::symlink("apps", linked.path("link")).unwrap();
    let said = linked.run(&["synth"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("where no output may be"), "{}", said.err);

    // A folder of the output that is a link would let a write reach what is not the app's.
    assert_eq!(project.run(&["synth"]).code, 0);
    std::fs::create_dir(project.path("other")).unwrap();
    let _ = std::fs::remove_dir_all(project.path("dist/crds"));
    std::os::unix::fs::symlink("../other", project.path("dist/crds")).unwrap();
    let said = project.run(&["synth"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("is a symbolic link"), "{}", said.err);

    std::os::unix::fs::symlink("/dev/zero", project.path("apps/x.yaml")).unwrap();
    let said = project.run(&["synth"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("it is not a regular file"), "{}", said.err);
}

#[test]
fn init_takes_names_that_an_app_can_have() {
    for name in ["../x", "", "Shop", "1a", "null: x", "operator", "postgres-operator"] {
        let project = Project::new();
        let said = project.run(&["init", "--name", name]);
        assert_eq!(said.code, 2, "{name}: {}", said.err);
        let written = std::fs::read_dir(project.path("apps")).map_or(0, Iterator::count);
        assert!(written == 0 && !project.path("x.yaml").exists(), "{name}");
    }
}
