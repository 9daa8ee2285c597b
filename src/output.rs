//! Bundles and the folders that they are written to: write, check, prune, lock. The only module that writes files.
//!
//! | file | who owns it |
//! |---|---|
//! | `<output>/<name>.yaml`, `<output>/crds/<name>.yaml` | the app that `<output>/.pgsynth` names, if it is listed there |
//! | `<output>/.pgsynth` | what the app has to remember; committed with the folder |
//! | `<output>/.pgsynth-tmp-*` | a write that was interrupted; removed by the next one |
//! | `restore/<plan>/`, `RUNBOOK.md` and `after/` among its files | a plan of a restore, by the same rules |
//! | everything else | somebody else; never touched |

mod files;
mod lock;
mod state;

pub use files::{create_new, replace};
pub use lock::{Lock, Waiting};
pub use state::State;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use pgsynth_constructs::base::each;

use crate::failure::Failure;
use crate::report::Outcome;
use crate::synth::{Bundle, Draft, Emitter, render};
use files::{TEMPORARY, read, remove};

/// Name of the file that remembers.
pub const STATE: &str = ".pgsynth";

/// Folders below an output or a plan: what kubectl's `-f` does not apply with the rest.
pub(crate) const BELOW: [&str; 2] = ["crds", "after"];

/// Those in which one of these files stands.
fn folders_below(files: &[&Draft]) -> impl Iterator<Item = &'static str> {
    let has = |below: &&str| files.iter().any(|draft| draft.name.starts_with(&format!("{below}/")));
    BELOW.into_iter().filter(has)
}

/// What a folder holds and what it would hold.
#[derive(Debug)]
pub struct Changes<'a> {
    folder: PathBuf,
    /// Files that are not there, or not as they should be.
    write: Vec<&'a Draft<'a>>,
    /// Names of files to remove.
    remove: Vec<String>,
    state: (Vec<u8>, Option<Vec<u8>>),
    /// Files that it would hold.
    files: Vec<String>,
    /// Files that are as they should be.
    unchanged: usize,
    /// Whether a file has CRLF at the end of its lines, which nothing here writes.
    converted: bool,
}

/// A file that changes: what it holds, and what it should hold.
#[derive(Clone, Debug)]
pub struct Sides {
    /// Its name below the folder.
    pub name: String,
    /// As it is; nothing where it is not there.
    pub old: Option<Vec<u8>>,
    /// As it should be; nothing where it should go.
    pub new: Option<Vec<u8>>,
}

/// Compares a folder, whose state is `before`, with the bundle that it should hold. Nothing is written.
///
/// # Errors
/// Where the folder is no folder, belongs to another app, or has a file in the way that is not this app's.
pub fn plan<'a>(
    folder: &Path,
    before: Option<&State>,
    bundle: &'a Bundle<'a>,
    renamed_from: Option<&str>,
) -> Result<Changes<'a>> {
    let Bundle { owner, files: drafts, record: _ } = bundle;
    let state = State::of(bundle);
    if let Some(before) = before
        && before.app != *owner
        && Some(before.app.as_str()) != renamed_from
    {
        let message = format!("`{}` belongs to app `{}`, not to `{owner}`", folder.display(), before.app);
        let hint =
            format!("choose another `output`, or take the folder over with `renamedFrom: {}`", before.app);
        return Err(Failure::io(message).hint(hint).into());
    }
    for below in BELOW {
        files::check_folder(&folder.join(below))?;
    }
    let listed: BTreeSet<&String> = before.iter().flat_map(|before| &before.files).collect();
    let stale: Vec<_> =
        listed.iter().filter(|name| state.files.binary_search(name).is_err()).copied().collect();
    let bytes = state.bytes();
    let mut changes = Changes {
        folder: folder.to_owned(),
        write: vec![],
        remove: vec![],
        state: (bytes, read(&folder.join(STATE))?),
        files: state.files,
        unchanged: 0,
        converted: false,
    };
    let converted = AtomicBool::new(false);
    // Whether the file is there as it should be; nothing is rendered where there is none.
    let same = |emitter: &mut Emitter, draft: &Draft| -> Result<bool> {
        let path = folder.join(&draft.name);
        let Some(old) = files::open(&path)? else { return Ok(false) };
        let same = old.is(&draft.parts(emitter))?;
        if !same && !listed.contains(&draft.name) {
            let message = format!(
                "`{}` is in the way: it is not listed in `{}` as a file of app `{owner}`",
                path.display(),
                folder.join(STATE).display(),
            );
            return Err(Failure::io(message).hint("move it away, or choose another `output`").into());
        }
        if !same && read(&path)?.is_some_and(|old| old.windows(2).any(|pair| pair == b"\r\n")) {
            converted.store(true, Ordering::Relaxed);
        }
        Ok(same)
    };
    let found = match folder.exists() {
        true => each(drafts.iter().collect(), Emitter::default, same),
        false => drafts.iter().map(|_| Ok(false)).collect(),
    };
    for (draft, same) in drafts.iter().zip(found) {
        match same? {
            true => changes.unchanged += 1,
            false => changes.write.push(draft),
        }
    }
    changes.converted = converted.into_inner();
    for name in stale {
        if read(&folder.join(name))?.is_some() {
            changes.remove.push(name.clone());
        }
    }
    Ok(changes)
}

impl Changes<'_> {
    /// What a write would do.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            written: self.write.len(),
            removed: self.remove.len(),
            unchanged: self.unchanged,
            different: !self.is_empty(),
        }
    }

    /// Whether somebody has converted the ends of lines: git does it where it is told to.
    pub fn is_converted(&self) -> bool {
        self.converted
    }

    /// Whether the folder is as it should be.
    pub fn is_empty(&self) -> bool {
        self.write.is_empty() && self.remove.is_empty() && Some(&self.state.0) == self.state.1.as_ref()
    }

    /// The difference between the folder and what it should hold, as a unified diff.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn diff(&self) -> Result<String> {
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
        render(&self.write, |name, new| -> Result<()> {
            diff += &one(name, read(&self.folder.join(name))?.as_deref(), Some(new));
            Ok(())
        })?;
        for name in &self.remove {
            diff += &one(name, read(&self.folder.join(name))?.as_deref(), None);
        }
        Ok(diff)
    }

    /// The files that change, each with what it holds and what it should hold.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn sides(&self) -> Result<Vec<Sides>> {
        let mut sides = vec![];
        render(&self.write, |name, new| -> Result<()> {
            let old = read(&self.folder.join(name))?;
            sides.push(Sides { name: name.to_owned(), old, new: Some(new.to_vec()) });
            Ok(())
        })?;
        for name in &self.remove {
            sides.push(Sides { name: name.clone(), old: read(&self.folder.join(name))?, new: None });
        }
        Ok(sides)
    }

    /// Brings the folder to what it should hold. Each file is whole at every moment; only what differs is touched.
    ///
    /// # Errors
    /// Where a file cannot be written or removed; what was done until then is whole, and a second call goes on.
    pub fn write(self) -> Result<()> {
        let Self {
            folder,
            write,
            remove: stale,
            state: (state, old_state),
            files,
            unchanged: _,
            converted: _,
        } = &self;
        if self.is_empty() {
            return Ok(());
        }
        if !folder.exists() {
            return self.write_new();
        }
        files::make_folder(folder)?;
        files::remove_temporary(folder, TEMPORARY)?;
        for below in folders_below(write) {
            files::make_folder(&folder.join(below))?;
            files::remove_temporary(&folder.join(below), TEMPORARY)?;
        }
        // Until all is done the state lists the files of before and after, and remembers what it did: an interrupted write
        // leaves no stranger, and forgets no cluster.
        let between = State::between(old_state.as_deref(), state, files);
        if Some(&between) != old_state.as_ref() {
            replace(&folder.join(STATE), &between)?;
        }
        let written = each(write.clone(), Emitter::default, |emitter, draft| {
            draft.render(emitter);
            replace(&folder.join(&draft.name), emitter.bytes())
        });
        written.into_iter().collect::<Result<()>>()?;
        for name in stale {
            remove(&folder.join(name))?;
        }
        for below in BELOW {
            files::remove_folder_if_empty(&folder.join(below))?;
        }
        if between != *state {
            replace(&folder.join(STATE), state)?;
        }
        Ok(())
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
            for below in folders_below(write) {
                files::make_folder(&beside.join(below))?;
            }
            // By one thread: two wait for each other at the folder's lock.
            render(write, |name, bytes| files::create(&beside.join(name), bytes))?;
            files::create(&beside.join(STATE), state)?;
            files::rename_folder(&beside, folder)
        };
        fill().inspect_err(|_| files::remove_whole(&beside))
    }
}
