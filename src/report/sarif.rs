//! For code review and editors: the Static Analysis Results Interchange Format, SARIF 2.1.0.

use std::collections::BTreeSet;

use pgsynth_constructs::base::{Code, Location};
use pgsynth_constructs::rules::{Level, registry};
use serde_json::{Value, json};

use super::{Account, Group, json::word, text};

/// The accounts as one log with one run.
pub fn log(accounts: &[Account]) -> String {
    let groups: Vec<_> = accounts.iter().flat_map(Account::groups).collect();
    let undecided: Vec<_> = accounts.iter().flat_map(|account| &account.undecided).collect();
    let codes: BTreeSet<Code> = groups
        .iter()
        .map(|group| group.first.code)
        .chain(undecided.iter().map(|undecided| undecided.code))
        .collect();
    let codes: Vec<_> = codes.into_iter().collect();
    let index = |code: Code| codes.binary_search(&code).unwrap_or_default();
    let found = groups.iter().map(|group| result(group, index(group.first.code)));
    // A result of kind `open` is one that the tool could not decide.
    let open = undecided.iter().map(|undecided| {
        json!({
            "ruleId": rule_id(undecided.code),
            "ruleIndex": index(undecided.code),
            "kind": "open",
            "level": "none",
            "message": { "text": undecided.why },
            "locations": [{ "logicalLocations": [{ "fullyQualifiedName": undecided.path }] }],
        })
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pgsynth",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Value>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": found.chain(open).collect::<Value>(),
        }],
    });
    format!("{log:#}\n")
}

/// A number where there is one: that is what people look for.
fn rule_id(code: Code) -> &'static str {
    code.id.unwrap_or(code.name)
}

fn rule(code: Code) -> Value {
    let mut value = json!({ "id": rule_id(code), "name": code.name });
    if let Some(rule) = registry().find(code.name) {
        value["shortDescription"] = json!({ "text": rule.summary() });
        value["help"] = json!({ "text": rule.page, "markdown": rule.page });
        value["defaultConfiguration"] = json!({ "level": word(rule.level) });
    } else if let Some(page) = pgsynth_constructs::rules::code(code.name) {
        value["help"] = json!({ "text": page, "markdown": page });
    }
    value
}

fn result(group: &Group, index: usize) -> Value {
    let Group { level, first, count, names: _ } = group;
    let mut location = json!({ "logicalLocations": [{ "fullyQualifiedName": first.path }] });
    if let Some(Location { file, line, column }) = &first.place {
        location["physicalLocation"] = json!({
            "artifactLocation": { "uri": uri(file) },
            "region": { "startLine": line, "startColumn": column },
        });
    }
    let level: &Level = level;
    json!({
        "ruleId": rule_id(first.code),
        "ruleIndex": index,
        "level": word(*level),
        "message": { "text": text::entry(group) },
        "locations": [location],
        "occurrenceCount": count,
    })
}

/// A relative path as a URI: what a URI does not take is written in percent.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
