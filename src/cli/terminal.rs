//! The one door to standard output and standard error.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

use pgsynth_constructs::rules::Level;

use crate::report::Account;
use crate::report::text::{self, Section};

/// Writes to standard output.
pub(super) fn out(text: &str) -> anyhow::Result<()> {
    stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// Writes a line to standard error; where that is closed nobody can be told.
pub(super) fn note(text: &str) {
    let _ = writeln!(stderr().lock(), "{text}");
}

/// Writes an error to standard error.
pub(super) fn error(text: &str) {
    note(&format!("{} {text}", painted("error:", "31")));
}

/// Writes what is wrong, each level under its heading.
pub(super) fn tell(account: &Account, levels: &[Level]) {
    levels.iter().filter_map(|level| text::section(account, *level)).for_each(|found| section(&found));
}

/// Writes problems of one level under their heading.
pub(super) fn section(section: &Section) {
    let Section { level, heading, entries } = section;
    let word = match level {
        Level::Error => painted("error:", "31"),
        Level::Warning => painted("warning:", "33"),
    };
    note(&format!("{word} {heading}{entries}"));
}

fn painted(text: &str, colour: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "NO_COLOR changes what a terminal shows, never what is rendered"
    )]
    let plain =
        std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || !stderr().is_terminal();
    if plain { text.to_owned() } else { format!("\u{1b}[1;{colour}m{text}\u{1b}[0m") }
}

/// Says on a terminal what is going on, once that has taken longer than a second.
pub(super) struct Progress {
    start: Instant,
    quiet: bool,
}

impl Progress {
    pub(super) fn new(quiet: bool) -> Self {
        Self { start: Instant::now(), quiet: quiet || !stderr().is_terminal() }
    }

    pub(super) fn at(&self, what: &str) {
        if !self.quiet && self.start.elapsed() > Duration::from_secs(1) {
            note(&format!("{what} ..."));
        }
    }
}
