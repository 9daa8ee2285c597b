//! For people: one entry a cause, with path, place, sentence, code and help.

use super::{Account, Group, Leaving};
use pgsynth_constructs::rules::Level;

/// What becomes of a cluster that leaves an output.
pub fn leaving(leaving: &Leaving) -> String {
    let Leaving { cluster, now, end } = leaving;
    match now {
        Some(app) => format!("cluster `{cluster}` leaves the output; app `{app}` renders it now"),
        None => format!(
            "cluster `{cluster}` leaves the output and keeps running. To delete it:\n    {}\n  to keep it, do nothing: nothing renders or deletes it any more",
            end.join("\n    ")
        ),
    }
}

/// An entry, as it stands below its heading.
pub fn entry(group: &Group) -> String {
    let Group { level: _, first, count, names } = group;
    let mut text = first.to_string();
    if *count > 1 {
        let shown = format!("`{}`", names.join("`, `"));
        let more = match count - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text += &format!("\n    this occurs {count} times: for {shown}{more}");
    }
    text
}

/// The entries of one level under a heading, if there are any.
pub fn section(account: &Account, level: Level) -> Option<Section> {
    let groups: Vec<_> = account.groups().into_iter().filter(|group| group.level == level).collect();
    let count: usize = groups.iter().map(|group| group.count).sum();
    if count == 0 {
        return None;
    }
    let word = if level == Level::Error { "problem" } else { "warning" };
    let plural = if count == 1 { "" } else { "s" };
    let heading = match &account.app {
        Some(app) => format!("app `{app}` has {count} {word}{plural}"),
        None => "the apps of the project cannot be used".to_owned(),
    };
    let entries = groups.iter().map(|group| format!("\n  {}", entry(group))).collect();
    Some(Section { level, heading, entries })
}

/// A heading with its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// How bad they are.
    pub level: Level,
    /// How many there are, of which app.
    pub heading: String,
    /// The entries, each on a line of its own.
    pub entries: String,
}
