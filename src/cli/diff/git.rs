//! What was committed, read from git's objects: the work tree is not touched.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use pgsynth_constructs::App;

use crate::cli::project::Loaded;
use crate::failure::Failure;
use crate::lint::Source;
use crate::load;

/// A commit of the project's repository.
pub(super) struct Revision {
    root: PathBuf,
    commit: String,
    given: String,
}

impl Revision {
    /// The commit that somebody means.
    pub(super) fn of(root: &Path, given: &str) -> Result<Self> {
        let unknown = || {
            let failure =
                Failure::usage(format!("`--against {given}` is no folder, and git knows no such revision"));
            failure.hint("write a branch, a tag or a commit, the path of a folder, `-`, or `release`")
        };
        if given.starts_with('-') {
            return Err(unknown().into());
        }
        let commit = git(root, &["rev-parse", "--verify", "--quiet", &format!("{given}^{{commit}}")])?;
        let commit = commit.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        let commit = commit.ok_or_else(unknown)?;
        Ok(Self { root: root.to_owned(), commit, given: given.to_owned() })
    }

    /// The YAML files below a folder of the project, as they were committed.
    pub(super) fn files(&self, folder: &str) -> Result<Vec<Source>> {
        let listed = git(
            &self.root,
            &["ls-tree", "-r", "-z", "--name-only", &self.commit, "--", &format!("{folder}/")],
        )?;
        let listed = listed.unwrap_or_default();
        let names: Vec<String> = listed
            .split(|byte| *byte == 0)
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .filter(|name| name.ends_with(".yaml") && !name.contains('\n'))
            .collect();
        let mut sources = vec![];
        for (name, bytes) in names.iter().zip(self.contents(&names)?) {
            let shown = format!("{}:{name}", self.given);
            sources.push(Source::read(shown, &bytes).map_err(|problem| Failure::io(problem.to_string()))?);
        }
        Ok(sources)
    }

    /// The app as it was committed, where it is one in YAML.
    pub(super) fn app(&self, loaded: &Loaded) -> Result<Option<App>> {
        let Some((file, _)) = loaded.source() else {
            let message =
                format!("`{}` has no output of app `{}`, which is one in Rust", self.given, loaded.app.name);
            return Err(Failure::usage(message).hint("commit the output, or compare with a folder").into());
        };
        let Some(bytes) = git(&self.root, &["show", &format!("{}:./{file}", self.commit)])? else {
            return Ok(None);
        };
        let shown = format!("{}:{file}", self.given);
        let apps = load::apps(&shown, &bytes).map_err(|problem| Failure::io(problem.to_string()))?;
        let own = apps.into_iter().find(|(environment, _)| environment.as_deref() == loaded.environment());
        Ok(own.map(|(_, app)| app))
    }

    /// The contents of files, by one program for all of them.
    fn contents(&self, names: &[String]) -> Result<Vec<Vec<u8>>> {
        let cannot = || "cannot run `git cat-file`";
        let mut child = command(&self.root, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(cannot)?;
        let wanted: String = names.iter().map(|name| format!("{}:./{name}\n", self.commit)).collect();
        let mut input = child.stdin.take().with_context(cannot)?;
        // Both ends of the pipes are worked at once, so that neither fills up.
        let writing = std::thread::spawn(move || input.write_all(wanted.as_bytes()));
        let output = child.wait_with_output().with_context(cannot)?.stdout;
        writing.join().map_err(|_| Failure::io("cannot write to `git cat-file`"))?.with_context(cannot)?;
        let mut rest = output.as_slice();
        let mut contents = vec![];
        for name in names {
            let line = rest
                .iter()
                .position(|byte| *byte == b'\n')
                .with_context(|| format!("git has no `{name}`"))?;
            let size = String::from_utf8_lossy(&rest[..line])
                .rsplit(' ')
                .next()
                .and_then(|size| size.parse::<usize>().ok());
            let size = size
                .filter(|size| rest.len() > line + size + 1)
                .with_context(|| format!("git has no `{name}`"))?;
            contents.push(rest[line + 1..line + 1 + size].to_vec());
            rest = &rest[line + size + 2..];
        }
        Ok(contents)
    }
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(arguments);
    command
}

/// What git says; nothing where it says no.
fn git(root: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>> {
    let output = command(root, arguments).output().context("cannot run `git`")?;
    Ok(output.status.success().then_some(output.stdout))
}
