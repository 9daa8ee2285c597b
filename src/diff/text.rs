//! The difference for people.

use std::fmt::Write;

use pgsynth_constructs::upstream::behaviour::impact::Change;

use super::{Diff, Kind, rollout};

/// The difference as text.
pub fn text(diff: &Diff) -> String {
    let Diff { app, against, clusters, operator, added, removed, changed, count: _ } = diff;
    let mut text = format!("app `{app}` against {against}: {}\n", diff.summary());
    for cluster in clusters {
        let word = match cluster.kind {
            Kind::Added => "new".to_owned(),
            Kind::Removed => "gone; it keeps running until it is deleted".to_owned(),
            Kind::Changed => cluster.impact().to_string(),
        };
        let _ = writeln!(text, "\n  {}: {word}", cluster.name);
        fields(&cluster.changes, &mut text);
    }
    if !operator.is_empty() {
        let _ = writeln!(text, "\n  operator");
        fields(operator, &mut text);
    }
    for (word, names) in [("new", added), ("gone", removed), ("changed", changed)] {
        if !names.is_empty() {
            let _ = writeln!(text, "\n  {word}: {}", names.join(", "));
        }
    }
    let rollout = rollout(diff);
    if !rollout.steps.is_empty() {
        let _ = writeln!(text, "\n  rollout, in this order:");
        for (index, step) in rollout.steps.iter().enumerate() {
            let _ = writeln!(text, "    {}. {}: {}", index + 1, step.cluster, step.what);
        }
    }
    text
}

fn fields(changes: &[Change], text: &mut String) {
    for Change { path, before, after, impact, why } in changes {
        let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "(nothing)".to_owned());
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        let _ = writeln!(text, "    {path}: {} -> {}\n      {impact}{why}", shown(before), shown(after));
    }
}
