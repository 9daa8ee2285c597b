//! The lines of `.pgsynth`: one fact each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pgsynth_constructs::upstream::record::{ClusterKey, ClusterRecord, Record};

use super::State;

/// A line: what the fact is about, which fact, and its value.
#[derive(Debug)]
pub(super) struct Fact<'a>(Vec<Cow<'a, str>>);

impl<'a> Fact<'a> {
    pub(super) fn new<const N: usize>(words: [&'a str; N]) -> Self {
        Self(words.map(Cow::Borrowed).into())
    }

    /// A line of a file, if it is one.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        // Only what is borrowed needs no copy; words with escapes are rare.
        let words: Vec<Word> = serde_json::from_str(line.strip_prefix("- ")?).ok()?;
        Some(Self(words.into_iter().map(|Word(word)| word).collect()))
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(b"- ");
        serde_json::to_writer(&mut *bytes, &self.0).expect("texts are JSON");
        bytes.push(b'\n');
    }

    fn shown(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

#[derive(serde::Deserialize)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

/// Writes what is remembered, sorted by cluster and fact.
pub(super) fn write(record: &Record, bytes: &mut Vec<u8>) {
    if let Some(config_maps) = record.config_maps {
        Fact::new(["operator", "configMaps", &config_maps.to_string()]).write(bytes);
    }
    for (object, hash) in &record.fixed {
        Fact::new(["fixed", object, hash]).write(bytes);
    }
    for (key, cluster) in &record.clusters {
        let key = key.to_string();
        let ClusterRecord { postgres, instances, size, class, databases, generation, root, endpoint, backup } =
            cluster;
        let mut fact = |words: &[&str]| {
            let words = [key.as_str()].iter().chain(words).map(|word| Cow::Borrowed(*word)).collect();
            Fact(words).write(bytes);
        };
        backup.iter().for_each(|value| fact(&["backup", value]));
        class.iter().for_each(|value| fact(&["class", value]));
        databases.iter().for_each(|(database, kind)| fact(&["database", database, kind]));
        endpoint.iter().for_each(|value| fact(&["endpoint", value]));
        generation.iter().for_each(|value| fact(&["generation", &value.to_string()]));
        fact(&["instances", &instances.to_string()]);
        postgres.iter().for_each(|value| fact(&["postgres", &value.to_string()]));
        root.iter().for_each(|value| fact(&["root", value]));
        fact(&["size", size]);
    }
}

/// Gathers facts, in whatever order they stand.
#[derive(Default)]
pub(super) struct Reader {
    schema: Option<String>,
    state: State,
    /// What was said of each cluster, so that two lines cannot say different things.
    seen: BTreeMap<String, String>,
}

impl Reader {
    pub(super) fn take(&mut self, fact: &Fact) -> Result<(), String> {
        let words: Vec<&str> = fact.0.iter().map(AsRef::as_ref).collect();
        let (value, name) = words.split_last().ok_or("an empty line of facts")?;
        let name = name.join("\n");
        // A merge may leave the same line twice, which says nothing new. Files are many of one name.
        if words[0] != "file"
            && let Some(before) = self.seen.insert(name, (*value).to_owned())
            && before != **value
        {
            return Err(format!("`{}` also appears with another value", fact.shown()));
        }
        let known = match words[..] {
            ["pgsynth", schema] => {
                self.schema = Some(schema.to_owned());
                true
            }
            ["app", app] => {
                app.clone_into(&mut self.state.app);
                true
            }
            ["file", file] => {
                self.state.files.push(file.to_owned());
                true
            }
            ["operator", "configMaps", value] => {
                self.state.record.config_maps = value.parse().ok();
                self.state.record.config_maps.is_some()
            }
            ["fixed", object, hash] => {
                self.state.record.fixed.insert(object.to_owned(), hash.to_owned());
                true
            }
            [cluster, name, value] => self.of_cluster(cluster, name, value).is_some(),
            [cluster, "database", database, kind] => self.database(cluster, database, kind).is_some(),
            _ => false,
        };
        match known {
            true => Ok(()),
            false if self.schema.as_deref().is_some_and(|schema| schema != "v2") => Ok(()),
            false => Err(format!(
                "`{}` is not a fact that this pgsynth knows; use the version that wrote it",
                fact.shown()
            )),
        }
    }

    fn cluster(&mut self, key: &str) -> Option<&mut ClusterRecord> {
        let (namespace, name) = key.split_once('/')?;
        Some(self.state.record.clusters.entry(ClusterKey::new(namespace, name)).or_default())
    }

    fn of_cluster(&mut self, key: &str, fact: &str, value: &str) -> Option<()> {
        let cluster = self.cluster(key)?;
        match fact {
            "backup" => cluster.backup = Some(value.to_owned()),
            "class" => cluster.class = Some(value.to_owned()),
            "endpoint" => cluster.endpoint = Some(value.to_owned()),
            "generation" => cluster.generation = Some(value.parse().ok()?),
            "instances" => cluster.instances = value.parse().ok()?,
            "postgres" => cluster.postgres = Some(value.parse().ok()?),
            "root" => cluster.root = Some(value.to_owned()),
            "size" => value.clone_into(&mut cluster.size),
            _ => return None,
        }
        Some(())
    }

    fn database(&mut self, key: &str, database: &str, kind: &str) -> Option<()> {
        self.cluster(key)?.databases.insert(database.to_owned(), kind.to_owned());
        Some(())
    }

    pub(super) fn finish(mut self) -> Result<State, String> {
        match self.schema.as_deref() {
            Some("v2") if !self.state.app.is_empty() => {
                self.state.files.sort_unstable();
                self.state.files.dedup();
                Ok(self.state)
            }
            Some("v2") | None => Err("it names no schema and no app".to_owned()),
            Some(schema) => Err(format!(
                "it has schema `{schema}`, but this pgsynth knows only `v2`; use the version that wrote it"
            )),
        }
    }
}
