//! The difference for programs. Keys are only ever added.

use pgsynth_constructs::upstream::behaviour::impact::Change;
use serde_json::{Value, json};

use super::{Diff, Kind, rollout};

/// The differences as one document.
pub fn document(diffs: &[Diff]) -> String {
    let document = json!({ "version": 1, "apps": diffs.iter().map(app).collect::<Value>() });
    format!("{document:#}\n")
}

fn app(diff: &Diff) -> Value {
    let Diff { app, against, clusters, operator, added, removed, changed, count: _ } = diff;
    let rollout = rollout(diff);
    let clusters = clusters.iter().map(|cluster| {
        let kind = match cluster.kind {
            Kind::Added => "added",
            Kind::Removed => "removed",
            Kind::Changed => "changed",
        };
        json!({
            "name": cluster.name,
            "kind": kind,
            "impact": cluster.impact().word(),
            "instances": cluster.instances,
            "changes": cluster.changes.iter().map(change).collect::<Value>(),
        })
    });
    json!({
        "name": app,
        "against": against,
        "different": !diff.is_empty(),
        "summary": diff.summary(),
        "clusters": clusters.collect::<Value>(),
        "operator": operator.iter().map(change).collect::<Value>(),
        "added": added,
        "removed": removed,
        "changed": changed,
        "rollout": {
            "pods": rollout.pods,
            "switchovers": rollout.switchovers,
            "steps": rollout.steps.iter().map(|step| json!({ "cluster": step.cluster, "what": step.what })).collect::<Value>(),
        },
    })
}

fn change(change: &Change) -> Value {
    let Change { path, before, after, impact, why } = change;
    json!({ "path": path, "before": before, "after": after, "impact": impact.word(), "why": why })
}
