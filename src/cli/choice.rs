//! Which apps a verb is about.

use super::completions;

/// The apps and environments that are named; all where none is.
#[derive(Debug, clap::Args)]
pub(super) struct Choice {
    /// Only this app (repeatable)
    #[arg(long, value_name = "NAME", add = completions::apps())]
    pub(super) app: Vec<String>,

    /// Only this environment of app files that have several (repeatable)
    #[arg(long, value_name = "NAME", add = completions::environments())]
    pub(super) environment: Vec<String>,
}
