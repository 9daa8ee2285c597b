//! What a change does before it is merged: per cluster and field what becomes of the pods that run, and in what order.

mod json;
mod markdown;
mod rollout;
mod state;
mod text;

pub use json::document;
pub use markdown::markdown;
pub use rollout::{Rollout, Step, rollout};
pub use state::State;
pub use text::text;

use std::collections::BTreeSet;

use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::upstream::behaviour::impact::{
    Change, Impact, Surroundings, of_cluster, of_operator,
};

/// The difference between two states of an app.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// Name of the app.
    pub app: String,
    /// What it is compared with.
    pub against: String,
    /// Clusters that differ, by namespace and name.
    pub clusters: Vec<ClusterDiff>,
    /// What differs in the operator's configuration; it concerns every cluster.
    pub operator: Vec<Change>,
    /// Other objects that are new, `Kind namespace/name`.
    pub added: Vec<String>,
    /// Other objects that are gone.
    pub removed: Vec<String>,
    /// Other objects that differ.
    pub changed: Vec<String>,
    /// Clusters that there are afterwards.
    pub count: usize,
}

/// A cluster that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterDiff {
    /// Its name, `<namespace>/<name>`.
    pub name: String,
    /// Whether it is new, gone, or there before and after.
    pub kind: Kind,
    /// Its fields that differ, where it is there before and after.
    pub changes: Vec<Change>,
    /// Its instances afterwards.
    pub instances: u32,
    /// Its maintenance windows afterwards.
    pub windows: Vec<String>,
    /// Whether it follows another one.
    pub standby: bool,
}

/// What became of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is new.
    Added,
    /// It is rendered no more.
    Removed,
    /// It is there before and after.
    Changed,
}

impl ClusterDiff {
    /// The most that happens to it.
    pub fn impact(&self) -> Impact {
        match self.kind {
            Kind::Added => Impact::None,
            Kind::Removed => Impact::Loss,
            Kind::Changed => {
                self.changes.iter().map(|change| change.impact).max().unwrap_or(Impact::NoEffect)
            }
        }
    }
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self { app: _, against: _, clusters, operator, added, removed, changed, count: _ } = self;
        clusters.is_empty()
            && operator.is_empty()
            && added.is_empty()
            && removed.is_empty()
            && changed.is_empty()
    }

    /// The same, of something else than what is rendered now.
    pub fn of(self, app: impl std::fmt::Display) -> Self {
        Self { app: format!("{}, {app}", self.app), ..self }
    }

    /// The whole in one line.
    pub fn summary(&self) -> String {
        if self.is_empty() {
            return "nothing differs".to_owned();
        }
        let mut parts = vec![];
        let of = |kind: Kind| self.clusters.iter().filter(|cluster| cluster.kind == kind).count();
        for (count, word) in [(of(Kind::Added), "new"), (of(Kind::Removed), "gone")] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
        for impact in Impact::ALL.into_iter().rev() {
            let hit: Vec<_> = self
                .clusters
                .iter()
                .filter(|cluster| cluster.kind == Kind::Changed && cluster.impact() == impact)
                .collect();
            if hit.is_empty() {
                continue;
            }
            let pods: u32 = hit.iter().map(|cluster| cluster.instances).sum();
            let switchovers = hit.iter().filter(|cluster| cluster.instances > 1).count();
            parts.push(match impact {
                Impact::Roll => format!(
                    "{} roll ({}, {})",
                    hit.len(),
                    counted(pods as usize, "pod"),
                    counted(switchovers, "switchover")
                ),
                Impact::Restart => format!("{} restart ({})", hit.len(), counted(pods as usize, "server")),
                impact => format!("{} {}", hit.len(), impact.word()),
            });
        }
        let operator = self.operator.iter().map(|change| change.impact).max();
        let mut line = match self.clusters.len() {
            0 => String::new(),
            count => format!("{}: {}", counted(count, "cluster"), parts.join(", ")),
        };
        let mut add = |part: String| {
            if !line.is_empty() {
                line += "; ";
            }
            line += &part;
        };
        if let Some(impact) = operator {
            let clusters = if impact >= Impact::Reload {
                format!(" for {}", counted(self.count, "cluster"))
            } else {
                String::new()
            };
            add(format!("the operator's configuration: {}{clusters}", impact.word()));
        }
        let others = self.added.len() + self.removed.len() + self.changed.len();
        if others > 0 {
            add(format!("{} beside them", counted(others, "object")));
        }
        line
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Compares two states.
pub fn diff(app: &str, against: &str, before: &State, after: &State) -> Diff {
    let mut found = Diff {
        app: app.to_owned(),
        against: against.to_owned(),
        count: after.clusters.len(),
        ..Diff::default()
    };
    let around = Surroundings { before: before.facts(), after: after.facts() };
    let keys: BTreeSet<_> = before.clusters.keys().chain(after.clusters.keys()).collect();
    for key in keys {
        let name = format!("{}/{}", key.0, key.1);
        let (kind, changes, of) = match (before.clusters.get(key), after.clusters.get(key)) {
            (Some(one), Some(other)) => (Kind::Changed, of_cluster(one, other, &around), other),
            (None, Some(other)) => (Kind::Added, vec![], other),
            (Some(one), None) => (Kind::Removed, vec![], one),
            (None, None) => continue,
        };
        if kind != Kind::Changed || !changes.is_empty() {
            found.clusters.push(cluster(name, kind, changes, of));
        }
    }
    if let (Some(one), Some(other)) = (&before.configuration, &after.configuration) {
        found.operator = of_operator(one, other);
    }
    for (name, one) in &before.others {
        match after.others.get(name) {
            None => found.removed.push(name.clone()),
            Some(other) if other != one => found.changed.push(name.clone()),
            Some(_) => {}
        }
    }
    found.added = after.others.keys().filter(|name| !before.others.contains_key(*name)).cloned().collect();
    found
}

fn cluster(name: String, kind: Kind, changes: Vec<Change>, resource: &Postgresql) -> ClusterDiff {
    let spec = &resource.spec;
    ClusterDiff {
        name,
        kind,
        changes,
        instances: spec
            .number_of_instances
            .and_then(|count| u32::try_from(count.get()).ok())
            .unwrap_or_default(),
        windows: spec.maintenance_windows.iter().flatten().map(ToString::to_string).collect(),
        standby: spec.standby.is_some(),
    }
}
