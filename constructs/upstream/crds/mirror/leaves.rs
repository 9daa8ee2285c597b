//! Single values: numbers, texts and what has a pattern.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::Mirror;
use crate::crds::Schema;
use crate::values::{Cidr, Cpu, Cron, IntOrText, Memory, Parameter, Quantity, Text, Timestamp, Uuid, Window};

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
        text(deserializer)
    }
}

impl Mirror for Text {
    fn schema() -> Schema {
        String::schema()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer)
    }
}

/// A text, and nothing that YAML takes for something else.
fn text<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);
    impl<T: for<'a> From<&'a str>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string; put numbers, booleans and `null` in quotes")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            Ok(text.into())
        }
    }
    deserializer.deserialize_any(Text(PhantomData))
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
