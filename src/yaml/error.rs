//! What is wrong with a node of an app file: message, path and place.

use std::fmt;

use pgsynth_constructs::base::{Kind, Problem};
use pgsynth_constructs::values::one_of;
use serde::de::{self, Expected, Unexpected};

use super::tree::Place;

/// Boxed, because everything that is read might return one.
#[derive(Debug)]
pub(crate) struct ReadError(Box<Wrong>);

#[derive(Debug)]
struct Wrong {
    problem: Problem,
    /// The keys and indices that lead to it, the innermost first.
    steps: Vec<String>,
    /// The innermost place.
    place: Option<Place>,
}

impl ReadError {
    fn new(problem: Problem) -> Self {
        Self(Box::new(Wrong { problem, steps: vec![], place: None }))
    }

    /// The same, of what stands under `step`, if it has a name; `place` is that of the innermost only.
    #[cold]
    pub(crate) fn of(mut self, step: &str, place: Place) -> Self {
        if !step.is_empty() {
            self.0.steps.push(step.to_owned());
        }
        self.0.place.get_or_insert(place);
        self
    }

    /// The problem with its path, and its place; no place where it is wrong with the whole.
    pub(crate) fn into_parts(self) -> (Problem, Option<Place>) {
        let Wrong { problem, mut steps, place } = *self.0;
        steps.reverse();
        (Problem { path: steps.join("."), ..problem }, place)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.problem.sentence())
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Problem::of_complaint("", &message.to_string()))
    }

    #[cold]
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (value, is) = shown(unexpected);
        let rule = match unexpected {
            Unexpected::Unit => format!("expected {expected}; remove the key, or write a value"),
            _ => format!("expected {expected}, but this is {is}"),
        };
        Self::new(match value {
            Some(value) => Problem::invalid("", value, rule),
            None => Problem::new(Kind::Invalid, "", rule),
        })
    }

    #[cold]
    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (value, _) = shown(unexpected);
        Self::new(Problem::invalid("", value.unwrap_or_default(), format!("expected {expected}")))
    }

    #[cold]
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let problem = Problem::new(Kind::Unknown, "", one_of(field, expected));
        Self::new(Problem { value: Some(field.to_owned()), ..problem })
    }

    #[cold]
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown_field(variant, expected)
    }

    #[cold]
    fn missing_field(field: &'static str) -> Self {
        let problem = Problem::new(Kind::Required, "", format!("the key `{field}` is missing"));
        let mut error = Self::new(problem);
        error.0.steps.push(field.to_owned());
        error
    }
}

/// A value as it is shown, where it is a single one, and what it is.
fn shown(unexpected: Unexpected<'_>) -> (Option<String>, &'static str) {
    match unexpected {
        Unexpected::Unit => (Some("null".to_owned()), "nothing"),
        Unexpected::Bool(on) => (Some(on.to_string()), "a boolean"),
        Unexpected::Unsigned(number) => (Some(number.to_string()), "a number"),
        Unexpected::Signed(number) => (Some(number.to_string()), "a number"),
        Unexpected::Float(number) => (Some(number.to_string()), "a number"),
        Unexpected::Str(text) => (Some(text.to_owned()), "a string"),
        Unexpected::Seq => (None, "a list"),
        Unexpected::Map => (None, "a map"),
        _ => (None, "something else"),
    }
}
