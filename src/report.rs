//! What is wrong, for people and for programs: problems with one cause and one place are one entry.

pub mod github;
pub mod json;
pub mod rules;
pub mod sarif;
pub mod text;

use std::collections::BTreeMap;

use pgsynth_constructs::base::{Code, Kind, Location, Problem};
use pgsynth_constructs::rules::Level;
use pgsynth_constructs::upstream::problems::Undecided;

/// What is to be told of one app, or of the project where there is no app yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Name of the app; none for the project as a whole.
    pub app: Option<String>,
    /// Folder of its output, below the project.
    pub output: Option<String>,
    /// What must be mended.
    pub errors: Vec<Problem>,
    /// What may be wanted.
    pub warnings: Vec<Problem>,
    /// Rules that could not be decided.
    pub undecided: Vec<Undecided>,
    /// What was written, or would be.
    pub outcome: Option<Outcome>,
    /// Clusters that leave the output.
    pub leaving: Vec<Leaving>,
    /// What else there is to know: what was assumed, and what was not looked at.
    pub notes: Vec<String>,
}

/// A cluster that leaves an output and keeps running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The cluster, `<namespace>/<name>`.
    pub cluster: String,
    /// The app of the project that renders it now, if one does.
    pub now: Option<String>,
    /// The commands that end it.
    pub end: Vec<String>,
}

/// What became of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Files that were written, or would be.
    pub written: usize,
    /// Files that were removed, or would be.
    pub removed: usize,
    /// Files that are as they should be.
    pub unchanged: usize,
    /// Whether the output was not what the app renders, as `--check` found it.
    pub different: bool,
}

/// Problems with one cause and one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Group<'a> {
    /// How bad they are.
    pub level: Level,
    /// The first of them.
    pub first: &'a Problem,
    /// How many they are.
    pub count: usize,
    /// What the first three are about: `shop/main` for a cluster, else the path.
    pub names: Vec<String>,
}

/// How many names an entry shows.
const SHOWN: usize = 3;

impl Account {
    /// Errors and warnings, each cause once.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups = group(Level::Error, &self.errors);
        groups.extend(group(Level::Warning, &self.warnings));
        groups
    }
}

/// What makes two problems one: the fault, the words, and where they were written.
type Cause<'a> = (Code, Kind, Option<&'a str>, &'a str, Option<&'a Location>, &'a str);

fn cause(problem: &Problem) -> Cause<'_> {
    let Problem { code, kind, path, value, message, help: _, native: _, place } = problem;
    // Without a place it is the field, whichever cluster it is of.
    let field = match place {
        Some(_) => "",
        None => cluster(path).map_or(path.as_str(), |(_, rest)| rest),
    };
    (*code, *kind, value.as_deref(), message, place.as_ref(), field)
}

/// Groups problems, in the order of their first ones.
pub fn group(level: Level, problems: &[Problem]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = vec![];
    let mut known: BTreeMap<Cause, usize> = BTreeMap::new();
    for problem in problems {
        let index = *known.entry(cause(problem)).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Group { level, first: problem, count: 0, names: vec![] });
        }
        let group = &mut groups[index];
        group.count += 1;
        let name = cluster(&problem.path).map_or_else(|| problem.path.clone(), |(name, _)| name);
        if group.names.len() < SHOWN && !name.is_empty() && !group.names.contains(&name) {
            group.names.push(name);
        }
    }
    groups
}

/// The cluster that a path leads through, `<chart>/<cluster>`, and the rest of the path.
fn cluster(path: &str) -> Option<(String, &str)> {
    let (chart, rest) = path.strip_prefix("charts.")?.split_once(".clusters.")?;
    let (cluster, rest) = rest.split_once('.').unwrap_or((rest, ""));
    Some((format!("{chart}/{cluster}"), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowered(cluster: &str, line: Option<usize>) -> Problem {
        let path = format!("charts.shop.clusters.{cluster}.postgres");
        let place = line.map(|line| Location { file: "apps/shop.yaml".to_owned(), line, column: 15 });
        Problem { place, ..Problem::invalid(path, 16, "lowered") }
    }

    #[test]
    fn one_cause_in_one_place_is_one_entry() {
        let many: Vec<_> = (0..5000).map(|index| lowered(&format!("c{index}"), Some(7))).collect();
        let groups = group(Level::Error, &many);
        assert_eq!((groups.len(), groups[0].count), (1, 5000));
        insta::assert_snapshot!(text::entry(&groups[0]), @r"
        charts.shop.clusters.c0.postgres (apps/shop.yaml:7:15): invalid value `16`: lowered [invalid-value]
            this occurs 5000 times: for `shop/c0`, `shop/c1`, `shop/c2` and 4997 more
        ");
        // Another place is another entry; so is another field where there are no places.
        assert_eq!(group(Level::Error, &[lowered("a", Some(7)), lowered("b", Some(8))]).len(), 2);
        assert_eq!(group(Level::Error, &[lowered("a", None), lowered("b", None)]).len(), 1);
        let other = Problem::invalid("charts.shop.clusters.a.instances", 16, "lowered");
        assert_eq!(group(Level::Error, &[lowered("a", None), other]).len(), 2);
    }
}
