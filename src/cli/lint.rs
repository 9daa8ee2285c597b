//! `pgsynth lint`: what the rules say of manifests that pgsynth did not write.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pgsynth_constructs::base::Problem;
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::values::Platform;

use super::context::{Context, Run};
use super::{Exit, terminal};
use crate::failure::Failure;
use crate::lint::{Settings, Source, lint};
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
        let mut sources = vec![];
        let mut unread = vec![];
        for input in &self.input {
            for path in files(input)? {
                take(&path, &mut sources, &mut unread)?;
            }
        }
        let mut operator = vec![];
        if let Some(path) = &self.operator {
            take(path, &mut operator, &mut unread)?;
        }
        let settings =
            Settings { release: self.release, platform: self.platform, operator: operator.first() };
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

/// Reads a file, or standard input, and keeps what is wrong with it as a whole.
fn take(path: &Path, sources: &mut Vec<Source>, unread: &mut Vec<Problem>) -> Result<()> {
    let (name, bytes) = match path.to_str() {
        Some("-") => {
            let mut bytes = vec![];
            std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
            ("<stdin>".to_owned(), bytes)
        }
        _ => {
            let cannot = || format!("cannot read `{}`", path.display());
            (path.display().to_string(), fs::read(path).with_context(cannot)?)
        }
    };
    match Source::read(name, &bytes) {
        Ok(source) => sources.push(source),
        Err(problem) => unread.push(problem),
    }
    Ok(())
}

/// The files that an input stands for: a folder for all YAML and JSON below it, without what is hidden, and links only to files.
fn files(input: &Path) -> Result<Vec<PathBuf>> {
    if !input.is_dir() {
        return Ok(vec![input.to_owned()]);
    }
    let mut files = vec![];
    collect(input, &mut files)?;
    files.sort_unstable();
    if files.is_empty() {
        let failure = Failure::usage(format!("no YAML and no JSON in `{}`", input.display()));
        return Err(failure.hint("name a file, or a folder with `*.yaml`, `*.yml` or `*.json`").into());
    }
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot = || format!("cannot read the folder `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type().with_context(cannot)?.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|known| ["yaml", "yml", "json"].iter().any(|one| known == *one))
            && path.is_file()
        {
            files.push(path);
        }
    }
    Ok(())
}
