//! The whole plan, on a nasty database of an odd name, while the others and forty clients of its own are at work.

use std::path::PathBuf;
use std::time::Duration;

use libtest_mimic::Failed;

use super::clients::{Clients, Way};
use super::world::World;

/// A name that every place where a name is quoted has to survive.
pub const ODD: &str = "Shop \"Ünïcode\" o'Brien 2% =x $(PLAN) \\";

pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A cluster with the nasty database and two others, a base backup, and a time after which it is damaged.
pub fn damaged(bin: PathBuf, folder: &std::path::Path) -> Result<(World, String), String> {
    let mut world = World::start(bin, folder)?;
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/plans");
    let file = |name: &str| tests.join(name).display().to_string();
    world.psql("postgres", &["-f", &file("roles.sql")])?;
    let odd = quoted(ODD);
    for name in ["other1", "other2"] {
        world.sql("postgres", &format!("CREATE DATABASE {name} OWNER writer"))?;
        world
            .sql(name, "CREATE TABLE w (id bigserial PRIMARY KEY, pid int); ALTER TABLE w OWNER TO writer")?;
    }
    world.sql(
        "postgres",
        &format!("CREATE DATABASE {odd} OWNER app_rw TEMPLATE template0 CONNECTION LIMIT 77"),
    )?;
    world.sql("postgres", &format!(
        "ALTER DATABASE {odd} SET DateStyle = 'German'; ALTER DATABASE {odd} SET search_path = data, \"App Schema\";
         ALTER ROLE app_ro IN DATABASE {odd} SET work_mem = '5MB'; COMMENT ON DATABASE {odd} IS 'a comment''s text';
         REVOKE ALL ON DATABASE {odd} FROM PUBLIC; GRANT CONNECT ON DATABASE {odd} TO app_ro WITH GRANT OPTION"
    ))?;
    world.psql(ODD, &["-f", &file("nasty.sql")])?;
    world.back_up()?;
    world.sql(ODD, "INSERT INTO data.t01 (id, a) VALUES (1000001, 'after the base backup'); CREATE TABLE data.late AS SELECT 1 AS x")?;
    std::thread::sleep(Duration::from_millis(1100));
    let at = world.now()?;
    std::thread::sleep(Duration::from_millis(50));
    world.sql(ODD, "DELETE FROM data.t01; DROP TABLE data.t02; TRUNCATE data.hashp")?;
    world.archive_all()?;
    Ok((world, at))
}

/// The oid of the database that clients find by the name, and what it holds of the table that was damaged.
fn rows(world: &World) -> Result<String, String> {
    world.sql(ODD, "SELECT count(*) || ' ' || (SELECT count(*) FROM data.hashp) FROM data.t01")
}

pub fn everything(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let (world, at) = damaged(bin, folder.path())?;
    let plan = world.plan(ODD, &at, &["--swap", "--look", "SELECT count(*) FROM data.t01"]);
    let damage = rows(&world)?;
    assert_eq!(damage, "0 0");

    let insert = "INSERT INTO w (pid) VALUES (pg_backend_pid()) RETURNING pid";
    let writers: Vec<_> = ["other1", "other2"]
        .map(|name| {
            (name, Clients::start(1, &Way::to(&world, name, "writer"), insert, Duration::from_millis(5)))
        })
        .into();
    let own = "SELECT oid FROM pg_database WHERE datname = current_database()";
    let clients = Clients::start(40, &Way::to(&world, ODD, "app_rw"), own, Duration::from_millis(40));
    let there = format!("SELECT count(*) FROM pg_database WHERE datname = '{}'", ODD.replace('\'', "''"));
    let polls = Clients::start(1, &Way::to(&world, "postgres", "postgres"), &there, Duration::ZERO);

    plan.done("check")?;
    let look = plan.done("look")?;
    assert!(look["stopped"].as_str().unwrap().contains("recovery stopping before commit"), "{look}");
    // A second look goes on with the same copy.
    plan.done("look")?;
    let restored = plan.done("restore")?;
    assert_eq!(restored["compared"]["rows"], 0, "{restored}");
    assert!(restored["compared"]["units"].as_u64() > Some(70), "{restored}");
    // Run again, it is done already.
    plan.done("restore")?;
    assert_eq!(rows(&world)?, damage, "the original is in service until the swap");

    plan.done("swap")?;
    assert_eq!(rows(&world)?, "221 1000");
    plan.done("swap")?;
    plan.done("undo")?;
    assert_eq!(rows(&world)?, damage);
    plan.done("undo")?;
    plan.done("swap")?;
    assert_eq!(rows(&world)?, "221 1000");
    let facts = world.sql("postgres", &format!(
        "SELECT datconnlimit, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname IN ('{}', '{}') ORDER BY oid",
        ODD.replace('\'', "''"), plan.variable("BEFORE").replace('\'', "''")
    ))?;
    let lines: Vec<_> = facts.lines().collect();
    assert!(lines[0].starts_with("0|pgsynth: before "), "{facts}");
    assert_eq!(lines[1], "77|a comment's text");
    plan.done("clean")?;
    plan.done("clean")?;

    let absent = polls.stop();
    assert_eq!(absent[0].values.iter().map(String::as_str).collect::<Vec<_>>(), ["1"], "the name was absent");
    assert!(absent[0].answers > 10_000, "{} polls", absent[0].answers);
    for seen in clients.stop() {
        assert!(seen.answers > 0 && seen.outage < Duration::from_secs(8), "{seen:?}");
    }
    for (name, writer) in writers {
        let seen = &writer.stop()[0];
        let rows = world.sql(name, "SELECT count(*), count(DISTINCT pid) FROM w")?;
        let count: u64 = rows.split('|').next().unwrap().parse()?;
        // A row may be committed and not yet acknowledged.
        assert!(
            count - seen.answers <= 1 && seen.connects == 1 && rows.ends_with("|1"),
            "{name}: {rows} {seen:?}"
        );
        assert!(seen.outage < Duration::from_secs(5), "{name}: {seen:?}");
    }
    Ok(())
}

pub fn refusals(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let (world, at) = damaged(bin, folder.path())?;
    let plan = world.plan(ODD, &at, &["--swap"]);
    let refused = |step: &str, words: &str| -> Result<(), String> {
        let why = plan.stopped(step)?;
        if why.contains(words) { Ok(()) } else { Err(format!("{step} says `{why}`, not `{words}`")) }
    };
    let odd = quoted(ODD);

    // Nothing is swapped, undone or dropped that the plan has not made.
    refused("swap", "is not restored and compared by this plan")?;
    refused("undo", "there is no database")?;
    plan.done("clean")?;
    world.sql("postgres", &format!("CREATE DATABASE {}", quoted(&plan.variable("RESTORED"))))?;
    refused("check", "is there and no plan made it")?;
    refused("restore", "is there and not this plan's")?;
    refused("clean", "is not this plan's")?;
    world.sql("postgres", &format!("DROP DATABASE {}", quoted(&plan.variable("RESTORED"))))?;
    world.sql("postgres", &format!("CREATE DATABASE {}", quoted(&plan.variable("BEFORE"))))?;
    refused("check", "is there already")?;
    world.sql("postgres", &format!("DROP DATABASE {}", quoted(&plan.variable("BEFORE"))))?;

    world.sql(ODD, "SELECT pg_create_logical_replication_slot('sl', 'pgoutput')")?;
    refused("check", "logical slot sl")?;
    world.sql(ODD, "SELECT pg_drop_replication_slot('sl')")?;
    world.sql(
        ODD,
        "CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false)",
    )?;
    refused("check", "subscription sub")?;
    world.sql(ODD, "ALTER SUBSCRIPTION sub DISABLE; ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub")?;
    world.psql(ODD, &["-c", "BEGIN; INSERT INTO data.t03 (id) VALUES (-5); PREPARE TRANSACTION 'tx 1'"])?;
    refused("check", "prepared transaction tx 1")?;
    world.sql(ODD, "ROLLBACK PREPARED 'tx 1'")?;

    // A role that is gone.
    world.sql(
        ODD,
        "SET ROLE app_ro; REVOKE USAGE ON SCHEMA data FROM gone_role; SET ROLE app_rw;
         REVOKE SELECT (id) ON data.everything FROM gone_role; RESET ROLE; DROP OWNED BY gone_role CASCADE",
    )?;
    world.sql("postgres", &format!("REVOKE ALL ON DATABASE {odd} FROM gone_role; DROP ROLE gone_role"))?;
    refused("restore", "gone_role; render the plan with --missing-roles create")?;
    let with_roles = world.plan(ODD, &at, &["--swap", "--missing-roles", "create"]);
    with_roles.done("restore")?;
    with_roles.done("clean")?;

    // Times that the archive does not have.
    let before = world.plan(ODD, "2020-01-01T00:00:00Z", &[]);
    let why = before.stopped("check")?;
    assert!(why.contains("no base backup had ended before 2020-01-01"), "{why}");
    assert!(before.run("restore", &[]).status.code() == Some(42));
    let after = world.plan(ODD, "2999-01-01T00:00:00Z", &[]);
    assert!(after.stopped("check")?.contains("is in the future"));
    let late = world.now()?;
    let not_archived = world.plan(ODD, &late, &[]);
    let why = not_archived.stopped("check")?;
    assert!(why.contains("is not archived yet"), "{why}");
    let why = not_archived.stopped("restore")?;
    assert!(why.contains("recovery did not reach") && why.contains("last completed transaction"), "{why}");
    let missing = world.plan("nothing", &at, &[]);
    let why = missing.stopped("restore")?;
    assert!(why.contains("there was no database \"nothing\""), "{why}");

    // The middle of the WAL is gone.
    let hole = world.segment()?;
    world.archive_all()?;
    world.sql(ODD, "INSERT INTO data.t03 (id) VALUES (-6)")?;
    std::thread::sleep(Duration::from_millis(50));
    let at = world.now()?;
    world.sql(ODD, "INSERT INTO data.t03 (id) VALUES (-7)")?;
    world.archive_all()?;
    std::fs::remove_file(hole)?;
    let again = world.plan(ODD, &at, &[]);
    again.done("check")?;
    let why = again.stopped("look")?;
    assert!(why.contains("recovery did not reach"), "{why}");
    Ok(())
}
