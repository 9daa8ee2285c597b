//! Ways back, as data: steps with their commands, what to see after each, how long it takes and how to go back, and the
//! objects that are applied on the way. A plan is a function of a valid app and of what was asked; nothing here runs.
//!
//! | file | what it plans |
//! |---|---|
//! | [`database`] | one database of a running cluster, the others in service |

pub mod database;
mod job;
mod names;

use crate::base::Object;

/// A plan: what a folder of it holds, and what its runbook says.
#[derive(Debug)]
pub struct Plan {
    /// The folder, below `restore/`: `shop.acme-orders-20261124t090000z`.
    pub folder: String,
    /// What it does, in a line.
    pub title: String,
    /// What is in service while it runs and what is not, in a sentence.
    pub service: String,
    /// What it is about: names and values, for people.
    pub facts: Vec<(&'static str, String)>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What is applied on the way: files with their objects, in the order of the steps that apply them.
    pub files: Vec<(String, Vec<Object>)>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, in a line.
    pub title: String,
    /// What is to be known of it.
    pub about: String,
    /// What is typed.
    pub commands: Vec<String>,
    /// What is to be seen then, before the next step.
    pub see: String,
    /// How long it takes.
    pub takes: String,
    /// How to go back.
    pub back: String,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What was asked and cannot be had, in a sentence.
    pub message: String,
    /// What to do.
    pub hints: Vec<String>,
}

impl Refused {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: vec![] }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
