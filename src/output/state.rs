//! What an output remembers of its app: whose it is, its files, and what may not change unseen.
//!
//! One fact a line, sorted, so that version control merges what two people changed. Each line is a list in JSON behind a
//! dash, and the file as a whole is YAML.

mod facts;
mod v1;

use std::path::Path;

use anyhow::Result;
use pgsynth_constructs::upstream::record::Record;

use super::{BELOW, STATE, files};
use crate::failure::Failure;
use crate::synth::{Bundle, RUNBOOK};
use facts::{Fact, Reader};

const HEAD: &str = "# What pgsynth has to remember of this folder. Commit it with the files.\n";

/// The contents of `<output>/.pgsynth`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The app whose folder this is.
    pub app: String,
    /// Its files, below the folder, sorted.
    pub files: Vec<String>,
    /// What may not change unseen.
    pub record: Record,
}

impl State {
    /// The state of a folder that holds this bundle.
    pub fn of(bundle: &Bundle) -> Self {
        let mut files: Vec<_> = bundle.files.iter().map(|draft| draft.name.clone()).collect();
        files.sort_unstable();
        Self { app: bundle.owner.to_owned(), files, record: bundle.record.clone() }
    }

    /// The state of a folder, if it has one.
    ///
    /// # Errors
    /// Where the folder is no folder, or the file is not one that this pgsynth can read.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        files::check_folder(folder)?;
        let path = folder.join(STATE);
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let state = parse(&bytes).map_err(|Unreadable { why, hint }| {
            Failure::io(format!("cannot read `{}`: {why}", path.display())).hint(hint)
        })?;
        // A list that leads out of the folder would let a prune remove what is not ours.
        if let Some(file) = state.files.iter().find(|file| !is_file_of_ours(file)) {
            let message = format!("`{}` lists `{file}`, which pgsynth never writes", path.display());
            return Err(Failure::io(message).hint(RESTORE).into());
        }
        Ok(Some(state))
    }

    /// What stands between the contents of before and those of after: the facts of before, and the files of both. Contents that
    /// cannot be read have nothing to say.
    pub(super) fn between(before: Option<&[u8]>, after: &[u8], files: &[String]) -> Vec<u8> {
        match before.and_then(|before| parse(before).ok()) {
            Some(mut before) => {
                before.files.extend(files.iter().cloned());
                before.files.sort_unstable();
                before.files.dedup();
                before.bytes()
            }
            None => after.to_vec(),
        }
    }

    /// The file's contents.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = HEAD.as_bytes().to_vec();
        Fact::new(["pgsynth", "v2"]).write(&mut bytes);
        Fact::new(["app", &self.app]).write(&mut bytes);
        for file in &self.files {
            Fact::new(["file", file]).write(&mut bytes);
        }
        facts::write(&self.record, &mut bytes);
        bytes
    }
}

/// Why a file cannot be read, and what to do.
struct Unreadable {
    why: String,
    hint: &'static str,
}

const RESTORE: &str = "restore it from version control";

impl Unreadable {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), hint: RESTORE }
    }
}

fn parse(bytes: &[u8]) -> Result<State, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::new("it is not text"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text
        .lines()
        .any(|line| ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)))
    {
        return Err(Unreadable {
            why: "it contains an unresolved merge conflict".to_owned(),
            hint: "keep the lines of both sides, one for each cluster and fact, or take either side and run `pgsynth synth`",
        });
    }
    let mut reader = Reader::default();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        match Fact::read(line) {
            Some(fact) => reader.take(&fact).map_err(Unreadable::new)?,
            None if line.starts_with("- ") => {
                return Err(Unreadable::new(format!("`{line}` is not a fact: a list of texts")));
            }
            // Written by an older pgsynth, or by hand.
            None => return v1::parse(text).map_err(Unreadable::new),
        }
    }
    reader.finish().map_err(Unreadable::new)
}

fn is_file_of_ours(file: &str) -> bool {
    let below = BELOW.iter().find_map(|below| file.strip_prefix(below)?.strip_prefix('/'));
    let name = below.unwrap_or(file);
    let fits = |stem: &str, more: &str| {
        !stem.is_empty()
            && !stem.starts_with('.')
            && stem.bytes().all(|byte| {
                byte.is_ascii_lowercase()
                    || byte.is_ascii_digit()
                    || byte == b'-'
                    || more.as_bytes().contains(&byte)
            })
    };
    // A page is called by its cluster, `shop.acme-orders.md`.
    file == RUNBOOK
        || name.strip_suffix(".yaml").is_some_and(|stem| fits(stem, ""))
        || file.strip_suffix(".tf.json").is_some_and(|stem| fits(stem, ""))
        || file.strip_suffix(".md").is_some_and(|stem| fits(stem, "."))
}

#[cfg(test)]
mod tests {
    use pgsynth_constructs::upstream::record::{ClusterKey, ClusterRecord};

    use super::*;

    fn read(text: &str) -> Result<State, String> {
        parse(text.as_bytes()).map_err(|unreadable| unreadable.why)
    }

    fn state() -> State {
        let cluster = ClusterRecord {
            postgres: Some(18),
            instances: 2,
            size: "50Gi".to_owned(),
            databases: [("shop".to_owned(), "plain".to_owned())].into(),
            generation: Some(1),
            root: Some("s3://bucket/spilo/shop/main/1/wal".to_owned()),
            backup: Some("nightly".to_owned()),
            ..ClusterRecord::default()
        };
        let clusters = [(ClusterKey::new("shop", "main"), cluster)].into();
        State {
            app: "shop".to_owned(),
            files: vec!["40-shop-main.yaml".to_owned()],
            record: Record { config_maps: Some(true), clusters, ..Record::default() },
        }
    }

    /// A write that fails half way has forgotten no cluster and left no stranger: the next run says the same again.
    #[test]
    fn between_before_and_after_the_facts_are_those_of_before_and_the_files_those_of_both() {
        let (before, after) = (
            state(),
            State { files: vec!["00-namespaces.yaml".to_owned()], record: Record::default(), ..state() },
        );
        let between =
            parse(&State::between(Some(&before.bytes()), &after.bytes(), &after.files)).ok().unwrap();
        assert_eq!(between.record, before.record);
        assert_eq!(between.files, ["00-namespaces.yaml", "40-shop-main.yaml"]);
        assert_eq!(State::between(None, &after.bytes(), &after.files), after.bytes());
        assert_eq!(State::between(Some(&before.bytes()), &before.bytes(), &before.files), before.bytes());
    }

    #[test]
    fn what_is_written_is_a_fact_a_line_and_is_read_again() {
        let written = String::from_utf8(state().bytes()).unwrap();
        insta::assert_snapshot!(written, @r#"
        # What pgsynth has to remember of this folder. Commit it with the files.
        - ["pgsynth","v2"]
        - ["app","shop"]
        - ["file","40-shop-main.yaml"]
        - ["operator","configMaps","true"]
        - ["shop/main","backup","nightly"]
        - ["shop/main","database","shop","plain"]
        - ["shop/main","generation","1"]
        - ["shop/main","instances","2"]
        - ["shop/main","postgres","18"]
        - ["shop/main","root","s3://bucket/spilo/shop/main/1/wal"]
        - ["shop/main","size","50Gi"]
        "#);
        assert_eq!(read(&written), Ok(state()));
        // It is YAML as a whole, and lines may be moved.
        let lines: Vec<Vec<String>> = serde_yaml::from_str(&written).unwrap();
        assert_eq!(lines.len(), 11);
        let mut moved: Vec<_> = written.lines().skip(1).collect();
        moved.reverse();
        assert_eq!(read(&moved.join("\n")), Ok(state()));
    }

    #[test]
    fn an_older_record_is_read_under_the_names_that_kubernetes_knows() {
        let old = r#"{"pgsynth": "v1", "app": "shop", "files": ["40-shop-main.yaml"], "record": {"configMaps": true,
            "clusters": {"chart/main": {"namespace": "shop", "postgres": 18, "instances": 2, "size": "50Gi",
            "databases": {"shop": "plain"}, "generation": 1, "root": "s3://bucket/spilo/shop/main/1/wal", "backup": "nightly"}}}}"#;
        assert_eq!(read(&format!("{HEAD}{old}\n")), Ok(state()));
        let edited = "pgsynth: v1\napp: shop\nfiles: [40-shop-main.yaml]\nrecord:\n  clusters:\n    shop/main: {namespace: shop, instances: 2, size: 50Gi}\n";
        assert_eq!(read(edited).unwrap().record.clusters[&ClusterKey::new("shop", "main")].instances, 2);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let line =
            |line: &str| read(&format!("{HEAD}- [\"pgsynth\",\"v2\"]\n- [\"app\",\"shop\"]\n{line}\n"));
        insta::assert_snapshot!(line("<<<<<<< ours").unwrap_err(), @"it contains an unresolved merge conflict");
        insta::assert_snapshot!(line(r#"- ["shop/main","size","1Gi"]"#.repeat(2).replace("]-", "]\n-").replacen("1Gi", "2Gi", 1).as_str()).unwrap_err(), @r#"`["shop/main","size","1Gi"]` also appears with another value"#);
        insta::assert_snapshot!(line(r#"- ["shop/main","colour","red"]"#).unwrap_err(), @r#"`["shop/main","colour","red"]` is not a fact that this pgsynth knows; use the version that wrote it"#);
        insta::assert_snapshot!(read("- [\"pgsynth\",\"v3\"]\n").unwrap_err(), @"it has schema `v3`, but this pgsynth knows only `v2`; use the version that wrote it");
        insta::assert_snapshot!(read("").unwrap_err(), @"it names no schema and no app");
    }
}
