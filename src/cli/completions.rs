//! `pgsynth completions`: the line that teaches a shell to complete, and what it completes of the project itself.
//!
//! Values are those of the project's YAML files: to know what Rust apps hold their binary would have to be built, and a key
//! that is pressed waits for nothing.

use anyhow::Result;
use clap::{CommandFactory, ValueEnum};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use super::context::{Context, Run};
use super::project::{Loaded, Project};
use super::{Exit, terminal};
use crate::failure::Failure;

/// Print what a shell has to read to complete verbs, flags, and the project's apps, clusters and databases
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    /// `source <(pgsynth completions bash)` in `~/.bashrc`
    Bash,
    /// `pgsynth completions fish > ~/.config/fish/completions/pgsynth.fish`
    Fish,
    /// `pgsynth completions powershell | Out-String | Invoke-Expression` in `$PROFILE`
    Powershell,
    /// `source <(pgsynth completions zsh)` in `~/.zshrc`
    Zsh,
}

/// The variable by which a shell asks.
const VARIABLE: &str = "PGSYNTH_COMPLETE";

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        let name =
            self.shell.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let shells = Shells::builtins();
        let completer =
            shells.completer(&name).ok_or_else(|| Failure::usage(format!("no shell `{name}`")))?;
        let mut text = vec![];
        completer.write_registration(VARIABLE, "pgsynth", "pgsynth", "pgsynth", &mut text)?;
        terminal::out(&String::from_utf8_lossy(&text))?;
        Ok(Exit::Done)
    }
}

/// Answers a shell that asks; returns where nobody does.
pub(super) fn answer() {
    CompleteEnv::with_factory(super::Arguments::command).var(VARIABLE).complete();
}

/// Names of the apps.
pub(super) fn apps() -> ArgValueCandidates {
    ArgValueCandidates::new(|| of_apps(|loaded| vec![loaded.app.name.to_string()]))
}

/// Names of the environments.
pub(super) fn environments() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        of_apps(|loaded| loaded.environment().map(str::to_owned).into_iter().collect())
    })
}

/// Names of the clusters, `<chart>/<cluster>` where two share one.
pub(super) fn clusters() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        of_apps(|loaded| {
            let all = || {
                loaded
                    .app
                    .charts
                    .iter()
                    .flat_map(|(chart, of)| of.clusters.iter().map(move |(id, _)| (chart, id)))
            };
            let name = |(chart, id): (&_, &_)| match all().filter(|(_, other)| *other == id).count() {
                1 => format!("{id}"),
                _ => format!("{chart}/{id}"),
            };
            all().map(name).collect()
        })
    })
}

/// Names of databases.
pub(super) fn databases() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        of_apps(|loaded| {
            let clusters = loaded.app.charts.iter().flat_map(|(_, chart)| chart.clusters.iter());
            clusters
                .flat_map(|(_, cluster)| cluster.databases.iter().map(|(name, _)| name.to_string()))
                .collect()
        })
    })
}

/// What the apps have of something, each once. Where they cannot be read there is nothing to offer.
fn of_apps(names: impl Fn(&Loaded) -> Vec<String>) -> Vec<CompletionCandidate> {
    let Ok(Ok(project)) = Project::load(Context { project: None, apps: vec![] }) else { return vec![] };
    let mut all: Vec<_> = project.apps.iter().flat_map(names).collect();
    all.sort();
    all.dedup();
    all.into_iter().map(CompletionCandidate::new).collect()
}
