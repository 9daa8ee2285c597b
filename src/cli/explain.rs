//! `pgsynth explain`: the page of a rule, or the list of all.

use anyhow::Result;
use pgsynth_constructs::base::Code;
use pgsynth_constructs::rules::{Level, Registry, Rule, UNDECIDED, code, registry};

use super::context::{Context, Run};
use super::{Exit, terminal};
use crate::failure::Failure;

/// Explain a rule: what happens, why, and what to write instead
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Number or name of the rule, as shown at the end of a problem: `T23`, `archiving-switched-off`; `undecided` for what no
    /// rule decides. Default: the list of all rules
    rule: Option<String>,
}

impl Run for Arguments {
    fn run(&self, _: Context) -> Result<Exit> {
        let registry = registry();
        let text = match &self.rule {
            Some(word) => page(word, &registry)?,
            None => list(&registry),
        };
        terminal::out(&text)?;
        Ok(Exit::Done)
    }
}

fn page(word: &str, registry: &Registry) -> Result<String, Failure> {
    let of_code = || code(word).map(|text| format!("# {word}\n\n{}\n", text.trim_end()));
    match registry.find(word).map(|rule| rule.page.to_owned()).or_else(of_code) {
        Some(page) => Ok(page),
        None if word == "undecided" => Ok(UNDECIDED.to_owned()),
        None => {
            let failure = Failure::usage(format!("no rule is called `{word}`"));
            Err(match registry.nearest(word) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("`pgsynth explain` lists all rules"),
            })
        }
    }
}

/// All rules, a line each, in the order of their numbers; those without one stand behind, by name.
fn list(registry: &Registry) -> String {
    let mut rules: Vec<&Rule> = registry.rules().to_vec();
    rules.sort_by_key(|rule| {
        let (letter, number) = rule.code.id.unwrap_or("~").split_at(1);
        (letter, number.parse::<u32>().unwrap_or_default(), rule.code.name)
    });
    let widest = rules.iter().map(|rule| rule.code.name.len()).max().unwrap_or_default();
    let line = |rule: &Rule| {
        let level = match rule.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let Code { id, name } = rule.code;
        let summary = rule.summary().replace('\n', " ");
        let what =
            summary.split_once(". ").map_or(summary.as_str(), |(first, _)| first).trim_end_matches('.');
        format!("{:4}  {name:widest$}  {level:7}  {what}\n", id.unwrap_or_default())
    };
    rules.into_iter().map(line).collect()
}
