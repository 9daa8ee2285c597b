//! Constructs by id, in the order in which they were written.

use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Checked, Id, Invalid};

/// Constructs of one kind by id; an id that is taken or ill-formed is refused.
///
/// ```
/// use pgsynth_upstream::values::Section;
/// let mut section = Section::default();
/// section.add("main", 1)?;
/// assert_eq!(section.add("main", 2).unwrap_err().to_string(), "duplicate id `main`: each id may appear only once in a section");
/// # Ok::<(), pgsynth_upstream::values::SectionError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Section<T> {
    entries: IndexMap<Id, T>,
    /// Ids that [`Section::put`] was given a second time; validation of the app reports them.
    taken: Vec<Id>,
}

/// A reference to a construct of a section: its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref<T> {
    id: Id,
    of: PhantomData<fn() -> T>,
}

impl<T> Ref<T> {
    /// The id of the construct.
    pub fn id(&self) -> &Id {
        &self.id
    }
}

/// Why a construct could not be added to its section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SectionError {
    /// The id breaks the rule of ids.
    Invalid(Invalid),
    /// The id is taken.
    Duplicate(Id),
}

impl fmt::Display for SectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Duplicate(id) => {
                write!(f, "duplicate id `{id}`: each id may appear only once in a section")
            }
        }
    }
}

impl std::error::Error for SectionError {}

impl<T> Section<T> {
    /// Adds a construct and returns the reference to it.
    ///
    /// # Errors
    /// Where the id is ill-formed or taken.
    pub fn add(&mut self, id: &str, construct: T) -> Result<Ref<T>, SectionError> {
        let id: Id = id.parse().map_err(SectionError::Invalid)?;
        if self.entries.contains_key(&id) {
            return Err(SectionError::Duplicate(id));
        }
        self.entries.insert(id.clone(), construct);
        Ok(Ref { id, of: PhantomData })
    }

    /// Adds a construct. An id that is ill-formed or taken is kept, and reported by validation of the app.
    pub fn put(&mut self, id: impl Into<Id>, construct: T) {
        let id = id.into();
        match self.entries.contains_key(&id) {
            true => {
                // Noted as what cannot be read is: validation looks for it.
                Checked::unread(id.as_str());
                self.taken.push(id);
            }
            false => {
                self.entries.insert(id, construct);
            }
        }
    }

    /// The construct with this id.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.entries.get(id)
    }

    /// The construct with this id, to be changed.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.entries.get_mut(id)
    }

    /// Ids and constructs, as written.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &T)> {
        self.entries.iter()
    }

    /// How many constructs there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self { entries: IndexMap::new(), taken: vec![] }
    }
}

impl<T: Serialize> Serialize for Section<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.taken.first() {
            Some(id) => Err(serde::ser::Error::custom(SectionError::Duplicate(id.clone()))),
            None => serializer.collect_map(&self.entries),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Entries<T> {
            type Value = Section<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of ids")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = IndexMap::new();
                while let Some(id) = map.next_key::<Id>()? {
                    if entries.contains_key(&id) {
                        return Err(de::Error::custom(SectionError::Duplicate(id)));
                    }
                    let construct = map.next_value()?;
                    entries.insert(id, construct);
                }
                Ok(Section { entries, taken: vec![] })
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}
