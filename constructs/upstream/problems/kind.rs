//! What kinds of problems there are, and what they are looked up by.

use std::fmt;

/// What is wrong with a value. The kind begins the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Something must be given.
    Required,
    /// The value breaks a rule.
    Invalid,
    /// The name is not one that is known.
    Unknown,
    /// The value is given twice.
    Duplicate,
    /// The value may not be given here.
    Forbidden,
    /// The value is ignored, or becomes another.
    Ineffective,
    /// The value works, and may do harm.
    Risky,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Required,
        Self::Invalid,
        Self::Unknown,
        Self::Duplicate,
        Self::Forbidden,
        Self::Ineffective,
        Self::Risky,
    ];

    /// The kind as one word, for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::Forbidden => "forbidden",
            Self::Ineffective => "ineffective",
            Self::Risky => "risky",
        }
    }

    /// The code of a problem of this kind that no rule of its own explains.
    pub fn code(self) -> Code {
        Code::named(match self {
            Self::Required => "missing-field",
            Self::Invalid => "invalid-value",
            Self::Unknown => "unknown-key",
            Self::Duplicate => "duplicate-value",
            Self::Forbidden => "forbidden-field",
            Self::Ineffective => "field-without-effect",
            Self::Risky => "risky-value",
        })
    }

    /// The beginning of the sentence.
    pub(super) fn begin(self, value: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = match self {
            Self::Required => "required",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::Forbidden => "forbidden",
            Self::Ineffective => "no effect",
            Self::Risky => "risky",
        };
        match (self, value) {
            // The message alone says what is wrong with something that has no value to show.
            (Self::Invalid, None) => Ok(()),
            (_, None) => write!(f, "{noun}: "),
            (Self::Unknown, Some(value)) => write!(f, "unknown key `{value}`: "),
            (Self::Ineffective, Some(value)) => write!(f, "`{value}` has no effect: "),
            (_, Some(value)) => write!(f, "{noun} value `{value}`: "),
        }
    }
}

/// What a problem is looked up by: the name of its rule, and the rule's number in the fact sheets if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// Number in the fact sheets, such as `T23`.
    pub id: Option<&'static str>,
    /// Name after the fault, such as `archiving-switched-off`.
    pub name: &'static str,
}

impl Code {
    /// A code without a number.
    pub const fn named(name: &'static str) -> Self {
        Self { id: None, name }
    }

    /// Whether a user means this code, by its number or its name.
    pub fn is(&self, word: &str) -> bool {
        self.name == word || self.id == Some(word)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{id} {}", self.name),
            None => f.write_str(self.name),
        }
    }
}
