//! For people: one entry a cause, with path, place, sentence, code and help.

use indexmap::IndexMap;

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
    Some(Section { level, heading, entries: entries(&groups, level) })
}

/// Warnings of one rule beyond which the rest is only counted.
const MOST: usize = 10;
/// How many of them are shown.
const SHOWN: usize = 3;

/// The entries. Each error has to be mended where it stands; what one rule says about every cluster of a fleet is read once.
fn entries(groups: &[Group], level: Level) -> String {
    let code = |group: &Group| group.first.code.to_string();
    let mut left: IndexMap<String, (usize, usize)> = IndexMap::new();
    for group in groups {
        left.entry(code(group)).or_default().0 += 1;
    }
    let mut text = String::new();
    for group in groups {
        let Some((all, shown)) = left.get_mut(&code(group)) else { continue };
        *shown += 1;
        if level == Level::Error || *all <= MOST || *shown <= SHOWN {
            text += &format!("\n  {}", entry(group));
        } else if *shown == SHOWN + 1 {
            let more = *all - SHOWN;
            text +=
                &format!("\n  and {more} more of `{}`; `--format json` has all of them", group.first.code);
        }
    }
    text
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
