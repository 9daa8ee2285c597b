//! The project: its folder, its apps, and where their outputs lie.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pgsynth_constructs::base::{Code, Problem, Problems};
use pgsynth_constructs::values::nearest;
use pgsynth_constructs::{App, Past, Valid};

use super::choice::Choice;
use super::context::Context;
use crate::failure::Failure;
use crate::load;
use crate::output::State;
use crate::report::Account;

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
    /// Its environment, where the file has several.
    environment: Option<String>,
}

/// The folder of the project: the given one, else the nearest parent that holds `apps/`, else this one.
pub(super) fn root(given: Option<&Path>) -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "this is where the project is resolved, once")]
    let here = std::env::current_dir().context("cannot determine the current folder")?;
    if let Some(given) = given {
        let root = here.join(given);
        if !root.is_dir() {
            let failure = Failure::usage(format!("`--project {}` is not a folder", given.display()));
            return Err(failure.hint("name the project's folder, the one that holds `apps/`").into());
        }
        return Ok(root);
    }
    let holds = here.ancestors().find(|folder| folder.join("apps").is_dir());
    Ok(holds.unwrap_or(&here).to_owned())
}

impl Project {
    /// Reads the apps of a project, or says what is wrong with them.
    pub(super) fn load(context: Context) -> Result<Result<Self, Account>> {
        let root = root(context.project)?;
        let mut loaded = vec![];
        let mut problems = vec![];
        for app in context.apps {
            match app {
                Ok(app) => loaded.push(Loaded { app, source: None, environment: None }),
                Err(problem) => problems.push(problem),
            }
        }
        for path in files(&root)? {
            let file = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            if path.is_dir() || path.extension().is_none_or(|extension| extension != "yaml") {
                problems.push(unread(&file));
                continue;
            }
            let cannot = || format!("cannot read `{file}`");
            // A pipe or a device never ends.
            if !fs::metadata(&path).with_context(cannot)?.is_file() {
                return Err(Failure::io(format!("{}: it is not a regular file", cannot())).into());
            }
            let bytes = fs::read(&path).with_context(cannot)?;
            match load::apps(&file, &bytes) {
                Ok(apps) => loaded.extend(apps.into_iter().map(|(environment, app)| Loaded {
                    app,
                    source: Some((file.clone(), bytes.clone())),
                    environment,
                })),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            problems = collisions(&loaded);
        }
        if !problems.is_empty() {
            return Ok(Err(Account { errors: problems, ..Account::default() }));
        }
        if loaded.is_empty() {
            let failure = Failure::io(format!("no apps in `{}`", root.join("apps").display()));
            return Err(failure.hint("`pgsynth init` writes a first one").into());
        }
        Ok(Ok(Self { root, apps: loaded }))
    }

    /// The apps that were not chosen, where they are valid: an archive of theirs is nobody else's.
    pub(super) fn others(&self, chosen: &[&Loaded]) -> Vec<(&Loaded, Valid<'_>)> {
        let other = |loaded: &&Loaded| !chosen.iter().any(|chosen| chosen.app.name == loaded.app.name);
        let others = self.apps.iter().filter(other);
        others.filter_map(|loaded| Some((loaded, loaded.app.validate(&Past::default()).ok()?))).collect()
    }

    /// The apps of these names and environments; all where there are none.
    pub(super) fn choose(&self, choice: &Choice) -> Result<Vec<&Loaded>> {
        let Choice { app: names, environment: environments } = choice;
        let known: BTreeSet<&str> =
            self.apps.iter().filter_map(|loaded| loaded.environment.as_deref()).collect();
        if let Some(wanted) = environments.iter().find(|wanted| !known.contains(wanted.as_str())) {
            let failure = Failure::usage(format!("no environment `{wanted}`"));
            let known: Vec<&str> = known.into_iter().collect();
            return Err(match known.is_empty() {
                true => failure.hint("an app file names its environments below `environments:`"),
                false => failure.hint(format!("the project has `{}`", known.join("`, `"))),
            }
            .into());
        }
        let mut chosen = self.select(names)?;
        chosen.retain(|loaded| {
            let own = loaded.environment.as_deref();
            environments.is_empty() || environments.iter().any(|wanted| Some(wanted.as_str()) == own)
        });
        Ok(chosen)
    }

    /// The apps of these names; all where there are none.
    pub(super) fn select(&self, names: &[String]) -> Result<Vec<&Loaded>> {
        let known: Vec<&str> = self.apps.iter().map(|loaded| loaded.app.name.as_str()).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
            let failure = Failure::usage(format!("no app `{name}`"));
            let failure = match nearest(name, &known) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            };
            return Err(failure.hint(format!("the project has `{}`", known.join("`, `"))).into());
        }
        let chosen =
            |loaded: &&Loaded| names.is_empty() || names.iter().any(|name| loaded.app.name.as_str() == name);
        Ok(self.apps.iter().filter(chosen).collect())
    }
}

impl Loaded {
    /// The file that it comes from, by its name below the project, and what is in it; none for an app in Rust.
    pub(super) fn source(&self) -> Option<(&str, &[u8])> {
        self.source.as_ref().map(|(file, bytes)| (file.as_str(), bytes.as_slice()))
    }

    /// Its environment, where its file has several.
    pub(super) fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// The folder of its output.
    pub(super) fn output(&self, root: &Path) -> PathBuf {
        root.join(self.app.output_folder())
    }

    /// What is to be told of it, as long as nothing is known.
    pub(super) fn account(&self) -> Account {
        Account {
            app: Some(self.app.name.to_string()),
            output: Some(self.app.output_folder().to_owned()),
            ..Account::default()
        }
    }

    /// What the output remembers of it: the state without its record, and the past. Handed on and not copied, because what
    /// is remembered of thousands of clusters is large, and needed in one place only.
    ///
    /// A folder that is written instead of the app's own, and has no past yet, has that of the app's own.
    pub(super) fn past(
        &self,
        root: &Path,
        folder: &Path,
        accepted: &[String],
    ) -> Result<(Option<State>, Past)> {
        let mut state = State::read(folder)?;
        let mut instead = match state.is_none() && folder != self.output(root) {
            true => State::read(&self.output(root))?,
            false => None,
        };
        let own = |state: &&mut State| {
            let former = self.app.renamed_from.as_ref();
            state.app == self.app.name.as_str() || former.is_some_and(|id| id.as_str() == state.app)
        };
        let remembered = state.as_mut().or(instead.as_mut());
        let record = remembered.filter(own).map(|state| std::mem::take(&mut state.record));
        Ok((state, Past { record, accepted: accepted.to_vec() }))
    }

    /// Validates it, and puts into the account what is wrong.
    pub(super) fn validate<'a>(&'a self, past: &Past, account: &mut Account) -> Option<Valid<'a>> {
        let (valid, mut problems) = match self.app.validate(past) {
            Ok(valid) => {
                let problems = Problems {
                    warnings: valid.warnings().to_vec(),
                    undecided: valid.undecided().to_vec(),
                    ..Problems::default()
                };
                (Some(valid), problems)
            }
            Err(problems) => (None, problems),
        };
        let any = !problems.errors.is_empty() || !problems.warnings.is_empty();
        if let Some((file, bytes)) = self.source.as_ref().filter(|_| any) {
            load::locate(file, bytes, self.environment.as_deref(), &mut problems);
        }
        account.errors.extend(problems.errors);
        account.warnings.extend(problems.warnings);
        account.undecided.extend(problems.undecided);
        valid
    }
}

/// What stands in `apps/` and is an app or looks like one, sorted. Names that begin with a dot are an editor's.
pub(super) fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join("apps");
    if !folder.is_dir() {
        return Ok(vec![]);
    }
    let cannot = || format!("cannot read the folder `{}`", folder.display());
    let mut files = vec![];
    for entry in fs::read_dir(&folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let app = matches!(extension.as_deref(), Some("yaml" | "yml"));
        if !hidden && (app || holds_apps(&path)) {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Whether a folder in `apps/` holds files that look like apps, which nobody would read.
fn holds_apps(path: &Path) -> bool {
    let yaml = |entry: &fs::DirEntry| {
        entry.path().extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
    };
    path.is_dir() && fs::read_dir(path).is_ok_and(|entries| entries.flatten().any(|entry| yaml(&entry)))
}

fn unread(file: &str) -> Problem {
    let rule = "it is not read: app files lie directly in `apps/`, and their names end in `.yaml`";
    let mut problem = Problem::invalid("", file, rule);
    problem.code(Code::named("unread-app-file")).help("rename or move it");
    problem
}

/// Where a field of an app stands, for problems of the project.
fn field(loaded: &Loaded, field: &str) -> String {
    match &loaded.source {
        Some((file, _)) => format!("{file}: {field}"),
        None => format!("app `{}`: {field}", loaded.app.name),
    }
}

/// Apps of one name, and outputs that are one folder or lie in one another.
fn collisions(loaded: &[Loaded]) -> Vec<Problem> {
    let mut problems = Problems::default();
    for (index, one) in loaded.iter().enumerate() {
        for Loaded { app: other, .. } in &loaded[..index] {
            let app = &one.app;
            if app.name == other.name {
                problems
                    .duplicate(field(one, "name"), &app.name, "another app of the project has this name")
                    .code(Code::named("shared-name"));
                continue;
            }
            let (mine, theirs) = (Path::new(app.output_folder()), Path::new(other.output_folder()));
            if mine.starts_with(theirs) || theirs.starts_with(mine) {
                problems
                    .duplicate(
                        field(one, "output"),
                        mine.display(),
                        format!(
                            "app `{}` has `{}`; two outputs must be separate folders, neither inside the other",
                            other.name,
                            theirs.display()
                        ),
                    )
                    .code(Code::named("shared-output"))
                    .help(format!("write `output: dist-{}`, for example", app.name));
            }
        }
    }
    problems.errors
}

/// Archives that two apps of the project would write. Objects are another matter: two apps may be for two Kubernetes clusters.
pub(super) fn shared_archives<'a>(apps: &[(&'a Loaded, &'a Valid<'a>)]) -> Vec<Problem> {
    let mut problems = Problems::default();
    let mut owners: BTreeMap<(Option<&str>, &str), &str> = BTreeMap::new();
    for (loaded, valid) in apps {
        let own = valid.app().name.as_str();
        for backup in valid.clusters().values().filter_map(|facts| facts.backup.as_ref()) {
            let owner = *owners.entry((backup.endpoint.as_deref(), &backup.root)).or_insert(own);
            if owner != own {
                problems
                    .duplicate(
                        field(loaded, "stores"),
                        &backup.root,
                        format!("app `{owner}` also has this archive, and one overwrites the other"),
                    )
                    .code(Code::named("shared-archive"))
                    .help("give the store of each app a `prefix` of its own");
            }
        }
    }
    problems.errors
}
