//! For GitHub Actions: a command a finding, which it shows beside the line of a pull request.

use pgsynth_constructs::base::Problem;

use super::Account;

/// The account as workflow commands.
pub fn commands(account: &Account) -> String {
    let errors = account.errors.iter().map(|problem| command("error", problem));
    let warnings = account.warnings.iter().map(|problem| command("warning", problem));
    let notes = account.notes.iter().map(|note| format!("::notice::{}\n", data(note)));
    errors.chain(warnings).chain(notes).collect()
}

fn command(word: &str, problem: &Problem) -> String {
    let mut text = format!("{}: {}", problem.path, problem.sentence());
    if let Some(help) = &problem.help {
        text += &format!("\nhelp: {help}");
    }
    let place = problem.place.as_ref().map_or_else(String::new, |place| {
        format!("file={},line={},col={},", property(&place.file), place.line, place.column)
    });
    format!("::{word} {place}title={}::{}\n", property(&problem.code.to_string()), data(&text))
}

/// What stands behind the second pair of colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
