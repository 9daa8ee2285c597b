//! How long each step takes for a gigabyte: for the README, on a database of a size that is asked for.

use std::path::PathBuf;
use std::time::Instant;

use libtest_mimic::Failed;

use super::world::{World, said};
use crate::postgres::{as_postgres, run};

/// Gigabytes that are asked for.
pub fn asked() -> Option<u32> {
    std::env::var("PGSYNTH_GIGABYTES").ok()?.parse().ok()
}

pub fn seconds_per_gigabyte(bin: PathBuf) -> Result<(), Failed> {
    let gigabytes = asked().ok_or("PGSYNTH_GIGABYTES says how many")?;
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut world = World::start(bin, folder.path())?;
    world.sql("postgres", "CREATE DATABASE shop")?;
    // A unit of pgbench's is about 15 MB, its index included.
    let mut fill = as_postgres(&world.live.bin.join("pgbench"));
    fill.args(["-i", "-q", "-s", &(gigabytes * 68).to_string()]).envs(world.live.connection());
    run(fill.env("PGDATABASE", "shop"))?;
    world.back_up()?;
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let at = world.now()?;
    world.sql("shop", "DELETE FROM pgbench_tellers")?;
    world.archive_all()?;
    let size: f64 = world.sql("postgres", "SELECT pg_database_size('shop') / 1e9")?.parse()?;
    let plan = world.plan("shop", &at, &["--swap"]);
    let mut lines = format!("a database of {size:.2} GB\n");
    for step in ["check", "look", "restore", "swap", "undo", "swap", "clean"] {
        let start = Instant::now();
        let output = plan.run(step, &[]);
        said(step, &output, "done")?;
        let seconds = start.elapsed().as_secs_f64();
        lines += &format!("{step}: {seconds:.1} s, {:.1} s/GB\n", seconds / size);
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let told =
            ["fetching", "reached", "dumping", "restoring", "gathering", "comparing", "equal", "renamed"];
        lines += &log
            .lines()
            .filter(|line| told.iter().any(|word| line.contains(word)))
            .map(|line| format!("  {line}\n"))
            .collect::<String>();
    }
    std::fs::write(std::env::temp_dir().join("pgsynth-restore-figures.txt"), &lines)?;
    Ok(())
}
