//! What a change of a resource does to the pods that run, by the operator's own comparison (`pkg/cluster/cluster.go`,
//! `compareStatefulSetWith`, `compareContainers`; `pkg/cluster/sync.go`; `pkg/cluster/k8sres.go` of operator 2.0.1).
//!
//! One table for each resource; a test keeps them complete over every path of the schemas.

mod changes;
mod cluster;
mod operator;

pub use changes::{Change, Surroundings, of_cluster, of_operator};

use std::fmt;

/// What a change does, in the order of what people want to know first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing: the operator does not look at it once the cluster runs, or never takes it back.
    NoEffect,
    /// Something beside PostgreSQL changes; its pods and its settings stay.
    None,
    /// PostgreSQL or Patroni reads it again; connections stay.
    Reload,
    /// The StatefulSet is made anew around the pods, which stay.
    Replaced,
    /// PostgreSQL restarts in its pods.
    Restart,
    /// Every pod is made anew, replicas first, with a switchover.
    Roll,
    /// Data or service is lost, or there is no way back but a restore.
    Loss,
    /// The API server or the operator refuses it, or ignores it with an error.
    Refused,
}

impl Impact {
    /// Every impact, from the least.
    pub const ALL: [Self; 8] = [
        Self::NoEffect,
        Self::None,
        Self::Reload,
        Self::Replaced,
        Self::Restart,
        Self::Roll,
        Self::Loss,
        Self::Refused,
    ];

    /// As one or two words.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoEffect => "no effect",
            Self::None => "none",
            Self::Reload => "reload",
            Self::Replaced => "replaced",
            Self::Restart => "restart",
            Self::Roll => "roll",
            Self::Loss => "loss",
            Self::Refused => "refused",
        }
    }

    /// What it is, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoEffect => "nothing that runs changes",
            Self::None => "PostgreSQL's pods and settings stay",
            Self::Reload => "read again while it runs; connections stay",
            Self::Replaced => "the StatefulSet is made anew around its pods, which stay",
            Self::Restart => "PostgreSQL restarts in its pods",
            Self::Roll => "every pod is made anew, replicas first, with one switchover",
            Self::Loss => "data or service is lost, or only a restore leads back",
            Self::Refused => "it is not taken",
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A row of a table: a path and all below it, `*` for an index, a name or a key; what a change does, and why where that is
/// not plain.
type Row = (&'static str, Impact, &'static str);

/// The row of a path: of those that fit the longest.
fn row(table: &'static [Row], steps: &[&str]) -> Option<&'static Row> {
    let fits = |pattern: &str| {
        let pattern: Vec<&str> = pattern.split('.').collect();
        let same = |(one, other): (&&str, &&str)| *one == "*" || one == other;
        pattern.len() <= steps.len() && pattern.iter().zip(steps).all(same)
    };
    table.iter().filter(|(pattern, ..)| fits(pattern)).max_by_key(|(pattern, ..)| {
        // A name is nearer than a star.
        (pattern.matches('.').count(), !pattern.contains('*'))
    })
}

/// What a path of a cluster's resource does by the table alone, whatever its value: for its documentation.
pub fn of_path(path: &str) -> Option<(Impact, &'static str)> {
    let steps: Vec<&str> = path.split('.').collect();
    row(cluster::TABLE, &steps).map(|(_, impact, why)| (*impact, *why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crds::Mirror;
    use crate::crds::operator_configuration::Configuration;
    use crate::crds::postgresql::PostgresqlSpec;

    fn complete(table: &'static [Row], leaves: &[String]) {
        for leaf in leaves {
            let steps: Vec<&str> = leaf.split('.').collect();
            assert!(row(table, &steps).is_some(), "no row for `{leaf}`");
        }
        for (index, (pattern, ..)) in table.iter().enumerate() {
            let below = |leaf: &String| {
                let steps: Vec<&str> = leaf.split('.').collect();
                row(std::slice::from_ref(&table[index]), &steps).is_some()
            };
            assert!(leaves.iter().any(below), "`{pattern}` is no path of the schema");
            assert_eq!(table.iter().filter(|(other, ..)| other == pattern).count(), 1, "{pattern}");
        }
    }

    #[test]
    fn every_path_of_the_schemas_has_a_row() {
        complete(cluster::TABLE, &PostgresqlSpec::schema().leaves());
        complete(operator::TABLE, &Configuration::schema().leaves());
    }

    #[test]
    fn the_nearest_row_counts() {
        assert_eq!(of_path("sidecars.exporter.command").unwrap().0, Impact::NoEffect);
        assert_eq!(of_path("sidecars.exporter.image").unwrap().0, Impact::Roll);
        assert_eq!(of_path("patroni.ttl").unwrap().0, Impact::Reload);
        assert_eq!(of_path("patroni.initdb.data-checksums").unwrap().0, Impact::Roll);
        assert_eq!(of_path("nothing"), None);
    }
}
