//! The CronJob that dumps a cluster's databases: the policy's dumps, rendered.

use crate::archive::Archive;
use crate::backup_policy::Dumps;
use crate::base::{BackupFacts, Object, pod};
use crate::job::{self, COMMON, Pod, SCRATCH, Scratch};
use crate::values::fnv1a;
use crate::view::View;

/// The script, and what it stands on.
pub(crate) const SCRIPTS: &[(&str, &str)] =
    &[("common.sh", COMMON), ("dump.sh", include_str!("dumps/dump.sh"))];

/// A cluster's dumps, with the store that they go to as if it were that of an archive.
pub(crate) fn of<'a>(view: &'a View) -> Option<(&'a Dumps, &'a BackupFacts, Archive<'a>)> {
    let backup = view.facts.backup.as_ref().filter(|_| !view.facts.standby)?;
    let archive = view.archive(backup.generation)?;
    let dumps = archive.policy.dumps.as_ref()?;
    let archive = match &dumps.store {
        Some(id) => {
            Archive { store_id: id.as_str(), store: view.archives.stores.get(id.as_str())?, ..archive }
        }
        None => archive,
    };
    Some((dumps, backup, archive))
}

/// Where a cluster's dumps are: beside its archives, and of no generation.
pub(crate) fn root(view: &View, archive: &Archive) -> String {
    let bucket = archive.store.bucket(archive.store_id);
    format!("s3://{bucket}/dumps/{}/{}", view.facts.namespace, view.facts.name)
}

/// The objects of a cluster's dumps; none where its policy has none, and none of a standby.
pub(crate) fn objects(view: &View) -> Vec<Object> {
    let Some((dumps, _, archive)) = of(view) else { return vec![] };
    let name = Dumps::job(&view.facts.name);
    let (scripts, config_map) = job::scripts(view, &name, SCRIPTS);
    // The largest database as a dump and once more as one file; a dump has no indexes.
    let size = format!("{}Gi", (view.volume() * 3 / 2).div_ceil(1 << 30).max(1));
    let mut variables = vec![
        pod::variable("PLAN", "dumps"),
        pod::variable("MAJOR", view.cluster.postgres.to_string()),
        pod::variable("SCRATCH", SCRATCH),
        pod::variable("WORKERS", "2"),
        pod::variable("KEEP", dumps.keep.seconds().to_string()),
        pod::variable("WALG_S3_PREFIX", root(view, &archive)),
    ];
    variables.extend(job::connection(view));
    variables.extend(job::access(&archive, None));
    let pod = Pod {
        name: "dumps",
        script: "dump.sh",
        scripts: &scripts,
        variables,
        scratch: Some(Scratch::OfPod(&size, view.class())),
        archive: Some(&archive),
        deadline: 86_400,
        memory: ["256Mi", "1Gi"],
        ..Pod::default()
    };
    let id = format!("{}/{}", view.facts.namespace, view.facts.name);
    let schedule = dumps.schedule_of(fnv1a(id.as_bytes())).to_string();
    vec![config_map, job::scheduled(view, &name, schedule, pod.job(view))]
}
