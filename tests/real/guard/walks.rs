//! The rows of the guard's table, and the walks over it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{World, guard};
use crate::parts;
use crate::rendered::CLUSTER;

const FIRST: &str = "shop/acme-orders/1";

/// Every walk, on a clean Kubernetes namespace, volumes and store.
pub(super) fn all(world: &World) -> Result<(), String> {
    table(world)?;
    for walk in [interrupted_clone, raised, adoption, endpoints, sub_path, temporary_clone, troubles, killed]
    {
        world.clean()?;
        walk(world)?;
    }
    Ok(())
}

/// The rows that no walk comes through, and those that it does.
fn table(world: &World) -> Result<(), String> {
    let container = guard(world.store, "backup: b", "");
    let pod = world.pod("p-0", &container);
    // 11: a new cluster; 1: it starts again, even where nothing can be asked.
    pod.start("row 11", Ok("a new cluster"), &[])?;
    assert_eq!(pod.marked().as_deref(), Some("shop/acme-orders/1\n"));
    pod.data();
    pod.start(
        "row 1",
        Ok("data of shop/acme-orders/1"),
        &[("KUBERNETES_SERVICE_PORT", "1"), ("AWS_ENDPOINT", "http://127.0.0.1:1")],
    )?;

    // 13: the volume is lost with Patroni's state, and the archive is not.
    world.clean()?;
    world.store.put(FIRST);
    pod.start(
        "row 13, made anew",
        Err("generation: 2, with restore: {cluster: acme-orders, generation: 1, at: latest}"),
        &[],
    )?;
    assert_eq!(pod.marked(), None, "a stop writes nothing");
    pod.data();
    pod.start("row 13, foreign data", Err("does not continue"), &[])?;

    // 8 and 9: the volume is lost, the cluster is not.
    world.clean()?;
    world.initialize("7312345678901234567")?;
    pod.start("row 9", Err("until a member with data is up"), &[])?;
    world.store.put(FIRST);
    pod.start("row 8", Ok("refills it from the archive"), &[])?;

    // 10: somebody bootstraps.
    world.clean()?;
    world.initialize("")?;
    pod.start("row 10", Err("bootstraps the cluster, or was interrupted"), &[])?;

    // 12: data that has no history yet; the lock may still name this pod.
    world.clean()?;
    world.initialize("7312345678901234567")?;
    world.leads("p-0")?;
    world.runs("p-0", Some(FIRST))?;
    pod.data();
    pod.start("row 12", Ok("adopted"), &[])?;

    // 4 and 6 with the running leader; 5 for a new replica.
    world.clean()?;
    world.leads("p-0")?;
    world.runs("p-0", Some(FIRST))?;
    world.store.put(FIRST);
    let replica = world.pod("p-1", &container);
    replica.start("row 5", Ok("replica of shop/acme-orders/1"), &[])?;
    world.runs("p-0", Some("shop/acme-orders/7"))?;
    let other = world.pod("p-2", &container);
    other.start("row 6", Err("running history shop/acme-orders/7"), &[])?;
    // A leader whose pod is gone is none.
    world.server.ok(&["-n", "shop", "delete", "pod", "p-0", "--force", "--grace-period=0"])?;
    world.initialize("7312345678901234567")?;
    other.start("row 8, the leader is gone", Ok("refills"), &[])
}

/// A pod that is killed during a clone, before and after consistency.
fn interrupted_clone(world: &World) -> Result<(), String> {
    let container = guard(
        world.store,
        "backup: b, generation: 2, restore: {cluster: acme-orders, generation: 1, at: latest}, accept: {restore-method: a test}",
        "",
    );
    let pod = world.pod("p-0", &container);
    world.store.put(FIRST);
    pod.start("restore", Ok("restore into shop/acme-orders/2 by CLONE_WITH_WALG"), &[])?;
    assert_eq!(pod.marked().as_deref(), Some("shop/acme-orders/2\nbootstrapping\n"));
    pod.data();
    // Patroni holds the key with nothing in it until PostgreSQL has reached consistency and been promoted.
    world.initialize("")?;
    pod.start("killed before consistency", Err("a restore into this volume was interrupted"), &[])?;
    world.server.ok(&["-n", "shop", "delete", "configmap", "acme-orders-config"])?;
    pod.start(
        "killed before Patroni wrote anything",
        Err("a restore into this volume was interrupted"),
        &[],
    )?;
    world.initialize("7312345678901234567")?;
    pod.start("killed after it", Ok("the restore of shop/acme-orders/2 has ended"), &[])?;
    assert_eq!(pod.marked().as_deref(), Some("shop/acme-orders/2\n"));
    // `restore` still stands in the app, and is inert.
    pod.start("later", Ok("data of shop/acme-orders/2"), &[("KUBERNETES_SERVICE_PORT", "1")])?;
    // The volume is lost later: the own archive, not the old time.
    world.store.put("shop/acme-orders/2");
    fs::remove_dir_all(&pod.root).map_err(|error| error.to_string())?;
    pod.start("volume lost later", Ok("refills it from the archive of shop/acme-orders/2"), &[])?;
    // All is lost later: the archive of generation 2 is not overwritten.
    world.clean()?;
    world.store.put("shop/acme-orders/2");
    pod.start("all lost later", Err("generation: 3, with restore: {cluster: acme-orders, generation: 2"), &[])
}

/// A generation that is raised on running data, with one instance and with two.
fn raised(world: &World) -> Result<(), String> {
    let container = guard(world.store, "backup: b, generation: 2", "");
    world.store.put(FIRST);
    world.initialize("7312345678901234567")?;
    let only = world.pod("p-0", &container);
    only.data();
    only.marker("shop/acme-orders/1\n");
    only.start("raised, one instance", Err("the app says shop/acme-orders/2"), &[])?;
    // Two: replicas restart first, and never come up; the primary is not touched.
    world.leads("p-0")?;
    world.runs("p-0", Some(FIRST))?;
    let replica = world.pod("p-1", &container);
    replica.data();
    replica.marker("shop/acme-orders/1\n");
    replica.start("raised, a replica", Err("Take the edit back"), &[])?;
    // Replicas were never restarted, then one is added.
    let third = world.pod("p-2", &container);
    third.start("scale-out after that", Err("running history shop/acme-orders/1"), &[])?;
    // The edit is taken back.
    let back = guard(world.store, "backup: b", "");
    world.pod("p-1", &back).start("taken back", Ok("data of shop/acme-orders/1"), &[])?;
    world.pod("p-2", &back).start("scale-out", Ok("replica of shop/acme-orders/1"), &[])
}

/// A running cluster of two instances without a guard gets a backup.
fn adoption(world: &World) -> Result<(), String> {
    let container = guard(world.store, "backup: b, instances: 2", "");
    world.initialize("7312345678901234567")?;
    world.leads("p-0")?;
    world.runs("p-0", None)?;
    let (first, second) = (world.pod("p-0", &container), world.pod("p-1", &container));
    first.data();
    second.data();
    second.start("the replica restarts first", Ok("adopted as shop/acme-orders/1"), &[])?;
    // It has lost its volume on the way: filled by the old leader.
    let third = world.pod("p-2", &container);
    third.start("an empty replica", Ok("being adopted"), &[])?;
    // Switched over: the new leader archives, and the old one follows.
    world.runs("p-1", Some(FIRST))?;
    world.leads("p-1")?;
    world.store.put(FIRST);
    first.start("the old primary restarts", Ok("replica of shop/acme-orders/1"), &[])
}

fn endpoints(world: &World) -> Result<(), String> {
    let container = guard(world.store, "backup: b", "kubernetes_use_configmaps: false");
    let pod = world.pod("p-0", &container);
    // Patroni keeps the leader on the Endpoints of the primary's Service.
    world.state("Endpoints", "acme-orders-config", "initialize: '7312345678901234567'")?;
    world.store.put(FIRST);
    pod.start("Endpoints, volume lost", Ok("refills"), &[])?;
    world.state("Endpoints", CLUSTER, "leader: p-1")?;
    world.runs("p-1", Some("shop/acme-orders/9"))?;
    let _ = fs::remove_dir_all(&pod.root);
    pod.start("Endpoints, another history", Err("endpoints first"), &[])
}

/// The guard sees the folder of the volume that PostgreSQL sees.
fn sub_path(world: &World) -> Result<(), String> {
    let container = guard(world.store, "backup: b, volume: {size: 1Gi, subPath: main}", "").volume_mounts;
    let mount =
        container.iter().flatten().find(|mount| mount.name == "pgdata").ok_or("no mount of pgdata")?;
    match (mount.mount_path.as_str(), mount.sub_path.as_deref()) {
        ("/home/postgres/pgdata", Some("main")) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// A clone without an archive of its own, on an image that does not know the method.
fn temporary_clone(world: &World) -> Result<(), String> {
    let fields = "backup: {none: thrown away}, restore: {path: 's3://acme-postgres/spilo/shop/acme-orders/1/wal', at: latest, backup: b, method: CLONE_WITH_WALE}";
    let container = guard(world.store, fields, "");
    let pod = world.pod("p-0", &container);
    world.store.put(FIRST);
    pod.start("unknown method", Err("does not know CLONE_WITH_WALE, but CLONE_WITH_WALG"), &[])?;
    assert_eq!(pod.marked(), None, "a stop writes nothing");
    let known = guard(world.store, &fields.replace("CLONE_WITH_WALE", "CLONE_WITH_WALG"), "");
    let pod = world.pod("p-0", &known);
    pod.start("known method", Ok("restore into none"), &[])?;
    pod.data();
    world.initialize("")?;
    pod.start("killed on the way", Err("was interrupted"), &[])?;
    world.initialize("7312345678901234567")?;
    pod.start("done", Ok("the restore of none has ended"), &[])?;
    // It is kept after all and gets a backup: data without a history.
    world.store.empty();
    let kept = guard(world.store, "backup: b", "");
    world.pod("p-0", &kept).start("kept", Ok("adopted as shop/acme-orders/1"), &[])
}

/// What cannot be asked ends in a sentence.
fn troubles(world: &World) -> Result<(), String> {
    let container = guard(world.store, "backup: b", "");
    let pod = world.pod("p-0", &container);
    let nobody = [("AWS_ENDPOINT", "http://127.0.0.1:1"), ("STORE_STATE", "unreachable")];
    pod.start("unreachable store", Err("at http://127.0.0.1:1 within 5 s"), &nobody)?;
    let key = [("AWS_SECRET_ACCESS_KEY", "another"), ("STORE_STATE", "wrong-key")];
    pod.start("wrong key", Err("SignatureDoesNotMatch"), &key)?;
    let bucket = [("WALG_S3_PREFIX", "s3://nowhere/spilo"), ("STORE_STATE", "no-bucket")];
    pod.start("missing bucket", Err("NoSuchBucket"), &bucket)?;
    pod.start("no API server", Err("cannot ask the API server"), &[("KUBERNETES_SERVICE_PORT", "1")])?;
    pod.start("no right", Err("cannot ask the API server"), &[("POD_NAMESPACE", "kube-system")])?;
    pod.start("no token", Err("cannot read the pod's token"), &[("SERVICE_ACCOUNT", "/nowhere")])?;
    let few = world.folder.join("few");
    fs::create_dir_all(&few)
        .and_then(|()| std::os::unix::fs::symlink(parts::get("bash"), few.join("bash")))
        .map_err(|error| error.to_string())?;
    pod.start("no program", Err("the image has no curl"), &[("PATH", &few.display().to_string())])?;
    assert_eq!(pod.marked(), None, "a stop writes nothing");
    pod.start("after all of it", Ok("a new cluster"), &[])
}

/// Killed at arbitrary moments, and started again: the marker is whole or not there, and the second start ends well.
fn killed(world: &World) -> Result<(), String> {
    let container = guard(world.store, "backup: b", "");
    for round in 0..30_u64 {
        let pod = world.pod("p-0", &container);
        let _ = fs::remove_dir_all(&pod.root);
        let mut child = pod
            .command(&[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        std::thread::sleep(Duration::from_millis(round * 12));
        let _ = child.kill();
        let _ = child.wait();
        match pod.marked().as_deref() {
            None | Some("shop/acme-orders/1\n") => {}
            other => return Err(format!("half a marker: {other:?}")),
        }
        pod.start("second start", Ok("archive-guard"), &[])?;
    }
    Ok(())
}

/// A volume of a few pages, filled, in a mount namespace of its own.
pub(super) fn full_volume(world: &World) -> Result<(), String> {
    let pod = world.pod("p-0", &guard(world.store, "backup: b", ""));
    let volume = world.folder.join("full");
    fs::create_dir_all(&volume).map_err(|error| error.to_string())?;
    let root = volume.join("pgroot").display().to_string();
    let mut inner = pod.command(&[("PGROOT", &root)]);
    let script = inner.get_args().nth(1).unwrap().to_owned();
    let fill = "mount -t tmpfs -o size=16k none \"$0\" && mkdir \"$0/pgroot\" && { cat /dev/zero >\"$0/fill\" 2>/dev/null; exec bash -c \"$1\"; }";
    let mut outer = Command::new("unshare");
    outer.args(["--mount", "--map-root-user", "sh", "-c", fill]).arg(&volume).arg(script).env_clear();
    outer.envs(inner.env("PGROOT", root).get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = outer.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() == Some(1) && said.contains("the volume may be full") {
        true => Ok(()),
        false => Err(format!("full volume: {:?} {said}", output.status.code())),
    }
}
