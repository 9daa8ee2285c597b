//! The frame of every checked text: parse once, keep the text, show the rule.

use std::fmt;

/// Why a text is not a value: the kind of value, the text, and the rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// What the text should have been, such as `CPU quantity`.
    pub what: &'static str,
    /// The text as it was given.
    pub value: String,
    /// The rule, with an example.
    pub rule: String,
}

impl Invalid {
    /// A text that is not a `what`, because of `rule`.
    pub fn new(what: &'static str, value: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { what, value: value.into(), rule: rule.into() }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {} `{}`: {}", self.what, self.value.escape_debug(), self.rule)
    }
}

impl std::error::Error for Invalid {}

/// Defines a text that is checked when it is made: `FromStr`, `TryFrom`, `Display`, serde.
///
/// The check is a function from the text to a [`struct@crate::values::Invalid`] or nothing. Numbers and booleans
/// are refused with the advice to quote them, because the API server refuses them as well.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::values::Text);

        impl $name {
            /// The text as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::values::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let check: fn(&str) -> Result<(), String> = $check;
                match check(text) {
                    Ok(()) => Ok(Self(text.into())),
                    Err(rule) => Err($crate::values::Invalid::new($what, text, rule)),
                }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::values::Invalid;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        let article = if $what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
                        write!(f, "{article} {} as text, in quotes", $what)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                // `any`, so that a number stays a number and is refused, as the API server does.
                deserializer.deserialize_any(Text)
            }
        }
    };
}
pub(crate) use checked_text;
