//! `pgsynth lint`: what the rules say of manifests that pgsynth did not write.

use std::path::PathBuf;

use anyhow::Result;
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::values::Platform;

use super::context::{Context, Run};
use super::{Exit, manifests, terminal};
use crate::lint::{Settings, lint};
use crate::report::{Account, github, json, rules, sarif};

/// Ask every rule about manifests that pgsynth did not write: clusters, and the operator that they run under
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// YAML and JSON: files, folders, or `-` for standard input, such as the output of `helm template` or `kustomize build`
    #[arg(required = true, value_name = "FILE|FOLDER|-")]
    input: Vec<PathBuf>,

    /// The operator of all clusters: its OperatorConfiguration, its ConfigMap or the values of its Helm chart. Default: those
    /// among the files that watch the clusters' namespaces, else the chart's own values
    #[arg(long, value_name = "FILE")]
    operator: Option<PathBuf>,

    /// The release whose operator it is. Default: the newest
    #[arg(long, value_name = "RELEASE")]
    release: Option<ReleaseName>,

    /// What the Kubernetes cluster runs on: `hetzner`, `k3s` or `other`. Default: not known, and rules about it are not decided
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<Platform>,

    /// Fail on warnings too
    #[arg(long)]
    deny_warnings: bool,

    /// How findings are reported
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// For people, the findings of a rule together
    Text,
    /// For programs; the README describes it
    Json,
    /// For code review: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: workflow commands
    Github,
}

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        let (sources, mut unread) = manifests::read(&self.input)?;
        let operator = match self.operator.as_deref().map(manifests::take).transpose()? {
            Some(Ok(source)) => Some(source),
            Some(Err(problem)) => {
                unread.push(problem);
                None
            }
            None => None,
        };
        let settings =
            Settings { release: self.release, platform: self.platform, operator: operator.as_ref() };
        let mut account = lint(&sources, &settings);
        account.errors.splice(0..0, unread);
        self.end(account)
    }
}

impl Arguments {
    fn end(&self, account: Account) -> Result<Exit> {
        let failed = !account.errors.is_empty() || (self.deny_warnings && !account.warnings.is_empty());
        let text = match self.format {
            Format::Text => rules::text(&account),
            Format::Json => json::document(&[account]),
            Format::Sarif => sarif::log(&[account]),
            Format::Github => github::commands(&account),
        };
        terminal::out(&text)?;
        Ok(if failed { Exit::Invalid } else { Exit::Done })
    }
}
