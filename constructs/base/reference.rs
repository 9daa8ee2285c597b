//! References to other constructs by their ids.

use super::{Code, Problem, Problems};
use crate::values::one_of;

/// A reference that leads nowhere.
const UNKNOWN_REFERENCE: Code = Code::named("unknown-reference");

/// Reports an id that no `what` of the app has; `known` are those that it has, under `section`.
pub(crate) fn unknown_reference<'a>(
    path: impl Into<String>,
    id: &str,
    what: &str,
    section: &str,
    known: &[&str],
    problems: &'a mut Problems,
) -> &'a mut Problem {
    let rule = match known {
        [] => format!("the app has no {what}; add one under `{section}`"),
        known => format!("the app has no such {what}; {}", one_of(id, known)),
    };
    problems.invalid(path, id, rule).code(UNKNOWN_REFERENCE)
}
