//! The edit of the app that a plan needs: shown as a difference, written where it was asked for.

use std::path::Path;

use anyhow::Result;
use pgsynth_constructs::App;
use pgsynth_constructs::plans::Change;

use crate::failure::Failure;
use crate::load::{self, Edit};
use crate::output;

/// An edit, and the file that it is of.
pub(super) enum Proposed {
    /// A file of the project, as it is and as it would be.
    File { name: String, before: String, after: String },
    /// An app in Rust, or a file that is written in a way that nothing here edits: what is to be said in it.
    ByHand(String),
}

impl Proposed {
    pub(super) fn of(cluster: &str, change: &Change, meant: &App, source: Option<(&str, &[u8])>) -> Self {
        let (chart, id) = cluster.split_once('/').unwrap_or_default();
        let edited = source.and_then(|(file, bytes)| {
            let edit = match change {
                Change::Set { fields } => Edit::Set(chart, id, fields),
                Change::Copy { name, fields, without } => Edit::Copy(chart, id, name, fields, without),
            };
            let after = load::edit(file, bytes, edit, meant)?;
            Some((file.to_owned(), String::from_utf8_lossy(bytes).into_owned(), after))
        });
        match edited {
            Some((name, before, after)) => Self::File { name, before, after },
            None => Self::ByHand(by_hand(cluster, change)),
        }
    }

    /// A difference.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::ByHand(text) => text.clone(),
            Self::File { name, before, after } => {
                similar::TextDiff::from_lines(before.as_str(), after.as_str())
                    .unified_diff()
                    .header(name, name)
                    .to_string()
            }
        }
    }

    pub(super) fn write(&self, root: &Path) -> Result<()> {
        match self {
            Self::File { name, after, .. } => output::replace(&root.join(name), after.as_bytes()),
            Self::ByHand(_) => {
                let failure = Failure::usage("the edit cannot be written into this app");
                Err(failure.hint("it is in Rust, or written with anchors in the cluster's place: the runbook says what to write").into())
            }
        }
    }
}

fn by_hand(cluster: &str, change: &Change) -> String {
    let lines = |fields: &[(&str, String)]| {
        fields.iter().map(|(key, value)| format!("+ {key}: {value}\n")).collect::<String>()
    };
    match change {
        Change::Set { fields } => format!("in cluster {cluster}:\n{}", lines(fields)),
        Change::Copy { name, fields, without } => {
            let gone: String = without.iter().map(|key| format!("- {key}\n")).collect();
            format!("a copy of cluster {cluster} as {name}, in it:\n{}{gone}", lines(fields))
        }
    }
}
