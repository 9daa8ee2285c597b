//! For programs: one JSON document, whose form the README describes. Keys are only ever added.

use serde_json::{Value, json};

use super::{Account, Group, Leaving, Outcome};
use pgsynth_constructs::rules::Level;

/// Number of the form; another number means that a key went or changed its meaning.
const VERSION: u32 = 1;

/// The accounts as one document.
pub fn document(accounts: &[Account]) -> String {
    let apps = accounts.iter().filter(|account| account.app.is_some()).map(app);
    let problems = accounts
        .iter()
        .flat_map(|account| account.groups().into_iter().map(|group| problem(account, &group)));
    let undecided = accounts.iter().flat_map(|account| {
        account.undecided.iter().map(|undecided| {
            json!({
                "app": account.app,
                "code": undecided.code.id,
                "rule": undecided.code.name,
                "path": undecided.path,
                "why": undecided.why,
            })
        })
    });
    let mut document = json!({
        "version": VERSION,
        "apps": apps.collect::<Value>(),
        "problems": problems.collect::<Value>(),
        "undecided": undecided.collect::<Value>(),
    });
    let notes: Vec<_> = accounts.iter().flat_map(|account| &account.notes).collect();
    if !notes.is_empty() {
        document["notes"] = json!(notes);
    }
    format!("{document:#}\n")
}

/// How bad a problem is, as one word.
pub fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}

fn app(account: &Account) -> Value {
    let mut app = json!({
        "name": account.app,
        "output": account.output,
        "valid": account.errors.is_empty(),
    });
    let leaving = account.leaving.iter();
    let leaving =
        leaving.map(|Leaving { cluster, now, end }| json!({ "cluster": cluster, "now": now, "end": end }));
    if !account.leaving.is_empty() {
        app["leaving"] = leaving.collect();
    }
    if let Some(Outcome { written, removed, unchanged, different }) = account.outcome {
        app["written"] = written.into();
        app["removed"] = removed.into();
        app["unchanged"] = unchanged.into();
        app["different"] = different.into();
    }
    app
}

fn problem(account: &Account, group: &Group) -> Value {
    let Group { level, first, count, names } = group;
    let place = first.place.as_ref();
    json!({
        "app": account.app,
        "level": word(*level),
        "code": first.code.id,
        "rule": first.code.name,
        "kind": first.kind.word(),
        "path": first.path,
        "value": first.value,
        "message": first.message,
        "help": first.help,
        "place": place.map(|place| json!({ "file": place.file, "line": place.line, "column": place.column })),
        "count": count,
        "names": names,
    })
}
