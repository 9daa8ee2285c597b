//! What may not change unseen between two renderings of an app: clusters that go, come, or move.

use std::collections::BTreeMap;

use super::{Past, Report, Retirement, Rule, rule};
use crate::record::{ClusterKey, ClusterRecord};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "R1" "cluster-gone", Past(cluster_gone)),
    rule!(Error "R2" "cluster-renamed", Past(cluster_renamed)),
    rule!(Error "R3" "namespace-changed", Past(namespace_changed)),
    rule!(Error "R9" "retired-but-rendered", Past(retired_but_rendered)),
    rule!(Error "T67" "config-maps-changed", Past(config_maps_changed)),
];

/// Clusters that were remembered, are no longer rendered, and of which nobody says why.
fn gone<'a>(past: &Past<'a>) -> impl Iterator<Item = (&'a ClusterKey, &'a ClusterRecord)> {
    let Past { before, after, retired, .. } = *past;
    let went: Vec<_> = before.clusters.iter().filter(|(key, _)| !after.clusters.contains_key(*key)).collect();
    let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
    went.iter().for_each(|(key, _)| *alike.entry(&key.name).or_default() += 1);
    // An entry without a namespace speaks of one cluster, and so of none where several of the name went.
    let speaks = move |entry: &Retirement, key: &ClusterKey| {
        entry.is(key) && (entry.namespace.is_some() || alike[key.name.as_str()] == 1)
    };
    went.into_iter().filter(move |(key, _)| !retired.iter().any(|entry| speaks(entry, key)))
}

/// Clusters that are rendered and were not remembered.
fn new<'a>(past: &Past<'a>) -> impl Iterator<Item = &'a ClusterKey> {
    let Past { before, after, .. } = *past;
    after.clusters.keys().filter(move |key| !before.clusters.contains_key(*key))
}

/// The same name in another namespace, where one came and one went.
fn moved_to<'a>(past: &Past<'a>, gone: &ClusterKey) -> Option<&'a ClusterKey> {
    let came: Vec<_> = new(past).filter(|key| key.name == gone.name).collect();
    let went = self::gone(past).filter(|(key, _)| key.name == gone.name).count();
    (came.len() == 1 && went == 1).then(|| came[0])
}

/// Another name in the same namespace, where one came and one went.
fn renamed_to<'a>(past: &Past<'a>, gone: &ClusterKey) -> Option<&'a ClusterKey> {
    let came: Vec<_> = new(past).filter(|key| key.namespace == gone.namespace).collect();
    let went = self::gone(past).filter(|(key, _)| key.namespace == gone.namespace).count();
    (came.len() == 1 && went == 1).then(|| came[0])
}

/// The entry that retires a cluster.
fn entry(key: &ClusterKey, record: &ClusterRecord) -> String {
    let mut fields = format!("reason: \"<why>\", namespace: {}", key.namespace);
    if let (Some(generation), Some(backup)) = (record.generation, &record.backup) {
        fields += &format!(", generation: {generation}, backup: {backup}");
    }
    format!("`retired: {{{key}: {{{fields}}}}}`")
}

fn cluster_gone(past: &Past, report: &mut Report) {
    for (key, record) in gone(past) {
        if moved_to(past, key).is_none() && renamed_to(past, key).is_none() {
            report
                .required("retired", format!("the app had cluster `{key}` and no longer has it: it keeps running, its volumes stay, and nothing renders it"))
                .help(format!("put it back, or say that it is gone on purpose: {}", entry(key, record)));
        }
    }
}

fn cluster_renamed(past: &Past, report: &mut Report) {
    for (key, record) in gone(past) {
        let Some(now) = renamed_to(past, key).filter(|_| moved_to(past, key).is_none()) else { continue };
        let data = match record.generation {
            Some(generation) => format!(
                "to carry the data over, add `restore: {{cluster: {}, generation: {generation}, at: latest}}` to `{}`",
                key.name, now.name
            ),
            None => "copy the data with `pg_dump` first, because it has no archive".to_owned(),
        };
        report
            .required("retired", format!("the app had cluster `{key}`, and has `{now}` instead: that is a new, empty cluster, and the old one keeps running"))
            .help(format!("put the name back; or {data}, and say that the old one is gone: {}", entry(key, record)));
    }
}

fn namespace_changed(past: &Past, report: &mut Report) {
    for (key, _) in gone(past) {
        let Some(now) = moved_to(past, key).filter(|now| !past.accepted.accepts(now)) else { continue };
        report
            .forbidden("", format!("cluster `{}` moved from namespace `{}` to `{}`: that is a new, empty cluster", key.name, key.namespace, now.namespace))
            .help(format!("put it back; if the data may be left behind or has been moved, run `synth --accept-generation {}`, once", past.accepted.id(now).unwrap_or_default()));
    }
}

fn retired_but_rendered(past: &Past, report: &mut Report) {
    for retirement in past.retired {
        if let Some(key) = past.after.clusters.keys().find(|key| retirement.is(key)) {
            report
                .forbidden(
                    format!("retired.{}", retirement.id),
                    format!("the app still renders cluster `{key}`"),
                )
                .help("remove this entry, or the cluster");
        }
    }
}

fn config_maps_changed(past: &Past, report: &mut Report) {
    let several = past.before.clusters.values().any(|cluster| cluster.instances > 1);
    if let (Some(before), Some(now)) = (past.before.config_maps, past.after.config_maps)
        && before != now
        && several
    {
        report
            .forbidden("kubernetes_use_configmaps", format!("it changed from `{before}` while clusters with several instances run: two members can both become primary"))
            .value(now)
            .help("stop the clusters first (`instances: 0`), then change it, and start them again");
    }
}
