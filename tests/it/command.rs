//! The command: exit codes, `--check`, stale files, and bad input that writes nothing and loses nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::project::{APP, Project, Said, said};

/// A refused run: this exit code, these words, no panic, and the project as it was.
fn refused(project: &Project, arguments: &[&str], code: i32, words: &[&str]) -> Said {
    let before = project.files(".");
    let said = project.run(arguments);
    assert_eq!(said.code, code, "{}", said.err);
    for word in words {
        assert!(said.err.contains(word), "`{word}` is not in\n{}", said.err);
    }
    assert!(!said.err.contains("panicked"), "{}", said.err);
    assert!(before == project.files("."), "something was written");
    said
}

#[test]
fn check_writes_nothing_and_shows_the_difference() {
    let project = Project::with_app();
    refused(&project, &["synth", "--check"], 4, &["is not what app `shop` renders"]);
    assert_eq!(project.run(&["synth"]).code, 0);
    assert_eq!(project.run(&["synth", "--check"]).code, 0);
    let file = project.path("dist/40-shop-main.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("numberOfInstances: 2", "numberOfInstances: 3")).unwrap();
    let said = refused(&project, &["synth", "--check"], 4, &[]);
    assert!(said.out.contains("-  numberOfInstances: 3\n+  numberOfInstances: 2\n"), "{}", said.out);
    // Carriage returns and a missing newline are differences too.
    fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    refused(&project, &["synth", "--check"], 4, &[]);
    fs::write(&file, text.trim_end()).unwrap();
    refused(&project, &["synth", "--check"], 4, &[]);
    fs::write(&file, text).unwrap();
    assert_eq!(project.run(&["synth", "--check"]).code, 0);
}

#[test]
fn stale_files_go_and_those_of_others_stay() {
    let project = Project::with_app().file("dist/README.md", b"mine").file("dist/99-mine.yaml", b"mine");
    assert_eq!(project.run(&["synth"]).code, 0);
    let renamed = APP.replace("main:", "other:") + "retired: {shop/main: {reason: renamed}}\n";
    let project = project.app(&renamed);
    let said = project.run(&["synth"]);
    assert!(said.err.contains("1 written, 1 removed"), "{}", said.err);
    let names: Vec<_> = project.files("dist").into_iter().map(|(name, _)| name).collect();
    assert!(
        names.contains(&"40-shop-other.yaml".to_owned()) && !names.contains(&"40-shop-main.yaml".to_owned())
    );
    assert!(names.contains(&"README.md".to_owned()) && names.contains(&"99-mine.yaml".to_owned()));
}

#[test]
fn what_may_not_change_unseen_is_a_problem() {
    let project = Project::with_app();
    assert_eq!(project.run(&["synth"]).code, 0);
    // Gone without a word; the entry to paste is said, and works.
    let gone = APP.replace("      main:", "      other:");
    let project = project.app(&gone);
    let said = refused(&project, &["synth"], 1, &["the app had cluster `shop/main`"]);
    let entry =
        said.err.split("`retired: ").nth(1).unwrap().split("`\n").next().unwrap().replace("<why>", "renamed");
    let project = project.app(&format!("{gone}retired: {entry}\n"));
    assert_eq!(project.run(&["synth", "--check"]).code, 4);
    // Another namespace, another kind of database: once, with the flag.
    for changed in [
        APP.replace("name: shop, create", "name: store, create"),
        APP.replace("{owner: shop}", "{roles: prepared}"),
    ] {
        let project = Project::with_app();
        assert_eq!(project.run(&["synth"]).code, 0);
        let project = project.app(&changed);
        refused(&project, &["synth"], 1, &["--accept-generation shop/main"]);
        // Also under the flags that write elsewhere or nothing.
        refused(&project, &["synth", "--stdout"], 1, &["--accept-generation"]);
        refused(&project, &["synth", "--output", "elsewhere"], 1, &["--accept-generation"]);
        assert_eq!(project.run(&["synth", "--accept-generation", "shop/main"]).code, 0);
        assert_eq!(project.run(&["synth"]).code, 0);
    }
}

#[test]
fn a_file_or_a_folder_in_the_way_is_named() {
    let project = Project::with_app().file("dist/10-operator.yaml", b"mine");
    refused(&project, &["synth"], 3, &["10-operator.yaml` is in the way"]);

    let project = Project::with_app().file("dist", b"a file");
    refused(&project, &["synth"], 3, &["is a file, but an output must be a folder"]);

    let project = Project::with_app().file("real/it", b"");
    symlink(project.path("real"), project.path("dist")).unwrap();
    refused(&project, &["synth"], 3, &["is a symbolic link"]);

    let project = Project::with_app().file("dist/10-operator.yaml/a-folder", b"");
    refused(&project, &["synth"], 3, &["10-operator.yaml`"]);

    let project = Project::with_app();
    assert_eq!(project.run(&["synth"]).code, 0);
    let project = project.app(&APP.replace("name: shop\n", "name: store\n"));
    refused(&project, &["synth"], 3, &["belongs to app `shop`, not to `store`", "renamedFrom: shop"]);
    let project = project.app(&APP.replace("name: shop\n", "name: store\nrenamedFrom: shop\n"));
    assert_eq!(project.run(&["synth"]).code, 0);

    let project =
        Project::with_app().file("dist/.pgsynth", b"pgsynth: v1\napp: shop\nfiles: [../apps/shop.yaml]\n");
    refused(&project, &["synth"], 3, &["which pgsynth never writes"]);
    let project = Project::with_app().file("dist/.pgsynth", b"\x00\xff");
    refused(&project, &["synth"], 3, &["cannot read"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    // Root may write anywhere, so the kernel has to say no: a file where a folder would be made.
    let project =
        Project::new().app(&APP.replace("platform: other", "platform: other\noutput: blocked/dist"));
    let project = project.file("blocked", b"a file");
    refused(&project, &["synth"], 3, &["cannot create the folder"]);

    let project = Project::with_app().file("dist/keep", b"");
    fs::set_permissions(project.path("dist"), fs::Permissions::from_mode(0o555)).unwrap();
    let said = project.run(&["synth"]);
    let root = fs::write(project.path("dist/probe"), b"").is_ok();
    fs::set_permissions(project.path("dist"), fs::Permissions::from_mode(0o755)).unwrap();
    if !root {
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.contains("cannot write"), "{}", said.err);
    }
}

/// A full disk: a file system of a few kilobytes, where one can be mounted.
#[test]
fn a_full_disk_leaves_every_file_whole() {
    let project = Project::with_app();
    assert_eq!(project.run(&["synth"]).code, 0);
    let whole = project.files("dist");
    let small = project.path("small");
    fs::create_dir(&small).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&small)
        .stderr(Stdio::null())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        return;
    }
    let said = project.run(&["synth", "--output", "small/dist"]);
    let written = project.files("small/dist");
    let unmounted = Command::new("umount").arg(&small).status().unwrap();
    assert!(unmounted.success());
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("cannot write") && said.err.contains("No space"), "{}", said.err);
    for (name, bytes) in written.iter().filter(|(name, _)| name != ".pgsynth") {
        assert!(whole.iter().any(|(other, wanted)| other == name && wanted == bytes), "{name} is not whole");
    }
}

#[test]
fn two_outputs_are_neither_one_folder_nor_nested() {
    for (one, two) in [("dist", "dist"), ("dist", "dist/a"), ("out/a/b", "out/a")] {
        let app = |name: &str, output: &str| {
            APP.replace("name: shop\n", &format!("name: {name}\n"))
                .replace("platform: other", &format!("platform: other\noutput: {output}"))
        };
        let project = Project::new()
            .file("apps/a.yaml", app("a", one).as_bytes())
            .file("apps/b.yaml", app("b", two).as_bytes());
        refused(&project, &["synth"], 1, &["app `a` has", "two outputs must be separate folders"]);
    }
    let project = Project::with_app().file("apps/again.yaml", APP.as_bytes());
    refused(&project, &["synth"], 1, &["duplicate value `shop`"]);
    for output in ["../dist", "/dist", "a/../../b", "", "."] {
        let project = Project::new()
            .app(&APP.replace("platform: other", &format!("platform: other\noutput: \"{output}\"")));
        refused(&project, &["synth"], 1, &["a folder below the project"]);
    }
}

#[test]
fn what_is_no_app_file_is_refused() {
    let deep = format!("templates: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    let maps: String = (0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let large = format!("{APP}templates: \"{}\"\nunknown: 1\n", "x".repeat(10 << 20));
    for (bytes, words) in [
        (b"".as_slice(), "the file is empty"),
        (b"\t", "apps/shop.yaml:1:"),
        (b"a: [", "apps/shop.yaml:"),
        (b"- a", "apps/shop.yaml:1:1"),
        (b"\xff\xfe", "not UTF-8"),
        (b"pgsynth: v1\n---\npgsynth: v1\n", "apps/shop.yaml:"),
        (b"pgsynth: *unknown\n", "unknown anchor"),
        (deep.as_bytes(), "apps/shop.yaml:1:"),
        (maps.as_bytes(), "apps/shop.yaml:"),
        (large.as_bytes(), "unknown key `unknown`"),
    ] {
        let project = Project::new().file("apps/shop.yaml", bytes);
        refused(&project, &["synth"], 1, &[words]);
    }
    let project = Project::new();
    refused(&project, &["synth"], 3, &["no apps in", "pgsynth init"]);
    refused(&project, &["synth", "--app", "x"], 3, &[]);
    let said = project.run(&["synth", "--no-such-flag"]);
    assert_eq!(said.code, 2);
}

#[test]
fn what_would_escape_the_checks_is_refused() {
    let raw = |kind: &str| {
        format!(
            "    objects:\n      raw: {{apiVersion: acid.zalan.do/v1, kind: {kind}, metadata: {{name: a, namespace: shop}}}}\n    clusters:\n"
        )
    };
    for (kind, section) in [("postgresql", "`clusters`"), ("OperatorConfiguration", "`operator`")] {
        let project = Project::new().app(&APP.replace("    clusters:\n", &raw(kind)));
        refused(&project, &["synth"], 1, &["a raw object escapes the checks", section]);
    }
    let project = Project::new().app(&format!("{APP}<<<<<<< ours\n"));
    refused(&project, &["synth"], 1, &["apps/shop.yaml:14:1: a merge conflict is not resolved here"]);
    let project = Project::with_app();
    refused(&project, &["synth", "--accept-generation", "shop/nope"], 2, &["no cluster `shop/nope`"]);
    assert_eq!(project.run(&["synth"]).code, 0);
    let project = project.app(&APP.replace("postgres: 18", "postgres: 17"));
    refused(&project, &["synth"], 1, &["lowered from `18` to `17`"]);
    let project = Project::new().app(&APP.replace("team: acme, ", ""));
    refused(
        &project,
        &["synth"],
        1,
        &["charts.shop.clusters.main.team (apps/shop.yaml:13:", "required: the key `team` is missing"],
    );
}

#[test]
fn warnings_can_be_denied_and_accepted() {
    let project = Project::new().app(&APP.replace("accept: {no-backup: a test}\n", ""));
    refused(&project, &["synth", "--deny-warnings"], 1, &["no backup", "[no-backup]", "nothing was written"]);
    assert_eq!(project.run(&["synth"]).code, 0);
    assert_eq!(Project::with_app().run(&["synth", "--deny-warnings"]).code, 0);
}

#[test]
fn init_asks_nothing_overwrites_nothing_and_renders() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        said(Command::new(env!("CARGO_BIN_EXE_pgsynth")).current_dir(folder.path()).args(arguments))
    };
    for platform in ["k3s", "hetzner", "other"] {
        let name = format!("on-{platform}");
        let said = run(&["init", "--name", &name, "--platform", platform]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.err.contains("pgsynth synth"), "{}", said.err);
        let before = fs::read(folder.path().join(format!("apps/{name}.yaml"))).unwrap();
        let again = run(&["init", "--name", &name]);
        assert_eq!(again.code, 3);
        assert!(again.err.contains("stays as it is"), "{}", again.err);
        assert!(before == fs::read(folder.path().join(format!("apps/{name}.yaml"))).unwrap());
        let out = run(&["synth", "--app", &name, "--deny-warnings", "--stdout"]);
        // Three apps of one output are a problem of the project, not of the app.
        if platform == "k3s" {
            assert_eq!(out.code, 0, "{}", out.err);
            assert!(out.out.contains("kind: postgresql"));
        }
        fs::rename(
            folder.path().join(format!("apps/{name}.yaml")),
            folder.path().join(format!("{name}.yaml")),
        )
        .unwrap();
    }
}

#[test]
fn list_shows_objects_and_secrets() {
    let project = Project::with_app();
    let said = project.run(&["list"]);
    assert!(said.out.contains("charts.shop.clusters.main\n      postgresql shop/main"), "{}", said.out);
    let project = project.app(&APP.replace("volume: {size: 10Gi}", "volume: {size: 10Gi}, tls: {secret: main-tls}, env: [{name: A, valueFrom: {secretKeyRef: {name: a, key: b}}}]"));
    let said = project.run(&["list", "--secrets"]);
    assert!(
        said.out.contains("kubectl -n shop create secret tls main-tls --cert=tls.crt --key=tls.key"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("kubectl -n shop create secret generic a --from-file=b=<file>"),
        "{}",
        said.out
    );
    let follower =
        APP.replace("users: {shop: []}, databases: {shop: {owner: shop}}", "standby: {host: other.shop}");
    let said = Project::new().app(&follower).run(&["list", "--secrets"]);
    // Its passwords are its source's: what nobody knows is left to be filled in, and what the app knows is not.
    let command = "create secret generic standby.main.credentials.postgresql.acid.zalan.do --from-file=password=<(kubectl -n <namespace of the source> get secret";
    assert!(said.out.contains(command), "{}", said.out);
    let both = APP.replace("      main:", "      follower: {team: acme, postgres: 18, instances: 1, volume: {size: 1Gi}, backup: {none: it follows}, standby: {host: main.shop}}\n      main:");
    let said = Project::new().app(&both).run(&["list", "--secrets"]);
    let command = "create secret generic standby.follower.credentials.postgresql.acid.zalan.do --from-file=password=<(kubectl -n shop get secret standby.main.credentials.postgresql.acid.zalan.do -o jsonpath='{.data.password}' | base64 -d)";
    assert!(said.out.contains(command), "{}", said.out);
    let said = Project::new().app(&both).run(&["list", "--backups"]);
    assert!(said.out.contains("which writes nothing until it is promoted"), "{}", said.out);
    let said = project.run(&["list", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(value["apps"][0]["clusters"][0]["primary"], "main.shop.svc.cluster.local");
    assert_eq!(
        value["apps"][0]["clusters"][0]["roles"][0]["secret"],
        "shop.main.credentials.postgresql.acid.zalan.do"
    );
    let said = project.run(&["version"]);
    assert!(said.out.starts_with("pgsynth ") && said.out.contains("operator    2.0.1"), "{}", said.out);
    let piped = project.command(&["list"]).stdout(Stdio::null()).status().unwrap();
    assert!(piped.success());
}

#[test]
fn the_stock_command_hands_over_and_is_not_handed_over_to() {
    let manifest = b"[package]\nname = \"theirs\"\nversion = \"0.0.0\"\nedition = \"2021\"\n";
    let project =
        Project::with_app().file("apps/Cargo.toml", manifest).file("apps/src/main.rs", b"fn main() { broken");
    let said = project.run(&["synth"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(
        said.err.contains("handing over to `cargo run --quiet --release --locked --manifest-path"),
        "{}",
        said.err
    );
    assert!(!project.path("dist").exists());
    assert_eq!(project.run(&["synth", "--no-delegate"]).code, 0);
    let mut command = project.command(&["synth"]);
    let refused = self::said(command.env("PGSYNTH_DELEGATED", "1"));
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("would hand over to itself"), "{}", refused.err);
    let mut command = project.command(&["list"]);
    let without = self::said(command.env("PATH", "/nowhere"));
    assert_eq!(without.code, 3);
    assert!(without.err.contains("install a Rust toolchain"), "{}", without.err);
}

/// `kill -9` at random moments of a write: every file is whole, and the next run goes on.
#[test]
fn a_killed_write_leaves_every_file_whole() {
    let clusters = |size: u32| -> String {
        let clusters: String = (0..40)
            .map(|index| format!("      c{index}: {{team: acme, postgres: 18, volume: {{size: {size}Gi}}, backup: {{none: a test}}}}\n"))
            .collect();
        APP.split_inclusive('\n').filter(|line| !line.contains("main:")).collect::<String>() + &clusters
    };
    let (one, two) = (clusters(10), clusters(20));
    let whole = |text: &str| {
        let project = Project::new().app(text);
        assert_eq!(project.run(&["synth", "-q"]).code, 0);
        project.files("dist")
    };
    let (first, second) = (whole(&one), whole(&two));
    let mut project = Project::new().app(&one);
    // A specified sequence of moments stands in for chance, so that a failure can be seen again.
    let mut state = 0x2545_f491_u32;
    for round in 0..1000 {
        project = project.app(if round % 2 == 0 { &one } else { &two });
        let mut child = project.command(&["synth", "-q"]).stderr(Stdio::null()).spawn().unwrap();
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        std::thread::sleep(Duration::from_micros(u64::from(state >> 16) % 12_000));
        let _ = child.kill();
        child.wait().unwrap();
        for (name, bytes) in project.files("dist") {
            let ours = !name.contains(".pgsynth");
            let fits = |files: &[(String, Vec<u8>)]| {
                files.iter().any(|(other, wanted)| *other == name && *wanted == bytes)
            };
            assert!(!ours || fits(&first) || fits(&second), "round {round}: {name} is not whole");
        }
    }
    project = project.app(&two);
    assert_eq!(project.run(&["synth"]).code, 0);
    assert!(project.files("dist") == second);
}

/// An anchor brings what all have; one of them can be without it again. A key with nothing behind it was forgotten.
#[test]
fn what_an_anchor_brought_can_be_taken_away() {
    let app = APP.replace(
        "      main: {team: acme,",
        "      base: &base {team: acme, postgres: 18, volume: {size: 1Gi}, backup: {none: a test}, pooler: {}, parameters: {work_mem: 8MB}}\n      bare: {<<: *base, pooler: null, parameters: {work_mem: ~, jit: off}}\n      main: {team: acme,",
    );
    let said = Project::new().app(&app).run(&["synth", "--stdout"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let bare = said.out.split("\n---\n").find(|object| object.contains("\n  name: bare\n")).unwrap();
    assert!(!bare.contains("enableConnectionPooler") && !bare.contains("work_mem"), "{bare}");
    assert!(bare.contains("jit: \"off\""), "{bare}");
    let forgotten = app.replace("pooler: null", "pooler: ");
    let said = Project::new().app(&forgotten).run(&["synth"]);
    assert!(said.err.contains("`null` to take away what an anchor brought"), "{}", said.err);
}

/// git may convert what it checks out, and then every line differs.
#[test]
fn an_output_with_converted_line_ends_is_told() {
    let project = Project::with_app();
    assert_eq!(project.run(&["synth", "-q"]).code, 0);
    let file = project.path("dist/00-namespaces.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    let said = project.run(&["synth", "--check"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(
        said.err.contains("git has converted them") && said.err.contains("dist/** -text"),
        "{}",
        said.err
    );
    let fresh = Project::new();
    assert_eq!(fresh.run(&["init"]).code, 0);
    assert_eq!(std::fs::read_to_string(fresh.path(".gitattributes")).unwrap(), "dist*/** -text\n");
    let app = std::fs::read_to_string(fresh.path("apps/shop.yaml")).unwrap();
    assert!(app.starts_with("# yaml-language-server: $schema=../pgsynth.schema.json\n"), "{app}");
    assert_eq!(
        std::fs::read_to_string(fresh.path("pgsynth.schema.json")).unwrap(),
        pgsynth::schema::document()
    );
}
