//! What a restore by Spilo says of how far it came, by the Job's function and the exporter's query, as rendered.

use std::path::PathBuf;
use std::time::Duration;

use libtest_mimic::Failed;

use super::world::World;
use crate::postgres::{Instance, as_postgres, run};
use crate::queries;

pub fn told(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut world = World::start(bin.clone(), folder.path())?;
    world.sql(
        "postgres",
        "CREATE TABLE t AS SELECT generate_series(1, 800) AS i; CREATE ROLE monitoring LOGIN",
    )?;
    world.back_up()?;
    world.sql("postgres", "CREATE TABLE first AS SELECT 1 AS i")?;
    world.archive_all()?;
    world.sql("postgres", "INSERT INTO t SELECT generate_series(801, 1000)")?;
    std::thread::sleep(Duration::from_millis(50));
    let at = world.now()?;
    std::thread::sleep(Duration::from_millis(50));
    world.sql("postgres", "DELETE FROM t")?;
    let newest = world.segment()?;
    world.archive_all()?;
    let restored = format!(
        "backup: b, generation: 2, restore: {{cluster: main, generation: 1, at: '{at}', method: CLONE_WITH_WALG}}"
    );
    let (queries, sql) = queries::rendered(world.live.major(), &restored)?;
    let query = queries["pgsynth_restore"]["query"].as_str().ok_or("the query of a restored cluster")?;

    // As Spilo does it: first with the time, and where that cannot be reached without.
    let recovered = |name: &str, time: Option<&str>| -> Result<Instance, String> {
        let copy = Instance::of(bin.clone(), world.live.folder.join(name))?;
        run(as_postgres("cp".as_ref()).arg("-a").arg(world.base()).arg(copy.data()))?;
        run(as_postgres("touch".as_ref()).arg(copy.data().join("recovery.signal")))?;
        let restore_command = world.restore_command();
        let mut settings = vec![
            ("restore_command", restore_command.as_str()),
            ("recovery_target_action", "promote"),
            ("archive_mode", "off"),
            ("max_connections", "200"),
            ("max_prepared_transactions", "5"),
        ];
        settings.extend(time.map(|time| ("recovery_target_time", time)));
        copy.start(&settings)?;
        copy.wait("SELECT pg_is_in_recovery()", "f")?;
        copy.query(&sql)?;
        Ok(copy)
    };
    let whole = recovered("whole", Some(&at))?;
    assert_eq!(
        (whole.query("SELECT count(*) FROM t")?.as_str(), whole.query(query)?.as_str()),
        ("1000", "0")
    );
    drop(whole);
    std::fs::remove_file(newest)?;
    let short = recovered("short", None)?;
    assert_eq!((short.query("SELECT count(*) FROM t")?.as_str(), short.query(query)?.as_str()), ("800", "1"));
    // A cluster without a history says nothing.
    world.live.query(&sql)?;
    assert_eq!(world.live.query(query)?, "");
    Ok(())
}
