//! Typed value to YAML that every reader reads alike, YAML 1.1's among them: kubectl takes `on`, `y` and `1_000` for a
//! boolean or a number, as values and as keys.
//!
//! A serde `Serializer` that writes blocks straight into one buffer; there is no tree in between. No library writes
//! what kubectl reads, so the emitter is ours.

mod error;
mod key;
mod scalar;
mod serializer;

use serde::Serialize;

/// Writes documents into one buffer that is used again.
#[derive(Default)]
pub struct Emitter {
    out: Vec<u8>,
    scratch: Vec<u8>,
    /// Column of the key or dash whose value comes next.
    level: usize,
    /// What stands before the value that comes next.
    place: Place,
    /// Where the fields of the document begin, and their keys.
    fields: Vec<(usize, Field)>,
    /// Nesting of blocks; fields are noted at the outermost.
    depth: usize,
}

/// What stands before a value.
#[derive(Clone, Copy, Default, PartialEq)]
enum Place {
    /// Nothing: the document.
    #[default]
    Document,
    /// A key and its colon.
    Key,
    /// A dash.
    Dash,
}

/// Fields of an object that come first, in this order; the others follow as their type orders them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    ApiVersion,
    Kind,
    Metadata,
    Other,
}

impl Emitter {
    /// Forgets what was written, and keeps the buffer.
    pub fn clear(&mut self) {
        self.out.clear();
    }

    /// What was written.
    pub fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// Writes text as it is.
    pub fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Puts text in the place of some that was written.
    pub(super) fn replace(&mut self, range: std::ops::Range<usize>, text: &str) {
        self.out.splice(range, text.bytes());
    }

    /// Writes an API object, with `apiVersion`, `kind` and `metadata` first.
    pub fn object(&mut self, object: &dyn erased_serde::Serialize) {
        let start = self.out.len();
        self.fields.clear();
        self.value(object);
        self.bring_forward(start);
    }

    /// Writes a value.
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.level = 0;
        self.depth = 0;
        self.place = Place::Document;
        // The only errors are those that a type's own `Serialize` makes up, and ours make up none.
        value.serialize(&mut *self).expect("values of constructs serialize");
    }

    fn bring_forward(&mut self, start: usize) {
        if self.fields.windows(2).all(|pair| pair[0].1 <= pair[1].1) {
            return;
        }
        let end = self.out.len();
        let ends = self.fields.iter().skip(1).map(|(begin, _)| *begin).chain([end]);
        let mut ranges: Vec<_> =
            self.fields.iter().zip(ends).map(|((begin, field), end)| (*field, *begin..end)).collect();
        ranges.sort_by_key(|(field, _)| *field);
        self.scratch.clear();
        for (_, range) in ranges {
            self.scratch.extend_from_slice(&self.out[range]);
        }
        self.out.truncate(start);
        self.out.extend_from_slice(&self.scratch);
    }

    fn note_field(&mut self, key: &str) {
        if self.depth == 1 {
            let field = match key {
                "apiVersion" => Field::ApiVersion,
                "kind" => Field::Kind,
                "metadata" => Field::Metadata,
                _ => Field::Other,
            };
            self.fields.push((self.out.len(), field));
        }
    }

    fn indent(&mut self, columns: usize) {
        self.out.resize(self.out.len() + columns, b' ');
    }
}

/// A value as one YAML document.
pub fn emit<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut emitter = Emitter::default();
    emitter.value(value);
    emitter.out
}
