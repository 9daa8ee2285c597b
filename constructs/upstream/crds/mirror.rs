//! What every mirrored type can do.

mod collections;
mod leaves;
mod structs;

use std::fmt;

use serde::Deserialize;
use serde::de::Deserializer;

pub use collections::{Named, NamedItem};
pub(crate) use leaves::words;
pub use leaves::{Bounded, Free, QuantityOrNumber};
pub(crate) use structs::{KeySeed, mirror};

use super::Schema;
use crate::release::OperatorVersion;

/// A value of a custom resource: it has a schema, is read strictly, and two of them can be laid over each other.
///
/// Paths are those of the custom resource, dotted, as in `postgresql.version`.
pub trait Mirror: Sized {
    /// The structural schema of the value.
    fn schema() -> Schema;

    /// What the API server fills in: the defaults of a struct's fields and, where `sections`, of the fields of the
    /// structs in it, as if each stood there. Nothing where the value is no struct.
    fn defaults(sections: bool) -> Option<Self> {
        let _ = sections;
        None
    }

    /// Reads the value as the API server would: a number is no text, and `null` is no value.
    ///
    /// # Errors
    /// Where the value has another type or breaks its rule.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Lays `over` over this value; a leaf that both set is reported by its path and kept.
    fn merge(&mut self, over: Self, at: At<'_>, clashes: &mut Vec<String>) {
        let _ = over;
        clashes.push(at.to_string());
    }

    /// Takes from `defaults` what is not set.
    fn fill(&mut self, defaults: Self) {
        let _ = defaults;
    }

    /// Whether something is set at this path.
    fn contains(&self, path: &[&str]) -> bool {
        path.is_empty()
    }

    /// Whether any field at any depth is one that not every operator has.
    const DATED: bool = false;

    /// Reports the paths of fields that are set and that this operator does not have, each with the first that has it.
    fn newer(&self, operator: OperatorVersion, at: At<'_>, newer: &mut Vec<(String, OperatorVersion)>) {
        let _ = (operator, at, newer);
    }

    /// Reports the paths of required fields that are not set.
    fn missing(&self, at: At<'_>, missing: &mut Vec<String>) {
        let _ = (at, missing);
    }
}

/// A path on the way down, joined only where it is reported: most values have nothing to report, and there are many.
#[derive(Clone, Copy, Default)]
pub struct At<'a> {
    above: Option<&'a At<'a>>,
    key: &'a str,
}

impl<'a> At<'a> {
    /// What stands below this path, under a key.
    pub fn below(&'a self, key: &'a str) -> Self {
        Self { above: Some(self), key }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.above {
            Some(above) if !above.key.is_empty() => write!(f, "{above}.{}", self.key),
            _ => f.write_str(self.key),
        }
    }
}

/// A path and a key below it.
pub fn join(at: &str, key: impl fmt::Display) -> String {
    if at.is_empty() { key.to_string() } else { format!("{at}.{key}") }
}

/// A value that serde reads through [`Mirror::read`].
pub(crate) struct Strict<T>(pub T);

impl<'de, T: Mirror> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}
