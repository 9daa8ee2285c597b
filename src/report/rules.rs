//! For people who look at many manifests: the findings of a rule together, then the rules that were not decided.

use std::collections::BTreeMap;
use std::fmt::Write;

use pgsynth_constructs::base::{Code, Problem};

use super::Account;

/// Places that an entry shows before it counts the rest.
const SHOWN: usize = 20;

/// The whole account, a rule at a time, errors first.
pub fn text(account: &Account) -> String {
    let mut text = String::new();
    for (word, problems) in [("error", &account.errors), ("warning", &account.warnings)] {
        for (code, problems) in by_code(problems) {
            entry(word, code, &problems, &mut text);
        }
    }
    undecided(account, &mut text);
    for note in &account.notes {
        let _ = writeln!(text, "note: {note}");
    }
    let _ = writeln!(
        text,
        "{} and {}",
        counted(account.errors.len(), "error"),
        counted(account.warnings.len(), "warning")
    );
    text
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Problems by their rule, the rules in the order of their first places.
fn by_code(problems: &[Problem]) -> Vec<(Code, Vec<&Problem>)> {
    let mut groups: Vec<(Code, Vec<&Problem>)> = vec![];
    for problem in problems {
        match groups.iter_mut().find(|(code, _)| *code == problem.code) {
            Some((_, group)) => group.push(problem),
            None => groups.push((problem.code, vec![problem])),
        }
    }
    groups
}

/// A rule with its places. What is said of all of them alike is said once.
fn entry(word: &str, code: Code, problems: &[&Problem], text: &mut String) {
    let one = problems.iter().all(|problem| problem.sentence() == problems[0].sentence());
    let _ = write!(text, "{word}: {code}");
    if one {
        let _ = write!(text, ": {}", problems[0].sentence());
    }
    text.push('\n');
    for problem in problems.iter().take(SHOWN) {
        let place = problem.place.as_ref().map_or_else(String::new, |place| format!("{place} "));
        let sentence = if one { String::new() } else { format!(": {}", problem.sentence()) };
        let _ = writeln!(text, "    {place}{}{sentence}", problem.path);
    }
    if problems.len() > SHOWN {
        let _ = writeln!(text, "    and {} more", problems.len() - SHOWN);
    }
    let helps: std::collections::BTreeSet<_> =
        problems.iter().filter_map(|problem| problem.help.as_deref()).collect();
    for help in helps.into_iter().take(3) {
        let _ = writeln!(text, "    help: {help}");
    }
}

/// Rules that were not decided, by what was missing for them.
fn undecided(account: &Account, text: &mut String) {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for undecided in &account.undecided {
        let of = match undecided.path.as_str() {
            "" => undecided.code.id.unwrap_or(undecided.code.name).to_owned(),
            path => path.to_owned(),
        };
        reasons.entry(&undecided.why).or_default().push(of);
    }
    for (why, of) in reasons {
        let shown = of.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let more = if of.len() > SHOWN { format!(" and {} more", of.len() - SHOWN) } else { String::new() };
        let _ = writeln!(text, "not decided: {why}: {shown}{more}");
    }
}
