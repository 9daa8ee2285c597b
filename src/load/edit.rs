//! Edits of an app file that keep everything else as it was written: comments, order, style.
//!
//! An edit is proposed as text and proves itself: the edited text is read, and has to be the app that was meant. Where a
//! file is written in a way that this cannot edit, nothing is proposed.

use std::ops::Range;

use pgsynth_constructs::App;

use super::{DuplicateKeyPolicy, app};
use crate::yaml::tree;

/// Fields of a cluster, with what is to stand there, in YAML on one line.
pub type Fields<'a> = &'a [(&'a str, String)];

/// What is to be changed.
#[derive(Clone, Copy, Debug)]
pub enum Edit<'a> {
    /// Fields of the cluster at this chart and id.
    Set(&'a str, &'a str, Fields<'a>),
    /// A copy of the cluster at this chart and id, under another id and with these fields; fields that it must not have are
    /// taken away.
    Copy(&'a str, &'a str, &'a str, Fields<'a>, &'a [&'a str]),
}

/// The edited text, if it can be edited and is then what was meant.
pub fn edit(file: &str, bytes: &[u8], change: Edit, meant: &App) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let edited = match change {
        Edit::Set(chart, id, fields) => {
            let entry = entry(text, chart, id)?;
            let own = fields
                .iter()
                .try_fold(text[entry.clone()].to_owned(), |own, (key, value)| set(&own, key, Some(value)))?;
            format!("{}{own}{}", &text[..entry.start], &text[entry.end..])
        }
        Edit::Copy(chart, id, name, fields, without) => {
            let entry = entry(text, chart, id)?;
            let copy = text[entry.clone()].replacen(id, name, 1);
            let copy = without.iter().try_fold(copy, |copy, key| set(&copy, key, None))?;
            let copy = fields.iter().try_fold(copy, |copy, (key, value)| set(&copy, key, Some(value)))?;
            let between =
                if text[..entry.start].ends_with(' ') && !starts_line(text, entry.start) { ", " } else { "" };
            format!("{}{between}{copy}{}", &text[..entry.end], &text[entry.end..])
        }
    };
    let same = |one: &App, other: &App| serde_json::to_value(one).ok() == serde_json::to_value(other).ok();
    app(file, edited.as_bytes()).ok().filter(|read| same(read, meant)).map(|_| edited)
}

/// Whether only blanks stand before this place in its line.
fn starts_line(text: &str, at: usize) -> bool {
    text[..at].rsplit('\n').next().is_none_or(|before| before.trim().is_empty())
}

/// Where a cluster stands, from its key to its end; in a block with the blanks before it, and whole lines.
fn entry(text: &str, chart: &str, id: &str) -> Option<Range<usize>> {
    let tree = tree(text, DuplicateKeyPolicy::Error).ok()?;
    let place = tree.place_of(&format!("charts.{chart}.clusters.{id}"), text)?;
    let line_start = line_start(text, place.line as usize)?;
    let column = place.column as usize - 1;
    let start = line_start + text[line_start..].char_indices().nth(column)?.0;
    if !text[start..].starts_with(id) {
        return None;
    }
    let after = start + id.len();
    let value = after + text[after..].find(|letter: char| letter != ' ' && letter != ':')?;
    if text[value..].starts_with('{') {
        let end = flow_end(text, value)?;
        if starts_line(text, start) {
            let rest = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
            return Some(line_start..rest);
        }
        return Some(start..end);
    }
    if !starts_line(text, start) {
        return None;
    }
    Some(line_start..block_end(text, line_start, column))
}

fn line_start(text: &str, line: usize) -> Option<usize> {
    match line {
        1 => Some(0),
        line => text.match_indices('\n').nth(line - 2).map(|(at, _)| at + 1),
    }
}

/// The end of what is indented by more than `indent` below the line that begins at `start`.
fn block_end(text: &str, start: usize, indent: usize) -> usize {
    let mut end = text[start..].find('\n').map_or(text.len(), |newline| start + newline + 1);
    let mut last = end;
    while end < text.len() {
        let line = &text[end..];
        let length = line.find('\n').map_or(line.len(), |newline| newline + 1);
        let line = &line[..length];
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if !line.trim().is_empty() {
            if blanks <= indent {
                break;
            }
            last = end + length;
        }
        end += length;
    }
    last
}

/// The end of the braces that open at `start`.
fn flow_end(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in outside_quotes(&text[start..]) {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(start + at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The letters that stand in no quotes and no comment, with their places.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quote, mut escaped, mut comment, mut before) = (None, false, false, ' ');
    text.char_indices().filter(move |(_, letter)| {
        let was = before;
        before = *letter;
        if comment {
            comment = *letter != '\n';
            return false;
        }
        match quote {
            Some(open) => {
                if escaped {
                    escaped = false;
                } else if open == '"' && *letter == '\\' {
                    escaped = true;
                } else if *letter == open {
                    quote = None;
                }
                false
            }
            None if *letter == '#' && was.is_whitespace() => {
                comment = true;
                false
            }
            // A quote in the middle of a word is a letter.
            None if matches!(letter, '"' | '\'')
                && (was.is_whitespace() || matches!(was, '{' | '[' | ',')) =>
            {
                quote = Some(*letter);
                false
            }
            None => true,
        }
    })
}

/// An entry with another value for a key, or without it.
fn set(entry: &str, key: &str, value: Option<&str>) -> Option<String> {
    let colon = entry.find(':')?;
    let value_at = colon + 1 + entry[colon + 1..].find(|letter: char| letter != ' ')?;
    if entry[value_at..].starts_with('{') {
        return set_in_flow(entry, value_at, key, value);
    }
    let indent = entry.len() - entry.trim_start_matches(' ').len();
    let end_of_line = if entry.contains("\r\n") { "\r\n" } else { "\n" };
    let first = entry.find('\n')? + 1;
    let child =
        entry[first..].lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
    let inner = child.len() - child.trim_start_matches(' ').len();
    if inner <= indent {
        return None;
    }
    let beginning = format!("{}{key}:", " ".repeat(inner));
    let line = value.map(|value| format!("{beginning} {value}{end_of_line}")).unwrap_or_default();
    let mut at = first;
    for text in entry[first..].split_inclusive('\n') {
        if text.starts_with(&beginning) {
            let end = block_end(entry, at, inner);
            return Some(format!("{}{line}{}", &entry[..at], &entry[end..]));
        }
        at += text.len();
    }
    Some(format!("{}{line}{}", &entry[..first], &entry[first..]))
}

fn set_in_flow(entry: &str, open: usize, key: &str, value: Option<&str>) -> Option<String> {
    let end = flow_end(entry, open)?;
    let (mut depth, mut start, mut items) = (0, open + 1, vec![]);
    for (at, letter) in outside_quotes(&entry[open..end]) {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && letter == ',') {
            items.push(start..open + at);
            start = open + at + 1;
        }
    }
    let own = items.iter().position(|item| {
        entry[item.clone()].trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))
    });
    let mut texts: Vec<String> = items.iter().map(|item| entry[item.clone()].to_owned()).collect();
    match (own, value) {
        (Some(index), Some(value)) => {
            let blank = &texts[index][..texts[index].len() - texts[index].trim_start().len()];
            texts[index] = format!("{blank}{key}: {value}");
        }
        (Some(index), None) => {
            texts.remove(index);
        }
        (None, Some(value)) => {
            // Behind the anchors that are merged, which stand first.
            let after = usize::from(texts[0].trim_start().starts_with("<<:"));
            let blank = if after > 0 || texts[0].trim().is_empty() { " " } else { "" };
            if texts[0].trim().is_empty() {
                texts.remove(0);
            }
            let index = after.min(texts.len());
            if index == 0 && !texts.is_empty() && !texts[0].starts_with(char::is_whitespace) {
                texts[0] = format!(" {}", texts[0]);
            }
            texts.insert(index, format!("{}{key}: {value}", if index > 0 { " " } else { blank.trim() }));
        }
        (None, None) => {}
    }
    Some(format!("{}{}{}", &entry[..=open], texts.join(","), &entry[end - 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_set_where_it_stands_and_the_rest_is_kept() {
        let restore = Some("{a: 1}");
        let set = |entry: &str, key: &str| super::set(entry, key, restore).unwrap();
        assert_eq!(
            set("  db:\n    team: a  # why\n", "restore"),
            "  db:\n    restore: {a: 1}\n    team: a  # why\n"
        );
        assert_eq!(
            set("  db:\n    # first\n    restore:\n      b: 2\n\n    team: a\n", "restore"),
            "  db:\n    # first\n    restore: {a: 1}\n\n    team: a\n"
        );
        assert_eq!(
            set("db: {team: a, restore: {b: [1, 2]}, x: 'a, }'}", "restore"),
            "db: {team: a, restore: {a: 1}, x: 'a, }'}"
        );
        assert_eq!(set("db: {<<: *small, team: a}", "restore"), "db: {<<: *small, restore: {a: 1}, team: a}");
        assert_eq!(set("db: {team: a}\n", "restore"), "db: {restore: {a: 1}, team: a}\n");
        assert_eq!(super::set("db: {team: a, generation: 2}", "generation", None).unwrap(), "db: {team: a}");
    }

    #[test]
    fn braces_in_quotes_and_comments_are_none() {
        let text = "{a: '}', b: \"\\\"}\", # }\n c: d's} x";
        assert_eq!(flow_end(text, 0), Some(text.len() - 2));
    }
}
