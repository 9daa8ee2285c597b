//! The command: clap types, exit codes, one file per subcommand. Feature `cli`.
//!
//! Two doors: [`main`] serves the Rust apps that it is given and the project's `apps/*.yaml`, and never delegates;
//! [`stock`] is the stock binary, which hands over to the project's own where there is one.

mod delegate;
mod init;
mod list;
mod project;
mod synth;
mod terminal;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pgsynth_constructs::App;
use pgsynth_constructs::base::Problem;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is done.
    Done = 0,
    /// The app is invalid.
    Invalid = 1,
    /// A file could not be read or written, or the project's own binary could not be run.
    Io = 3,
    /// `--check` found a difference.
    Different = 4,
}

/// Renders PostgreSQL on Kubernetes from typed constructs into YAML for `kubectl apply`.
///
/// Exit codes: 0 done, 1 the app is invalid, 2 usage, 3 a file or the project's own binary failed, 4 `--check` found a difference.
#[derive(Debug, Parser)]
#[command(name = "pgsynth", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// Folder of the project; every relative path starts there. Default: the nearest parent that holds `apps/`.
    #[arg(long, global = true, value_name = "FOLDER")]
    project: Option<PathBuf>,

    /// Serve the YAML apps only, also where `apps/Cargo.toml` exists.
    #[arg(long, global = true)]
    no_delegate: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Render the apps of the project into their output folders
    Synth(synth::Arguments),
    /// List apps, constructs and objects, or the Secrets that must exist
    List(list::Arguments),
    /// Write a first app into this folder
    Init(init::Arguments),
    /// Show the version of pgsynth and of what its newest release renders
    Version,
}

/// Runs the command for these Rust apps and the project's `apps/*.yaml`. Never delegates.
///
/// ```no_run
/// use pgsynth::constructs::base::Problem;
/// use pgsynth::constructs::platform::Platform;
/// use pgsynth::constructs::{App, releases::ReleaseName};
///
/// fn shop() -> Result<App, Problem> {
///     let name = "shop".parse().map_err(|error| Problem::new("name", format!("{error}")))?;
///     Ok(App::new(name, ReleaseName::R2026_11, Platform::Hetzner))
/// }
///
/// fn main() -> std::process::ExitCode {
///     pgsynth::cli::main([shop()])
/// }
/// ```
pub fn main(apps: impl IntoIterator<Item = Result<App, Problem>>) -> ExitCode {
    let arguments = Arguments::parse();
    exit(run(&arguments, apps.into_iter().collect()))
}

/// Runs the stock command, which hands over to the project's own binary where `apps/Cargo.toml` exists.
pub fn stock() -> ExitCode {
    let arguments = Arguments::parse();
    let own = matches!(arguments.command, Command::Synth(_) | Command::List(_));
    if own && !arguments.no_delegate {
        match delegate::delegate(arguments.project.as_deref()) {
            Ok(Some(code)) => return code,
            Ok(None) => {}
            Err(error) => return exit(Err(error)),
        }
    }
    exit(run(&arguments, vec![]))
}

fn run(arguments: &Arguments, apps: Vec<Result<App, Problem>>) -> anyhow::Result<Exit> {
    let project = arguments.project.as_deref();
    match &arguments.command {
        Command::Synth(command) => synth::run(command, project, apps),
        Command::List(command) => list::run(command, project, apps),
        Command::Init(command) => init::run(command, project),
        Command::Version => version::run(),
    }
}

fn exit(result: anyhow::Result<Exit>) -> ExitCode {
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
        Exit::Io
    });
    ExitCode::from(exit as u8)
}
