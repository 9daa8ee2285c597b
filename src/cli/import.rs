//! `pgsynth import`: an app of clusters that run already.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::Result;
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::values::{Id, Platform};

use super::context::{Context, Run};
use super::{Exit, manifests, terminal};
use crate::failure::Failure;
use crate::import::{Imported, Row, Settings, import};
use crate::output;

/// Make an app of clusters that run: it renders the same objects, and no pod restarts
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// YAML and JSON: files, folders, or `-` for standard input, such as `kubectl get postgresql,operatorconfiguration -A -o yaml`
    #[arg(required = true, value_name = "FILE|FOLDER|-")]
    input: Vec<PathBuf>,

    /// Write the app into this file, which must not be there yet. Default: to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Print it as Rust instead of YAML, for a project whose apps are a crate
    #[arg(long)]
    rust: bool,

    /// Name of the app. Default: that of the file, else `imported`
    #[arg(long)]
    name: Option<Id>,

    /// What the Kubernetes cluster runs on: `hetzner`, `k3s` or `other`
    #[arg(long, default_value = "other")]
    platform: Platform,

    /// The release whose operator it is. Default: the newest
    #[arg(long, value_name = "RELEASE")]
    release: Option<ReleaseName>,
}

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        let (sources, unread) = manifests::read(&self.input)?;
        if let Some(problem) = unread.first() {
            terminal::error(&problem.to_string());
            return Ok(Exit::Invalid);
        }
        let of_file = self.output.as_ref().and_then(|path| path.file_stem()?.to_str()?.parse::<Id>().ok());
        let name = self.name.clone().or(of_file);
        let settings = Settings {
            name: name.map_or_else(|| "imported".to_owned(), |name| name.to_string()),
            release: self.release.unwrap_or(ReleaseName::NEWEST),
            platform: self.platform,
        };
        let imported = match import(&sources, &settings) {
            Ok(imported) => imported,
            Err(problem) => {
                terminal::error(&format!("nothing was imported: {problem}"));
                return Ok(Exit::Invalid);
            }
        };
        let refused = imported.rows.iter().any(|row| row.refused.is_some());
        terminal::note(table(&imported).trim_end());
        if imported.rows.iter().all(|row| row.refused.is_some()) {
            terminal::error("nothing was imported");
            return Ok(Exit::Invalid);
        }
        let text = match self.rust {
            true => imported.rust().map_err(|problem| Failure::io(problem.to_string()))?,
            false => imported.text.clone(),
        };
        match &self.output {
            Some(path) if !output::create_new(path, text.as_bytes())? => {
                let failure = Failure::io(format!("`{}` exists already, and stays as it is", path.display()));
                return Err(failure.hint("choose another file with `--output`").into());
            }
            Some(path) => {
                let same = imported.rows.iter().all(Row::is_lossless);
                let shows = if same {
                    "no difference in any `spec`"
                } else {
                    "what was named above, and nothing else"
                };
                terminal::note(&format!(
                    "wrote `{}`; next:\n  pgsynth synth             # renders it\n  kubectl diff -f dist/     # shows {shows}",
                    path.display()
                ));
            }
            None => terminal::out(&text)?,
        }
        Ok(if refused { Exit::Invalid } else { Exit::Done })
    }
}

/// What became of each object.
fn table(imported: &Imported) -> String {
    let mut text = String::new();
    for row in &imported.rows {
        let Row { label, typed, overlay, dropped, lost, refused } = row;
        let outcome = match (refused, lost.is_empty()) {
            (Some(why), _) => format!("not imported: {why}"),
            (None, true) => "renders the same".to_owned(),
            (None, false) => "renders the same, but for what follows".to_owned(),
        };
        let _ = writeln!(text, "{label}: {outcome}");
        for (what, list) in [("typed", typed), ("overlay", overlay)] {
            if !list.is_empty() && refused.is_none() {
                let _ = writeln!(text, "    {what:<8} {}", list.join(", "));
            }
        }
        for dropped in dropped {
            let _ = writeln!(text, "    dropped  {dropped}");
        }
        for lost in lost {
            let _ = writeln!(text, "    lost     {lost}");
        }
    }
    for note in &imported.notes {
        let _ = writeln!(text, "note: {note}");
    }
    let lossless = imported.rows.iter().filter(|row| row.is_lossless()).count();
    let refused = imported.rows.iter().filter(|row| row.refused.is_some()).count();
    let named = imported.rows.len() - lossless - refused;
    let _ =
        writeln!(text, "{lossless} as they were, {named} with a named difference, {refused} not imported");
    text
}
