//! The dumps of a policy against a real store: written, looked at, kept as long as was said, and read back as the runbook says.

use std::fs;
use std::path::Path;

use super::cases::{files, major, text};
use super::recovery::{archive_all, archiving, base_backup};
use super::runbook::{block, typed};
use crate::guard::World;
use crate::plans::drills;
use crate::plans::world::said;
use crate::postgres::{as_postgres, run};
use crate::rendered::{CLUSTER, app, resource};

pub fn written_and_read_back(world: &World) -> Result<(), String> {
    for policy in ["b", "e"] {
        world.clean()?;
        let fields = format!("postgres: {}, backup: {policy}", major());
        let (live, wal_g) = archiving(&resource(world.store, &fields, ""), world.folder.join("source"))?;
        base_backup(&live, &wal_g)?;
        let odd = "Shop \"Ünïcode\" o'Brien =x";
        live.query(&format!("create database \"{}\"", odd.replace('"', "\"\"")))?;
        live.query_in(odd, "create table orders as select generate_series(1, 503) as id; create role reader; grant select on orders to reader")?;
        live.query("create database left_by_a_plan")?;
        live.query("comment on database left_by_a_plan is 'pgsynth: before {}'")?;
        archive_all(&live)?;
        let clusters = format!("      {CLUSTER}: {{<<: *base, {fields}}}\n");
        let app = app(world.store, world.store, &clusters, "")
            .replace("rpo: 5m", "rpo: 5m, dumps: {schedule: '0 3 * * *', keep: 30d}");
        let rendered = drills::rendered(&world.folder.join(format!("dumps-{policy}")), &app);
        let scratch = live.folder.join("scratch");
        run(as_postgres(Path::new("mkdir")).arg(&scratch))?;
        let dump = |outcome: &str, changes: &[(&str, &str)]| {
            let mut command = rendered.command("dump", &live, &scratch);
            said("dump", &command.envs(changes.iter().copied()).output().map_err(text)?, outcome)
        };
        let first = dump("done", &[])?;
        if first["databases"] != 2 || first["removed"] != 0 {
            return Err(first.to_string());
        }
        std::thread::sleep(std::time::Duration::from_secs(2));
        // Everything is older than nothing, and the last complete one is kept: that of now.
        let second = dump("done", &[("KEEP", "0")])?;
        if second["removed"] != 1 {
            return Err(second.to_string());
        }
        // Where no new one can be written the last one stays.
        let failed = dump("stopped", &[("KEEP", "0"), ("AWS_SECRET_ACCESS_KEY", "wrong-wrong-wrong-wrong")])?;
        let why = failed["why"].as_str().unwrap_or_default();
        if !why.contains("cannot be written into the store") {
            return Err(failed.to_string());
        }
        let stamp = second["at"].as_str().ok_or("a stamp")?;
        let left = files(world, &format!("../dumps/shop/{CLUSTER}"));
        if left.is_empty() || !left.iter().all(|path| path.to_string_lossy().contains(stamp)) {
            return Err(format!("{left:?}"));
        }

        let project = world.folder.join(format!("page-{policy}"));
        fs::create_dir_all(project.join("apps")).map_err(text)?;
        fs::write(project.join("apps/app.yaml"), &app).map_err(text)?;
        crate::apply::pgsynth(&project, &["runbook"]);
        let page =
            fs::read_to_string(project.join(format!("runbooks/test/shop.{CLUSTER}.md"))).map_err(text)?;
        let commands = block(&page, "A dump")
            .ok_or("the page has the commands")?
            .replace("<stamp>", stamp)
            .replace("<number>", "0");
        let folder = live.folder.join("anywhere");
        run(as_postgres(Path::new("mkdir")).arg(&folder))?;
        live.query("create database back")?;
        let commands = commands.replace("<database>", "back");
        typed(world, &live, &folder, &commands)?;
        let rows = live.query_in("back", "select count(*) from orders")?;
        if rows != "503" {
            return Err(format!("{policy}: {rows} rows came back"));
        }
        drop(live);
        fs::remove_dir_all(world.folder.join("source")).map_err(text)?;
        fs::remove_dir_all(world.store.bucket().join("dumps")).map_err(text)?;
    }
    Ok(())
}
