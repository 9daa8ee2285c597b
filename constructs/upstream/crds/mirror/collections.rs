//! What may be absent, lists and maps: how they are read, and how two are laid over each other.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{At, Mirror, Strict};
use crate::crds::Schema;
use crate::release::OperatorVersion;
use crate::values::Described;

impl<T: Mirror> Mirror for Option<T> {
    fn schema() -> Schema {
        T::schema()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Some)
    }

    fn merge(&mut self, over: Self, at: At<'_>, clashes: &mut Vec<String>) {
        match (self.as_mut(), over) {
            (_, None) => {}
            (None, over) => *self = over,
            (Some(value), Some(over)) => value.merge(over, at, clashes),
        }
    }

    fn fill(&mut self, defaults: Self) {
        match (self.as_mut(), defaults) {
            (_, None) => {}
            (None, defaults) => *self = defaults,
            (Some(value), Some(defaults)) => value.fill(defaults),
        }
    }

    fn contains(&self, path: &[&str]) -> bool {
        self.as_ref().is_some_and(|value| value.contains(path))
    }

    fn missing(&self, at: At<'_>, missing: &mut Vec<String>) {
        if let Some(value) = self {
            value.missing(at, missing);
        }
    }

    const DATED: bool = T::DATED;

    fn newer(&self, operator: OperatorVersion, at: At<'_>, newer: &mut Vec<(String, OperatorVersion)>) {
        if let Some(value) = self {
            value.newer(operator, at, newer);
        }
    }
}

/// A value that is rarely there and large where it is.
impl<T: Mirror> Mirror for Box<T> {
    fn schema() -> Schema {
        T::schema()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self::new)
    }

    fn merge(&mut self, over: Self, at: At<'_>, clashes: &mut Vec<String>) {
        (**self).merge(*over, at, clashes);
    }

    fn fill(&mut self, defaults: Self) {
        (**self).fill(*defaults);
    }

    fn contains(&self, path: &[&str]) -> bool {
        (**self).contains(path)
    }

    fn missing(&self, at: At<'_>, missing: &mut Vec<String>) {
        (**self).missing(at, missing);
    }

    const DATED: bool = T::DATED;

    fn newer(&self, operator: OperatorVersion, at: At<'_>, newer: &mut Vec<(String, OperatorVersion)>) {
        (**self).newer(operator, at, newer);
    }
}

/// A list: laid over another, it replaces it.
impl<T: Mirror> Mirror for Vec<T> {
    fn schema() -> Schema {
        Schema::list(T::schema())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);
        impl<'de, T: Mirror> Visitor<'de> for Items<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::with_capacity(list.size_hint().unwrap_or(0).min(64));
                while let Some(item) = list.next_element::<Strict<T>>()? {
                    items.push(item.0);
                }
                Ok(items)
            }
        }
        deserializer.deserialize_any(Items(PhantomData))
    }

    fn merge(&mut self, over: Self, _: At<'_>, _: &mut Vec<String>) {
        *self = over;
    }

    fn contains(&self, path: &[&str]) -> bool {
        match path.split_first() {
            None => true,
            Some((index, rest)) => {
                index.parse::<usize>().is_ok_and(|at| self.get(at).is_some_and(|item| item.contains(rest)))
            }
        }
    }

    fn missing(&self, at: At<'_>, missing: &mut Vec<String>) {
        for (index, item) in self.iter().enumerate() {
            item.missing(at.below(&index.to_string()), missing);
        }
    }

    const DATED: bool = T::DATED;

    fn newer(&self, operator: OperatorVersion, at: At<'_>, newer: &mut Vec<(String, OperatorVersion)>) {
        for (index, item) in self.iter().enumerate() {
            item.newer(operator, at.below(&index.to_string()), newer);
        }
    }
}

/// A map: laid over another, its entries join the other's. A default is for the map as a whole.
impl<T: Mirror> Mirror for IndexMap<String, T> {
    fn schema() -> Schema {
        Schema::map(T::schema())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Mirror> Visitor<'de> for Entries<T> {
            type Value = IndexMap<String, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = IndexMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    if entries.contains_key(&key) {
                        return Err(de::Error::custom(format_args!("duplicate key `{key}`")));
                    }
                    entries.insert(key, map.next_value::<Strict<T>>()?.0);
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_any(Entries(PhantomData))
    }

    fn merge(&mut self, over: Self, at: At<'_>, clashes: &mut Vec<String>) {
        for (key, value) in over {
            match self.get_mut(&key) {
                Some(known) => known.merge(value, at.below(&key), clashes),
                None => {
                    self.insert(key, value);
                }
            }
        }
    }

    fn contains(&self, path: &[&str]) -> bool {
        match path.split_first() {
            None => true,
            Some((key, rest)) => self.get(*key).is_some_and(|value| value.contains(rest)),
        }
    }

    fn missing(&self, at: At<'_>, missing: &mut Vec<String>) {
        for (key, value) in self {
            value.missing(at.below(key), missing);
        }
    }

    const DATED: bool = T::DATED;

    fn newer(&self, operator: OperatorVersion, at: At<'_>, newer: &mut Vec<(String, OperatorVersion)>) {
        for (key, value) in self {
            value.newer(operator, at.below(key), newer);
        }
    }
}

impl<T: Described> Described for Named<T> {
    fn json_schema() -> serde_json::Value {
        Vec::<T>::json_schema()
    }
}

/// Something that is told apart in its list by a name.
pub trait NamedItem {
    /// The name, compared without regard to case.
    fn name(&self) -> &str;
}

/// A list of named things: laid over another it is appended, and a name may stand once, in whatever case.
///
/// A copy shares the items until one of the two is changed: a cluster's variables are many, and its object has them too.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T>(Arc<Vec<T>>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Deref for Named<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: Clone> DerefMut for Named<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        Arc::make_mut(&mut self.0)
    }
}

impl<T> From<Vec<T>> for Named<T> {
    fn from(items: Vec<T>) -> Self {
        Self(Arc::new(items))
    }
}

impl<T> Named<T> {
    /// Whether the list has no items.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de, T: Mirror> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::read(deserializer).map(Self::from)
    }
}

impl<T: Mirror + NamedItem + Clone> Mirror for Named<T> {
    fn schema() -> Schema {
        Schema::list(T::schema())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::read(deserializer).map(Self::from)
    }

    fn merge(&mut self, over: Self, at: At<'_>, clashes: &mut Vec<String>) {
        for item in over.iter() {
            let same = |known: &T| !item.name().is_empty() && known.name().eq_ignore_ascii_case(item.name());
            if self.iter().any(same) {
                clashes.push(at.below(item.name()).to_string());
            } else {
                self.push(item.clone());
            }
        }
    }

    fn contains(&self, path: &[&str]) -> bool {
        Mirror::contains(&**self, path)
    }

    fn missing(&self, at: At<'_>, missing: &mut Vec<String>) {
        Mirror::missing(&**self, at, missing);
    }

    const DATED: bool = T::DATED;

    fn newer(&self, operator: OperatorVersion, at: At<'_>, newer: &mut Vec<(String, OperatorVersion)>) {
        Mirror::newer(&**self, operator, at, newer);
    }
}
