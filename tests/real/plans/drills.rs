//! The drill by its rendered script: it succeeds on a good archive, and on each spoilt one says its own sentence.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use pgsynth::constructs::Past;
use pgsynth::load;
use serde_json::Value;

use super::world::{Rendered, World, halt, said};

/// The app of a cluster with a drill.
const DRILL: &str = "drill: {schedule: '0 4 * * 0', checks: {rows: {database: shop, sql: \"SELECT count(*) = 1000\\nFROM t WHERE note <> '$(PLAN)'\"}}}";

/// The drill of the one cluster of an app, from its rendered objects.
pub fn rendered(folder: &Path, app: &str) -> Rendered {
    let app = load::app("app.yaml", app.as_bytes()).unwrap_or_else(|problem| panic!("{problem}\n{app}"));
    let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    let objects: Vec<Value> =
        valid.objects().iter().map(|object| serde_json::to_value(object.body()).unwrap()).collect();
    Rendered::from_objects(folder, &objects)
}

pub fn drills(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut world = World::start(bin, folder.path())?;
    world.sql("postgres", "CREATE DATABASE shop")?;
    world.sql(
        "shop",
        "CREATE TABLE t AS SELECT i, 'a' AS note FROM generate_series(1, 800) i; CREATE INDEX ON t (i)",
    )?;
    world.back_up()?;
    world.sql("shop", "INSERT INTO t SELECT i, 'a' FROM generate_series(801, 900) i")?;
    let middle = world.segment()?;
    world.archive_all()?;
    world.sql("shop", "INSERT INTO t SELECT i, 'a' FROM generate_series(901, 1000) i")?;
    let newest = world.segment()?;
    world.archive_all()?;
    let app = super::world::APP
        .replace("MAJOR", &world.live.major().to_string())
        .replace("rpo: 5m}", &format!("rpo: 5m, {DRILL}}}"));
    let drill = rendered(&folder.path().join("drill"), &app);
    let scratch = world.live.folder.join("drill");
    let run = |changes: &[(&str, &str)]| {
        halt(&world.live, &scratch);
        let _ = fs::remove_dir_all(&scratch);
        crate::postgres::run(crate::postgres::as_postgres(Path::new("mkdir")).arg(&scratch)).unwrap();
        let mut command = drill.command("drill", &world.live, &scratch);
        world.archive_for(&mut command, &scratch);
        command.envs(changes.iter().copied()).output().unwrap()
    };
    let stopped = |words: &str, changes: &[(&str, &str)]| -> Result<(), String> {
        let line = said("drill", &run(changes), "stopped")?;
        let why = line["why"].as_str().unwrap_or_default();
        if why.contains(words) { Ok(()) } else { Err(format!("it says `{why}`, not `{words}`")) }
    };

    let good = said("drill", &run(&[]), "done")?;
    assert_eq!(good["checks"], 1, "{good}");
    assert!(good["last_commit"].as_str().is_some_and(|time| time.starts_with("20")), "{good}");

    // WAL that is gone: the newest, and one in the middle.
    for file in [&newest, &middle] {
        let away = file.with_extension("away");
        fs::rename(file, &away)?;
        stopped("a segment is missing, or cannot be read", &[])?;
        fs::rename(&away, file)?;
    }
    stopped("check \"rows\" answers \"f\", not \"t\"", &[("CHECKS", r#"[["rows","shop","SELECT false"]]"#)])?;
    stopped("check \"rows\" has no answer", &[("CHECKS", r#"[["rows","shop","SELECT x"]]"#)])?;
    stopped("holds no base backup", &[("BACKUP_LIST", "echo '[]'")])?;
    stopped("cannot be fetched", &[("BASE_COMMAND", "false")])?;

    // Written, and not archived for longer than was promised.
    world.sql("postgres", "ALTER SYSTEM SET archive_command = 'false'")?;
    world.sql("postgres", "SELECT pg_reload_conf()")?;
    world.sql("shop", "CREATE TABLE more AS SELECT i FROM generate_series(1, 600000) i")?;
    std::thread::sleep(std::time::Duration::from_secs(3));
    stopped("more than the rpo of 1 s would be lost", &[("RPO", "1")])?;

    // A page of the source is damaged: in its backup, too, and its checksum says so.
    let page = world.base_file("shop", "t")?;
    let mut bytes = fs::read(&page)?;
    bytes[4096] ^= 0xff;
    fs::write(&page, bytes)?;
    stopped("the restored data is damaged", &[("RPO", "300")])?;
    Ok(())
}
