//! Looking a rule up by its number or its name.

use super::rule::{Level, Rule};
use crate::values::nearest;

/// Numbers of the fact sheets that no rule decides, and why.
pub const UNDECIDED: &str = include_str!("docs/undecided.md");

/// Rules that can be looked up: those of this crate, and those of the constructs above it.
#[derive(Debug)]
pub struct Registry(Vec<&'static Rule>);

impl Registry {
    /// A registry of these rules.
    pub fn of(rules: impl IntoIterator<Item = &'static Rule>) -> Self {
        Self(rules.into_iter().collect())
    }

    /// The rules.
    pub fn rules(&self) -> &[&'static Rule] {
        &self.0
    }

    /// The rule that a user means by this word, a number or a name.
    pub fn find(&self, word: &str) -> Option<&'static Rule> {
        self.0.iter().find(|rule| rule.code.is(word)).copied()
    }

    /// Why warnings cannot be accepted by this word, if they cannot.
    ///
    /// # Errors
    /// The sentence for the user: the word is unknown, with the nearest known one, or the code of an error.
    pub fn warning(&self, word: &str) -> Result<&'static Rule, String> {
        match self.find(word) {
            Some(rule) if rule.level == Level::Warning => Ok(rule),
            Some(rule) => Err(format!("`{}` is an error; errors are fixed, not accepted", rule.code)),
            None if is_undecided(word) => {
                Err(format!("no rule decides `{word}`, so there is nothing to accept"))
            }
            None => Err(match self.nearest(word) {
                Some(near) => format!("no rule has this number or name; did you mean `{near}`?"),
                None => {
                    "no rule has this number or name; write the name in brackets at the end of the problem"
                        .to_owned()
                }
            }),
        }
    }

    /// The number or name that is nearest to a word.
    pub fn nearest(&self, word: &str) -> Option<&'static str> {
        let names: Vec<_> = self.0.iter().map(|rule| rule.code.name).collect();
        let numbers: Vec<_> = self.0.iter().filter_map(|rule| rule.code.id).collect();
        // A number is near to every other number: only names are guessed freely.
        let is_number = word.len() <= 4 && word.ends_with(|letter: char| letter.is_ascii_digit());
        match is_number {
            true => nearest(word, &numbers),
            false => nearest(word, &names),
        }
    }
}

/// Whether a number of the fact sheets is one that no rule decides.
fn is_undecided(word: &str) -> bool {
    UNDECIDED.lines().any(|line| line.split('|').nth(1).is_some_and(|cell| cell.trim() == word))
}
