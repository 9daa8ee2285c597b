//! `pgsynth explain`: the page of a rule.

use anyhow::Result;
use pgsynth_constructs::rules::{UNDECIDED, code, registry};

use super::context::{Context, Run};
use super::{Exit, terminal};
use crate::failure::Failure;

/// Explain a rule: what happens, why, and what to write instead
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Number or name of the rule, as it stands behind a problem: `T23`, `archiving-switched-off`; `undecided` for what no rule decides
    rule: String,
}

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        let registry = registry();
        let of_code = || code(&self.rule).map(|text| format!("# {}\n\n{}\n", self.rule, text.trim_end()));
        let page = match registry.find(&self.rule).map(|rule| rule.page.to_owned()).or_else(of_code) {
            Some(page) => page,
            None if self.rule == "undecided" => UNDECIDED.to_owned(),
            None => {
                let failure = Failure::usage(format!("no rule is called `{}`", self.rule));
                let failure = match registry.nearest(&self.rule) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure
                        .hint("the number and the name of a rule stand behind each problem, in brackets"),
                };
                return Err(failure.into());
            }
        };
        terminal::out(&page)?;
        Ok(Exit::Done)
    }
}
