//! Comments of the manifests, kept above the fields that they stood at.

use std::ops::RangeInclusive;

use pgsynth_constructs::App;
use pgsynth_constructs::upstream::values::{credential_by_name, credential_in};

use super::read::Origin;
use crate::yaml::{DuplicateKeyPolicy, Node, Value, tree};

/// The app's text with the comments of the manifests that it comes from; each origin with the path of its part of the app.
pub(super) fn keep(text: String, app: &App, origins: &[(String, Origin)]) -> String {
    let Ok(node) = tree(&text, DuplicateKeyPolicy::Error) else { return text };
    let mut keys = vec![];
    lines(&node, &text, "", &mut keys);
    // By the line of the app's text that each stands above.
    let mut above: Vec<(usize, String)> = vec![];
    for (place, origin) in origins {
        for (path, comment) in found(origin) {
            let path = match placed(app, place, &path) {
                path if path.is_empty() => place.clone(),
                path => format!("{place}.{path}"),
            };
            if let Some(line) = line_of(&keys, &path) {
                above.push((line, comment));
            }
        }
    }
    above.sort_by_key(|(line, _)| *line);
    let mut kept = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let indent = &line[..line.len() - line.trim_start().len()];
        for (_, comment) in above.iter().filter(|(of, _)| *of == index + 1) {
            kept += &format!("{indent}# {comment}\n");
        }
        kept += line;
    }
    kept
}

/// The line of the key at a path, or of the nearest key above it.
fn line_of(keys: &[(usize, String)], path: &str) -> Option<usize> {
    let mut path = path;
    loop {
        if let Some((line, _)) = keys.iter().find(|(_, own)| own == path) {
            return Some(*line);
        }
        (path, _) = path.rsplit_once('.')?;
    }
}

/// The path in the app of a path in the object: below the cluster, or below the operator.
fn placed(app: &App, place: &str, path: &str) -> String {
    let cluster = place.strip_prefix("charts.").and_then(|rest| rest.split_once(".clusters."));
    let Some((chart, name)) = cluster else { return path.to_owned() };
    let cluster = app.charts.get(chart).and_then(|chart| chart.clusters.get(name));
    match (cluster, path.strip_prefix("spec."), path.strip_prefix("metadata.")) {
        (Some(cluster), Some(path), _) => cluster.place(path),
        (_, _, Some(path)) if path.starts_with("labels.") || path.starts_with("annotations.") => {
            path.to_owned()
        }
        _ => String::new(),
    }
}

/// The comments of an object, each with the path that it stands above or behind. Those that may hold a credential stay away.
fn found(origin: &Origin) -> Vec<(String, String)> {
    let Origin { text, node, first, last } = origin;
    let mut keys: Vec<(usize, String)> = vec![];
    lines(node, text, "", &mut keys);
    keys.sort();
    let mut texts = vec![];
    inside(node, text, &mut texts);
    let mut found = vec![];
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if number < *first || number > *last || texts.iter().any(|lines| lines.contains(&number)) {
            continue;
        }
        let (comment, from) = match line.trim_start().strip_prefix('#') {
            Some(comment) => (comment, number + 1),
            None => match behind(line) {
                Some(comment) => (comment, number),
                None => continue,
            },
        };
        let comment = comment.trim_start_matches('#').trim();
        let Some((_, path)) = keys.iter().find(|(line, _)| *line >= from) else { continue };
        if !comment.is_empty() && !may_hold_a_credential(comment) {
            found.push((path.clone(), comment.to_owned()));
        }
    }
    found
}

/// Whether a comment is, or may be, a credential that somebody has commented out.
fn may_hold_a_credential(comment: &str) -> bool {
    let switched_off =
        ["value:", "- name:", "- {name:", "- {\"name\""].iter().any(|start| comment.starts_with(start));
    let words = comment.split_once([':', '=']).map(|(name, value)| (name.trim(), value.trim()));
    let named = |(name, value): (&str, &str)| {
        let name = name.rsplit(char::is_whitespace).next().unwrap_or_default();
        credential_by_name(name, value.trim_matches(['"', '\'']))
            || value.split(char::is_whitespace).any(|word| {
                word.split_once(['=', ':']).is_some_and(|(name, value)| credential_by_name(name, value))
            })
    };
    switched_off || credential_in(comment).is_some() || words.is_some_and(named)
}

/// What stands behind a value in its line.
fn behind(line: &str) -> Option<&str> {
    let (mut quote, mut before) = (None, ' ');
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') if before.is_whitespace() => return Some(&line[at + 1..]),
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            _ => {}
        }
        before = letter;
    }
    None
}

/// The lines of texts of several lines, in which nothing is a comment.
fn inside(node: &Node, text: &str, found: &mut Vec<RangeInclusive<usize>>) {
    match &node.value {
        Value::Text(own) => {
            let first = node.place.line as usize;
            let written = node.place.written(text).trim_end().lines().count();
            let count = written.max(own.lines().count());
            if count > 1 {
                found.push(first..=first + count - 1);
            }
        }
        Value::Map(entries) => entries.iter().for_each(|(_, value)| inside(value, text, found)),
        Value::List(items) => items.iter().for_each(|item| inside(item, text, found)),
        _ => {}
    }
}

/// The lines of the keys and items below a node, with their paths.
fn lines(node: &Node, text: &str, path: &str, keys: &mut Vec<(usize, String)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let path = below(key.key(text));
                keys.push((key.place.line as usize, path.clone()));
                lines(value, text, &path, keys);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                // A text of several lines begins above the first of them, and nothing may stand between.
                if item.as_text().is_some_and(|text| text.contains('\n')) {
                    continue;
                }
                let path = below(&index.to_string());
                keys.push((item.place.line as usize, path.clone()));
                lines(item, text, &path, keys);
            }
        }
        _ => {}
    }
}
