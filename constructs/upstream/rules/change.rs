//! What may not change unseen between two renderings of one cluster.

use super::{Change, Report, Rule, rule};
use crate::record::{ClusterRecord, bytes};

pub(super) const RULES: &[Rule] = &[
    rule!(Warning "T35" "superseded-archive-stays", Change(superseded_archive)),
    rule!(Error "T71" "volume-cannot-grow", Change(cannot_grow)),
    rule!(Warning "T72" "volume-size-ignored", Change(size_ignored)),
    rule!(Warning "T73" "volume-class-changed", Change(class_changed)),
    rule!(Error "L18" "local-path-cannot-grow", Change(local_path_cannot_grow)),
    rule!(Error "R4" "generation-changed", Change(generation_changed)),
    rule!(Error "R5" "archive-stopped", Change(archive_stopped)),
    rule!(Error "R6" "archive-moved", Change(archive_moved)),
    rule!(Error "R7" "postgres-lowered", Change(postgres_lowered)),
    rule!(Error "R8" "database-kind-changed", Change(database_kind_changed)),
];

/// What is done once by a flag.
fn accept(change: &Change) -> String {
    format!("`synth --accept-generation {}`, once", change.id)
}

/// Whether its volumes are new, so that nothing is compared with the old ones.
fn is_new(change: &Change) -> bool {
    change.accepted && change.before.generation != change.after.generation
}

fn superseded_archive(change: &Change, report: &mut Report) {
    let Change { before, after, .. } = change;
    if let (Some(root), Some(old), Some(now)) = (&before.root, before.postgres, after.postgres)
        && now > old
        && after.root.as_ref() == Some(root)
    {
        report
            .risky(
                "postgres",
                format!(
                    "raised from `{old}`: `{root}/{old}` stays in the store, and no retention removes it"
                ),
            )
            .value(now)
            .help("remove it when `keep` has passed and nobody wants to go back");
    }
}

/// The two sizes in bytes, where the volume is to become another size.
fn sizes(change: &Change) -> Option<(u128, u128)> {
    match is_new(change) || change.before.size == change.after.size {
        true => None,
        false => Some((bytes(&change.before.size)?, bytes(&change.after.size)?)),
    }
}

fn grows(change: &Change) -> bool {
    sizes(change).is_some_and(|(before, now)| now > before)
}

const LOCAL_PATH: &str = "local-path";

fn cannot_grow(change: &Change, report: &mut Report) {
    if let Some(class) = change.class
        && class.expandable == Some(false)
        && class.name != LOCAL_PATH
        && grows(change)
    {
        report
            .forbidden("volume.size", format!("it grew from `{}`, and volumes of class `{}` cannot grow: every sync stops at the volumes", change.before.size, class.name))
            .value(&change.after.size);
    }
}

fn local_path_cannot_grow(change: &Change, report: &mut Report) {
    if change.class.is_some_and(|class| class.name == LOCAL_PATH) && grows(change) {
        report
            .forbidden(
                "volume.size",
                format!(
                    "it grew from `{}`, and a folder of k3s' `local-path` cannot grow",
                    change.before.size
                ),
            )
            .value(&change.after.size);
    }
}

fn size_ignored(change: &Change, report: &mut Report) {
    let Some((before, now)) = sizes(change) else { return };
    if now < before {
        report
            .ineffective(
                "volume.size",
                format!("the volumes already have `{}`, and can only grow", change.before.size),
            )
            .value(&change.after.size);
    } else if now - before < 1 << 30 && change.class.is_none_or(|class| class.expandable != Some(false)) {
        report
            .ineffective(
                "volume.size",
                format!(
                    "it grew by less than 1Gi from `{}`, which the operator does not see",
                    change.before.size
                ),
            )
            .value(&change.after.size);
    }
}

fn class_changed(change: &Change, report: &mut Report) {
    let Change { before, after, .. } = change;
    if before.class != after.class && !is_new(change) {
        let name = |class: &Option<String>| class.clone().unwrap_or_else(|| "the default".to_owned());
        report
            .ineffective(
                "volume.class",
                format!(
                    "it was `{}`: only volumes that are made from now on have the new class",
                    name(&before.class)
                ),
            )
            .value(name(&after.class));
    }
}

fn generation_changed(change: &Change, report: &mut Report) {
    let Change { before, after, accepted, .. } = change;
    let (Some(_), Some(_)) = (&before.root, &after.root) else { return };
    if !accepted && before.root != after.root && before.generation != after.generation {
        let shown =
            |generation: Option<u32>| generation.map_or("none".to_owned(), |number| number.to_string());
        report
            .forbidden(
                "generation",
                format!(
                    "changed from `{}` to `{}`; as long as the old data exists, the guard stops the next pod that starts",
                    shown(before.generation),
                    shown(after.generation)
                ),
            )
            .help(format!(
                "a new generation begins with a restore: once the old data is gone, add `restore` and run {}",
                accept(change)
            ));
    }
}

fn archive_stopped(change: &Change, report: &mut Report) {
    if let (Some(root), None, false) = (&change.before.root, &change.after.root, change.accepted) {
        report
            .forbidden("backup", format!("the cluster no longer archives; until now it archived to `{root}`"))
            .help(format!("if this is intended, run {}; existing archives stay", accept(change)));
    }
}

fn archive_moved(change: &Change, report: &mut Report) {
    let Change { before, after, accepted, .. } = change;
    let path = |record: &ClusterRecord| record.root.clone();
    // Where the same bucket of another store is meant, the endpoints tell; older records do not have them.
    let moved = [path, |record: &ClusterRecord| record.endpoint.clone()]
        .into_iter()
        .find_map(|place| Some((place(before)?, place(after)?)).filter(|(before, now)| before != now));
    if let (Some((root, now)), false) = (moved, accepted)
        && before.generation == after.generation
    {
        report
            .forbidden("backup", format!("the archive moved from `{root}` to `{now}`: the new one is empty until the next base backup, and the old one is not continued"))
            .help(format!("if this is intended, run {}", accept(change)));
    }
}

fn postgres_lowered(change: &Change, report: &mut Report) {
    if let (Some(before), Some(now)) = (change.before.postgres, change.after.postgres)
        && now < before
        && !is_new(change)
    {
        report
            .forbidden("postgres", format!("lowered from `{before}` to `{now}`: the operator ignores it, and the data stays at major {before}"))
            .help(format!("write `{before}`; for an older major, create a new cluster and copy the data into it"));
    }
}

fn database_kind_changed(change: &Change, report: &mut Report) {
    for (database, kind) in change.before.databases.iter().filter(|_| !change.accepted) {
        if let Some(now) = change.after.databases.get(database).filter(|now| *now != kind) {
            report
                .forbidden(format!("databases.{database}"), format!("its kind changed from `{kind}` to `{now}`; the operator revokes no rights and changes no owner"))
                .help(format!("if the data may be left behind or has been moved, run {}", accept(change)));
        }
    }
}
