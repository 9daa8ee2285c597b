//! `pgsynth man`: manual pages, made of what `--help` is made of.

use anyhow::Result;
use clap::CommandFactory;

use super::context::{Context, Run};
use super::{Exit, terminal};
use crate::failure::Failure;

/// Print the manual page of pgsynth, or of a verb: `pgsynth man synth | man -l -`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The verb
    #[arg(value_name = "VERB")]
    verb: Option<String>,
}

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        let mut command = super::Arguments::command();
        command.build();
        if let Some(verb) = &self.verb {
            let Some(of) = command.find_subcommand(verb) else {
                let failure = Failure::usage(format!("no verb `{verb}`"));
                return Err(failure.hint("`pgsynth help` lists them").into());
            };
            command = of.clone().version(env!("CARGO_PKG_VERSION"));
        }
        let mut page = vec![];
        // Called by both names, as people look for it.
        let title = self.verb.as_ref().map_or_else(|| "pgsynth".to_owned(), |verb| format!("pgsynth-{verb}"));
        clap_mangen::Man::new(command)
            .title(title)
            .source(concat!("pgsynth ", env!("CARGO_PKG_VERSION")))
            .render(&mut page)?;
        terminal::out(&String::from_utf8_lossy(&page))?;
        Ok(Exit::Done)
    }
}
