//! The difference as a comment of a merge request.

use std::fmt::Write;

use pgsynth_constructs::upstream::behaviour::impact::Change;

use super::{Diff, Kind, rollout};

/// The difference as Markdown.
pub fn markdown(diff: &Diff) -> String {
    let Diff { app, against, clusters, operator, added, removed, changed, count: _ } = diff;
    let mut text = format!("### `{app}` against {against}\n\n**{}**\n", diff.summary());
    let mut rows = String::new();
    for cluster in clusters {
        match cluster.kind {
            Kind::Added => row(&mut rows, &cluster.name, "", "", "", "new"),
            Kind::Removed => {
                row(&mut rows, &cluster.name, "", "", "", "**gone**; it keeps running until it is deleted")
            }
            Kind::Changed => fields(&cluster.name, &cluster.changes, &mut rows),
        }
    }
    fields("operator", operator, &mut rows);
    if !rows.is_empty() {
        let _ = write!(
            text,
            "\n| cluster | field | before | after | what it does |\n|---|---|---|---|---|\n{rows}"
        );
    }
    for (word, names) in [("New", added), ("Gone", removed), ("Changed", changed)] {
        if !names.is_empty() {
            let _ = write!(text, "\n<details><summary>{word}: {}</summary>\n\n", names.len());
            for name in names {
                let _ = writeln!(text, "- `{name}`");
            }
            text += "\n</details>\n";
        }
    }
    let rollout = rollout(diff);
    if !rollout.steps.is_empty() {
        text += "\n**Rollout, in this order**\n\n";
        for (index, step) in rollout.steps.iter().enumerate() {
            let _ = writeln!(text, "{}. `{}`: {}", index + 1, step.cluster, step.what);
        }
    }
    text
}

fn fields(name: &str, changes: &[Change], rows: &mut String) {
    for Change { path, before, after, impact, why } in changes {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        let shown = |side: &Option<String>| {
            side.as_ref().map_or_else(String::new, |side| format!("`{}`", side.replace('`', "'")))
        };
        row(rows, name, &format!("`{path}`"), &shown(before), &shown(after), &format!("**{impact}**{why}"));
    }
}

fn row(rows: &mut String, name: &str, path: &str, before: &str, after: &str, what: &str) {
    let cell = |text: &str| text.replace('|', "\\|");
    let _ = writeln!(
        rows,
        "| {} | {} | {} | {} | {} |",
        cell(name),
        cell(path),
        cell(before),
        cell(after),
        cell(what)
    );
}
