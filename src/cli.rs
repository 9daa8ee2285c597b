//! The command: clap types, exit codes, one file per verb. Feature `cli`.
//!
//! Two doors: [`main`] serves the Rust apps that it is given and the project's `apps/*.yaml`, and never delegates;
//! [`stock`] is the stock binary, which hands over to the project's own where there is one.

mod choice;
mod completions;
mod context;
mod delegate;
mod diff;
mod explain;
mod folder;
mod import;
mod init;
mod lint;
mod list;
mod man;
mod manifests;
mod project;
mod restore;
mod runbook;
mod schema;
mod synth;
mod terminal;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use pgsynth_constructs::App;
use pgsynth_constructs::base::Problem;

use crate::failure::{Failure, FailureKind};
use context::{Context, Needs, Run};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is done.
    Done = 0,
    /// The app is invalid.
    Invalid = 1,
    /// The command was called in a way that it does not have.
    Usage = 2,
    /// A file could not be read or written, or the project's own binary could not be run.
    Io = 3,
    /// `--check` or `diff` found a difference.
    Different = 4,
}

/// Renders PostgreSQL on Kubernetes from typed constructs into YAML for `kubectl apply`.
///
/// Exit codes: 0 done, 1 the app is invalid or `lint` found an error, 2 usage, 3 a file or the project's own binary failed, 4 `--check` or `diff` found a difference.
#[derive(Debug, Parser)]
#[command(name = "pgsynth", version)]
pub(crate) struct Arguments {
    /// Folder of the project; relative paths are resolved from there. Default: the nearest parent that holds `apps/`.
    #[arg(long, global = true, value_name = "FOLDER")]
    project: Option<PathBuf>,

    /// Use only the YAML apps, even if `apps/Cargo.toml` exists.
    #[arg(long, global = true)]
    no_delegate: bool,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Render the apps of the project into their output folders
    Synth(synth::Arguments),
    /// List apps, constructs and objects, the Secrets that must exist, or the backups
    List(list::Arguments),
    /// Show what a change does to the clusters that run: for each field, and for all in what order
    Diff(diff::Arguments),
    /// Plan a way back: a folder with what is applied step by step, and a runbook
    Restore(restore::Arguments),
    /// Write a page for each cluster, and one for all: where its data is, its Secrets, and what to do in the night
    Runbook(runbook::Arguments),
    /// Ask every rule about manifests that pgsynth did not write: clusters, and the operator that they run under
    Lint(lint::Arguments),
    /// Make an app of clusters that run: it renders the same objects, and no pod restarts
    Import(import::Arguments),
    /// Explain a rule, what comes of a cluster, or a field of the app file
    Explain(explain::Arguments),
    /// Print the JSON Schema of app files (2020-12), for completion and checks in an editor
    Schema(schema::Arguments),
    /// Print what a shell has to read to complete verbs, flags, and the project's apps, clusters and databases
    Completions(completions::Arguments),
    /// Print the manual page of pgsynth, or of a verb
    Man(man::Arguments),
    /// Write a first app into this folder
    Init(init::Arguments),
    /// Show the version of pgsynth and of what its newest release renders
    Version(version::Arguments),
}

impl Verb {
    /// What a verb needs, and the verb itself.
    fn door(&self) -> (Needs, &dyn Run) {
        match self {
            Self::Synth(verb) => (Needs::Apps, verb),
            Self::Diff(verb) => (Needs::Apps, verb),
            Self::List(verb) => (Needs::Apps, verb),
            Self::Restore(verb) => (Needs::Apps, verb),
            Self::Runbook(verb) => (Needs::Apps, verb),
            Self::Lint(verb) => (Needs::Nothing, verb),
            Self::Import(verb) => (Needs::Nothing, verb),
            Self::Explain(verb) => (verb.needs(), verb),
            Self::Schema(verb) => (Needs::Nothing, verb),
            Self::Completions(verb) => (Needs::Nothing, verb),
            Self::Man(verb) => (Needs::Nothing, verb),
            Self::Init(verb) => (Needs::Folder, verb),
            Self::Version(verb) => (Needs::Nothing, verb),
        }
    }
}

/// Runs the command for these Rust apps and the project's `apps/*.yaml`. Never delegates.
///
/// ```no_run
/// use pgsynth::prelude::*;
///
/// fn shop() -> App {
///     let offsite = ObjectStore::new("pg-backup-s3").hetzner(HetznerStore::new(StoreLocation::Fsn1, "acme-postgres"));
///     let operator = Chart::new(Namespace::created("postgres-operator"))
///         .operator(Operator::new(WatchSetting::All))
///         .storage("longhorn-postgres-local", Longhorn::new(Layout::Local));
///     let orders = Cluster::new("acme", "18", Volume::of_class("50Gi", "longhorn-postgres-local"), "nightly")
///         .resources(Resources::default().cpu("2").memory("4Gi"))
///         .users("shop", [])
///         .databases("shop", Database::owned_by("shop"));
///     App::new("shop", ReleaseName::R2026_11, Platform::Hetzner)
///         .stores("offsite", offsite)
///         .backups("nightly", BackupPolicy::new("offsite", "0 1 * * *", "14d", "5m"))
///         .charts("operator", operator)
///         .charts("shop", Chart::new(Namespace::created("shop")).clusters("acme-orders", orders))
/// }
///
/// fn main() -> std::process::ExitCode {
///     pgsynth::cli::main([shop()])
/// }
/// ```
pub fn main<A: Into<Result<App, Problem>>>(apps: impl IntoIterator<Item = A>) -> ExitCode {
    completions::answer();
    let arguments = Arguments::parse();
    exit(run(&arguments, apps.into_iter().map(Into::into).collect()))
}

/// Runs the stock command, which hands over to the project's own binary where `apps/Cargo.toml` exists.
pub fn stock() -> ExitCode {
    completions::answer();
    let arguments = Arguments::parse();
    let (needs, _) = arguments.verb.door();
    if needs == Needs::Apps && !arguments.no_delegate {
        match delegate::delegate(arguments.project.as_deref()) {
            Ok(Some(code)) => return code,
            Ok(None) => {}
            Err(error) => return exit(Err(error)),
        }
    }
    exit(run(&arguments, vec![]))
}

fn run(arguments: &Arguments, apps: Vec<Result<App, Problem>>) -> Result<Exit> {
    let (_, verb) = arguments.verb.door();
    verb.run(Context { project: arguments.project.as_deref(), apps })
}

fn exit(result: Result<Exit>) -> ExitCode {
    let exit = result.unwrap_or_else(|error| {
        // Where nobody reads on, as in `pgsynth list | head`, there is nothing to say and nobody to say it to.
        let broken = error.chain().any(|cause| {
            cause
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
        });
        if broken {
            return Exit::Done;
        }
        terminal::error(&format!("{error:#}"));
        let Some(failure) = error.downcast_ref::<Failure>() else { return Exit::Io };
        for hint in &failure.hints {
            terminal::note(&format!("hint: {hint}"));
        }
        match failure.kind {
            FailureKind::Usage => Exit::Usage,
            FailureKind::Io | FailureKind::Delegate => Exit::Io,
        }
    });
    ExitCode::from(exit as u8)
}
