//! Every step killed at random moments, and the server crashed: always one of the two states, and the rerun ends.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use super::world::{Plan, World};

/// Steps that exchange, killed so many times; and the step that copies.
const SWAPS: u32 = 150;
const COPIES: u32 = 50;
const CRASHES: u32 = 20;

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Starts a step in a process group of its own, and kills all of it after a time.
fn killed(plan: &Plan, step: &str, after: Duration) {
    let mut command = plan.command(step, &[]);
    let mut child = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    // The shell's own: some versions of the program take a group whose number begins with 1 for every process.
    let _ = Command::new("bash").args(["-c", &format!("kill -9 -- -{}", child.id())]).output();
    let _ = child.wait();
}

/// Which database stands under which name: `shop` damaged or not, and what stands beside.
fn state(world: &World) -> Result<String, String> {
    let names = world.sql(
        "postgres",
        "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE 'shop%'",
    )?;
    let rows = world.sql("shop", "SELECT count(*) FROM t")?;
    Ok(format!("{rows}: {names}"))
}

pub fn kills(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut world = World::start(bin, folder.path())?;
    world.sql("postgres", "CREATE DATABASE shop")?;
    world.sql("shop", "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i; CREATE TABLE u AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i; CREATE INDEX ON u (md5)")?;
    world.back_up()?;
    std::thread::sleep(Duration::from_millis(1100));
    let at = world.now()?;
    world.sql("shop", "DELETE FROM t WHERE i > 3")?;
    world.archive_all()?;
    let plan = world.plan("shop", &at, &["--swap"]);
    let (before, restored) = (plan.variable("BEFORE"), plan.variable("RESTORED"));
    let original = format!("3: shop {restored}");
    let swapped = format!("1000: shop {before}");
    let mut dice = Dice(20_261_125);

    let start = Instant::now();
    plan.done("restore")?;
    let whole = start.elapsed();
    for _ in 0..COPIES {
        plan.done("clean")?;
        killed(&plan, "restore", Duration::from_millis(dice.below(whole.as_millis() as u64)));
        assert!(state(&world)?.starts_with("3: "), "the original is untouched");
        plan.done("restore")?;
        assert_eq!(state(&world)?, original);
    }

    let start = Instant::now();
    plan.done("swap")?;
    let one = start.elapsed();
    plan.done("undo")?;
    let mut step = "swap";
    for turn in 0..SWAPS {
        let moment = Duration::from_millis(dice.below(one.as_millis() as u64 + 20));
        if turn % (SWAPS / CRASHES) == 0 {
            // The server crashes in the middle of the step, and comes back.
            let mut child = plan.command(step, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            std::thread::sleep(moment);
            world.live.stop("immediate");
            let _ = child.wait();
            world.live.restart()?;
        } else {
            killed(&plan, step, moment);
        }
        let between = state(&world)?;
        assert!(between == original || between == swapped, "{step} after {moment:?}: {between}");
        plan.done(step)?;
        assert_eq!(state(&world)?, if step == "swap" { swapped.clone() } else { original.clone() });
        step = if step == "swap" { "undo" } else { "swap" };
    }
    Ok(())
}
