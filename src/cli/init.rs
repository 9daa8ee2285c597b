//! `pgsynth init`: a first app. Asks nothing and overwrites nothing.

use anyhow::Result;
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::values::{Id, Invalid, Platform};

use super::context::{Context, Run};
use super::{Exit, terminal};
use crate::failure::Failure;
use crate::output;
use crate::schema;

/// The schema of app files, beside `apps/`.
const SCHEMA: &str = "pgsynth.schema.json";

/// Write a first app into this folder
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Name of the app, and of its file
    #[arg(long, default_value = "shop", value_parser = name)]
    name: Id,

    /// What the Kubernetes cluster runs on: hetzner, k3s or other
    #[arg(long, default_value = "k3s")]
    platform: Platform,
}

/// The name of a first app, which is the id of its chart as well, beside that of the operator.
fn name(text: &str) -> Result<Id, String> {
    match text {
        "operator" | "postgres-operator" => {
            Err("the app has a chart and a namespace of the operator's as well".to_owned())
        }
        text => text.parse().map_err(|invalid: Invalid| invalid.rule),
    }
}

impl Run for Arguments {
    fn run(&self, context: Context) -> Result<Exit> {
        let Arguments { name, platform } = self;
        let folder = super::project::root(context.project)?;
        let apps = folder.join("apps");
        let path = apps.join(format!("{name}.yaml"));
        // Two apps share no output.
        let others = super::project::files(&folder)?.iter().any(|file| *file != path)
            || apps.join("Cargo.toml").is_file();
        let output = if others { format!("output: dist-{name}\n") } else { String::new() };
        if !output::create_new(&path, app(name, *platform, &output).as_bytes())? {
            let failure = Failure::io(format!("`{}` exists already, and stays as it is", path.display()));
            return Err(failure.hint("choose another name with `--name`").into());
        }
        // The output is compared byte for byte, and git may be told to convert the ends of lines.
        let attributes = "dist*/** -text\n";
        output::create_new(&folder.join(".gitattributes"), attributes.as_bytes())?;
        // What an editor completes and checks by; `pgsynth schema` writes that of another version.
        output::create_new(&folder.join(SCHEMA), schema::document().as_bytes())?;
        terminal::note(&format!(
            "wrote `{}`; next:\n  pgsynth synth             # renders it\n  pgsynth list              # shows what that is\n  git add .                 # the app and its output belong in version control",
            path.display()
        ));
        if others {
            terminal::note(
                "note: it renders an operator of its own, for a Kubernetes cluster of its own; in one that has an operator, write `externalOperator` instead",
            );
        }
        Ok(Exit::Done)
    }
}

fn app(name: &Id, platform: Platform, output: &str) -> String {
    let (instances, size, accepted) = match platform {
        // A folder of the only node, and one instance on it.
        Platform::K3s => (
            1,
            "2Gi",
            "        accept: {single-instance: \"one node\", one-copy: \"one node\", no-backup: \"a first try\"}\n",
        ),
        Platform::Hetzner | Platform::Other => (2, "10Gi", "        accept: {no-backup: \"a first try\"}\n"),
    };
    format!(
        "\
# yaml-language-server: $schema=../{SCHEMA}
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
        access: [{{namespace: {name}}}]     # whose pods may reach it
        backup: {{none: \"a first try\"}}
{accepted}",
        release = ReleaseName::NEWEST,
        role = name.as_str().replace('-', "_"),
    )
}
