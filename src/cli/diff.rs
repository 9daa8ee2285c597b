//! `pgsynth diff`: what a change does before it is merged.

mod git;

use std::path::PathBuf;

use anyhow::Result;
use pgsynth_constructs::Past;
use pgsynth_constructs::base::OperatorFacts;
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::rules::Level;

use super::choice::Choice;
use super::context::{Context, Run};
use super::project::{Loaded, Project};
use super::{Exit, manifests, terminal};
use crate::diff::{Diff, State, diff, document, markdown, text};
use crate::failure::Failure;
use crate::lint::Source;
use crate::report::Account;
use crate::synth;
use git::Revision;

/// Show what a change does to the clusters that run: for each field, and for all in what order
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    choice: Choice,

    /// What to compare with: a revision of git, a folder of manifests, `-` for manifests on standard input, or `release` for what
    /// the newest release would change. Default: the output as it lies in its folder
    #[arg(long, value_name = "REV|FOLDER|-|release")]
    against: Option<String>,

    /// How it is shown
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For a comment of a merge request
    Markdown,
    /// For programs
    Json,
}

impl Run for Arguments {
    fn run(&self, context: Context) -> Result<Exit> {
        let project = match Project::load(context)? {
            Ok(project) => project,
            Err(account) => return Ok(refuse(&account)),
        };
        let mut diffs = vec![];
        for loaded in project.choose(&self.choice)? {
            let mut account = loaded.account();
            let Some(valid) = loaded.validate(&Past::default(), &mut account) else {
                return Ok(refuse(&account));
            };
            let now = rendered(&synth::bundle(&valid), loaded)?.under(valid.operator());
            let facts = valid.operator();
            let found = match self.against.as_deref() {
                Some("release") => match newer(loaded)? {
                    Some((name, state)) => {
                        diff(loaded.app.name.as_str(), "its own release", &now, &state.under(facts)).of(name)
                    }
                    None => {
                        terminal::note(&format!("app `{}` has the newest release", loaded.app.name));
                        continue;
                    }
                },
                against => {
                    let (name, before) = self.before(&project, loaded, against, facts)?;
                    diff(loaded.app.name.as_str(), &name, &before.under(facts), &now)
                }
            };
            diffs.push(found);
        }
        let shown = match self.format {
            Format::Text => diffs.iter().map(text).collect(),
            Format::Markdown => diffs.iter().map(markdown).collect::<Vec<_>>().join("\n"),
            Format::Json => document(&diffs),
        };
        terminal::out(&shown)?;
        Ok(if diffs.iter().all(Diff::is_empty) { Exit::Done } else { Exit::Different })
    }
}

impl Arguments {
    /// What the app is compared with, in words and as it was.
    fn before(
        &self,
        project: &Project,
        loaded: &Loaded,
        against: Option<&str>,
        facts: &OperatorFacts,
    ) -> Result<(String, State)> {
        let release = loaded.app.release.release();
        let read = |sources: &[Source]| {
            State::read(sources, release).map_err(|problem| Failure::io(problem.to_string()))
        };
        let folder = match against {
            None => Some(loaded.output(&project.root)),
            Some("-") => None,
            Some(given) => Some(project.root.join(given)).filter(|folder| folder.is_dir()),
        };
        let shown = |folder: &std::path::Path| {
            format!("`{}`", folder.strip_prefix(&project.root).unwrap_or(folder).display())
        };
        match (against, folder) {
            (Some("-"), _) => {
                let (sources, problems) = manifests::read(&[PathBuf::from("-")])?;
                if let Some(problem) = problems.first() {
                    return Err(Failure::io(problem.to_string()).into());
                }
                Ok(("standard input".to_owned(), read(&sources)?))
            }
            (_, Some(folder)) if !folder.is_dir() => {
                Ok((format!("{}, which is not there", shown(&folder)), State::default()))
            }
            (_, Some(folder)) => {
                let (sources, problems) = manifests::read(std::slice::from_ref(&folder))?;
                if let Some(problem) = problems.first() {
                    return Err(Failure::io(problem.to_string()).into());
                }
                Ok((shown(&folder), read(&sources)?))
            }
            (Some(given), None) => {
                let revision = Revision::of(&project.root, given)?;
                let sources = revision.files(loaded.app.output_folder())?;
                let state = match sources.is_empty() {
                    false => read(&sources)?,
                    // The output is not committed: the app is rendered as it was.
                    true => match revision.app(loaded)? {
                        Some(app) => {
                            let valid = app.validate(&Past::default()).map_err(|problems| {
                                Failure::io(format!("app `{}` of `{given}` is invalid: {problems}", app.name))
                            })?;
                            rendered(&synth::bundle(&valid), loaded)?.under(valid.operator())
                        }
                        None => State::default().under(facts),
                    },
                };
                Ok((format!("`{given}`"), state))
            }
            (None, None) => Ok((String::new(), State::default())),
        }
    }
}

/// What a bundle says.
fn rendered(bundle: &synth::Bundle, loaded: &Loaded) -> Result<State> {
    let mut sources = vec![];
    for manifest in bundle.manifests() {
        sources.push(
            Source::read(manifest.name, &manifest.bytes)
                .map_err(|problem| Failure::io(problem.to_string()))?,
        );
    }
    Ok(State::read(&sources, loaded.app.release.release())
        .map_err(|problem| Failure::io(problem.to_string()))?)
}

/// The app under the newest release, where it has another one.
fn newer(loaded: &Loaded) -> Result<Option<(String, State)>> {
    if loaded.app.release == ReleaseName::NEWEST {
        return Ok(None);
    }
    let mut app = loaded.app.clone();
    app.release = ReleaseName::NEWEST;
    let valid = app.validate(&Past::default()).map_err(|problems| Failure::io(problems.to_string()))?;
    Ok(Some((format!("release {}", ReleaseName::NEWEST), rendered(&synth::bundle(&valid), loaded)?)))
}

fn refuse(account: &Account) -> Exit {
    terminal::tell(account, &[Level::Warning, Level::Error]);
    Exit::Invalid
}
