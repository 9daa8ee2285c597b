//! Names that collide, and clusters that the operator does not look at.

use std::collections::BTreeMap;

use super::{Check, ClusterView, Found, FoundAmong};
use crate::values::NameRule;

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T109", Check::Cluster(name_too_long)),
    ("T110", Check::Clusters(derived_names_collide)),
    ("T111", Check::Cluster(not_watched)),
];

/// What the operator and Patroni make beside the cluster's own Service.
pub(crate) const DERIVED: [&str; 7] =
    ["-repl", "-pooler", "-pooler-repl", "-config", "-leader", "-failover", "-sync"];

fn name_too_long(view: &ClusterView, found: &mut Found) {
    let name = view.name();
    // Service `<name>-pooler-repl` has at most 63 characters.
    if let Err(rule) = NameRule::Dns1035.check(name, 51) {
        found.at("", format!("invalid name `{name}`: {rule}; Services and pods are named after the cluster"));
    }
    let configuration = &view.operator.configuration;
    let team = view.resource.spec.team_id.as_deref().unwrap_or_default();
    if configuration.enable_team_id_clustername_prefix == Some(true)
        && !name.to_ascii_lowercase().starts_with(&format!("{}-", team.to_ascii_lowercase()))
    {
        found.at("", format!("invalid name `{name}`: must begin with the team, `{team}-`, by the operator's `enable_team_id_clustername_prefix`"));
    }
}

fn derived_names_collide(views: &[ClusterView], found: &mut FoundAmong) {
    let mut names: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (index, view) in views.iter().enumerate() {
        if names.insert((view.namespace(), view.name()), index).is_some() {
            let (name, namespace) = (view.name(), view.namespace());
            found(
                index,
                "T110",
                "",
                format!("duplicate name `{name}`: another cluster of namespace `{namespace}` has it"),
            );
        }
    }
    for (index, view) in views.iter().enumerate() {
        for suffix in DERIVED {
            let Some(stem) = view.name().strip_suffix(suffix) else { continue };
            if names.contains_key(&(view.namespace(), stem)) {
                let name = view.name();
                found(
                    index,
                    "T110",
                    "",
                    format!(
                        "invalid name `{name}`: cluster `{stem}` of the same namespace makes objects of this name"
                    ),
                );
            }
        }
    }
}

fn not_watched(view: &ClusterView, found: &mut Found) {
    if !view.operator.watch.covers(view.namespace()) {
        found.with_fix(
            "",
            format!(
                "namespace `{}` is not watched: the operator would not react, and say nothing",
                view.namespace()
            ),
            "let the operator watch this namespace, or `watch: all`; it knows no list",
        );
    }
    let annotations = view.resource.metadata.annotations.as_ref();
    // What id an operator has that runs already is not known.
    if let Some(id) = annotations.and_then(|annotations| annotations.get("acid.zalan.do/controller"))
        && view.operator.rendered
    {
        found.at(
            "",
            format!(
                "annotation `acid.zalan.do/controller: {id}` gives the cluster to an operator of that id; the app's has none"
            ),
        );
    }
}
