//! What every mirrored type can do, and the one macro that defines it.

use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::de::{self, DeserializeSeed, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::Schema;
use crate::values::{Cidr, Cpu, Cron, IntOrText, Memory, Parameter, Quantity, Timestamp, Uuid, Window};

/// A value of a custom resource: it has a schema, is read strictly, and two of them can be laid over each other.
///
/// Paths are those of the custom resource, dotted, as in `postgresql.version`.
pub trait Mirror: Sized {
    /// The structural schema of the value.
    fn schema() -> Schema;

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

pub(crate) fn join(at: &str, key: impl fmt::Display) -> String {
    if at.is_empty() { key.to_string() } else { format!("{at}.{key}") }
}

/// A value that serde reads through [`Mirror::read`].
pub(crate) struct Strict<T>(pub T);

impl<'de, T: Mirror> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Reads a key of a mirrored struct, so that an unknown one is refused where it stands.
pub(crate) struct KeySeed(pub &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        self.0.iter().find(|known| **known == key).copied().ok_or_else(|| E::unknown_field(key, self.0))
    }
}

/// Defines a mirrored struct. A field is `name as "key": Type`, the key only where it is not the name, and before it
/// `[required]` (must always be there), `[demanded]` (the schema requires it, a construct or its overlay gives it) or
/// `[nullable]`. Behind the type, `=> ` and calls on the [`Schema`] say what the type alone does not.
macro_rules! mirror {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident $(=> $sadjust:ident($($sarg:expr),*))* {
            $(
                $(#[doc = $fdoc:literal])+
                $([$kind:ident])? $field:ident $(as $key:literal)? : $ty:ty $(=> $adjust:ident($($arg:expr),*))*
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[doc = $fdoc])+ pub $field: mirror!(@type [$($kind)?] $ty), )*
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;
                let mut fields = serializer.serialize_struct(stringify!($name), 0)?;
                $( mirror!(@write [$($kind)?] fields, mirror!(@key $field $($key)?), self.$field); )*
                fields.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a map (", stringify!($name), ")"))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        const KEYS: &[&str] = &[$( mirror!(@key $field $($key)?) ),*];
                        $( let mut $field = None; )*
                        while let Some(key) = map.next_key_seed($crate::crds::KeySeed(KEYS))? {
                            $(
                                if key == mirror!(@key $field $($key)?) {
                                    if $field.is_some() {
                                        return Err(serde::de::Error::duplicate_field(mirror!(@key $field $($key)?)));
                                    }
                                    $field = Some(mirror!(@read [$($kind)?] map, $ty));
                                    continue;
                                }
                            )*
                        }
                        Ok($name { $( $field: mirror!(@take [$($kind)?] $field, mirror!(@key $field $($key)?)), )* })
                    }
                }
                // `any`, because `null` is no map to the API server.
                deserializer.deserialize_any(Fields)
            }
        }

        impl $crate::crds::Mirror for $name {
            fn schema() -> $crate::crds::Schema {
                let mut properties = indexmap::IndexMap::new();
                let mut required = Vec::new();
                $(
                    let schema = <$ty as $crate::crds::Mirror>::schema().described(concat!($($fdoc),+))
                        $(.$adjust($($arg),*))*;
                    properties.insert(mirror!(@key $field $($key)?), mirror!(@nullable [$($kind)?] schema));
                    mirror!(@require [$($kind)?] required, mirror!(@key $field $($key)?));
                )*
                // Upstream's lists of required fields are sorted.
                required.sort_unstable();
                $crate::crds::Schema::object(properties, required) $(.$sadjust($($sarg),*))*
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }

            fn merge(&mut self, over: Self, at: $crate::crds::At<'_>, clashes: &mut Vec<String>) {
                // No `..`: a new field does not compile until it takes part.
                let Self { $($field),* } = over;
                $( self.$field.merge($field, at.below(mirror!(@key $field $($key)?)), clashes); )*
            }

            fn fill(&mut self, defaults: Self) {
                let Self { $($field),* } = defaults;
                $( self.$field.fill($field); )*
            }

            fn contains(&self, path: &[&str]) -> bool {
                let Some((first, rest)) = path.split_first() else { return true };
                $( if *first == mirror!(@key $field $($key)?) { return self.$field.contains(rest); } )*
                false
            }

            fn missing(&self, at: $crate::crds::At<'_>, missing: &mut Vec<String>) {
                $(
                    let at_field = at.below(mirror!(@key $field $($key)?));
                    mirror!(@demand [$($kind)?] self.$field, at_field, missing);
                    self.$field.missing(at_field, missing);
                )*
            }
        }

        mirror!(@default $name { $( [$($kind)?] $field ),* });
    };

    (@type [required] $ty:ty) => { $ty };
    (@type [nullable] $ty:ty) => { Option<Option<$ty>> };
    (@type [$($kind:ident)?] $ty:ty) => { Option<$ty> };

    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };

    (@write [required] $fields:ident, $key:expr, $value:expr) => { $fields.serialize_field($key, &$value)? };
    (@write [$($kind:ident)?] $fields:ident, $key:expr, $value:expr) => {
        if let Some(value) = &$value { $fields.serialize_field($key, value)?; }
    };

    (@read [nullable] $map:ident, $ty:ty) => { $map.next_value::<Option<$crate::crds::Strict<$ty>>>()?.map(|value| value.0) };
    (@read [$($kind:ident)?] $map:ident, $ty:ty) => { $map.next_value::<$crate::crds::Strict<$ty>>()?.0 };

    (@take [required] $field:ident, $key:expr) => { $field.ok_or_else(|| serde::de::Error::missing_field($key))? };
    (@take [$($kind:ident)?] $field:ident, $key:expr) => { $field };

    (@nullable [nullable] $schema:ident) => { $schema.nullable() };
    (@nullable [$($kind:ident)?] $schema:ident) => { $schema };

    (@require [required] $required:ident, $key:expr) => { $required.push($key) };
    (@require [demanded] $required:ident, $key:expr) => { $required.push($key) };
    (@require [$($kind:ident)?] $required:ident, $key:expr) => { };

    (@demand [demanded] $value:expr, $at:ident, $missing:ident) => {
        if $value.is_none() { $missing.push($at.to_string()); }
    };
    (@demand [$($kind:ident)?] $value:expr, $at:ident, $missing:ident) => { };

    // Only a struct without required fields means something when it is empty.
    (@default $name:ident { $( [$($kind:ident)?] $field:ident ),* }) => {
        mirror!(@default_if $name [$($($kind)?)*] { $($field),* });
    };
    (@default_if $name:ident [required $($kinds:ident)*] { $($field:ident),* }) => {};
    (@default_if $name:ident [$kind:ident $($kinds:ident)*] { $($field:ident),* }) => {
        mirror!(@default_if $name [$($kinds)*] { $($field),* });
    };
    (@default_if $name:ident [] { $($field:ident),* }) => {
        impl Default for $name {
            fn default() -> Self {
                Self { $($field: Default::default()),* }
            }
        }
    };
}
pub(crate) use mirror;

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
}

/// Something that is told apart in its list by a name.
pub trait NamedItem {
    /// The name, compared without regard to case.
    fn name(&self) -> &str;
}

/// A list of named things: laid over another it is appended, and a name may stand once, in whatever case.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Named<T>(pub Vec<T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<T> std::ops::Deref for Named<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> From<Vec<T>> for Named<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T> Named<T> {
    /// Whether the list has no items.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, T: Mirror> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::read(deserializer).map(Self)
    }
}

impl<T: Mirror + NamedItem> Mirror for Named<T> {
    fn schema() -> Schema {
        Schema::list(T::schema())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::read(deserializer).map(Self)
    }

    fn merge(&mut self, over: Self, at: At<'_>, clashes: &mut Vec<String>) {
        for item in over.0 {
            match self
                .iter()
                .position(|known| !item.name().is_empty() && known.name().eq_ignore_ascii_case(item.name()))
            {
                Some(_) => clashes.push(at.below(item.name()).to_string()),
                None => self.0.push(item),
            }
        }
    }

    fn contains(&self, path: &[&str]) -> bool {
        Mirror::contains(&self.0, path)
    }

    fn missing(&self, at: At<'_>, missing: &mut Vec<String>) {
        self.0.missing(at, missing);
    }
}

macro_rules! leaf {
    ($($ty:ty => $schema:expr;)*) => { $(
        impl Mirror for $ty {
            fn schema() -> Schema {
                $schema
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    )* };
}

leaf! {
    bool => Schema::of("boolean");
    i32 => Schema::integer("int32");
    i64 => Schema::integer("int64");
    Cpu => Schema::pattern(Cpu::PATTERN);
    Memory => Schema::pattern(Memory::PATTERN);
    Cron => Schema::pattern(Cron::PATTERN);
    Timestamp => Schema::pattern(Timestamp::PATTERN);
    Window => Schema::pattern(Window::PATTERN);
    Cidr => Schema::pattern(Cidr::PATTERN);
    Uuid => Schema::of("string").format("uuid");
    IntOrText => Schema::int_or_string(None);
}

/// Numbers and booleans are for the fields of constructs; the API server takes a text.
impl Mirror for Parameter {
    fn schema() -> Schema {
        Schema::of("string")
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::read(deserializer).map(|text| Self::from(text.as_str()))
    }
}

/// A quantity may be written as a number; which of the two was written is kept.
impl Mirror for QuantityOrNumber {
    fn schema() -> Schema {
        Schema::int_or_string(Some(Quantity::PATTERN))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// A quantity of any resource, as a number or as a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct QuantityOrNumber(pub IntOrText);

impl<'de> Deserialize<'de> for QuantityOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = IntOrText::deserialize(deserializer)?;
        if let IntOrText::Text(text) = &value {
            text.parse::<Quantity>().map_err(de::Error::custom)?;
        }
        Ok(Self(value))
    }
}

impl Mirror for String {
    fn schema() -> Schema {
        Schema::of("string")
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = String;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text; put numbers, booleans and `null` in quotes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
                Ok(text.to_owned())
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// A 32-bit number within bounds; `i32::MIN` and `i32::MAX` stand for no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Bounded<const MIN: i32, const MAX: i32>(i32);

impl<const MIN: i32, const MAX: i32> Bounded<MIN, MAX> {
    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl<const MIN: i32, const MAX: i32> TryFrom<i32> for Bounded<MIN, MAX> {
    type Error = String;

    fn try_from(number: i32) -> Result<Self, String> {
        match number {
            number if number < MIN => Err(format!("invalid number `{number}`: must be at least {MIN}")),
            number if number > MAX => Err(format!("invalid number `{number}`: must be at most {MAX}")),
            number => Ok(Self(number)),
        }
    }
}

impl<'de, const MIN: i32, const MAX: i32> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i32::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

impl<const MIN: i32, const MAX: i32> Mirror for Bounded<MIN, MAX> {
    fn schema() -> Schema {
        let bound = |bound: i32, none: i32| (bound != none).then_some(i64::from(bound));
        Schema::integer("int32").bounds(bound(MIN, i32::MIN), bound(MAX, i32::MAX))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// A value whose form the schema leaves open; the API server keeps whatever is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Free(pub serde_yaml::Mapping);

impl Mirror for Free {
    fn schema() -> Schema {
        Schema::of("object").preserve_unknown()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// Defines a text that is one of upstream's words and has the schema's `enum`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal, [$($word:literal),+ $(,)?]) => {
        $crate::values::checked_text!($(#[$meta])* $name, $what, |text| {
            if $name::WORDS.contains(&text) { Ok(()) } else { Err($crate::values::one_of(text, $name::WORDS)) }
        });

        impl $name {
            /// The words that the schema takes.
            pub const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl $crate::crds::Mirror for $name {
            fn schema() -> $crate::crds::Schema {
                $crate::crds::Schema::words(Self::WORDS)
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use words;
