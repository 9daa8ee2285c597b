//! The serde side of the emitter: maps and lists as blocks.

use serde::ser::{self, Serialize, Serializer};

use super::error::EmitError;
use super::key::Key;
use super::{Emitter, Place};

/// A map or a list that is being written.
pub struct Block<'a> {
    emitter: &'a mut Emitter,
    /// What stood before it.
    place: Place,
    /// Column of its keys or dashes.
    column: usize,
    /// Column of the key or dash that it belongs to.
    outer: usize,
    empty: bool,
    /// What is written where it has no entries.
    nothing: &'static str,
}

impl<'a> Block<'a> {
    fn new(emitter: &'a mut Emitter, list: bool) -> Self {
        let (place, outer) = (emitter.place, emitter.level);
        let column = match place {
            Place::Document => 0,
            // A list stands below its key, a map two columns in.
            Place::Key if list => outer,
            _ => outer + 2,
        };
        emitter.depth += 1;
        Self { emitter, place, column, outer, empty: true, nothing: if list { "[]\n" } else { "{}\n" } }
    }

    fn begin_entry(&mut self) {
        let first = std::mem::replace(&mut self.empty, false);
        match (first, self.place) {
            // The first entry stands behind the dash.
            (true, Place::Dash) => self.emitter.raw(" "),
            (true, Place::Key) => {
                self.emitter.raw("\n");
                self.emitter.indent(self.column);
            }
            _ => self.emitter.indent(self.column),
        }
        self.emitter.level = self.column;
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), EmitError> {
        self.key(key);
        self.value(value)
    }

    fn key(&mut self, key: &str) {
        self.emitter.note_field(key);
        self.begin_entry();
        self.emitter.key(key);
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
        self.emitter.place = Place::Key;
        value.serialize(&mut *self.emitter)
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
        self.begin_entry();
        self.emitter.raw("-");
        self.emitter.place = Place::Dash;
        value.serialize(&mut *self.emitter)
    }

    fn finish(self) {
        self.emitter.depth -= 1;
        self.emitter.level = self.outer;
        if self.empty {
            self.emitter.place = self.place;
            self.emitter.before_scalar();
            self.emitter.raw(self.nothing);
        }
    }

    /// A block around a variant of an enum: one key with its contents behind it.
    fn variant(mut self, key: &str, list: bool) -> Variant<'a> {
        self.key(key);
        self.emitter.place = Place::Key;
        let Self { emitter, outer, .. } = self;
        Variant { outer, inner: Block::new(emitter, list) }
    }
}

/// The contents of a variant, and the column to return to.
pub struct Variant<'a> {
    inner: Block<'a>,
    outer: usize,
}

impl Variant<'_> {
    fn finish(self) {
        let Self { inner, outer } = self;
        let Block { emitter, place, empty, nothing, .. } = inner;
        emitter.depth -= 2;
        if empty {
            emitter.place = place;
            emitter.before_scalar();
            emitter.raw(nothing);
        }
        emitter.level = outer;
    }
}

macro_rules! numbers {
    ($($name:ident: $ty:ty),* $(,)?) => { $(
        fn $name(self, number: $ty) -> Result<(), EmitError> {
            self.before_scalar();
            self.raw(itoa::Buffer::new().format(number));
            self.raw("\n");
            Ok(())
        }
    )* };
}

impl<'a> Serializer for &'a mut Emitter {
    type Ok = ();
    type Error = EmitError;
    type SerializeSeq = Block<'a>;
    type SerializeTuple = Block<'a>;
    type SerializeTupleStruct = Block<'a>;
    type SerializeTupleVariant = Variant<'a>;
    type SerializeMap = Block<'a>;
    type SerializeStruct = Block<'a>;
    type SerializeStructVariant = Variant<'a>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
    }

    fn serialize_bool(self, on: bool) -> Result<(), EmitError> {
        self.before_scalar();
        self.raw(if on { "true\n" } else { "false\n" });
        Ok(())
    }

    fn serialize_f32(self, number: f32) -> Result<(), EmitError> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_f64(self, number: f64) -> Result<(), EmitError> {
        self.before_scalar();
        let text = match number {
            number if number.is_nan() => ".nan".to_owned(),
            f64::INFINITY => ".inf".to_owned(),
            f64::NEG_INFINITY => "-.inf".to_owned(),
            number => {
                let text = number.to_string();
                if text.contains('.') { text } else { text + ".0" }
            }
        };
        self.raw(&text);
        self.raw("\n");
        Ok(())
    }

    fn serialize_char(self, letter: char) -> Result<(), EmitError> {
        self.text(letter.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), EmitError> {
        self.text(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), EmitError> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), EmitError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EmitError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EmitError> {
        self.before_scalar();
        self.raw("null\n");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EmitError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), EmitError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), EmitError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EmitError> {
        let mut block = Block::new(self, false);
        block.field(variant, value)?;
        block.finish();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Block<'a>, EmitError> {
        Ok(Block::new(self, true))
    }

    fn serialize_tuple(self, _: usize) -> Result<Block<'a>, EmitError> {
        Ok(Block::new(self, true))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Block<'a>, EmitError> {
        Ok(Block::new(self, true))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Variant<'a>, EmitError> {
        Ok(Block::new(self, false).variant(variant, true))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Block<'a>, EmitError> {
        Ok(Block::new(self, false))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Block<'a>, EmitError> {
        Ok(Block::new(self, false))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Variant<'a>, EmitError> {
        Ok(Block::new(self, false).variant(variant, false))
    }
}

macro_rules! items {
    ($($name:ident, $method:ident;)*) => { $(
        impl ser::$name for Block<'_> {
            type Ok = ();
            type Error = EmitError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
                self.item(value)
            }

            fn end(self) -> Result<(), EmitError> {
                self.finish();
                Ok(())
            }
        }
    )* };
}

items! {
    SerializeSeq, serialize_element;
    SerializeTuple, serialize_element;
    SerializeTupleStruct, serialize_field;
}

impl ser::SerializeTupleVariant for Variant<'_> {
    type Ok = ();
    type Error = EmitError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
        self.inner.item(value)
    }

    fn end(self) -> Result<(), EmitError> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeMap for Block<'_> {
    type Ok = ();
    type Error = EmitError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EmitError> {
        let key = key.serialize(Key)?;
        self.key(&key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
        self.value(value)
    }

    fn end(self) -> Result<(), EmitError> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Block<'_> {
    type Ok = ();
    type Error = EmitError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), EmitError> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), EmitError> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStructVariant for Variant<'_> {
    type Ok = ();
    type Error = EmitError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), EmitError> {
        self.inner.field(key, value)
    }

    fn end(self) -> Result<(), EmitError> {
        self.finish();
        Ok(())
    }
}
