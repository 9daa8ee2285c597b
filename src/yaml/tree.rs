//! The tree of an app file: what YAML makes of the text, each node with the place where it was written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

/// A node: anchors, merges and duplicate keys are dealt with. It borrows from the text what stands there as it is.
#[derive(Clone, Debug)]
pub(crate) struct Node<'t> {
    pub(crate) place: Place,
    pub(crate) value: Value<'t>,
}

#[derive(Clone, Debug)]
pub(crate) enum Value<'t> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Map(Vec<(Node<'t>, Node<'t>)>),
}

/// Where a node was written: in an anchor, not where the anchor is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Line and column, from 1; 0 for what has no place.
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// First byte in the text, and how many there are.
    bytes: (u32, u32),
}

impl Place {
    /// A node's text as it was written.
    pub(crate) fn written(self, text: &str) -> &str {
        let (start, length) = (self.bytes.0 as usize, self.bytes.1 as usize);
        text.get(start..start.saturating_add(length)).unwrap_or_default()
    }

    fn known(self) -> Option<Self> {
        (self.line > 0).then_some(self)
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        // No app file is as large as this would cut off.
        let number = |number: u64| u32::try_from(number).unwrap_or_default();
        let span = location.span();
        let bytes = (span.byte_offset().map_or(0, number), span.byte_len().map_or(0, number));
        Self { line: number(location.line()), column: number(location.column()), bytes }
    }
}

impl<'t> Node<'t> {
    /// The text of a key: numbers and booleans as they were written; nothing for a list or a map, which no key can be.
    pub(crate) fn key<'a>(&'a self, text: &'a str) -> &'a str {
        match &self.value {
            Value::Text(key) => key,
            Value::List(_) | Value::Map(_) => "",
            _ => self.place.written(text),
        }
    }

    /// What stands under a key of a map; of a key that stands twice the last.
    pub(crate) fn get(&self, key: &str, text: &str) -> Option<&Self> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().rev().find(|(name, _)| name.key(text) == key).map(|(_, value)| value)
    }

    /// How many lines it has, from its first to that of the last thing in it.
    pub(crate) fn lines(&self) -> usize {
        let mut last = self.place.line;
        let mut look = vec![self];
        while let Some(node) = look.pop() {
            last = last.max(node.place.line);
            match &node.value {
                Value::Map(entries) => look.extend(entries.iter().flat_map(|(key, value)| [key, value])),
                Value::List(items) => look.extend(items),
                _ => {}
            }
        }
        (last - self.place.line) as usize + 1
    }

    /// The keys of a map.
    pub(crate) fn keys(&self, text: &str) -> Vec<String> {
        match &self.value {
            Value::Map(entries) => entries.iter().map(|(key, _)| key.key(text).to_owned()).collect(),
            _ => vec![],
        }
    }

    /// The text that stands here, where it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The node at a path of keys and indices.
    pub(crate) fn at(&self, path: &str, text: &str) -> Option<&Self> {
        path.split('.').filter(|step| !step.is_empty()).try_fold(self, |node, step| match &node.value {
            Value::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => node.get(step, text),
        })
    }

    /// The same without places and comments.
    pub(crate) fn plain(&self, text: &str) -> serde_yaml::Value {
        match &self.value {
            Value::Null => serde_yaml::Value::Null,
            Value::Bool(on) => (*on).into(),
            Value::Unsigned(number) => (*number).into(),
            Value::Signed(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Text(text) => text.as_ref().into(),
            Value::List(items) => items.iter().map(|item| item.plain(text)).collect(),
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.key(text).into(), value.plain(text)));
                serde_yaml::Mapping::from_iter(entries).into()
            }
        }
    }

    /// Takes away every key whose value is `null`, spelt out: so what an anchor brought goes again. A key with nothing
    /// behind it stays, and is an error: it was forgotten. What raw objects say is theirs.
    pub(crate) fn take_away(&mut self, text: &str) {
        match &mut self.value {
            Value::Map(entries) => {
                entries.retain(|(_, value)| {
                    !matches!(value.value, Value::Null) || !matches!(value.place.written(text), "null" | "~")
                });
                let open = entries.iter_mut().filter(|(key, _)| key.key(text) != "objects");
                open.for_each(|(_, value)| value.take_away(text));
            }
            Value::List(items) => items.iter_mut().for_each(|item| item.take_away(text)),
            _ => {}
        }
    }

    /// The place of a path, or of the longest part of it that is in the file. A value that is a scalar is shown itself,
    /// a map or a list by its key.
    pub(crate) fn place_of(&self, path: &str, text: &str) -> Option<Place> {
        let mut node = self;
        let mut found = None;
        let mut rest = path;
        while !rest.is_empty() {
            match &node.value {
                Value::Map(entries) => {
                    // Keys may have dots in them: the longest that fits.
                    let fits = |key: &Self| {
                        let rest = rest.strip_prefix(key.key(text))?;
                        (rest.is_empty() || rest.starts_with('.')).then(|| rest.trim_start_matches('.'))
                    };
                    // Of a key that stands twice the last counts.
                    let fitting =
                        entries.iter().rev().filter_map(|(key, value)| Some((fits(key)?, key, value)));
                    let Some((after, key, value)) = fitting.min_by_key(|(after, ..)| after.len()) else {
                        break;
                    };
                    found = match value.value {
                        Value::List(_) | Value::Map(_) => key.place.known().or(value.place.known()),
                        _ => value.place.known().or(key.place.known()),
                    };
                    rest = after;
                    node = value;
                }
                Value::List(items) => {
                    let (index, after) = rest.split_once('.').unwrap_or((rest, ""));
                    let named =
                        |item: &&Self| item.get("name", text).is_some_and(|name| name.key(text) == index);
                    let item = index.parse::<usize>().ok().and_then(|index| items.get(index));
                    let Some(item) = item.or_else(|| items.iter().find(named)) else {
                        break;
                    };
                    found = item.place.known().or(found);
                    rest = after;
                    node = item;
                }
                _ => break,
            }
        }
        found
    }

    /// The path of the key at a line and column.
    pub(crate) fn path_of_key(&self, at: (u32, u32), text: &str) -> Option<String> {
        let below = |name: &str, node: &Self| {
            node.path_of_key(at, text).map(|path| match path.is_empty() {
                true => name.to_owned(),
                false => format!("{name}.{path}"),
            })
        };
        match &self.value {
            Value::Map(entries) => entries.iter().find_map(|(key, value)| {
                let name = key.key(text);
                match (key.place.line, key.place.column) == at {
                    true => Some(name.to_owned()),
                    false => below(name, value),
                }
            }),
            Value::List(items) => {
                items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item))
            }
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, defined, .. } = Spanned::<Value<'de>>::deserialize(deserializer)?;
        Ok(Self { place: defined.into(), value })
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut entries = vec![];
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut items = vec![];
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_bool<E: de::Error>(self, on: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(on))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Signed(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Unsigned(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(number))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text)))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }
}
