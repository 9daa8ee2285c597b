//! A problem names a field that exists: of every leaf of the custom resource, set by the cluster's field or by the overlay.

use std::collections::BTreeSet;

use pgsynth::constructs::crds::Mirror;
use pgsynth::constructs::crds::postgresql::PostgresqlSpec;
use pgsynth::constructs::{App, Cluster, Past};
use pgsynth::{load, synth};
use serde_yaml::Value;

/// A key that is near to none.
const NONSENSE: &str = "qqqqqqqqqqqqqqqqqqqq";

fn everything() -> (App, Value) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/apps/valid/everything.yaml");
    let bytes = std::fs::read(path).unwrap();
    (load::app("everything.yaml", &bytes).unwrap(), serde_yaml::from_slice(&bytes).unwrap())
}

/// Whether the app's schema has a field at this path of a cluster: what it does not have is refused by name. A `*` is an item of
/// a list or an entry of a map, whichever there is.
fn exists(before: &[String], rest: &[&str]) -> bool {
    let Some((step, rest)) = rest.split_first() else { return true };
    let below = |step: &str| before.iter().cloned().chain([step.to_owned()]).collect::<Vec<_>>();
    if *step == "*" {
        return exists(&below("[]"), rest) || exists(&below("a"), rest);
    }
    let inner = format!("{{{step}: {{{NONSENSE}: 1}}}}");
    let around = before.iter().rev().fold(inner, |inner, step| match step.as_str() {
        "[]" => format!("[{inner}]"),
        key => format!("{{{key}: {inner}}}"),
    });
    let text = format!("{{charts: {{a: {{clusters: {{b: {around}}}}}}}}}");
    let error = load::app("app.yaml", text.as_bytes()).unwrap_err();
    let refused = error.value.as_deref() == Some(*step) && error.kind.word() == "unknown";
    // A list where a map stands, or the reverse, is the wrong guess about a `*`.
    let guessed = ["expected a map", "expected a list"].iter().any(|words| error.message.starts_with(words));
    let here = error.path.split('.').count() <= 4 + before.len();
    let guess = before.last().is_some_and(|last| last == "[]" || last == "a");
    if refused || (guessed && here && guess) {
        return false;
    }
    exists(&below(step), rest)
}

#[test]
fn every_leaf_leads_to_a_field_of_the_app() {
    let leaves = PostgresqlSpec::schema().leaves();
    assert!(leaves.len() > 350, "{}", leaves.len());
    let volume = pgsynth::constructs::Volume::new("1Gi");
    let cluster = Cluster::new("a", "18", volume, pgsynth::constructs::Backup::none("a test"));
    let mut wrong = BTreeSet::new();
    for leaf in leaves {
        // An index for a list, a name for a map; neither changes which field it is.
        let path = leaf.replace(".*", ".0");
        for place in [cluster.place(&path), format!("spec.{path}")] {
            let steps: Vec<_> = place.split('.').map(|step| if step == "0" { "*" } else { step }).collect();
            if !exists(&[], &steps) {
                wrong.insert(format!("{path} is said to be at `{place}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every leaf that `everything` renders leads to a node of its text, or to a field that it leaves to its default.
#[test]
fn every_rendered_leaf_leads_to_what_was_written() {
    let (app, text) = everything();
    let valid = app.validate(&Past::default()).unwrap();
    let bundle = synth::bundle(&valid);
    let manifest = bundle.manifests().into_iter().find(|file| file.name == "40-shop-orders.yaml").unwrap();
    let documents = serde_yaml::Deserializer::from_slice(&manifest.bytes);
    let object = documents
        .map(|document| <Value as serde::Deserialize>::deserialize(document).unwrap())
        .find(|object| object["kind"] == "postgresql")
        .unwrap();
    let cluster = app.charts.get("shop").unwrap().clusters.get("orders").unwrap();
    let written = &text["charts"]["shop"]["clusters"]["orders"];
    let mut leaves = vec![];
    collect(&object["spec"], "", &mut leaves);
    // What pgsynth adds of its own, or derives.
    let added = [
        "topologySpreadConstraints",
        "postgresql.parameters.huge_pages",
        "patroni.initdb.data-checksums",
        "users.monitoring",
        "spiloFSGroup",
        "preparedDatabases.shop.schemas",
        "preparedDatabases.reports.schemas",
        "sidecars",
        "additionalVolumes",
        "masterServiceAnnotations",
        "replicaServiceAnnotations",
        "volume.storageClass",
        "enableReplicaPoolerNodePort",
        "env",
        "initContainers",
    ];
    let mut checked = 0;
    for leaf in leaves.iter().filter(|leaf| !added.iter().any(|added| leaf.starts_with(added))) {
        let place = cluster.place(leaf);
        // The longest part that was written: below it a construct may render more than was said.
        let found = node(written, &place).is_some();
        assert!(found, "`{leaf}` comes from `{place}`, which is not written");
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}

fn collect(value: &Value, path: &str, leaves: &mut Vec<String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Mapping(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| collect(value, &below(key.as_str().unwrap()), leaves));
        }
        _ => leaves.push(path.to_owned()),
    }
}

/// The node at a path, or the one above it that stands for the whole: `pooler: {}`, `nodePort: 30433`. Keys may have dots.
fn node<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let Value::Mapping(map) = value else { return Some(value) };
    if path.is_empty() {
        return Some(value);
    }
    map.iter().find_map(|(key, inner)| {
        let rest = path.strip_prefix(key.as_str()?)?;
        match rest.strip_prefix('.') {
            Some(rest) => node(inner, rest),
            None => rest.is_empty().then_some(inner),
        }
    })
}
