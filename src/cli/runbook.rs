//! `pgsynth runbook`: a page for each cluster of an app, and one for all of them.

use anyhow::Result;
use pgsynth_constructs::plans::runbook;
use pgsynth_constructs::rules::Level;
use pgsynth_constructs::upstream::record::Record;

use super::completions;
use super::context::{Context, Run};
use super::project::Project;
use super::{Exit, terminal};
use crate::output::{self, Lock, State};
use crate::synth;

/// Folder of the pages, below the project.
const FOLDER: &str = "runbooks";

/// Write a page for each cluster, and one for all: where its data is, its Secrets, and what to do in the night
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Write the pages of this app only (repeatable)
    #[arg(long, value_name = "NAME", add = completions::apps())]
    app: Vec<String>,

    /// Write nothing, show the difference, exit with 4 if there is one
    #[arg(long, conflicts_with = "stdout")]
    check: bool,

    /// Print the pages, write nothing
    #[arg(long)]
    stdout: bool,
}

impl Run for Arguments {
    fn run(&self, context: Context) -> Result<Exit> {
        let project = match Project::load(context)? {
            Ok(project) => project,
            Err(account) => {
                terminal::tell(&account, &[Level::Error]);
                return Ok(Exit::Invalid);
            }
        };
        let mut exit = Exit::Done;
        for loaded in project.select(&self.app)? {
            let (_, past) = loaded.past(&project.root, &loaded.output(&project.root), &[])?;
            let mut account = loaded.account();
            let Some(valid) = loaded.validate(&past, &mut account) else {
                terminal::tell(&account, &[Level::Error]);
                return Ok(Exit::Invalid);
            };
            let name = valid.app().name.as_str();
            let mut pages = vec![("readme.md".to_owned(), runbook::fleet(&valid))];
            for id in valid.clusters().keys() {
                pages.extend(runbook::page(&valid, id).map(|page| (runbook::file(id), page)));
            }
            if self.stdout {
                pages.iter().try_for_each(|(_, page)| terminal::out(page))?;
                continue;
            }
            let record = Record::default();
            let bundle = synth::pages(name, pages, &record);
            let shown = format!("{FOLDER}/{name}");
            let folder = project.root.join(&shown);
            let waiting = || terminal::note("note: another pgsynth is writing here; waiting for it to end");
            let _lock = if self.check { None } else { Some(Lock::of(&project.root, &waiting)?) };
            let before = State::read(&folder)?;
            let changes = output::plan(&folder, before.as_ref(), &bundle, None)?;
            if self.check {
                if !changes.is_empty() {
                    terminal::out(&changes.diff()?)?;
                    exit = Exit::Different;
                }
                continue;
            }
            let outcome = changes.outcome();
            changes.write()?;
            terminal::note(&format!(
                "`{shown}`: {} written, {} removed, {} unchanged",
                outcome.written, outcome.removed, outcome.unchanged
            ));
        }
        Ok(exit)
    }
}
