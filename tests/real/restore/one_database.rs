//! The plan of one database against archives that WAL-G has written, plain and encrypted; and archives that are spoilt.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::cases::{files, major, text};
use super::recovery::{archive_all, archiving, base_backup};
use crate::guard::World;
use crate::plans::world::{Rendered, halt, said};
use crate::postgres::{Instance, as_postgres, run};
use crate::rendered::{CLUSTER, app, resource};

/// A scratch volume beside the cluster.
fn scratch(live: &Instance, name: &str) -> Result<PathBuf, String> {
    let folder = live.folder.join(name);
    run(as_postgres(Path::new("mkdir")).arg(&folder))?;
    Ok(folder)
}

fn expect(line: &Value, words: &str) -> Result<(), String> {
    let why = line["why"].as_str().unwrap_or_default();
    if why.contains(words) { Ok(()) } else { Err(format!("it says `{why}`, not `{words}`")) }
}

pub fn from_real_archives(world: &World) -> Result<(), String> {
    for policy in ["b", "e"] {
        world.clean()?;
        let fields = format!("postgres: {}, backup: {policy}", major());
        let (live, wal_g) = archiving(&resource(world.store, &fields, ""), world.folder.join("source"))?;
        live.query("create database orders")?;
        live.query_in("orders", "create table orders (id int primary key)")?;
        base_backup(&live, &wal_g)?;
        live.query_in("orders", "insert into orders select generate_series(1, 503)")?;
        std::thread::sleep(Duration::from_millis(1100));
        let at = live.query("set timezone = 'UTC'; select to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')")?;
        live.query_in("orders", "delete from orders where id > 3")?;
        archive_all(&live)?;

        let clusters = format!("      {CLUSTER}: {{<<: *base, {fields}}}\n");
        let options = ["--unlisted", "--swap", "--now", "2999-01-01T00:00:00Z"];
        let project = world.folder.join(format!("project-{policy}"));
        let plan =
            Rendered::of(&project, &app(world.store, world.store, &clusters, ""), "orders", &at, &options);
        let step = |name: &str, volume: &Path, changes: &[(&str, &str)]| {
            let mut command = plan.command(name, &live, volume);
            command.envs(changes.iter().copied()).output().map_err(text)
        };
        let volume = scratch(&live, "scratch")?;
        for name in ["check", "look", "restore", "swap"] {
            said(name, &step(name, &volume, &[])?, "done").map_err(|error| format!("{policy}: {error}"))?;
        }
        let rows = live.query_in("orders", "select count(*) from orders")?;
        if rows != "503" {
            return Err(format!("{policy}: {rows} rows after the swap, not 503"));
        }
        said("clean", &step("clean", &volume, &[])?, "done")?;
        halt(&live, &volume);

        // The swap has used up the mark; what is tried now is the way to the scratch instance.
        let other = scratch(&live, "other")?;
        let look = |changes: &[(&str, &str)], words: &str| -> Result<(), String> {
            let line = said("look", &step("look", &other, changes)?, "stopped")?;
            expect(&line, words).map_err(|error| format!("{policy}: {error}"))
        };
        if policy == "e" {
            let wrong = crate::store::key_of("other-keys", "WALG_LIBSODIUM_KEY");
            look(
                &[("WALG_LIBSODIUM_KEY", wrong)],
                "cannot be fetched: it is damaged, or its key is another",
            )?;
        }
        let nothing = format!("s3://{}/spilo/shop/nothing/1/wal/{}", crate::store::BUCKET, major());
        look(&[("WALG_S3_PREFIX", &nothing)], "no base backup had ended before")?;
        let part = files(world, "shop/acme-orders/1");
        let part = part.iter().find(|path| path.to_string_lossy().contains("/tar_partitions/part_"));
        let part = part.ok_or("a base backup has parts")?;
        let bytes = fs::read(part).map_err(text)?;
        fs::write(part, &bytes[..bytes.len() / 2]).map_err(text)?;
        // With more it tries again with fewer, after a minute and longer.
        look(&[("WALG_DOWNLOAD_CONCURRENCY", "1")], "cannot be fetched")?;
        fs::write(part, bytes).map_err(text)?;
        halt(&live, &other);
        drop(live);
        fs::remove_dir_all(world.folder.join("source")).map_err(text)?;
        fs::remove_dir_all(project).map_err(text)?;
    }
    Ok(())
}
