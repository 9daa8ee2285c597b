//! Manifests and the folder that they are written to: write, check, prune. The only module that touches files of an
//! output.
//!
//! | file | who owns it |
//! |---|---|
//! | `<output>/<name>.yaml`, `<output>/crds/<name>.yaml` | the app that `<output>/.pgsynth` names, if it is listed there |
//! | `<output>/.pgsynth` | what the app has to remember; committed with the folder |
//! | `<output>/.pgsynth-tmp-*` | a write that was interrupted; removed by the next one |
//! | everything else | somebody else; never touched |

mod files;
mod state;

pub use state::State;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::synth::Manifest;
use files::{TEMPORARY, read, remove, replace};

/// Name of the file that remembers.
pub const STATE: &str = ".pgsynth";

/// What a folder holds and what it would hold.
#[derive(Debug)]
pub struct Changes {
    folder: PathBuf,
    /// Files to write.
    write: Vec<Change>,
    /// Files to remove, with what is there now.
    remove: Vec<(String, Vec<u8>)>,
    state: (Vec<u8>, Option<Vec<u8>>),
    /// State that lists the files of before and after, for the time between.
    both: Vec<u8>,
    /// Files that are as they should be.
    unchanged: usize,
}

/// A file to write: its name, what it shall hold, and what is there now.
type Change = (String, Vec<u8>, Option<Vec<u8>>);

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Files written.
    pub written: usize,
    /// Files removed.
    pub removed: usize,
    /// Files that were as they should be.
    pub unchanged: usize,
}

/// Compares a folder, whose state is `before`, with the manifests and the state that it should hold. Nothing is written.
///
/// # Errors
/// Where the folder is no folder, belongs to another app, or has a file in the way that is not this app's.
pub fn plan(
    folder: &Path,
    before: Option<&State>,
    state: &State,
    renamed_from: Option<&str>,
    manifests: Vec<Manifest>,
) -> Result<Changes> {
    if let Some(before) = before
        && before.app != state.app
        && Some(before.app.as_str()) != renamed_from
    {
        bail!(
            "`{}` belongs to app `{}`, not to `{}`\nhint: choose another `output`, or take the folder over with `renamedFrom: {}`",
            folder.display(),
            before.app,
            state.app,
            before.app
        );
    }
    let listed: BTreeSet<String> =
        before.map(|before| before.files.iter().cloned().collect()).unwrap_or_default();
    let mut changes = Changes {
        folder: folder.to_owned(),
        write: vec![],
        remove: vec![],
        state: (state.bytes(), read(&folder.join(STATE))?),
        both: State {
            files: listed.iter().cloned().chain(state.files.iter().cloned()).collect(),
            ..state.clone()
        }
        .bytes(),
        unchanged: 0,
    };
    for Manifest { name, bytes } in manifests {
        match read(&folder.join(&name))? {
            Some(old) if old == bytes => changes.unchanged += 1,
            Some(_) if !listed.contains(&name) => bail!(
                "`{}` is in the way: it is not listed in `{}` as a file of app `{}`\nhint: move it away, or choose another `output`",
                folder.join(&name).display(),
                folder.join(STATE).display(),
                state.app
            ),
            old => changes.write.push((name, bytes, old)),
        }
    }
    for name in listed.iter().filter(|name| !state.files.contains(name)) {
        if let Some(old) = read(&folder.join(name))? {
            changes.remove.push((name.clone(), old));
        }
    }
    Ok(changes)
}

impl Changes {
    /// Whether the folder is as it should be.
    pub fn is_empty(&self) -> bool {
        self.write.is_empty() && self.remove.is_empty() && Some(&self.state.0) == self.state.1.as_ref()
    }

    /// The difference between the folder and what it should hold, as a unified diff.
    pub fn diff(&self) -> String {
        let folder = self.folder.display();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let one = |name: &str, old: Option<&[u8]>, new: Option<&[u8]>| {
            let (before, after) = (text(old.unwrap_or_default()), text(new.unwrap_or_default()));
            let header =
                |side: Option<&[u8]>| side.map_or("/dev/null".to_owned(), |_| format!("{folder}/{name}"));
            similar::TextDiff::from_lines(&before, &after)
                .unified_diff()
                .header(&header(old), &header(new))
                .to_string()
        };
        let mut diff = String::new();
        if Some(&self.state.0) != self.state.1.as_ref() {
            diff += &one(STATE, self.state.1.as_deref(), Some(&self.state.0));
        }
        for (name, new, old) in &self.write {
            diff += &one(name, old.as_deref(), Some(new));
        }
        for (name, old) in &self.remove {
            diff += &one(name, Some(old), None);
        }
        diff
    }

    /// Brings the folder to what it should hold. Each file is whole at every moment; only what differs is touched.
    ///
    /// # Errors
    /// Where a file cannot be written or removed; what was done until then is whole, and a second call goes on.
    pub fn write(self) -> Result<Written> {
        let Self { folder, write, remove: stale, state: (state, old_state), both, unchanged } = &self;
        let done = Written { written: write.len(), removed: stale.len(), unchanged: *unchanged };
        if self.is_empty() {
            return Ok(done);
        }
        if !folder.exists() {
            self.write_new()?;
            return Ok(done);
        }
        files::make_folder(folder)?;
        files::remove_temporary(folder, TEMPORARY)?;
        if write.iter().any(|(name, _, _)| name.starts_with("crds/")) {
            files::make_folder(&folder.join("crds"))?;
            files::remove_temporary(&folder.join("crds"), TEMPORARY)?;
        }
        // Until all is done the state lists the files of before and after: an interrupted write leaves no stranger.
        if Some(both) != old_state.as_ref() {
            replace(&folder.join(STATE), both)?;
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(write.len() / 64 + 1);
        let share = write.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let some = |share: &[Change]| {
                share.iter().try_for_each(|(name, bytes, _)| replace(&folder.join(name), bytes))
            };
            let workers: Vec<_> = write.chunks(share).map(|share| scope.spawn(move || some(share))).collect();
            workers.into_iter().try_for_each(|worker| worker.join().expect("writing does not panic"))
        })?;
        for (name, _) in stale {
            remove(&folder.join(name))?;
        }
        files::remove_folder_if_empty(&folder.join("crds"))?;
        if both != state {
            replace(&folder.join(STATE), state)?;
        }
        Ok(done)
    }

    /// Makes a folder that is not there: everything is written beside it, and one rename puts it in its place.
    fn write_new(&self) -> Result<()> {
        let Self { folder, write, state: (state, _), .. } = self;
        let parent = folder.parent().unwrap_or(Path::new("."));
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        files::make_folder(parent)?;
        files::remove_temporary(parent, TEMPORARY)?;
        let beside = parent.join(format!("{TEMPORARY}{}-{name}", std::process::id()));
        let fill = || {
            files::make_folder(&beside)?;
            if write.iter().any(|(name, _, _)| name.starts_with("crds/")) {
                files::make_folder(&beside.join("crds"))?;
            }
            write.iter().try_for_each(|(name, bytes, _)| files::create(&beside.join(name), bytes))?;
            files::create(&beside.join(STATE), state)?;
            files::rename_folder(&beside, folder)
        };
        fill().inspect_err(|_| files::remove_whole(&beside))
    }
}
