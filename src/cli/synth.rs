//! `pgsynth synth`: render, then write, check or print.

mod delivery;
mod leaving;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use pgsynth_constructs::Valid;
use pgsynth_constructs::rules::Level;
use pgsynth_constructs::upstream::record::ClusterKey;

use super::choice::Choice;
use super::context::{Context, Run};
use super::project::{Loaded, Project, shared_archives};
use super::terminal::{self, Progress};
use super::{Exit, folder};
use crate::diff::{self, State};
use crate::failure::Failure;
use crate::lint::Source;
use crate::output::{self, Changes, Lock, STATE, Sides, State as Remembered};
use crate::report::{Account, Outcome, json, sarif, text};
use crate::synth::{Bundle, bundle, render};
use delivery::Delivery;

/// Render the apps of the project into their output folders
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    choice: Choice,

    /// Write into this folder instead of the app's own; only for a single app
    #[arg(long, value_name = "FOLDER", conflicts_with = "stdout")]
    output: Option<PathBuf>,

    /// Write nothing, show the difference, exit with 4 if there is one
    #[arg(long, conflicts_with = "stdout")]
    check: bool,

    /// Print the objects of one app, write nothing
    #[arg(long)]
    stdout: bool,

    /// Render for another way to the Kubernetes cluster than `kubectl apply`, into `<delivery>/<app>` or the folder of `--output`
    #[arg(long, value_enum, value_name = "DELIVERY", conflicts_with = "stdout")]
    to: Option<Delivery>,

    /// Print nothing but problems
    #[arg(long, short)]
    quiet: bool,

    /// Fail on warnings that are not accepted in the app
    #[arg(long)]
    deny_warnings: bool,

    /// Let this cluster leave its data behind, once: a changed namespace, generation or archive, or changed kinds of databases (repeatable)
    #[arg(long, value_name = "CHART/CLUSTER")]
    accept_generation: Vec<String>,

    /// How problems are reported: as text, or as one document on standard output
    #[arg(long, value_enum, default_value = "text", conflicts_with = "stdout")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// For people, on standard error
    Text,
    /// For programs; the README describes it
    Json,
    /// For code review: SARIF 2.1.0
    Sarif,
}

/// An app that is found valid, what its output remembers, and what is to be told of it.
struct Ready<'a> {
    loaded: &'a Loaded,
    valid: Valid<'a>,
    before: Option<Remembered>,
    /// Clusters that leave the output.
    gone: Vec<ClusterKey>,
}

impl Run for Arguments {
    fn run(&self, context: Context) -> Result<Exit> {
        let progress = Progress::new(self.quiet);
        progress.at("reading the apps");
        let project = match Project::load(context)? {
            Ok(project) => project,
            Err(account) => return self.end(Exit::Invalid, &[account]),
        };
        let chosen = project.choose(&self.choice)?;
        self.check_usage(&project, &chosen)?;
        let folders = self.folders(&project, &chosen)?;
        // Held from the first look at an output to its last file: what is compared must not change meanwhile.
        let _locks = self.lock(&project.root, &folders)?;

        // All apps are found valid before the first file is written.
        let mut accounts = vec![];
        let mut ready = vec![];
        for (loaded, folder) in chosen.iter().zip(&folders) {
            progress.at(&format!("checking app `{}`", loaded.app.name));
            let (before, mut past) = loaded.past(&project.root, folder, &self.accept_generation)?;
            // An output that does not exist yet remembers that there was nothing.
            if before.is_none() && !self.stdout {
                past.record.get_or_insert_default();
            }
            let mut account = loaded.account();
            if let Some(valid) = loaded.validate(&past, &mut account) {
                account.errors.extend(self.to.iter().flat_map(|delivery| delivery.missing(&valid)));
                let gone = past.record.map(|record| leaving::gone(record, &valid)).unwrap_or_default();
                ready.push(Ready { loaded, valid, before, gone });
            }
            accounts.push(account);
        }
        let denied = self.deny_warnings && accounts.iter().any(|account| !account.warnings.is_empty());
        let others = project.others(&chosen);
        let mine = ready.iter().map(|ready| (ready.loaded, &ready.valid));
        let all: Vec<_> = others.iter().map(|(loaded, valid)| (*loaded, valid)).chain(mine).collect();
        let shared = shared_archives(&all);
        if !shared.is_empty() {
            accounts.push(Account { errors: shared, ..Account::default() });
        }
        for ready in &ready {
            let name = ready.loaded.app.name.as_str();
            if let Some(account) = accounts.iter_mut().find(|account| account.app.as_deref() == Some(name)) {
                account.leaving =
                    ready.gone.iter().map(|key| leaving::cluster(key, &ready.valid, &all)).collect();
            }
        }
        if denied || accounts.iter().any(|account| !account.errors.is_empty()) {
            return self.refuse(&chosen, &accounts, denied);
        }

        self.tell(&accounts);
        let mut exit = Exit::Done;
        for ((Ready { loaded, valid, before, gone: _ }, folder), account) in
            ready.into_iter().zip(&folders).zip(&mut accounts)
        {
            progress.at(&format!("rendering app `{}`", loaded.app.name));
            let bundle = self.to.map_or_else(|| bundle(&valid), |delivery| delivery.bundle(&valid));
            if self.stdout {
                print(&bundle)?;
                continue;
            }
            let outcome = self.deliver(&project.root, folder, loaded, &valid, before, &bundle)?;
            if outcome.different {
                exit = Exit::Different;
            }
            account.outcome = Some(outcome);
            account.leaving.iter().for_each(|leaving| self.note(&text::leaving(leaving)));
            drop(bundle);
            // The process ends soon: what thousands of clusters hold is not taken apart piece by piece before.
            std::mem::forget(valid);
        }
        self.document(&accounts)?;
        std::mem::forget(project);
        Ok(exit)
    }
}

impl Arguments {
    fn check_usage(&self, project: &Project, chosen: &[&Loaded]) -> Result<()> {
        if (self.stdout || self.output.is_some()) && chosen.len() != 1 {
            let names: Vec<_> = chosen.iter().map(|loaded| loaded.app.name.to_string()).collect();
            let failure = Failure::usage("`--output` and `--stdout` take one app");
            return Err(failure.hint(format!("choose it with `--app`: `{}`", names.join("`, `"))).into());
        }
        let known = |id: &str| {
            let (chart, cluster) = id.split_once('/').unwrap_or_default();
            let has = |loaded: &Loaded| {
                loaded.app.charts.get(chart).is_some_and(|chart| chart.clusters.get(cluster).is_some())
            };
            project.apps.iter().any(has)
        };
        match self.accept_generation.iter().find(|id| !known(id)) {
            Some(id) => {
                let failure = Failure::usage(format!("no cluster `{id}`"));
                let hint = "`--accept-generation` takes `<chart>/<cluster>`, as `pgsynth list` shows them";
                Err(failure.hint(hint).into())
            }
            None => Ok(()),
        }
    }

    /// Where an app is written below the project, where nobody says another folder.
    fn folder(&self, loaded: &Loaded) -> PathBuf {
        match self.to {
            None => PathBuf::from(loaded.app.output_folder()),
            Some(delivery) => delivery.folder(loaded.app.name.as_str()),
        }
    }

    /// Where each app is written.
    fn folders(&self, project: &Project, chosen: &[&Loaded]) -> Result<Vec<PathBuf>> {
        let folder = |loaded: &&Loaded| match &self.output {
            None if self.to.is_some() => {
                folder::given(&self.folder(loaded), &project.root, loaded, &project.apps)
            }
            Some(given) => folder::given(given, &project.root, loaded, &project.apps),
            None => folder::check(loaded, &project.root).map(|()| loaded.output(&project.root)),
        };
        chosen.iter().map(folder).collect()
    }

    /// One lock for the project, and one for each folder elsewhere in which an output lies; nothing where nothing is written.
    fn lock(&self, root: &Path, folders: &[PathBuf]) -> Result<Vec<Lock>> {
        if self.check || self.stdout {
            return Ok(vec![]);
        }
        let of = |folder: &PathBuf| match folder.starts_with(root) {
            true => root.to_owned(),
            false => folder.parent().unwrap_or(folder).to_owned(),
        };
        let waiting = || self.note("note: another pgsynth is writing here; waiting for it to end");
        // In one order, so that two commands never wait for each other.
        let places: BTreeSet<PathBuf> = folders.iter().map(of).collect();
        places.iter().map(|folder| Lock::of(folder, &waiting)).collect()
    }

    /// Tells something that is no problem.
    fn note(&self, text: &str) {
        if !self.quiet && self.format == Format::Text {
            terminal::note(text);
        }
    }

    /// Tells what is wrong, as text.
    fn tell(&self, accounts: &[Account]) {
        if self.format != Format::Text {
            return;
        }
        for account in accounts {
            terminal::tell(account, &[Level::Warning, Level::Error]);
            for undecided in &account.undecided {
                self.note(&format!("note: {undecided}"));
            }
        }
    }

    /// Prints what is wrong, as a document.
    fn document(&self, accounts: &[Account]) -> Result<()> {
        match self.format {
            Format::Text => Ok(()),
            Format::Json => terminal::out(&json::document(accounts)),
            Format::Sarif => terminal::out(&sarif::log(accounts)),
        }
    }

    fn end(&self, exit: Exit, accounts: &[Account]) -> Result<Exit> {
        self.tell(accounts);
        self.document(accounts)?;
        Ok(exit)
    }

    fn refuse(&self, chosen: &[&Loaded], accounts: &[Account], denied: bool) -> Result<Exit> {
        let exit = self.end(Exit::Invalid, accounts)?;
        if self.format == Format::Text {
            if denied {
                terminal::error("there are warnings, and `--deny-warnings` was given");
                terminal::note(
                    "hint: fix them, or accept them where they arise: `accept: {<name>: \"<why>\"}`",
                );
            }
            let outputs: Vec<_> =
                chosen.iter().map(|loaded| format!("`{}`", self.folder(loaded).display())).collect();
            terminal::note(&format!("hint: nothing was written to {}", outputs.join(", ")));
        }
        Ok(exit)
    }

    /// What the changes do to the clusters that run, in one line; nothing where there is nothing to tell.
    fn impact(&self, first: bool, changes: &Changes, valid: &Valid) -> Result<Option<String>> {
        if first || self.quiet || self.format != Format::Text || changes.is_empty() {
            return Ok(None);
        }
        // More is a matter of its own, which takes its time.
        const MOST: usize = 500;
        if changes.outcome().written > MOST {
            return Ok(Some(
                "`pgsynth diff --against <revision>` says what that does to the clusters that run".to_owned(),
            ));
        }
        let sides = changes.sides()?;
        let state = |bytes: fn(&Sides) -> Option<&Vec<u8>>| {
            let sources = sides.iter().filter_map(|side| Source::read(side.name.as_str(), bytes(side)?).ok());
            let sources: Vec<_> = sources.collect();
            // A file that somebody has broken is written anew, and says nothing of what was before.
            Some(State::read(&sources, valid.app().release.release()).ok()?.under(valid.operator()))
        };
        let (Some(old), Some(new)) = (state(|side| side.old.as_ref()), state(|side| side.new.as_ref()))
        else {
            return Ok(None);
        };
        let found = diff::diff(valid.app().name.as_str(), "", &old, &new);
        Ok((!found.is_empty()).then(|| format!("what it does: {}", found.summary())))
    }

    /// Writes or checks one output.
    fn deliver(
        &self,
        root: &Path,
        folder: &Path,
        loaded: &Loaded,
        valid: &Valid,
        before: Option<Remembered>,
        bundle: &Bundle,
    ) -> Result<Outcome> {
        let shown = folder.strip_prefix(root).unwrap_or(folder).display().to_string();
        let first = before.is_none();
        // A folder that is not there yet has no past.
        if first && folder.exists() {
            self.note(&format!(
                "note: `{shown}/{STATE}` does not exist, so nothing is compared with the past; commit it with the folder"
            ));
        }
        let former = loaded.app.renamed_from.as_ref().map(|id| id.as_str());
        let changes = output::plan(folder, before.as_ref(), bundle, former)?;
        let mut outcome = changes.outcome();
        if changes.is_converted() {
            self.note(&format!(
                "note: files in `{shown}` have CRLF at the end of their lines; git has converted them, and does so no more with `{shown}/** -text` in `.gitattributes`"
            ));
        }
        if self.check {
            if outcome.different {
                if self.format == Format::Text {
                    terminal::out(&changes.diff()?)?;
                }
                self.note(&format!(
                    "`{shown}` is not what app `{}` renders; `pgsynth synth` brings it up to date",
                    loaded.app.name
                ));
            }
            return Ok(outcome);
        }
        let impact = match self.to {
            None => self.impact(first, &changes, valid)?,
            // The plan of Terraform says it, and the others apply the output itself.
            Some(_) => None,
        };
        changes.write()?;
        outcome.different = false;
        let Outcome { written, removed, unchanged, .. } = outcome;
        self.note(&format!("`{shown}`: {written} written, {removed} removed, {unchanged} unchanged"));
        impact.iter().for_each(|line| self.note(line));
        if let Some(delivery) = self.to {
            if first {
                self.note(&delivery.next(&shown));
            }
            return Ok(outcome);
        }
        let namespaces =
            bundle.files.iter().map(|file| file.name.as_str()).find(|name| name.starts_with("00-"));
        if let Some(namespaces) = namespaces.filter(|_| first && valid.crds().next().is_some()) {
            self.note(&format!(
                "apply it for the first time with:\n  \
                 kubectl apply --server-side --force-conflicts -f {shown}/crds/\n  \
                 kubectl wait --for=condition=Established --timeout=60s -f {shown}/crds/\n  \
                 kubectl apply -f {shown}/{namespaces}\n  \
                 pgsynth list --secrets   # the Secrets that must exist\n  \
                 kubectl apply -f {shown}/"
            ));
        }
        Ok(outcome)
    }
}

fn print(bundle: &Bundle) -> Result<()> {
    let mut first = true;
    render(&bundle.files.iter().collect::<Vec<_>>(), |_, bytes| {
        if !std::mem::take(&mut first) {
            terminal::out("---\n")?;
        }
        terminal::out(&String::from_utf8_lossy(bytes))
    })
}
