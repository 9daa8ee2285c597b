//! The frame of every checked text: parse once, keep the text, show the rule.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Text;

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

/// What a checked text holds. It compares and hashes as its text, because sections are looked up by texts.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub enum Checked {
    /// A text that passed its check.
    Valid(Text),
    /// A text from a program that did not; validation of the app reports it by its path.
    Unread(Box<str>),
}

/// Whether any text was ever kept that failed its check: only then does validation have to look for one.
static UNREAD: AtomicBool = AtomicBool::new(false);

impl Checked {
    /// Keeps a text that failed its check.
    pub fn unread(text: &str) -> Self {
        Self::note_unread();
        Self::Unread(text.into())
    }

    /// Notes that a value was kept that failed its check.
    pub fn note_unread() {
        UNREAD.store(true, Ordering::Relaxed);
    }

    /// Whether this process ever kept such a text.
    pub fn any_unread() -> bool {
        UNREAD.load(Ordering::Relaxed)
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Valid(text) => text,
            Self::Unread(text) => text,
        }
    }
}

impl PartialEq for Checked {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Checked {}

impl PartialOrd for Checked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Checked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl std::hash::Hash for Checked {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Defines a text that is checked when it is made: `FromStr` and serde refuse what fails the check, `From<&str>` keeps
/// it, so that a program composes without `?` and [validation](struct@crate::values::Invalid) reports all at once.
///
/// The check is a function from the text to the rule that it breaks, or nothing. Numbers and booleans are refused with
/// the advice to quote them, because the API server refuses them as well.
#[macro_export]
#[doc(hidden)]
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::values::Checked);

        impl $name {
            /// The text as it was written.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// A text that is known to pass.
            #[doc(hidden)]
            pub fn valid(text: impl Into<$crate::values::Text>) -> Self {
                Self($crate::values::Checked::Valid(text.into()))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::values::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let check: fn(&str) -> Result<(), String> = $check;
                match check(text) {
                    Ok(()) => Ok(Self::valid(text)),
                    Err(rule) => Err($crate::values::Invalid::new($what, text, rule)),
                }
            }
        }

        /// A text that fails its check is kept, and reported by validation of the app.
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                text.parse().unwrap_or_else(|_| Self($crate::values::Checked::unread(text)))
            }
        }

        /// A text that fails its check is kept, and reported by validation of the app.
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl $crate::values::Described for $name {
            fn json_schema() -> serde_json::Value {
                serde_json::json!({ "type": "string", "title": $what })
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match &self.0 {
                    $crate::values::Checked::Valid(text) => serializer.serialize_str(text),
                    $crate::values::Checked::Unread(text) => {
                        let wrong = text.parse::<Self>().err();
                        Err(serde::ser::Error::custom(wrong.map(|wrong| wrong.to_string()).unwrap_or_default()))
                    }
                }
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
pub use checked_text;
