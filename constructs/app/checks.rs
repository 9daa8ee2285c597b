//! The second step: the traps over the resolved objects, and the warnings that are accepted.

use std::collections::BTreeMap;

use super::App;
use super::validate::Entry;
use crate::base::{Object, OperatorFacts, Problem, Problems, each};
use crate::crds::join;
use crate::namespace::POD_SECURITY;
use crate::traps::{
    Check, ClaimFacts, ClassFacts, ClassView, ClusterView, Found, OperatorView, checks, is_warning, report,
};

pub(super) fn operator(app: &App, operator: &OperatorFacts, problems: &mut Problems) {
    let rendered = app.operators().map(|(id, _, _)| format!("charts.{id}.operator")).next();
    let view = OperatorView {
        operator,
        protect: app.protect,
        baseline: baseline(app),
        rendered: rendered.is_some(),
    };
    let path = rendered.unwrap_or_else(|| "externalOperator".to_owned());
    let place = |field: &str| format!("{path}.configuration.{field}");
    for (trap, check) in checks() {
        if let Check::Operator(rule) = check {
            rule(&view, &mut Found::new(trap, &place, problems));
        }
    }
}

/// Whether pgsynth makes a namespace of clusters, and the user gives it no weaker standard. Of others nothing is known.
fn baseline(app: &App) -> bool {
    let made = app.charts.iter().filter(|(_, chart)| !chart.clusters.is_empty() && chart.namespace.create);
    made.filter(|(_, chart)| {
        chart.namespace.labels.get(POD_SECURITY).is_none_or(|level| level != "privileged")
    })
    .count()
        > 0
}

pub(super) fn clusters(
    app: &App,
    operator: &OperatorFacts,
    entries: &[Entry],
    objects: &[Object],
    classes: &[ClassFacts],
    problems: &mut Problems,
) {
    let claims: Vec<_> = objects.iter().filter_map(ClaimFacts::of).collect();
    let views: Vec<_> = entries
        .iter()
        .map(|entry| ClusterView {
            resource: &entry.resolved.resource,
            operator,
            platform: app.platform,
            classes,
            claims: &claims,
        })
        .collect();
    let place = |entry: &Entry, path: &str| match path {
        "" => entry.scope.path().to_owned(),
        path => entry.scope.at(&entry.cluster.place(path)),
    };
    let found = each(
        entries.iter().zip(&views).collect(),
        || (),
        |(), (entry, view)| {
            let mut problems = Problems::default();
            let place = |path: &str| place(entry, path);
            for (trap, check) in checks() {
                if let Check::Cluster(rule) = check {
                    rule(view, &mut Found::new(trap, &place, &mut problems));
                }
            }
            problems
        },
    );
    for own in found {
        problems.extend(own);
    }
    for (_, check) in checks() {
        if let Check::Clusters(rule) = check {
            rule(&views, &mut |index, trap, path, message| {
                report(trap, Problem::new(place(&entries[index], path), message), problems);
            });
        }
    }
}

/// StorageClasses that the app names, that the platform brings, or that stand among the raw objects.
pub(super) fn known_classes(app: &App, objects: &[Object]) -> Vec<ClassFacts> {
    let mut classes = app.classes();
    for object in objects.iter().filter(|object| object.identity.kind == "StorageClass") {
        if !classes.iter().any(|class| class.name == object.identity.name) {
            classes.extend(ClassView::of(object).map(|view| view.facts(&object.identity.name)));
        }
    }
    classes
}

pub(super) fn classes(objects: &[Object], problems: &mut Problems) {
    for object in objects.iter().filter(|object| object.identity.kind == "StorageClass") {
        let Some(view) = ClassView::of(object) else { continue };
        let place = |path: &str| format!("{}.{path}", object.origin);
        for (trap, check) in checks() {
            if let Check::Class(rule) = check {
                rule(&view, &mut Found::new(trap, &place, problems));
            }
        }
    }
}

/// Takes accepted warnings away, and reports what is accepted in vain.
pub(super) fn accept(app: &App, problems: &mut Problems) {
    let of_app = app.accept.iter().map(|(id, reason)| (String::new(), id, reason));
    let of_operators = app.operators().flat_map(|(chart, _, operator)| {
        operator.accept.iter().map(move |(id, reason)| (format!("charts.{chart}.operator"), id, reason))
    });
    let of_clusters = app.charts.iter().flat_map(|(chart, of)| {
        of.clusters.iter().flat_map(move |(name, cluster)| {
            cluster
                .accept
                .iter()
                .map(move |(id, reason)| (format!("charts.{chart}.clusters.{name}"), id, reason))
        })
    });
    let mut accepted = BTreeMap::new();
    for (path, id, reason) in of_app.chain(of_operators).chain(of_clusters) {
        let at = join(&path, format!("accept.{id}"));
        if !is_warning(id) {
            problems.invalid(at, id, "not the id of a warning; errors are mended, not accepted");
        } else if reason.trim().is_empty() {
            problems.required(at, "the reason for which the warning is accepted");
        } else {
            accepted.insert((path, id.clone()), reason.clone());
        }
    }
    let complete = problems.is_valid();
    for (path, id) in problems.accept(&accepted) {
        // Beside errors not every warning may have been found.
        if complete {
            problems.warning(Problem::new(
                join(&path, format!("accept.{id}")),
                format!("`{id}` does not arise here; remove the entry"),
            ));
        }
    }
}
