//! Texts of a Rust app that failed their check: kept when they were given, reported here by their paths, all at once.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, Serializer};

use super::App;
use crate::base::{Problem, Problems};
use crate::crds::join;
use crate::values::Checked;

/// Reports every text that could not be read. An app file has none: there a wrong text is an error where it stands.
pub(super) fn find(app: &App, problems: &mut Problems) {
    if !Checked::any_unread() {
        return;
    }
    let mut walk = Walk { path: String::new(), problems };
    // What a value complains of is reported where it stands, so that the walk itself goes on.
    let _ = app.serialize(&mut walk);
}

/// Walks through everything that serializes, and reports what does not by its path.
struct Walk<'a> {
    path: String,
    problems: &'a mut Problems,
}

/// What a value says of itself.
#[derive(Debug)]
struct Complaint(String);

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Complaint {}

impl ser::Error for Complaint {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Walk<'_> {
    fn below<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Complaint> {
        let path = std::mem::take(&mut self.path);
        self.path = join(&path, key);
        if let Err(Complaint(message)) = value.serialize(&mut *self) {
            self.report(&message);
        }
        self.path = path;
        Ok(())
    }

    fn report(&mut self, complaint: &str) {
        self.problems.error(Problem::of_complaint(&self.path, complaint));
    }
}

/// The contents of a map or a list.
struct Contents<'a, 'b> {
    walk: &'a mut Walk<'b>,
    key: String,
    index: usize,
}

impl Contents<'_, '_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Complaint> {
        let index = self.index.to_string();
        self.index += 1;
        self.walk.below(&index, value)
    }
}

/// The text of a key; one that cannot be read is reported, and walked below all the same.
struct Key;

macro_rules! nothing {
    ($($name:ident: $ty:ty),* $(,)?) => { $(
        fn $name(self, _: $ty) -> Result<Self::Ok, Complaint> {
            Ok(Default::default())
        }
    )* };
}

macro_rules! contents {
    ($($name:ident($($arg:ty),*) -> $kind:ident),* $(,)?) => { $(
        fn $name(self, $(_: $arg),*) -> Result<Self::$kind, Complaint> {
            Ok(Contents { walk: self, key: String::new(), index: 0 })
        }
    )* };
}

impl<'a, 'b> Serializer for &'a mut Walk<'b> {
    type Ok = ();
    type Error = Complaint;
    type SerializeSeq = Contents<'a, 'b>;
    type SerializeTuple = Contents<'a, 'b>;
    type SerializeTupleStruct = Contents<'a, 'b>;
    type SerializeTupleVariant = Contents<'a, 'b>;
    type SerializeMap = Contents<'a, 'b>;
    type SerializeStruct = Contents<'a, 'b>;
    type SerializeStructVariant = Contents<'a, 'b>;

    nothing! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    contents! {
        serialize_seq(Option<usize>) -> SerializeSeq,
        serialize_tuple(usize) -> SerializeTuple,
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct,
        serialize_map(Option<usize>) -> SerializeMap,
        serialize_struct(&'static str, usize) -> SerializeStruct,
    }

    fn serialize_none(self) -> Result<(), Complaint> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Complaint> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Complaint> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Complaint> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Complaint> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Complaint> {
        self.below(variant, value)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Contents<'a, 'b>, Complaint> {
        Ok(Contents { walk: self, key: String::new(), index: 0 })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Contents<'a, 'b>, Complaint> {
        Ok(Contents { walk: self, key: String::new(), index: 0 })
    }
}

macro_rules! items {
    ($($name:ident, $method:ident;)*) => { $(
        impl ser::$name for Contents<'_, '_> {
            type Ok = ();
            type Error = Complaint;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Complaint> {
                self.item(value)
            }

            fn end(self) -> Result<(), Complaint> {
                Ok(())
            }
        }
    )* };
}

items! {
    SerializeSeq, serialize_element;
    SerializeTuple, serialize_element;
    SerializeTupleStruct, serialize_field;
    SerializeTupleVariant, serialize_field;
}

macro_rules! fields {
    ($($name:ident;)*) => { $(
        impl ser::$name for Contents<'_, '_> {
            type Ok = ();
            type Error = Complaint;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Complaint> {
                self.walk.below(key, value)
            }

            fn end(self) -> Result<(), Complaint> {
                Ok(())
            }
        }
    )* };
}

fields! {
    SerializeStruct;
    SerializeStructVariant;
}

impl ser::SerializeMap for Contents<'_, '_> {
    type Ok = ();
    type Error = Complaint;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Complaint> {
        self.key = match key.serialize(Key) {
            Ok(key) => key,
            Err(Complaint(message)) => {
                self.walk.report(&message);
                String::new()
            }
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Complaint> {
        let key = std::mem::take(&mut self.key);
        self.walk.below(&key, value)
    }

    fn end(self) -> Result<(), Complaint> {
        Ok(())
    }
}

macro_rules! keys {
    ($($name:ident: $ty:ty),* $(,)?) => { $(
        fn $name(self, key: $ty) -> Result<String, Complaint> {
            Ok(key.to_string())
        }
    )* };
}

macro_rules! no_keys {
    ($($name:ident($($arg:ty),*) -> $ty:ty),* $(,)?) => { $(
        fn $name(self, $(_: $arg),*) -> Result<$ty, Complaint> {
            Err(ser::Error::custom("a key is a text"))
        }
    )* };
}

impl Serializer for Key {
    type Ok = String;
    type Error = Complaint;
    type SerializeSeq = Impossible<String, Complaint>;
    type SerializeTuple = Impossible<String, Complaint>;
    type SerializeTupleStruct = Impossible<String, Complaint>;
    type SerializeTupleVariant = Impossible<String, Complaint>;
    type SerializeMap = Impossible<String, Complaint>;
    type SerializeStruct = Impossible<String, Complaint>;
    type SerializeStructVariant = Impossible<String, Complaint>;

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

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, Complaint> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String, Complaint> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String, Complaint> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, Complaint> {
        Err(ser::Error::custom("a key is a text"))
    }
}
