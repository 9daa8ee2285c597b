//! `pgsynth synth`: render, then write, check or print.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use pgsynth_constructs::base::Problem;
use pgsynth_constructs::{App, Valid};

use super::Exit;
use super::project::{Loaded, Project};
use super::terminal::{self, Progress};
use crate::dist::{self, STATE, State};
use crate::synth::{Draft, drafts, render};

/// Render the apps of the project into their output folders
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Render and prune this app only (repeatable)
    #[arg(long, value_name = "NAME")]
    app: Vec<String>,

    /// Write into this folder instead of the app's own; for one app
    #[arg(long, value_name = "FOLDER", conflicts_with = "stdout")]
    output: Option<PathBuf>,

    /// Write nothing, show the difference, exit with 4 if there is one
    #[arg(long, conflicts_with = "stdout")]
    check: bool,

    /// Print the objects of one app, write nothing
    #[arg(long)]
    stdout: bool,

    /// Say nothing but problems
    #[arg(long, short)]
    quiet: bool,

    /// Fail on warnings that are not accepted in the app
    #[arg(long)]
    deny_warnings: bool,

    /// Let this cluster change its namespace or the kind of its databases, once (repeatable)
    #[arg(long, value_name = "CHART/CLUSTER")]
    accept_generation: Vec<String>,
}

pub(super) fn run(
    arguments: &Arguments,
    project: Option<&Path>,
    apps: Vec<Result<App, Problem>>,
) -> Result<Exit> {
    let progress = Progress::new(arguments.quiet);
    progress.at("reading the apps");
    let Some(mut project) = Project::load(project, apps)? else { return Ok(Exit::Invalid) };
    project.select(&arguments.app)?;
    if (arguments.stdout || arguments.output.is_some()) && project.apps.len() != 1 {
        let names: Vec<_> = project.apps.iter().map(|loaded| loaded.app.name.to_string()).collect();
        bail!("`--output` and `--stdout` take one app; choose it with `--app`: `{}`", names.join("`, `"));
    }

    let known = |id: &str| {
        let (chart, cluster) = id.split_once('/').unwrap_or_default();
        project.apps.iter().any(|loaded| {
            loaded.app.charts.get(chart).is_some_and(|chart| chart.clusters.get(cluster).is_some())
        })
    };
    if let Some(id) = arguments.accept_generation.iter().find(|id| !known(id)) {
        bail!(
            "no cluster `{id}`; `--accept-generation` takes `<chart>/<cluster>`, as `pgsynth list` shows them"
        );
    }

    // All apps are found valid before the first file is written.
    let mut valid = vec![];
    let mut invalid = vec![];
    for loaded in &project.apps {
        progress.at(&format!("checking app `{}`", loaded.app.name));
        match loaded.validate(&project.root, &arguments.accept_generation)? {
            Some((found, _)) if arguments.deny_warnings && !found.warnings().is_empty() => {
                terminal::error(&format!(
                    "app `{}` has warnings, and `--deny-warnings` was given",
                    loaded.app.name
                ));
                terminal::note(
                    "hint: mend them, or accept them where they arise: `accept: {<id>: \"<why>\"}`",
                );
                invalid.push(loaded);
            }
            Some((found, state)) => valid.push((loaded, found, state)),
            None => invalid.push(loaded),
        }
    }
    if !invalid.is_empty() {
        let outputs: Vec<_> =
            project.apps.iter().map(|loaded| format!("`{}`", loaded.app.output())).collect();
        terminal::note(&format!("hint: nothing was written to {}", outputs.join(", ")));
        return Ok(Exit::Invalid);
    }

    let mut exit = Exit::Done;
    for (loaded, valid, before) in valid {
        progress.at(&format!("rendering app `{}`", loaded.app.name));
        let drafts = drafts(&loaded.app, &valid);
        if arguments.stdout {
            print(&drafts)?;
        } else if !deliver(arguments, &project.root, loaded, &valid, before, &drafts)? {
            exit = Exit::Different;
        }
        // The process ends soon: what thousands of clusters hold is not taken apart piece by piece before.
        std::mem::forget(valid);
    }
    std::mem::forget(project);
    Ok(exit)
}

fn print(drafts: &[Draft]) -> Result<()> {
    let mut first = true;
    render(&drafts.iter().collect::<Vec<_>>(), |_, bytes| {
        if !std::mem::take(&mut first) {
            terminal::out("---\n")?;
        }
        terminal::out(&String::from_utf8_lossy(bytes))
    })
}

/// Writes or checks one output; false where a check found a difference.
fn deliver(
    arguments: &Arguments,
    root: &Path,
    loaded: &Loaded,
    valid: &Valid,
    before: Option<State>,
    drafts: &[Draft],
) -> Result<bool> {
    let own = loaded.output(root);
    let folder = arguments.output.as_ref().map_or_else(|| own.clone(), |output| root.join(output));
    let shown = folder.strip_prefix(root).unwrap_or(&folder).display().to_string();
    let say = |text: &str| {
        if !arguments.quiet {
            terminal::note(text);
        }
    };
    let first = before.is_none();
    // A folder that is not there yet has no past.
    if first && own.exists() {
        say(&format!(
            "note: `{}/{STATE}` is not there, so nothing is compared with the past; commit it with the folder",
            loaded.app.output()
        ));
    }
    let state = State::new(loaded.app.name.as_str(), valid.record(), drafts);
    let before = if folder == own { before } else { State::read(&folder)? };
    let changes = dist::plan(
        &folder,
        before.as_ref(),
        &state,
        loaded.app.renamed_from.as_ref().map(|id| id.as_str()),
        drafts,
    )?;
    if arguments.check {
        let same = changes.is_empty();
        if !same {
            terminal::out(&changes.diff()?)?;
            say(&format!(
                "`{shown}` is not what app `{}` renders; `pgsynth synth` brings it up to date",
                loaded.app.name
            ));
        }
        return Ok(same);
    }
    let done = changes.write()?;
    say(&format!(
        "`{shown}`: {} written, {} removed, {} unchanged",
        done.written, done.removed, done.unchanged
    ));
    if first && !valid.crds().is_empty() {
        say(&format!(
            "apply it for the first time with:\n  \
             kubectl apply --server-side --force-conflicts -f {shown}/crds/\n  \
             kubectl wait --for=condition=Established --timeout=60s -f {shown}/crds/\n  \
             kubectl apply -f {shown}/00-namespaces.yaml\n  \
             pgsynth list --secrets   # the Secrets that must exist\n  \
             kubectl apply -f {shown}/"
        ));
    }
    Ok(true)
}
