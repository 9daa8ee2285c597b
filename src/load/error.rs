//! What is wrong with a node of an app file: message, path and place.

use std::fmt;

use pgsynth_constructs::values::one_of;
use serde::de::{self, Expected, Unexpected};

use super::tree::Place;

/// Boxed, because everything that is read might return one.
#[derive(Debug)]
pub(super) struct Error(Box<Wrong>);

#[derive(Debug)]
struct Wrong {
    message: String,
    /// The keys and indices that lead to it, the innermost first.
    steps: Vec<String>,
    /// The innermost place.
    place: Option<Place>,
}

impl Error {
    fn new(message: String) -> Self {
        Self(Box::new(Wrong { message, steps: vec![], place: None }))
    }

    /// The same, of what stands under `step`, if it has a name; `place` is that of the innermost only.
    #[cold]
    pub(super) fn of(mut self, step: &str, place: Place) -> Self {
        if !step.is_empty() {
            self.0.steps.push(step.to_owned());
        }
        self.0.place.get_or_insert(place);
        self
    }

    /// Path, message and place; no place where it is wrong with the whole.
    pub(super) fn into_parts(self) -> (String, String, Option<Place>) {
        let Wrong { message, mut steps, place } = *self.0;
        steps.reverse();
        (steps.join("."), message, place)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    #[cold]
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(match unexpected {
            Unexpected::Unit => {
                format!("invalid value `null`: expected {expected}; remove the key, or write a value")
            }
            unexpected => format!("invalid type: {unexpected}, expected {expected}"),
        })
    }

    #[cold]
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown key `{field}`: {}", one_of(field, expected)))
    }

    #[cold]
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown_field(variant, expected)
    }

    #[cold]
    fn missing_field(field: &'static str) -> Self {
        let mut error = Self::new(format!("required: the key `{field}` is missing"));
        error.0.steps.push(field.to_owned());
        error
    }
}
