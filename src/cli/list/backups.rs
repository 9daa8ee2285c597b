//! `pgsynth list --backups`: where each cluster's archive is, how far back it reaches, and what it costs.

use std::fmt::Write;

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::BackupFacts;
use pgsynth_constructs::values::in_words;
use serde_json::{Value, json};

pub(super) fn text(valid: &Valid) -> String {
    let mut text = format!("app {}\n", valid.app().name);
    for (id, facts) in valid.clusters() {
        match &facts.backup {
            Some(backup) => {
                text += &cluster(id, backup);
                if facts.standby {
                    text += "    standby       writes nothing until it is promoted\n";
                }
            }
            None if facts.standby => {
                let _ = writeln!(
                    text,
                    "  {id}\n    no backup: a standby, which writes nothing until it is promoted"
                );
            }
            None => {
                let _ = writeln!(text, "  {id}\n    no backup");
            }
        }
    }
    for (id, roots) in valid.retired_archives() {
        let _ = writeln!(text, "  {id}, retired");
        for root in roots {
            let _ = writeln!(text, "    superseded    {root}; nothing removes it");
        }
    }
    text
}

fn cluster(id: &str, backup: &BackupFacts) -> String {
    let BackupFacts { policy, store, generation, root, endpoint, schedule, rpo, numbers, superseded } =
        backup;
    let mut text = format!("  {id} by `{policy}` into `{store}`, generation {generation}\n");
    let mut line = |name: &str, what: String| {
        let _ = writeln!(text, "    {name:<13} {what}");
    };
    line("archive", format!("{root}/<major>"));
    endpoint.iter().for_each(|endpoint| line("at", endpoint.clone()));
    line("base backups", format!("`{schedule}` UTC, and one at every start of a primary"));
    line(
        "window",
        format!("{} guaranteed, at most {}", in_words(numbers.window), in_words(numbers.longest_window)),
    );
    line(
        "retention",
        format!(
            "BACKUP_NUM_TO_RETAIN={}, at most {} backups of the schedule",
            numbers.retain, numbers.most_backups
        ),
    );
    line(
        "rpo",
        format!(
            "{}: a WAL segment at least every {}, which is up to {:.1} GiB a day before compression",
            in_words(*rpo),
            in_words(numbers.archive_timeout),
            numbers.wal_per_day as f64 / f64::from(1 << 30)
        ),
    );
    for root in superseded {
        line("superseded", format!("{root}; nothing removes it"));
    }
    text
}

pub(super) fn json(valid: &Valid) -> Value {
    let clusters = valid.clusters().iter().map(|(id, facts)| {
        let backup =
            facts.backup.as_ref().map(|backup| {
                let BackupFacts {
                    policy,
                    store,
                    generation,
                    root,
                    endpoint,
                    schedule,
                    rpo,
                    numbers,
                    superseded,
                } = backup;
                json!({
                    "policy": policy,
                    "store": store,
                    "generation": generation,
                    "archive": root,
                    "endpoint": endpoint,
                    "schedule": schedule.as_str(),
                    "windowSeconds": numbers.window,
                    "longestWindowSeconds": numbers.longest_window,
                    "retain": numbers.retain,
                    "mostBackups": numbers.most_backups,
                    "rpoSeconds": rpo,
                    "archiveTimeoutSeconds": numbers.archive_timeout,
                    "walBytesPerDay": numbers.wal_per_day,
                    "superseded": superseded,
                })
            });
        json!({ "id": id, "backup": backup, "standby": facts.standby })
    });
    let retired = valid.retired_archives().iter().map(|(id, roots)| json!({ "id": id, "superseded": roots }));
    json!({ "clusters": clusters.collect::<Value>(), "retired": retired.collect::<Value>() })
}
