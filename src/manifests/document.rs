//! The documents of a text, as kubectl tells them apart, each with its tree and the exceptions that its comments make.

use pgsynth_constructs::base::{Code, Kind, Location, Problem};

use super::source::Source;
use crate::yaml::{DuplicateKeyPolicy, Node, Place, Value, conflict, innermost, message, tree};

/// A document with its tree.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    pub(crate) source: &'t Source,
    /// Its own text.
    pub(crate) text: &'t str,
    pub(crate) root: Node<'t>,
    /// Exceptions that stand in it, or before the first document of its file.
    pub(crate) allowed: Vec<Allowed<'t>>,
    /// Lines of the file before it.
    offset: usize,
}

/// An exception: `# pgsynth: allow T47 one node`.
#[derive(Clone, Debug)]
pub(crate) struct Allowed<'t> {
    /// Number or name of the rule.
    pub(crate) word: &'t str,
    pub(crate) reason: &'t str,
    pub(crate) place: Location,
}

/// Why a document has no tree.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is no YAML.
    Wrong(Problem),
    /// It is a template of Helm's that nobody has filled in.
    Template(Location),
}

impl Document<'_> {
    pub(crate) fn location(&self, place: Place) -> Location {
        at(self.source, self.offset + place.line as usize, place.column as usize)
    }

    /// Where a path stands, or the longest part of it.
    pub(crate) fn locate(&self, path: &str) -> Location {
        let place = self.root.place_of(path, self.text);
        self.location(place.unwrap_or(self.root.place))
    }
}

fn at(source: &Source, line: usize, column: usize) -> Location {
    Location { file: source.name.clone(), line: line.max(1), column: column.max(1) }
}

/// The documents of a text; those without content are left out.
pub(crate) fn documents(source: &Source) -> Vec<Result<Document<'_>, Unread>> {
    let mut for_all: Vec<Allowed> = vec![];
    let mut found = vec![];
    for (line, text) in parts(&source.text) {
        let offset = source.offset + line;
        let mut allowed = exceptions(source, offset, text);
        let empty = text.lines().all(|line| {
            let line = line.trim_start_matches("---").trim();
            line.is_empty() || line.starts_with('#')
        });
        if empty {
            for_all.append(&mut allowed);
            continue;
        }
        allowed.extend(for_all.iter().cloned());
        let document =
            read(source, offset, text).map(|root| Document { source, text, root, allowed, offset });
        if !document.as_ref().is_ok_and(|document| matches!(document.root.value, Value::Null)) {
            found.push(document);
        }
    }
    found
}

/// The parts of a text, each with the number of lines before it: kubectl separates at every line of three dashes.
fn parts(text: &str) -> Vec<(usize, &str)> {
    let (mut parts, mut start, mut line, mut first) = (vec![], 0, 0, 0);
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let separates = whole
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if separates && at > start {
            parts.push((first, &text[start..at]));
            (start, first) = (at, line);
        }
        at += whole.len();
        line += 1;
    }
    if at > start {
        parts.push((first, &text[start..]));
    }
    parts
}

fn read<'t>(source: &Source, offset: usize, text: &'t str) -> Result<Node<'t>, Unread> {
    let unreadable = |message: &str, line: usize, column: usize| {
        Unread::Wrong(Problem {
            code: Code::named("unreadable-file"),
            place: Some(at(source, offset + line, column)),
            ..Problem::new(Kind::Invalid, "", message)
        })
    };
    if let Some(line) = conflict(text) {
        return Err(unreadable("a merge conflict is not resolved here", line + 1, 1));
    }
    tree(text, DuplicateKeyPolicy::PassThrough).map_err(|error| {
        let place = innermost(&error).location().map(Place::from);
        let (line, column) = place.map_or((1, 1), |place| (place.line as usize, place.column as usize));
        match text.contains("{{") {
            true => Unread::Template(at(source, offset + line, column)),
            false => unreadable(&message(innermost(&error)), line, column),
        }
    })
}

fn exceptions<'t>(source: &Source, offset: usize, text: &'t str) -> Vec<Allowed<'t>> {
    const MARK: &str = "# pgsynth: allow ";
    let marked = text.lines().enumerate().filter_map(|(line, text)| {
        let at = text.find(MARK)?;
        Some((line, at, text[at + MARK.len()..].trim()))
    });
    marked
        .map(|(line, column, text)| {
            let (word, reason) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            Allowed { word, reason: reason.trim(), place: at(source, offset + line + 1, column + 1) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_apart_as_kubectl_does() {
        let text =
            "# pgsynth: allow T47 one node\n---\na: 1\n--- # second\nb: |\n  --- no\n---\n\n---\nc: [\n";
        let source = Source::read("x.yaml", text.as_bytes()).unwrap();
        let found = documents(&source);
        assert_eq!(found.len(), 3);
        let second = found[1].as_ref().unwrap();
        assert_eq!(
            (second.locate("b").line, second.allowed[0].word, second.allowed[0].reason),
            (6, "T47", "one node")
        );
        assert!(
            matches!(&found[2], Err(Unread::Wrong(problem)) if problem.place.as_ref().unwrap().line >= 9)
        );
    }

    #[test]
    fn a_template_that_nobody_filled_in_is_no_mistake() {
        let source = Source::read("x.yaml", b"a:\n{{- if .Values.b }}\n  c: 1\n{{- end }}\n").unwrap();
        assert!(matches!(documents(&source)[..], [Err(Unread::Template(_))]));
    }

    #[test]
    fn utf_16_and_carriage_returns_are_read() {
        let text: Vec<u8> =
            "\u{feff}a: 1\r\n---\r\nb: 2\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let source = Source::read("x.yaml", &text).unwrap();
        assert_eq!(documents(&source).iter().filter(|document| document.is_ok()).count(), 2);
        assert!(Source::read("x.yaml", b"a: \xff\xfe").is_err());
    }
}
