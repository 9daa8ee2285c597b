//! What is told beside the findings: what was not looked at, and what that is.

use std::collections::BTreeMap;

use crate::manifests::{Form, Manifest};

/// Kinds of other operators for PostgreSQL, by group and kind.
const OTHERS: [(&str, &str, &str); 7] = [
    ("postgresql.cnpg.io", "Cluster", "CloudNativePG"),
    ("postgres-operator.crunchydata.com", "PostgresCluster", "Crunchy Postgres for Kubernetes"),
    ("pgv2.percona.com", "PerconaPGCluster", "Percona Operator for PostgreSQL"),
    ("pg.percona.com", "PerconaPGCluster", "Percona Operator for PostgreSQL"),
    ("stackgres.io", "SGCluster", "StackGres"),
    ("kubedb.com", "Postgres", "KubeDB"),
    ("kubegres.reactive-tech.io", "Kubegres", "Kubegres"),
];

/// What the objects are that no rule looks at.
pub(super) fn about(found: &[(usize, Manifest)]) -> Vec<String> {
    let mut notes = vec![];
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, manifest) in found {
        let place = || manifest.document.locate(&manifest.at);
        let other =
            |(group, kind, _): &&(&str, &str, &str)| *group == manifest.group() && *kind == manifest.kind();
        match (manifest.form, manifest.group(), manifest.kind()) {
            (Form::App, ..) => notes.push(format!(
                "{}: an app file of pgsynth, not checked here; `pgsynth synth --check` checks it",
                place()
            )),
            (Form::ChartValues, ..)
            | (_, "acid.zalan.do", "postgresql" | "OperatorConfiguration" | "PostgresTeam")
            | (_, "", "ConfigMap" | "Secret" | "Namespace" | "PersistentVolumeClaim")
            | (_, "storage.k8s.io", "StorageClass") => {}
            (_, _, kind) => match OTHERS.iter().find(other) {
                Some((_, kind, whose)) => {
                    notes.push(format!(
                        "{}: kind `{kind}` is of another operator, {whose}; not checked",
                        place()
                    ));
                }
                None => *kinds.entry(kind).or_default() += 1,
            },
        }
    }
    if !kinds.is_empty() {
        let kinds: Vec<_> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        notes.push(format!("objects of other kinds, not checked: {}", kinds.join(", ")));
    }
    notes
}
