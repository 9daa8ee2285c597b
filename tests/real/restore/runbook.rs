//! What the runbook says for the day on which Kubernetes is gone, and the drill, against archives of WAL-G's.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use super::cases::{major, text};
use super::recovery::{archive_all, archiving, base_backup};
use crate::guard::World;
use crate::plans::drills;
use crate::plans::world::{halt, said};
use crate::postgres::{Instance, as_postgres, run};
use crate::rendered::{CLUSTER, app, resource};
use crate::store::key_of;

/// The block of commands under a heading of the cluster's page.
pub fn block(page: &str, heading: &str) -> Option<String> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading))?;
    Some(section.split("```sh\n").nth(1)?.split("```").next()?.to_owned())
}

/// Runs commands as if they were typed on a keyboard: the keys are asked for in their order.
pub fn typed(world: &World, live: &Instance, folder: &Path, commands: &str) -> Result<(), String> {
    let script = world.folder.join("commands.sh");
    fs::write(&script, format!("set -euo pipefail\ncd {}\n{commands}", folder.display())).map_err(text)?;
    let keys: String = commands
        .lines()
        .filter_map(|line| line.strip_prefix("read -rs "))
        .map(|line| format!("{}\n", key_of("keys", line.split(' ').next().unwrap_or_default())))
        .collect();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = as_postgres(Path::new("timeout"));
    command.args(["60", "bash"]).arg(&script).env("PATH", format!("{}:{path}", live.bin.display()));
    let log = fs::File::create(world.folder.join("commands.log")).map_err(text)?;
    command.stdin(Stdio::piped()).stdout(log.try_clone().map_err(text)?).stderr(log).envs(live.connection());
    let mut child = command.spawn().map_err(text)?;
    child.stdin.take().ok_or("an input")?.write_all(keys.as_bytes()).map_err(text)?;
    match child.wait().map_err(text)?.success() {
        true => Ok(()),
        false => Err(fs::read_to_string(world.folder.join("commands.log")).unwrap_or_default()),
    }
}

pub fn without_kubernetes(world: &World) -> Result<(), String> {
    for policy in ["b", "e"] {
        world.clean()?;
        let fields = format!("postgres: {}, backup: {policy}", major());
        let (live, wal_g) = archiving(&resource(world.store, &fields, ""), world.folder.join("source"))?;
        base_backup(&live, &wal_g)?;
        live.query("create table orders as select generate_series(1, 503) as id")?;
        archive_all(&live)?;

        let project = world.folder.join(format!("runbook-{policy}"));
        fs::create_dir_all(project.join("apps")).map_err(text)?;
        let clusters = format!("      {CLUSTER}: {{<<: *base, {fields}}}\n");
        fs::write(project.join("apps/app.yaml"), app(world.store, world.store, &clusters, ""))
            .map_err(text)?;
        crate::apply::pgsynth(&project, &["runbook"]);
        let page =
            fs::read_to_string(project.join(format!("runbooks/test/shop.{CLUSTER}.md"))).map_err(text)?;
        let commands = block(&page, "Without Kubernetes").ok_or("the page has the commands")?;
        let folder = live.folder.join("anywhere");
        run(as_postgres(Path::new("mkdir")).arg(&folder))?;
        typed(world, &live, &folder, &commands)?;
        let mut psql = as_postgres(&live.bin.join("psql"));
        psql.args(["-AtXq", "-U", "postgres", "-c", "select count(*) from orders", "-h"]).arg(&folder);
        let rows = run(&mut psql)?;
        halt(&live, &folder);
        if String::from_utf8_lossy(&rows.stdout).trim() != "503" {
            return Err(format!("{policy}: {rows:?}"));
        }
        drop(live);
        fs::remove_dir_all(world.folder.join("source")).map_err(text)?;
    }
    Ok(())
}

pub fn drill(world: &World) -> Result<(), String> {
    for policy in ["b", "e"] {
        world.clean()?;
        let fields = format!("postgres: {}, backup: {policy}", major());
        let (live, wal_g) = archiving(&resource(world.store, &fields, ""), world.folder.join("source"))?;
        live.query("create table orders (id int primary key)")?;
        base_backup(&live, &wal_g)?;
        live.query("insert into orders select generate_series(1, 503)")?;
        archive_all(&live)?;
        let clusters = format!("      {CLUSTER}: {{<<: *base, {fields}}}\n");
        let check = "rpo: 5m, drill: {schedule: '0 4 * * 0', checks: {rows: {database: postgres, sql: 'SELECT count(*) = 503 FROM orders'}}}";
        let app = app(world.store, world.store, &clusters, "").replace("rpo: 5m", check);
        let drill = drills::rendered(&world.folder.join(format!("drill-{policy}")), &app);
        let scratch = live.folder.join("scratch");
        let tried = |outcome: &str, changes: &[(&str, &str)]| {
            halt(&live, &scratch);
            let _ = fs::remove_dir_all(&scratch);
            run(as_postgres(Path::new("mkdir")).arg(&scratch))?;
            let mut command = drill.command("drill", &live, &scratch);
            said("drill", &command.envs(changes.iter().copied()).output().map_err(text)?, outcome)
        };
        let expect = |words: &str, changes: &[(&str, &str)]| -> Result<(), String> {
            let line = tried("stopped", changes)?;
            let why = line["why"].as_str().unwrap_or_default();
            if why.contains(words) {
                Ok(())
            } else {
                Err(format!("{policy}: it says `{why}`, not `{words}`"))
            }
        };
        let good = tried("done", &[])?;
        if good["checks"] != 1 {
            return Err(good.to_string());
        }
        if policy == "e" {
            expect(
                "cannot be fetched: it is damaged, or its key is another",
                &[("WALG_LIBSODIUM_KEY", key_of("other-keys", "WALG_LIBSODIUM_KEY"))],
            )?;
        }
        expect("the archive", &[("AWS_SECRET_ACCESS_KEY", "wrong-wrong-wrong-wrong")])?;
        let nothing = format!("s3://{}/spilo/shop/nothing/1/wal/{}", crate::store::BUCKET, major());
        expect("holds no base backup", &[("WALG_S3_PREFIX", &nothing)])?;
        drop(live);
        fs::remove_dir_all(world.folder.join("source")).map_err(text)?;
    }
    Ok(())
}
