//! An object as the API server would take it: every flaw is reported, and what it is about is dropped or, where it is clear
//! what was meant, read as that, so that the rules can speak about the rest.
//!
//! Pruning and defaulting of `null`: `apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}` of Kubernetes.

use std::borrow::Cow;

use pgsynth_constructs::base::{Kind, Problem};
use pgsynth_constructs::crds::{At, Mirror, Schema, Shape, join};
use pgsynth_constructs::upstream::behaviour::former;
use pgsynth_constructs::upstream::values::credential_by_name;
use pgsynth_constructs::values::{nearest, one_of};
use serde::de::DeserializeOwned;

use super::document::Document;
use super::found::Manifest;
use super::scalars::{Scalar, placeholder, resolve};
use crate::yaml::{Node, Place, Reader, Value};

/// What was read of an object, and what is wrong with it; paths are those of the object.
#[derive(Debug)]
pub(crate) struct Admitted<T> {
    /// The object; nothing where not enough of it can be read.
    pub(crate) value: Option<T>,
    pub(crate) problems: Vec<Problem>,
    /// Paths that a tool would fill in before the object is applied, and what stands there.
    pub(crate) open: Vec<(String, String)>,
    /// Paths that were dropped: of what stands there nothing is known.
    pub(crate) dropped: Vec<String>,
}

/// Reads an object of this kind.
pub(crate) fn admit<'d, T: DeserializeOwned + Mirror>(
    manifest: &Manifest<'d>,
    kind: &'d str,
    node: &Node<'d>,
    schema: &'d Schema,
) -> Admitted<T> {
    let mut walk = Walk {
        document: manifest.document,
        kind,
        root: schema,
        problems: vec![],
        open: vec![],
        dropped: vec![],
    };
    let pruned = walk.node(node, schema, "");
    let Walk { document, mut problems, open, mut dropped, .. } = walk;

    let mut node = pruned.unwrap_or(Node { place: node.place, value: Value::Map(vec![]) });
    let value: Option<T> = loop {
        match T::deserialize(Reader { text: document.text, node: &node }) {
            Ok(value) => break Some(value),
            Err(error) => {
                let (problem, place) = error.into_parts();
                let path = problem.path.clone();
                let place = place.or_else(|| node.place_of(&path, document.text)).unwrap_or(node.place);
                problems.push(Problem { place: Some(document.location(place)), ..problem });
                match remove(&mut node, &path, document.text) {
                    Some(removed) => dropped.push(removed),
                    None => break None,
                }
            }
        }
    };
    let mut missing = vec![];
    if let Some(value) = &value {
        value.missing(At::default(), &mut missing);
    }
    let known = |path: &String| {
        !dropped.iter().any(|dropped| dropped == path)
            && !open.iter().any(|(open, _)| open == path || path.starts_with(&format!("{open}.")))
    };
    for path in missing.into_iter().filter(known) {
        let place = node.place_of(&path, document.text).unwrap_or(node.place);
        let mut problem = Problem::new(Kind::Required, path, "the API server refuses the object without it");
        problem.place = Some(document.location(place));
        problem.help("where the file is a patch of Kustomize, lint the output of `kustomize build`");
        problems.push(problem);
    }
    Admitted { value, problems, open, dropped }
}

/// Takes away what stands at a path, or the nearest thing above it; nothing where that would be all.
fn remove(node: &mut Node, path: &str, text: &str) -> Option<String> {
    let mut steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    while !steps.is_empty() {
        if remove_at(node, &steps, text) {
            return Some(steps.join("."));
        }
        // Keys may have dots in them: two steps may be one key.
        steps.pop();
    }
    None
}

fn remove_at(node: &mut Node, steps: &[&str], text: &str) -> bool {
    match &mut node.value {
        Value::Map(entries) => (1..=steps.len()).any(|length| {
            let key = steps[..length].join(".");
            let Some(index) = entries.iter().position(|(name, _)| name.key(text) == key) else {
                return false;
            };
            if length < steps.len() {
                return remove_at(&mut entries[index].1, &steps[length..], text);
            }
            entries.remove(index);
            true
        }),
        Value::List(items) => {
            let Some(index) = steps[0].parse::<usize>().ok().filter(|index| *index < items.len()) else {
                return false;
            };
            if steps.len() > 1 {
                return remove_at(&mut items[index], &steps[1..], text);
            }
            items.remove(index);
            true
        }
        _ => false,
    }
}

/// What becomes of a key that the schema does not have.
pub(super) const PRUNED: &str = "kubectl refuses it, and other tools apply the object without it";

struct Walk<'a> {
    document: &'a Document<'a>,
    kind: &'a str,
    root: &'a Schema,
    problems: Vec<Problem>,
    open: Vec<(String, String)>,
    dropped: Vec<String>,
}

impl<'a> Walk<'a> {
    fn report(&mut self, kind: Kind, path: &str, place: Place, message: impl Into<String>) -> &mut Problem {
        let place = Some(self.document.location(place));
        self.problems.push(Problem { place, ..Problem::new(kind, path, message) });
        self.problems.last_mut().expect("it was just added")
    }

    fn drop<T>(&mut self, path: &str) -> Option<T> {
        self.dropped.push(path.to_owned());
        None
    }

    /// The node as it is stored; nothing where it is not.
    fn node(&mut self, node: &Node<'a>, schema: &Schema, path: &str) -> Option<Node<'a>> {
        let text = self.document.text;
        match (&node.value, schema.shape()) {
            (Value::Map(entries), Shape::Map) => {
                Some(Node { place: node.place, value: self.map(entries, schema, path) })
            }
            (Value::List(items), Shape::List) => {
                let kept = items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| self.node(item, schema.element()?, &join(path, index)));
                Some(Node { place: node.place, value: Value::List(kept.collect()) })
            }
            (Value::Null, _) if schema.takes_null() => Some(node.clone()),
            (Value::Null, _) => {
                self.report(
                    Kind::Invalid,
                    path,
                    node.place,
                    "there is no value here; the API server refuses it",
                );
                self.drop(path)
            }
            (Value::Text(written), shape) if self.is_open(path, written) => {
                self.open.push((path.to_owned(), placeholder(written).unwrap_or_default().to_owned()));
                match shape == Shape::Text && schema.any_text() {
                    true => Some(node.clone()),
                    false => self.drop(path),
                }
            }
            // A flow map in braces twice, which a template of Helm's is to YAML.
            (Value::Map(_), _) if node.place.written(text).starts_with("{{") => {
                self.open.push((path.to_owned(), "{{ }}".to_owned()));
                self.drop(path)
            }
            (Value::Text(plain), shape) => self.text(node, plain, shape, path),
            (Value::Bool(_) | Value::Unsigned(_) | Value::Signed(_) | Value::Float(_), Shape::Text) => {
                self.unquoted(node, path)
            }
            (Value::Bool(_), Shape::Boolean)
            | (Value::Unsigned(_) | Value::Signed(_), Shape::Whole | Shape::WholeOrText) => {
                Some(node.clone())
            }
            (_, shape) => {
                let wanted = wanted(shape);
                let is = kind_of(&node.value);
                self.report(Kind::Invalid, path, node.place, format!("expected {wanted}, but this is {is}"));
                self.drop(path)
            }
        }
    }

    /// A text: plain ones are to kubectl what YAML 1.1 says.
    fn text(&mut self, node: &Node<'a>, plain: &Cow<'a, str>, shape: Shape, path: &str) -> Option<Node<'a>> {
        let as_written = node.place.written(self.document.text).trim_end() == plain.as_ref();
        let read = resolve(plain).filter(|_| as_written);
        let value = match (read, shape) {
            (None, Shape::Text | Shape::WholeOrText) | (Some(Scalar::Boolean(_)), Shape::WholeOrText) => {
                return Some(node.clone());
            }
            (Some(read), Shape::Text) => {
                let message =
                    format!("kubectl reads YAML 1.1, to which it is {}; put it in quotes", read.word());
                self.report(Kind::Invalid, path, node.place, message).value(plain);
                return Some(node.clone());
            }
            (Some(Scalar::Boolean(on)), Shape::Boolean) => Value::Bool(on),
            (Some(Scalar::Whole(number)), Shape::Whole | Shape::WholeOrText) => Value::Signed(number),
            (_, shape) => {
                // Where it is clear what was meant, it is what the rules look at.
                let meant = match (shape, resolve(plain)) {
                    (Shape::Boolean, Some(Scalar::Boolean(on))) => Some(Value::Bool(on)),
                    (Shape::Whole, Some(Scalar::Whole(number))) => Some(Value::Signed(number)),
                    _ => None,
                };
                let end = if meant.is_some() { "; take the quotes away" } else { "" };
                let message = format!("expected {}, but this is a string{end}", wanted(shape));
                self.report(Kind::Invalid, path, node.place, message).value(plain);
                match meant {
                    Some(meant) => meant,
                    None => return self.drop(path),
                }
            }
        };
        Some(Node { place: node.place, value })
    }

    /// A number or a boolean where a text is wanted: it was meant as it is written.
    fn unquoted(&mut self, node: &Node<'a>, path: &str) -> Option<Node<'a>> {
        let written = node.place.written(self.document.text).trim_end();
        let message = format!("expected a string, but this is {}; put it in quotes", kind_of(&node.value));
        let name = path.rsplit('.').next().unwrap_or_default();
        // The value of a variable may be a password of digits.
        let shown = name != "value" && !credential_by_name(name, written);
        let problem = self.report(Kind::Invalid, path, node.place, message);
        if shown {
            problem.value(written);
        }
        Some(Node { place: node.place, value: Value::Text(Cow::Borrowed(written)) })
    }

    fn map(&mut self, entries: &[(Node<'a>, Node<'a>)], schema: &Schema, path: &str) -> Value<'a> {
        let text = self.document.text;
        let mut kept: Vec<(Node<'a>, Node<'a>)> = vec![];
        for (key, value) in entries {
            let name = key.key(text);
            let at = join(path, name);
            if let Some(index) = kept.iter().position(|(known, _)| known.key(text) == name) {
                let message = "the key stands here twice, and only the last one counts";
                self.report(Kind::Duplicate, &at, key.place, message).value(name);
                kept.remove(index);
            }
            let known = schema.property(name);
            if known.is_none() && schema.element().is_some() && matches!(schema.shape(), Shape::Map) {
                self.key(key, &at);
            }
            let Some(below) = known.or_else(|| schema.element().filter(|_| schema.shape() == Shape::Map))
            else {
                match schema.keeps_all() {
                    true => {
                        self.look(value, &at);
                        kept.push((key.clone(), self.as_kubectl_reads(value)));
                    }
                    false => self.unknown(schema, name, key.place, path, &at),
                }
                continue;
            };
            if matches!(value.value, Value::Null) && !below.takes_null() {
                let message = match known {
                    Some(_) => "there is no value here, and the API server drops the key",
                    None => {
                        "there is no value here, and the API server drops the entry; write `[]`, `{}` or `\"\"` where it is meant to be there"
                    }
                };
                let kind = if known.is_some() { Kind::Ineffective } else { Kind::Invalid };
                self.report(kind, &at, key.place, message);
                continue;
            }
            if let Some(value) = self.node(value, below, &at) {
                kept.push((key.clone(), value));
            }
        }
        Value::Map(kept)
    }

    /// A key that is free: to kubectl a plain `on` is a boolean there too.
    fn key(&mut self, key: &Node<'a>, path: &str) {
        let written = key.place.written(self.document.text).trim_end();
        let plain = match &key.value {
            Value::Text(plain) if plain == written => plain.as_ref(),
            Value::Bool(_) => written,
            _ => return,
        };
        if let Some(Scalar::Boolean(on)) = resolve(plain) {
            let message = format!("kubectl reads YAML 1.1, to which the key is `{on}`; put it in quotes");
            self.report(Kind::Invalid, path, key.place, message).value(plain);
        }
    }

    /// What is kept whatever it is, with plain scalars as YAML 1.1 has them: a mode of `0600` is the number 384.
    fn as_kubectl_reads(&self, node: &Node<'a>) -> Node<'a> {
        let value = match &node.value {
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.clone(), self.as_kubectl_reads(value)));
                Value::Map(entries.collect())
            }
            Value::List(items) => Value::List(items.iter().map(|item| self.as_kubectl_reads(item)).collect()),
            Value::Text(plain) if node.place.written(self.document.text).trim_end() == plain.as_ref() => {
                match resolve(plain) {
                    Some(Scalar::Boolean(on)) => Value::Bool(on),
                    Some(Scalar::Whole(number)) => Value::Signed(number),
                    None => node.value.clone(),
                }
            }
            _ => node.value.clone(),
        };
        Node { place: node.place, value }
    }

    /// Looks for duplicates and placeholders in what is kept whatever it is.
    fn look(&mut self, node: &Node<'a>, path: &str) {
        match &node.value {
            Value::Map(entries) => {
                let any = Schema::of("object").preserve_unknown();
                let _ = self.map(entries, &any, path);
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.look(item, &join(path, index));
                }
            }
            Value::Text(written) if self.is_open(path, written) => {
                self.open.push((path.to_owned(), placeholder(written).unwrap_or_default().to_owned()));
            }
            _ => {}
        }
    }

    fn unknown(&mut self, schema: &Schema, name: &str, place: Place, path: &str, at: &str) {
        let status = path.is_empty() && name == "status";
        if status {
            return;
        }
        let pruned = PRUNED;
        let elsewhere = self.root.paths_to(name);
        let instead = former::instead(self.kind, at)
            .or_else(|| former::instead(self.kind, &format!("configuration.{at}")));
        let message = match (instead, elsewhere.as_slice()) {
            (Some(instead), _) => format!("{pruned}; {instead}"),
            (None, [only]) => format!("{pruned}; it belongs at `{only}`"),
            // More words than these are not read by anybody.
            _ if schema.keys().len() > 16 && nearest(name, &schema.keys()).is_none() => pruned.to_owned(),
            _ => format!("{}; {}", pruned, one_of(name, &schema.keys())),
        };
        self.report(Kind::Unknown, at, place, message).value(name);
        self.dropped.push(at.to_owned());
    }

    /// Whether a tool is to fill in a part of the text; shells and Kubernetes itself read such words in some places.
    fn is_open(&self, path: &str, text: &str) -> bool {
        let script = path.split('.').any(|step| matches!(step, "command" | "args" | "annotations"));
        let variables = path.split('.').any(|step| step == "env");
        placeholder(text).is_some_and(|found| !(script || variables && found.starts_with("$(")))
    }
}

fn wanted(shape: Shape) -> &'static str {
    match shape {
        Shape::Map => "a map",
        Shape::List => "a list",
        Shape::Text => "a string",
        Shape::Whole => "a whole number",
        Shape::Boolean => "`true` or `false`",
        Shape::WholeOrText => "a whole number or a string",
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Unsigned(_) | Value::Signed(_) | Value::Float(_) => "a number",
        Value::Text(_) => "a string",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}
