//! From the tree to the types: a `serde::Deserializer` whose errors know their path and place.
//!
//! The reader of YAML makes the tree once, for all types, instead of code for each of them, which was almost half of the
//! command's size: a run for one cluster is mostly the kernel reading the command in.

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::ReadError;
use super::tree::{Node, Value};

/// Reads a node of the tree of `text`.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'de> {
    pub(crate) text: &'de str,
    pub(crate) node: &'de Node<'de>,
}

const MAP: &str = "a map, such as `{}`";
const LIST: &str = "a list, such as `[]`";

impl<'de> Reader<'de> {
    fn at(self, node: &'de Node<'de>) -> Self {
        Self { node, ..self }
    }

    /// A value of another type than the one that is wanted.
    #[cold]
    fn unfit<T>(self, expected: &str) -> Result<T, ReadError> {
        Err(de::Error::invalid_type(self.unexpected(), &expected))
    }

    fn unexpected(self) -> de::Unexpected<'de> {
        match &self.node.value {
            Value::Null => de::Unexpected::Unit,
            Value::Bool(on) => de::Unexpected::Bool(*on),
            Value::Unsigned(number) => de::Unexpected::Unsigned(*number),
            Value::Signed(number) => de::Unexpected::Signed(*number),
            Value::Float(number) => de::Unexpected::Float(*number),
            Value::Text(text) => de::Unexpected::Str(text),
            Value::List(_) => de::Unexpected::Seq,
            Value::Map(_) => de::Unexpected::Map,
        }
    }

    fn whole<T: TryFrom<i128>>(self, expected: &str) -> Result<T, ReadError> {
        let number = match self.node.value {
            Value::Unsigned(number) => i128::from(number),
            Value::Signed(number) => i128::from(number),
            _ => return self.unfit(expected),
        };
        T::try_from(number).map_err(|_| de::Error::invalid_value(self.unexpected(), &expected))
    }

    fn entries(self, entries: &'de [(Node<'de>, Node<'de>)]) -> Entries<'de> {
        Entries { reader: self, rest: entries.iter(), current: None }
    }
}

macro_rules! whole {
    ($($method:ident, $visit:ident, $expected:literal;)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
                visitor.$visit(self.whole($expected)?)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(on) => visitor.visit_bool(*on),
            Value::Unsigned(number) => visitor.visit_u64(*number),
            Value::Signed(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
        }
    }

    whole! {
        deserialize_u8, visit_u8, "a whole number from 0 to 255";
        deserialize_u16, visit_u16, "a whole number from 0 to 65535";
        deserialize_u32, visit_u32, "a whole number, 0 or more";
        deserialize_u64, visit_u64, "a whole number, 0 or more";
        deserialize_i8, visit_i8, "a whole number";
        deserialize_i16, visit_i16, "a whole number";
        deserialize_i32, visit_i32, "a whole number";
        deserialize_i64, visit_i64, "a whole number";
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.value {
            Value::Float(number) => visitor.visit_f64(number),
            Value::Unsigned(number) => visitor.visit_u64(number),
            Value::Signed(number) => visitor.visit_i64(number),
            _ => self.unfit("a number"),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.value {
            Value::Bool(on) => visitor.visit_bool(on),
            _ => self.unfit("`true` or `false`"),
        }
    }

    /// What is a number or a boolean elsewhere is the text that was written where a text is wanted.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Null | Value::List(_) | Value::Map(_) => self.unfit("a string"),
            _ => visitor.visit_borrowed_str(self.node.place.written(self.text)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::List(items) => visitor.visit_seq(Items { reader: self, rest: items.iter(), index: 0 }),
            _ => self.unfit(LIST),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Map(entries) => visitor.visit_map(self.entries(entries)),
            _ => self.unfit(MAP),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_map(visitor)
    }

    /// A word, or a map of one key and what belongs to it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Text(word) => visitor.visit_enum((&**word).into_deserializer()),
            Value::Map(entries) if entries.len() == 1 => {
                visitor.visit_enum(de::value::MapAccessDeserializer::new(self.entries(entries)))
            }
            _ => self.unfit("one word, or a map of one key"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple_struct
    }
}

struct Entries<'de> {
    reader: Reader<'de>,
    rest: std::slice::Iter<'de, (Node<'de>, Node<'de>)>,
    current: Option<&'de (Node<'de>, Node<'de>)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        self.current = self.rest.next();
        let Some((key, _)) = self.current else { return Ok(None) };
        let read = seed.deserialize(self.reader.at(key));
        read.map(Some).map_err(|error| error.of(key.key(self.reader.text), key.place))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let (key, value) = self.current.expect("a value is asked for after its key");
        let read = seed.deserialize(self.reader.at(value));
        read.map_err(|error| error.of(key.key(self.reader.text), value.place))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Items<'de> {
    reader: Reader<'de>,
    rest: std::slice::Iter<'de, Node<'de>>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(item) = self.rest.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        let read = seed.deserialize(self.reader.at(item));
        read.map(Some).map_err(|error| error.of(&index.to_string(), item.place))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
