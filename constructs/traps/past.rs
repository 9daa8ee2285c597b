//! What may not change unseen between two renderings of an app.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClassFacts, report};
use crate::base::{Problem, Problems};
use crate::values::Memory;

#[cfg(test)]
pub(super) const IDS: &[&str] = &["T35", "T67", "T71", "T72", "T73", "L18"];

/// What an app's output remembers of it: `<output>/.pgsynth`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// Whether Patroni keeps its state in ConfigMaps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_maps: Option<bool>,

    /// Clusters, by `<chart>/<cluster>`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clusters: BTreeMap<String, ClusterRecord>,
}

/// What is remembered of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterRecord {
    /// Its namespace.
    pub namespace: String,

    /// Major version of PostgreSQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres: Option<u32>,

    /// Its instances.
    pub instances: i32,

    /// Size of its volumes.
    pub size: String,

    /// Class of its volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,

    /// Kind of each database: `plain` or `prepared`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub databases: BTreeMap<String, String>,

    /// Which history of it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,

    /// Where it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,

    /// The policy by which it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
}

impl Record {
    /// Compares the app as it was with the app as it is. A cluster in `accepted` may change its namespace and its
    /// databases; one in `retired` may be gone.
    pub(crate) fn compare(
        &self,
        now: &Self,
        retired: &dyn Fn(&str) -> bool,
        accepted: &[String],
        classes: &[ClassFacts],
        problems: &mut Problems,
    ) {
        for (id, before) in &self.clusters {
            let path = path(id);
            let Some(after) = now.clusters.get(id) else {
                if !retired(id) {
                    problems.error(
                        Problem::new("retired", format!("required: the app had cluster `{id}`, and no longer has it; its volumes stay, and nothing renders it"))
                            .hint(format!("put it back, or say that it is gone on purpose: `retired: {{{id}: {{{}}}}}`", before.retired())),
                    );
                }
                continue;
            };
            if accepted.iter().any(|accepted| accepted == id) {
                continue;
            }
            before.compare(after, id, &path, classes, problems);
        }
        let several = self.clusters.values().any(|cluster| cluster.instances > 1);
        if let (Some(before), Some(after)) = (self.config_maps, now.config_maps)
            && before != after
            && several
        {
            report(
                "T67",
                Problem::new(
                    "kubernetes_use_configmaps",
                    format!("forbidden: changed from `{before}` to `{after}` while clusters of several instances run; two members could both be primary"),
                )
                .hint("stop the clusters first (`instances: 0`), change it, and start them"),
                problems,
            );
        }
    }
}

impl ClusterRecord {
    fn compare(&self, after: &Self, id: &str, path: &str, classes: &[ClassFacts], problems: &mut Problems) {
        let accept = || {
            format!(
                "if the data may be left behind, or has been moved: `synth --accept-generation {id}`, once"
            )
        };
        if self.namespace != after.namespace {
            problems.error(
                Problem::new(
                    path,
                    format!(
                        "forbidden: its namespace changed from `{}` to `{}`; that is a new, empty cluster",
                        self.namespace, after.namespace
                    ),
                )
                .hint(accept()),
            );
        }
        self.compare_archive(after, id, path, problems);
        if let (Some(before), Some(now)) = (self.postgres, after.postgres)
            && now < before
        {
            problems.error(
                Problem::new(format!("{path}.postgres"), format!("forbidden: lowered from `{before}` to `{now}`; the operator ignores it, and the data stay of `{before}`"))
                    .hint(format!("write `{before}`; an older major is a new cluster, to which the data are copied")),
            );
        }
        for (database, kind) in &self.databases {
            if let Some(now) = after.databases.get(database).filter(|now| *now != kind) {
                problems.error(
                    Problem::new(format!("{path}.databases.{database}"), format!("forbidden: its kind changed from `{kind}` to `{now}`; the operator takes no rights back and moves no owner"))
                        .hint(accept()),
                );
            }
        }
        let bytes = |size: &str| size.parse::<Memory>().ok().and_then(|size| size.bytes());
        let class = classes.iter().find(|class| Some(&class.name) == self.class.as_ref());
        let sizes =
            if self.size == after.size { (None, None) } else { (bytes(&self.size), bytes(&after.size)) };
        match sizes {
            (Some(before), Some(now)) if now > before => {
                let message = |why: &str| {
                    format!("forbidden: grew from `{}` to `{}`, and {why}", self.size, after.size)
                };
                match class {
                    Some(class) if class.name == "local-path" => {
                        report(
                            "L18",
                            Problem::new(
                                format!("{path}.volume.size"),
                                message("a folder of k3s' `local-path` cannot grow"),
                            ),
                            problems,
                        );
                    }
                    Some(class) if class.expandable == Some(false) => {
                        report(
                            "T71",
                            Problem::new(
                                format!("{path}.volume.size"),
                                message(&format!(
                                    "volumes of class `{}` cannot grow: the operator would stop every sync there",
                                    class.name
                                )),
                            ),
                            problems,
                        );
                    }
                    _ if now - before < 1 << 30 => {
                        report(
                            "T72",
                            Problem::new(
                                format!("{path}.volume.size"),
                                "grew by less than 1Gi, which the operator does not see",
                            ),
                            problems,
                        );
                    }
                    _ => {}
                }
            }
            (Some(before), Some(now)) if now < before => {
                report(
                    "T72",
                    Problem::new(
                        format!("{path}.volume.size"),
                        format!(
                            "shrank from `{}` to `{}`, which has no effect: volumes only grow",
                            self.size, after.size
                        ),
                    ),
                    problems,
                );
            }
            _ => {}
        }
        if self.class != after.class {
            let name = |class: &Option<String>| class.clone().unwrap_or_else(|| "the default".to_owned());
            report(
                "T73",
                Problem::new(
                    format!("{path}.volume.class"),
                    format!(
                        "changed from `{}` to `{}`: only volumes that are made from now on have it",
                        name(&self.class),
                        name(&after.class)
                    ),
                ),
                problems,
            );
        }
    }
}

impl ClusterRecord {
    /// The fields of the entry that retires it.
    fn retired(&self) -> String {
        let mut fields = format!("reason: \"<why>\", namespace: {}", self.namespace);
        if let (Some(generation), Some(backup)) = (self.generation, &self.backup) {
            fields += &format!(", generation: {generation}, backup: {backup}");
        }
        fields
    }

    fn compare_archive(&self, after: &Self, id: &str, path: &str, problems: &mut Problems) {
        let Some(root) = &self.root else { return };
        let accept = format!("`synth --accept-generation {id}`, once");
        match &after.root {
            None => problems.error(
                Problem::new(format!("{path}.backup"), format!("forbidden: nothing is archived any more; until now it was, to `{root}`"))
                    .hint(format!("if that is meant: {accept}; what is there stays")),
            ),
            Some(now) if now != root && self.generation != after.generation => problems.error(
                Problem::new(
                    format!("{path}.generation"),
                    format!("forbidden: changed from {} to {}; on running data the guard stops the next pod that starts", shown(self.generation), shown(after.generation)),
                )
                .hint(format!("a new generation is a restore: with `restore`, after the old data is gone; then {accept}")),
            ),
            Some(now) if now != root => problems.error(
                Problem::new(
                    format!("{path}.backup"),
                    format!("forbidden: the archive moved from `{root}` to `{now}`; the new one is empty until the next base backup, and the old one is not continued"),
                )
                .hint(format!("if that is meant: {accept}")),
            ),
            Some(_) => {}
        }
        if let (Some(before), Some(now)) = (self.postgres, after.postgres)
            && now > before
        {
            report(
                "T35",
                Problem::new(
                    format!("{path}.postgres"),
                    format!("raised from `{before}` to `{now}`: `{root}/{before}` stays in the store, and no retention removes it"),
                )
                .hint("remove it when `keep` has passed and nobody wants to go back"),
                problems,
            );
        }
    }
}

fn shown(generation: Option<u32>) -> String {
    generation.map_or("none".to_owned(), |generation| format!("`{generation}`"))
}

/// Path of a cluster, from `<chart>/<cluster>`.
fn path(id: &str) -> String {
    let (chart, cluster) = id.split_once('/').unwrap_or(("", id));
    format!("charts.{chart}.clusters.{cluster}")
}
