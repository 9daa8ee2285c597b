//! What an output remembers of its app: whose it is, its files, and what may not change unseen.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use pgsynth_constructs::traps::Record;
use serde::{Deserialize, Serialize};

use super::{STATE, files};
use crate::synth::Draft;

const HEAD: &str = "# What pgsynth has to remember of this folder. Commit it with the files.\n";

/// The contents of `<output>/.pgsynth`: YAML in its JSON form, sorted, without dates.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// Schema of this file: `v1`.
    pub pgsynth: String,
    /// The app whose folder this is.
    pub app: String,
    /// Its files, below the folder, sorted.
    pub files: Vec<String>,
    /// What may not change unseen.
    #[serde(default)]
    pub record: Record,
}

impl State {
    /// The state of an app with these files.
    pub fn new(app: &str, record: &Record, drafts: &[Draft]) -> Self {
        let mut files: Vec<_> = drafts.iter().map(|draft| draft.name.clone()).collect();
        files.sort_unstable();
        Self { pgsynth: "v1".to_owned(), app: app.to_owned(), files, record: record.clone() }
    }

    /// The state of a folder, if it has one.
    ///
    /// # Errors
    /// Where the folder is no folder, or the file is not one that this pgsynth can read.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        files::check_folder(folder)?;
        let path = folder.join(STATE);
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        // The state of thousands of clusters is read much faster as JSON; what somebody made of the file, as YAML.
        let json = bytes.strip_prefix(HEAD.as_bytes()).and_then(|body| serde_json::from_slice(body).ok());
        let state: Self = json
            .map_or_else(|| serde_yaml::from_slice(&bytes), Ok)
            .with_context(|| format!("cannot read `{}`; restore it from version control", path.display()))?;
        if state.pgsynth != "v1" {
            bail!(
                "`{}` is of schema `{}`, and this pgsynth knows `v1`; use the pgsynth that wrote it",
                path.display(),
                state.pgsynth
            );
        }
        // A list that leads out of the folder would let a prune remove what is not ours.
        if let Some(file) = state.files.iter().find(|file| !is_file_of_ours(file)) {
            bail!(
                "`{}` lists `{file}`, which pgsynth never writes; restore it from version control",
                path.display()
            );
        }
        Ok(Some(state))
    }

    /// The file's contents.
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes_with([])
    }

    /// The file's contents where it lists these files too.
    pub(super) fn bytes_with<'a>(&'a self, others: impl IntoIterator<Item = &'a String>) -> Vec<u8> {
        // The same, borrowed: what thousands of clusters remember is not copied to be written.
        #[derive(Serialize)]
        struct State<'a> {
            pgsynth: &'a str,
            app: &'a str,
            files: BTreeSet<&'a String>,
            record: &'a Record,
        }
        let Self { pgsynth, app, files, record } = self;
        let files = files.iter().chain(others).collect();
        let mut bytes = HEAD.as_bytes().to_vec();
        serde_json::to_writer_pretty(&mut bytes, &State { pgsynth, app, files, record })
            .expect("texts, numbers and maps by texts are JSON");
        bytes.push(b'\n');
        bytes
    }
}

fn is_file_of_ours(file: &str) -> bool {
    let name = file.strip_prefix("crds/").unwrap_or(file);
    name.strip_suffix(".yaml").is_some_and(|stem| {
        !stem.is_empty()
            && stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_yaml_and_is_read_again_with_or_without_edits() {
        let folder = tempfile::tempdir().unwrap();
        let read = |bytes: &[u8]| {
            files::create(&folder.path().join(STATE), bytes).unwrap();
            State::read(folder.path()).unwrap().unwrap()
        };
        let edited = b"pgsynth: v1\napp: shop\nfiles: [40-shop-main.yaml]\nrecord:\n  clusters:\n    shop/main: {namespace: shop, instances: 2, size: 50Gi}\n";
        let state = read(edited);
        assert_eq!(state.record.clusters["shop/main"].instances, 2);
        let written = state.bytes();
        assert_eq!(serde_yaml::from_slice::<State>(&written).unwrap(), state);
        assert_eq!(read(&written), state);
        assert_eq!(read(&[&written[..], b"# a note\n"].concat()), state);
    }
}
