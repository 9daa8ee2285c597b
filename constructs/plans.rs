//! Ways back, as data: steps with their commands, what to see after each, how long it takes and how to go back, and the
//! objects that are applied on the way. A plan is a function of a valid app and of what was asked; nothing here runs.
//!
//! | file | what it plans |
//! |---|---|
//! | [`cluster`] | a whole cluster: anew, in its own place, after total loss, or from what is left of a volume |
//! | [`database`] | one database of a running cluster, the others in service |
//! | [`ending`] | the end of a cluster |
//! | [`runbook`] | what is to be known of a cluster in the night |

pub mod cluster;
pub mod database;
pub mod ending;
pub mod runbook;

use crate::app::App;
use crate::base::Object;
use crate::values::{UtcTime, nearest};
use crate::view::View;

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
    /// What the app needs, and what it is then.
    pub edit: Option<(Change, Box<App>)>,
}

/// An edit of the cluster in the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// These fields get these values, in YAML.
    Set {
        /// The fields.
        fields: Vec<(&'static str, String)>,
    },
    /// A copy of it stands beside it.
    Copy {
        /// Its id.
        name: String,
        /// What it has of its own, in YAML.
        fields: Vec<(&'static str, String)>,
        /// What it has not.
        without: Vec<&'static str>,
    },
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

fn unknown(what: &str, name: &str, known: &[&str]) -> Refused {
    let refused = Refused::new(format!("there is no {what} `{name}`"));
    let refused = match nearest(name, known) {
        Some(near) => refused.hint(format!("did you mean `{near}`?")),
        None => refused,
    };
    match known {
        [] => refused,
        known => refused.hint(format!("there are `{}`", known.join("`, `"))),
    }
}

/// A generation that begins with a restore has nothing of before that time.
fn check_begin(view: &View, id: &str, generation: u32, at: Option<UtcTime>) -> Result<(), Refused> {
    let present = view.facts.backup.as_ref().is_some_and(|backup| backup.generation == generation);
    let Some(restore) = view.cluster.restore.as_ref().filter(|_| present) else { return Ok(()) };
    let (Some(begins), Some(at)) = (restore.at.instant(), at) else { return Ok(()) };
    if at >= begins {
        return Ok(());
    }
    let refused = Refused::new(format!(
        "generation {generation} of `{id}` begins with a restore to {begins}: it has nothing of {at}"
    ));
    let own = restore.cluster.as_deref().is_some_and(|of| of == view.facts.name || of == id);
    Err(match restore.generation.filter(|_| own) {
        Some(earlier) => {
            refused.hint(format!("its generation {0} may have it: `--generation {0}`", earlier.get()))
        }
        None => refused,
    })
}
