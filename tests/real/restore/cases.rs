//! The cases of the README's table, row by row, and those in which nothing can be restored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::recovery::{WalG, archive_all, archiving, base_backup, fetch, recover, restored, start_archiving};
use crate::guard::{World, guard};
use crate::postgres::{Instance, as_postgres, postgresql, run};
use crate::rendered::{CLUSTER, resource, resources, resources_of_two};
use crate::store::Store;

/// Major version of the PostgreSQL that the machine has.
pub fn major() -> u32 {
    let folder = postgresql().and_then(|bin| Some(bin.parent()?.file_name()?.to_string_lossy().into_owned()));
    folder.and_then(|major| major.parse().ok()).unwrap_or(0)
}

pub fn text(error: std::io::Error) -> String {
    error.to_string()
}

/// A source with 500 rows, two transactions a second apart, and a late row; with the times of the two.
fn source(world: &World, policy: &str) -> Result<(Instance, [String; 2]), String> {
    let resource = resource(world.store, &format!("postgres: {}, backup: {policy}", major()), "");
    let (instance, wal_g) = archiving(&resource, world.folder.join("source"))?;
    instance.query("create table orders (id int primary key, what text)")?;
    base_backup(&instance, &wal_g)?;
    std::thread::sleep(std::time::Duration::from_millis(1100));
    instance.query("insert into orders select id, 'early' from generate_series(1, 500) id")?;
    let mut times = vec![];
    for id in [501, 502] {
        std::thread::sleep(std::time::Duration::from_millis(1100));
        instance.query(&format!("insert into orders values ({id}, 'exact')"))?;
        let time = format!(
            "select to_char(pg_xact_commit_timestamp(xmin) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') from orders where id = {id}"
        );
        times.push(format!("{}+00:00", instance.query(&time)?));
    }
    std::thread::sleep(std::time::Duration::from_millis(1100));
    instance.query("insert into orders values (503, 'late')")?;
    archive_all(&instance)?;
    let [first, second] = <[String; 2]>::try_from(times).map_err(|_| "two times")?;
    Ok((instance, [first, second]))
}

fn rows(instance: &Instance) -> Result<String, String> {
    instance.query("select count(*) || ' ' || max(id) || ' ' || md5(string_agg(id || what, ',' order by id)) from orders")
}

fn up_to(source: &Instance, last: u32) -> Result<String, String> {
    source.query(&format!("select count(*) || ' ' || max(id) || ' ' || md5(string_agg(id || what, ',' order by id)) from orders where id <= {last}"))
}

/// Every object below a history.
pub fn files(world: &World, history: &str) -> Vec<PathBuf> {
    objects(world, history).into_keys().collect()
}

/// Every object below a history, with what is in it.
fn objects(world: &World, history: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => walk(&path, found),
                path => {
                    found.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&world.store.bucket().join("spilo").join(history), &mut found);
    found
}

fn same(what: &str, is: &str, should: &str) -> Result<(), String> {
    if is == should { Ok(()) } else { Err(format!("{what}: `{is}`, not `{should}`")) }
}

/// A new cluster, plain and encrypted: at a time, with and without the transaction of that instant, and at the end.
pub fn times(world: &World) -> Result<(), String> {
    for policy in ["b", "e"] {
        world.clean()?;
        let (source, [first, second]) = source(world, policy)?;
        let copy = |at: &str, more: &str, folder: &str| -> Result<Instance, String> {
            let major = major();
            let clusters = format!(
                "      {CLUSTER}: {{<<: *base, postgres: {major}, backup: {policy}}}\n      acme-copy: {{<<: *base, postgres: {major}, backup: {policy}, restore: {{cluster: {CLUSTER}, generation: 1, at: '{at}'{more}}}}}\n"
            );
            world.store.remove("shop/acme-copy/1");
            restored(
                &resources(world.store, &clusters, "").remove(1),
                world.folder.join(format!("{policy}-{folder}")),
            )
        };
        let before = objects(world, "shop/acme-orders/1");
        same("at the first", &rows(&copy(&first, "", "first")?)?, &up_to(&source, 501)?)?;
        same(
            "before the second",
            &rows(&copy(&second, ", exclusive: true", "exclusive")?)?,
            &up_to(&source, 501)?,
        )?;
        same("at the second", &rows(&copy(&second, "", "second")?)?, &up_to(&source, 502)?)?;
        same("latest", &rows(&copy("latest", "", "latest")?)?, &up_to(&source, 503)?)?;
        if objects(world, "shop/acme-orders/1") != before {
            return Err("a restore has changed the archive that it read".to_owned());
        }
        if objects(world, "shop/acme-copy/1").is_empty() {
            return Err("the copy archives nothing".to_owned());
        }
        drop(source);
        fs::remove_dir_all(world.folder.join("source")).map_err(text)?;
    }
    Ok(())
}

/// A restored cluster is started from inside the environment of its source, as Spilo starts it. What it archives then is
/// read by its own policy alone: a second restore has what was written after the first.
pub fn environments(world: &World) -> Result<(), String> {
    let other = Store::start()?;
    for (from, to) in [("b", "b"), ("e", "e"), ("b", "o"), ("b", "e"), ("e", "k")] {
        world.clean()?;
        other.empty();
        let (source, _) = source(world, from)?;
        let major = major();
        let clusters = format!(
            "      {CLUSTER}: {{<<: *base, postgres: {major}, backup: {from}}}\n      acme-copy: {{<<: *base, postgres: {major}, backup: {to}, restore: {{cluster: {CLUSTER}, generation: 1, at: latest}}}}\n      acme-third: {{<<: *base, postgres: {major}, backup: {to}, restore: {{cluster: acme-copy, generation: 1, at: latest}}}}\n"
        );
        let resources = resources_of_two(world.store, &other, &clusters, "");
        let what = format!("{from} to {to}");
        let folder = |name: &str| world.folder.join(format!("{from}-{to}-{name}"));
        let copy = restored(&resources[1], folder("copy")).map_err(|error| format!("{what}: {error}"))?;
        same(&what, &rows(&copy)?, &up_to(&source, 503)?)?;
        copy.query("insert into orders values (800, 'after the restore')")?;
        archive_all(&copy).map_err(|error| format!("{what}: {error}"))?;
        let third =
            restored(&resources[2], folder("third")).map_err(|error| format!("{what}, again: {error}"))?;
        same(&format!("{what}, again"), &rows(&third)?, &rows(&copy)?)?;
        drop((source, copy, third));
        fs::remove_dir_all(world.folder.join("source")).map_err(text)?;
    }
    Ok(())
}

/// Nothing is left but the app file and the bucket.
pub fn in_place(world: &World) -> Result<(), String> {
    let (source, [first, _]) = source(world, "e")?;
    let wanted = up_to(&source, 501)?;
    drop(source);
    fs::remove_dir_all(world.folder.join("source")).map_err(text)?;
    let archived = objects(world, "shop/acme-orders/1");
    let major = major();

    // Made anew from the same app: it does not start, and the archive stays as it is.
    let same_app = guard(world.store, &format!("postgres: {major}, backup: e"), "");
    world.pod("p-0", &same_app).start(
        "made anew",
        Err("generation: 2, with restore: {cluster: acme-orders, generation: 1"),
        &[],
    )?;
    if objects(world, "shop/acme-orders/1") != archived {
        return Err("the archive has changed".to_owned());
    }

    // After the edit it starts, at the time that was asked for, into a history of its own.
    let fields = format!(
        "postgres: {major}, backup: e, generation: 2, restore: {{cluster: {CLUSTER}, generation: 1, at: '{first}'}}"
    );
    let edited = guard(world.store, &fields, "");
    let pod = world.pod("p-0", &edited);
    pod.start("edited", Ok("restore into shop/acme-orders/2"), &[])?;
    // The data directory is where Spilo has it, so that the guard sees what is restored.
    let instance = restored(&resource(world.store, &fields, ""), pod.root.clone())?;
    same("in place", &rows(&instance)?, &wanted)?;
    world.initialize("7312345678901234567")?;
    pod.start("restarted", Ok("the restore of shop/acme-orders/2 has ended"), &[])?;
    if objects(world, "shop/acme-orders/1") != archived || objects(world, "shop/acme-orders/2").is_empty() {
        return Err("histories are mixed".to_owned());
    }

    // Raised on running data: stopped, and nothing is archived under the new generation.
    let raised = guard(world.store, &format!("postgres: {major}, backup: e, generation: 3"), "");
    world.pod("p-0", &raised).start("raised", Err("the app says shop/acme-orders/3"), &[])?;
    if !objects(world, "shop/acme-orders/3").is_empty() {
        return Err("something was archived under the raised generation".to_owned());
    }

    // All is lost once more, and `restore` still stands in the app: the second history is not written over.
    instance.query("insert into orders values (600, 'second history')")?;
    archive_all(&instance)?;
    let wanted = rows(&instance)?;
    drop(instance);
    let second = objects(world, "shop/acme-orders/2");
    fs::remove_dir_all(&pod.root).map_err(text)?;
    world.forget()?;
    pod.start(
        "lost once more",
        Err("generation: 3, with restore: {cluster: acme-orders, generation: 2"),
        &[],
    )?;
    if objects(world, "shop/acme-orders/2") != second {
        return Err("the second history has changed".to_owned());
    }
    let fields = format!(
        "postgres: {major}, backup: e, generation: 3, restore: {{cluster: {CLUSTER}, generation: 2, at: latest}}"
    );
    let third = restored(&resource(world.store, &fields, ""), world.folder.join("third"))?;
    same("from the second history", &rows(&third)?, &wanted)
}

/// A standby follows, is no primary, and shows what was written after it started.
pub fn standby(world: &World) -> Result<(), String> {
    let (source, _) = source(world, "e")?;
    let major = major();
    let clusters = format!(
        "      {CLUSTER}: {{<<: *base, postgres: {major}, backup: e}}\n      acme-standby: {{<<: *base, postgres: {major}, instances: 1, backup: {{none: it follows}}, standby: {{cluster: {CLUSTER}}}}}\n"
    );
    let resource = resources(world.store, &clusters, "").remove(1);
    let instance = Instance::at(world.folder.join("standby"))?;
    let (wal_g, environment) = WalG::of(&resource, "STANDBY_", &instance)?;
    fetch(&environment, &instance, None)?;
    run(as_postgres(Path::new("touch")).arg(instance.data().join("standby.signal")))?;
    instance.start(&[
        ("restore_command", &wal_g.restore_command()),
        ("track_commit_timestamp", "on"),
        ("hot_standby", "on"),
    ])?;
    instance.wait("select count(*) from orders", "503")?;
    source.query("insert into orders values (700, 'after it started')")?;
    archive_all(&source)?;
    instance.wait("select count(*) from orders where id = 700", "1")?;
    same("is a standby", &instance.query("select pg_is_in_recovery()")?, "t")?;
    match instance.query("insert into orders values (701, 'x')") {
        Err(error) if error.contains("read-only") => Ok(()),
        other => Err(format!("a standby was written to: {other:?}")),
    }
}

/// A clear end, and never an empty database.
pub fn failures(world: &World) -> Result<(), String> {
    let (source, [_, second]) = source(world, "e")?;
    // A second base backup, so that one can go.
    let own = resource(world.store, &format!("postgres: {}, backup: e", major()), "");
    let (wal_g, _) = WalG::of(&own, "", &source)?;
    source.stop("fast");
    start_archiving(&source, &wal_g, &[])?;
    archive_all(&source)?;
    let fields = format!(
        "postgres: {}, backup: e, generation: 2, restore: {{cluster: {CLUSTER}, generation: 1, at: '{second}'}}",
        major()
    );
    let resource = resource(world.store, &fields, "");
    let mut number = 0;
    let mut ends = |what: &str, name: &str, value: &str, word: &str| -> Result<(), String> {
        number += 1;
        let instance = Instance::at(world.folder.join(format!("failure-{number}")))?;
        let (_, mut clone) = WalG::of(&resource, "CLONE_", &instance)?;
        if !name.is_empty() {
            clone.insert(name.to_owned(), value.to_owned());
        }
        match recover(&instance, &clone, Some(&second), true, None) {
            Err(error) if error.contains(word) && instance.query("select 1").is_err() => Ok(()),
            Err(error) => Err(format!("{what}: {error}")),
            Ok(()) => Err(format!("{what}: it was restored")),
        }
    };
    ends("wrong key", "AWS_SECRET_ACCESS_KEY", "another", "SignatureDoesNotMatch")?;
    ends("missing bucket", "WALG_S3_PREFIX", "s3://nowhere/spilo/shop/acme-orders/1/wal", "NoSuchBucket")?;
    let other = "f".repeat(64);
    ends("wrong encryption key", "WALG_LIBSODIUM_KEY", &other, "")?;
    // A segment that the time needs is gone: PostgreSQL stops before the time, and says so.
    let wal = world.store.bucket().join(format!("spilo/shop/acme-orders/1/wal/{}/wal_005", major()));
    let mut segments: Vec<_> = fs::read_dir(&wal)
        .map_err(text)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| !path.display().to_string().contains("backup"))
        .collect();
    segments.sort();
    // The last two lie behind the base backup: it alone is consistent.
    let gone: Vec<_> =
        segments.iter().rev().take(2).map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    for (segment, _) in &gone {
        fs::remove_file(segment).map_err(text)?;
    }
    ends("deleted WAL", "", "", "recovery ended before configured recovery target was reached")?;
    for (segment, bytes) in gone {
        fs::write(segment, bytes).map_err(text)?;
    }
    fs::remove_dir_all(
        world.store.bucket().join(format!("spilo/shop/acme-orders/1/wal/{}/basebackups_005", major())),
    )
    .map_err(text)?;
    ends("deleted base backup", "", "", "Could not find any backups")
}
