//! The project: its folder, its apps, and where their outputs lie.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use pgsynth_constructs::base::{Problem, Problems};
use pgsynth_constructs::{App, Past, Valid};

use super::terminal;
use crate::dist::State;
use crate::load;

/// A project with its apps.
pub(super) struct Project {
    /// Its folder.
    pub(super) root: PathBuf,
    /// Its apps, those in Rust first.
    pub(super) apps: Vec<Loaded>,
}

/// An app, and the file that it comes from if it is one in YAML.
pub(super) struct Loaded {
    pub(super) app: App,
    source: Option<(String, Vec<u8>)>,
}

/// The folder of the project: the given one, else the nearest parent that holds `apps/`, else this one.
pub(super) fn root(given: Option<&Path>) -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "this is where the project is resolved, once")]
    let here = std::env::current_dir().context("cannot find out the current folder")?;
    if let Some(given) = given {
        let root = here.join(given);
        if !root.is_dir() {
            bail!("`{}` is no folder; give the project's with `--project`", given.display());
        }
        return Ok(root);
    }
    let holds = here.ancestors().find(|folder| folder.join("apps").is_dir());
    Ok(holds.unwrap_or(&here).to_owned())
}

impl Project {
    /// Reads the apps of a project; nothing where one of them cannot be read, which has been said then.
    pub(super) fn load(given: Option<&Path>, apps: Vec<Result<App, Problem>>) -> Result<Option<Self>> {
        let root = root(given)?;
        let mut loaded = vec![];
        let mut problems = vec![];
        for app in apps {
            match app {
                Ok(app) => loaded.push(Loaded { app, source: None }),
                Err(problem) => problems.push(problem),
            }
        }
        for path in files(&root)? {
            let file = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            let bytes = fs::read(&path).with_context(|| format!("cannot read `{file}`"))?;
            match load::app(&file, &bytes) {
                Ok(app) => loaded.push(Loaded { app, source: Some((file, bytes)) }),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            problems = collisions(&loaded);
        }
        if !problems.is_empty() {
            terminal::problems("error", "the apps of the project cannot be used", &problems);
            return Ok(None);
        }
        if loaded.is_empty() {
            bail!("no apps in `{}`\nhint: `pgsynth init` writes a first one", root.join("apps").display());
        }
        Ok(Some(Self { root, apps: loaded }))
    }

    /// Keeps the apps of these names; all where there are none.
    pub(super) fn select(&mut self, names: &[String]) -> Result<()> {
        let known: Vec<String> = self.apps.iter().map(|loaded| loaded.app.name.to_string()).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            bail!("no app `{name}`; the project has `{}`", known.join("`, `"));
        }
        self.apps
            .retain(|loaded| names.is_empty() || names.iter().any(|name| loaded.app.name.as_str() == name));
        Ok(())
    }
}

impl Loaded {
    /// The folder of its output.
    pub(super) fn output(&self, root: &Path) -> PathBuf {
        root.join(self.app.output())
    }

    /// Validates against what the output remembers; hands on the state without its record, and says what is wrong.
    pub(super) fn validate(
        &self,
        root: &Path,
        accepted: &[String],
    ) -> Result<Option<(Valid, Option<State>)>> {
        let mut state = State::read(&self.output(root))?;
        let past = Past {
            // Handed on and not copied: what is remembered of thousands of clusters is large, and needed here only.
            record: state
                .as_mut()
                .filter(|state| {
                    state.app == self.app.name.as_str()
                        || Some(state.app.as_str()) == self.app.renamed_from.as_ref().map(|id| id.as_str())
                })
                .map(|state| std::mem::take(&mut state.record)),
            accepted: accepted.to_vec(),
        };
        let locate = |problems: &mut Problems| {
            if let Some((file, bytes)) = &self.source {
                load::locate(file, bytes, problems);
            }
        };
        let name = &self.app.name;
        let plural =
            |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        match self.app.validate(&past) {
            Ok(valid) => {
                if !valid.warnings().is_empty() {
                    let mut problems =
                        Problems { warnings: valid.warnings().to_vec(), ..Problems::default() };
                    locate(&mut problems);
                    let head = format!("app `{name}` has {}", plural(problems.warnings.len(), "warning"));
                    terminal::problems("warning", &head, &problems.warnings);
                }
                Ok(Some((valid, state)))
            }
            Err(mut problems) => {
                locate(&mut problems);
                if !problems.warnings.is_empty() {
                    terminal::problems(
                        "warning",
                        &format!("app `{name}` has {}", plural(problems.warnings.len(), "warning")),
                        &problems.warnings,
                    );
                }
                terminal::problems(
                    "error",
                    &format!("app `{name}` has {}", plural(problems.errors.len(), "problem")),
                    &problems.errors,
                );
                Ok(None)
            }
        }
    }
}

pub(super) fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join("apps");
    if !folder.is_dir() {
        return Ok(vec![]);
    }
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot look into `{}`", folder.display()))?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(|| format!("cannot look into `{}`", folder.display()))?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort_unstable();
    Ok(files)
}

/// Apps of one name, and outputs that are one folder or lie in one another.
fn collisions(loaded: &[Loaded]) -> Vec<Problem> {
    let mut problems = vec![];
    for (index, Loaded { app, source }) in loaded.iter().enumerate() {
        let at = |field: &str| match source {
            Some((file, _)) => format!("{file}: {field}"),
            None => format!("app `{}`: {field}", app.name),
        };
        for Loaded { app: other, .. } in &loaded[..index] {
            if app.name == other.name {
                problems.push(Problem::new(
                    at("name"),
                    format!("duplicate value `{}`: another app of the project has it", app.name),
                ));
                continue;
            }
            let (mine, theirs) = (Path::new(app.output()), Path::new(other.output()));
            if mine.starts_with(theirs) || theirs.starts_with(mine) {
                problems.push(
                    Problem::new(at("output"), format!("duplicate value `{}`: app `{}` has `{}`; two outputs are neither one folder nor one inside the other", mine.display(), other.name, theirs.display()))
                        .hint(format!("write `output: dist-{}`, for example", app.name)),
                );
            }
        }
    }
    problems
}
