//! The serde side of keys.

use serde::ser::{self, Impossible, Serialize, Serializer};

use super::error::EmitError;

/// Keys: texts, and numbers and booleans as texts, since an API object has no others.
pub(super) struct Key;

macro_rules! keys {
    ($($name:ident: $ty:ty),* $(,)?) => { $(
        fn $name(self, key: $ty) -> Result<String, EmitError> {
            Ok(key.to_string())
        }
    )* };
}

macro_rules! no_keys {
    ($($name:ident($($arg:ty),*) -> $ty:ty),* $(,)?) => { $(
        fn $name(self, $(_: $arg),*) -> Result<$ty, EmitError> {
            Err(ser::Error::custom("a key is a text"))
        }
    )* };
}

impl Serializer for Key {
    type Ok = String;
    type Error = EmitError;
    type SerializeSeq = Impossible<String, EmitError>;
    type SerializeTuple = Impossible<String, EmitError>;
    type SerializeTupleStruct = Impossible<String, EmitError>;
    type SerializeTupleVariant = Impossible<String, EmitError>;
    type SerializeMap = Impossible<String, EmitError>;
    type SerializeStruct = Impossible<String, EmitError>;
    type SerializeStructVariant = Impossible<String, EmitError>;

    keys! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str,
    }

    no_keys! {
        serialize_bytes(&[u8]) -> String,
        serialize_none() -> String,
        serialize_unit() -> String,
        serialize_unit_struct(&'static str) -> String,
        serialize_seq(Option<usize>) -> Self::SerializeSeq,
        serialize_tuple(usize) -> Self::SerializeTuple,
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant,
        serialize_map(Option<usize>) -> Self::SerializeMap,
        serialize_struct(&'static str, usize) -> Self::SerializeStruct,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant,
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, EmitError> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String, EmitError> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String, EmitError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, EmitError> {
        Err(ser::Error::custom("a key is a text"))
    }
}
