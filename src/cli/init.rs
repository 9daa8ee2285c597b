//! `pgsynth init`: a first app. Asks nothing and overwrites nothing.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use pgsynth_constructs::platform::Platform;
use pgsynth_constructs::releases::ReleaseName;
use pgsynth_constructs::values::Id;

use super::{Exit, terminal};

/// Write a first app into this folder
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Name of the app, and of its file
    #[arg(long, default_value = "shop")]
    name: Id,

    /// What the Kubernetes cluster runs on: hetzner, k3s or other
    #[arg(long, default_value = "k3s")]
    platform: Platform,
}

pub(super) fn run(arguments: &Arguments, project: Option<&Path>) -> Result<Exit> {
    let Arguments { name, platform } = arguments;
    let folder = super::project::root(project)?;
    let apps = folder.join("apps");
    let path = apps.join(format!("{name}.yaml"));
    fs::create_dir_all(&apps).with_context(|| format!("cannot make the folder `{}`", apps.display()))?;
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!(
                "`{}` is there already, and stays as it is\nhint: choose another name with `--name`",
                path.display()
            )
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write `{}`", path.display())),
    };
    // Two apps share no output.
    let others = super::project::files(&folder)?.len() > 1 || apps.join("Cargo.toml").is_file();
    let output = if others { format!("output: dist-{name}\n") } else { String::new() };
    file.write_all(app(name, *platform, &output).as_bytes())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    terminal::note(&format!(
        "wrote `{}`; next:\n  pgsynth synth             # renders it\n  pgsynth list              # what that is\n  git add .                 # the app and its output belong into version control",
        path.display()
    ));
    Ok(Exit::Done)
}

fn app(name: &Id, platform: Platform, output: &str) -> String {
    let (instances, size, accepted) = match platform {
        // A folder of the only node, and one instance on it.
        Platform::K3s => {
            (1, "1Gi", "        accept: {T47: \"one node\", L6: \"one node\", no-backup: \"a first try\"}\n")
        }
        Platform::Hetzner | Platform::Other => (2, "10Gi", "        accept: {no-backup: \"a first try\"}\n"),
    };
    format!(
        "\
pgsynth: v1
release: \"{release}\"
name: {name}
platform: {platform}
{output}charts:
  operator:
    namespace: {{name: postgres-operator, create: true}}
    operator: {{watch: all}}
  {name}:
    namespace: {{name: {name}, create: true}}
    clusters:
      {name}-db:
        team: {name}
        postgres: 18
        instances: {instances}
        volume: {{size: {size}}}
        users: {{{role}: []}}                 # the operator makes a Secret with its password
        databases: {{{role}: {{owner: {role}}}}}
        backup: {{none: \"a first try\"}}
{accepted}",
        release = ReleaseName::NEWEST,
        role = name.as_str().replace('-', "_"),
    )
}
