//! The form that `.pgsynth` had before it was a fact a line: a map, with clusters by `<chart>/<cluster>`.

use std::collections::BTreeMap;

use pgsynth_constructs::upstream::record::{ClusterKey, ClusterRecord, Record};
use serde::Deserialize;

use super::State;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Map {
    pgsynth: String,
    app: String,
    files: Vec<String>,
    #[serde(default)]
    record: Remembered,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Remembered {
    #[serde(default)]
    config_maps: Option<bool>,
    #[serde(default)]
    clusters: BTreeMap<String, Cluster>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Cluster {
    namespace: String,
    #[serde(default)]
    postgres: Option<u32>,
    instances: i32,
    size: String,
    #[serde(default)]
    class: Option<String>,
    #[serde(default)]
    databases: BTreeMap<String, String>,
    #[serde(default)]
    generation: Option<u32>,
    #[serde(default)]
    root: Option<String>,
    #[serde(default)]
    backup: Option<String>,
}

/// Reads the older form; JSON is YAML too.
pub(super) fn parse(text: &str) -> Result<State, String> {
    let Map { pgsynth, app, files, record } =
        serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    if pgsynth != "v1" {
        return Err(format!(
            "it has schema `{pgsynth}`, but this pgsynth knows only `v2`; use the version that wrote it"
        ));
    }
    let cluster = |(id, cluster): (String, Cluster)| {
        let Cluster { namespace, postgres, instances, size, class, databases, generation, root, backup } =
            cluster;
        let name = id.split_once('/').map_or(id.as_str(), |(_, name)| name);
        let record = ClusterRecord {
            postgres,
            instances,
            size,
            class,
            databases,
            generation,
            root,
            endpoint: None,
            backup,
        };
        (ClusterKey::new(namespace, name), record)
    };
    let Remembered { config_maps, clusters } = record;
    let clusters = clusters.into_iter().map(cluster).collect();
    Ok(State { app, files, record: Record { config_maps, clusters, ..Record::default() } })
}
