//! Where every path of an app file stands.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

/// The places of a file's keys and values.
#[derive(Debug)]
pub(super) struct Places(Spanned<Node>);

#[derive(Debug)]
enum Node {
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
    List(Vec<Spanned<Node>>),
    Scalar,
}

/// Line and column, from 1; none for what has no place.
type Place = (usize, usize);

fn place(location: Location) -> Option<Place> {
    let (line, column) = (usize::try_from(location.line()).ok()?, usize::try_from(location.column()).ok()?);
    (line > 0).then_some((line, column))
}

impl Places {
    /// The place of a path, or of the longest part of it that is in the file. A value that is a scalar is shown itself,
    /// a map or a list by its key; what comes from an anchor is shown where it was written.
    pub(super) fn of(&self, path: &str) -> Option<Place> {
        let mut node = &self.0;
        let mut found = None;
        let mut rest = path;
        while !rest.is_empty() {
            match &node.value {
                Node::Map(entries) => {
                    // Keys may have dots in them: the longest that fits.
                    let fits = |key: &str| {
                        rest.strip_prefix(key).filter(|rest| rest.is_empty() || rest.starts_with('.'))
                    };
                    let entries = entries.iter().filter(|(key, _)| fits(&key.value).is_some());
                    let Some((key, value)) = entries.max_by_key(|(key, _)| key.value.len()) else { break };
                    found = match value.value {
                        Node::Scalar => place(value.defined).or(place(key.defined)),
                        _ => place(key.defined).or(place(value.defined)),
                    };
                    rest = fits(&key.value).unwrap_or_default().trim_start_matches('.');
                    node = value;
                }
                Node::List(items) => {
                    let (index, after) = rest.split_once('.').unwrap_or((rest, ""));
                    let Some(item) = index.parse::<usize>().ok().and_then(|index| items.get(index)) else {
                        break;
                    };
                    found = place(item.defined).or(found);
                    rest = after;
                    node = item;
                }
                Node::Scalar => break,
            }
        }
        found
    }

    /// The path of what stands at a place. A map begins where its first key does: `of_a_key` says which is meant.
    pub(super) fn path_at(&self, line: usize, column: usize, of_a_key: bool) -> Option<String> {
        let mut path = vec![];
        search(&self.0, (line, column), of_a_key, &mut path).then(|| path.join("."))
    }
}

fn search(node: &Spanned<Node>, wanted: Place, of_a_key: bool, path: &mut Vec<String>) -> bool {
    let here = |location| place(location) == Some(wanted);
    if !of_a_key && here(node.defined) {
        return true;
    }
    match &node.value {
        Node::Map(entries) => {
            for (key, value) in entries {
                path.push(key.value.clone());
                if here(key.defined) || search(value, wanted, of_a_key, path) {
                    return true;
                }
                path.pop();
            }
        }
        Node::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                if search(item, wanted, of_a_key, path) {
                    return true;
                }
                path.pop();
            }
        }
        Node::Scalar => {}
    }
    false
}

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut entries = vec![];
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Node::Map(entries))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut items = vec![];
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }

            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_i128<E: de::Error>(self, _: i128) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_u128<E: de::Error>(self, _: u128) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_str<E: de::Error>(self, _: &str) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_none<E: de::Error>(self) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
        }
        deserializer.deserialize_any(Any)
    }
}
