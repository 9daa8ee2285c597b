//! What is wrong: typed, gathered, each with its path, value, consequence and help. The sentence is made here, once.

mod kind;

pub use kind::{Code, Kind};

use std::collections::BTreeMap;
use std::fmt;

use crate::values::{MEANT, credential_in};

/// Where something stands in an app file, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as it was named.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is looked up by.
    pub code: Code,
    /// What is wrong with the value.
    pub kind: Kind,
    /// Ids from the app to the field, dotted, as in the app file.
    pub path: String,
    /// The value, where it says something.
    pub value: Option<String>,
    /// The rule that is broken, or what comes of it.
    pub message: String,
    /// What to do next, where the message alone does not say it.
    pub help: Option<String>,
    /// The same for somebody who writes the custom resource and has no app, where that is something else.
    pub native: Option<String>,
    /// Where the path stands in the app file, if the app comes from one.
    pub place: Option<Location>,
}

impl Problem {
    /// A problem of this kind, under the kind's own code. A guess at what was meant that ends the message is its help.
    pub fn new(kind: Kind, path: impl Into<String>, message: impl Into<String>) -> Self {
        let mut message = message.into();
        let help = message.find(MEANT).map(|end| message.split_off(end).split_off("; ".len()));
        Self {
            code: kind.code(),
            kind,
            path: path.into(),
            value: None,
            message,
            help,
            native: None,
            place: None,
        }
    }

    /// A value that breaks a rule.
    pub fn invalid(path: impl Into<String>, value: impl fmt::Display, rule: impl Into<String>) -> Self {
        Self { value: shown(value), ..Self::new(Kind::Invalid, path, rule) }
    }

    /// What a value complains of when it is read or written, taken apart again: ``invalid size `1GB`: expected ...``.
    pub fn of_complaint(path: impl Into<String>, complaint: &str) -> Self {
        let (kind, rest) = [
            ("required: ", Kind::Required),
            ("duplicate ", Kind::Duplicate),
            ("unknown ", Kind::Unknown),
            ("invalid ", Kind::Invalid),
        ]
        .into_iter()
        .find_map(|(word, kind)| Some((kind, complaint.strip_prefix(word)?)))
        .unwrap_or((Kind::Invalid, complaint));
        if let Some(what) = credential_in(complaint) {
            return Self::new(kind, path, format!("the value looks like {what}, and is not shown"));
        }
        // The kind of value stands before it: `size`, `key`, `id`.
        let parts = rest.split_once('`').filter(|(what, _)| !what.contains([':', ';', ',']));
        match parts.and_then(|(_, rest)| rest.split_once("`: ")) {
            Some((value, rule)) if kind != Kind::Required => {
                Self { value: shown(value), ..Self::new(kind, path, rule) }
            }
            _ if kind == Kind::Required => Self::new(kind, path, rest),
            _ => Self::new(Kind::Invalid, path, complaint),
        }
    }

    /// Adds what to do next.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to do next in the words of the custom resource, where an app has others.
    pub fn native(&mut self, help: impl Into<String>) -> &mut Self {
        self.native = Some(help.into());
        self
    }

    /// Adds the value, unless it looks like a credential: those are never shown.
    pub fn value(&mut self, value: impl fmt::Display) -> &mut Self {
        self.value = shown(value);
        self
    }

    /// Files the problem under a code of its own.
    pub fn code(&mut self, code: Code) -> &mut Self {
        self.code = code;
        self
    }

    /// The sentence, without path, place, code and help.
    pub fn sentence(&self) -> String {
        struct Sentence<'a>(&'a Problem);
        impl fmt::Display for Sentence<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.kind.begin(self.0.value.as_deref(), f)?;
                f.write_str(&self.0.message)
            }
        }
        Sentence(self).to_string()
    }
}

/// A value as a problem shows it: nothing of a credential is ever shown.
fn shown(value: impl fmt::Display) -> Option<String> {
    Some(value.to_string()).filter(|value| credential_in(value).is_none())
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) if self.path.is_empty() => write!(f, "{place}: ")?,
            Some(place) => write!(f, "{} ({place}): ", self.path)?,
            None if self.path.is_empty() => {}
            None => write!(f, "{}: ", self.path)?,
        }
        write!(f, "{} [{}]", self.sentence(), self.code)?;
        if let Some(help) = &self.help {
            write!(f, "\n    help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// A rule that could not be asked, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// The rule.
    pub code: Code,
    /// What it would be about, dotted as in the app file; empty for the whole.
    pub path: String,
    /// What would have to be known.
    pub why: String,
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "not decided: {} [{}]", self.why, self.code)
    }
}

/// All that is wrong: errors, warnings that can be accepted, and what could not be decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    /// What must be mended before anything is rendered.
    pub errors: Vec<Problem>,
    /// What may be wanted.
    pub warnings: Vec<Problem>,
    /// Rules that could not be asked.
    pub undecided: Vec<Undecided>,
}

/// An acceptance: the path at which it stands, and the code as it was written.
pub type Acceptance = (String, String);

impl Problems {
    /// No errors; there may be warnings.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// Adds an error.
    pub fn error(&mut self, problem: Problem) -> &mut Problem {
        push(&mut self.errors, problem)
    }

    /// Adds a warning.
    pub fn warning(&mut self, problem: Problem) -> &mut Problem {
        push(&mut self.warnings, problem)
    }

    /// Adds an error about a value and the rule that it breaks.
    pub fn invalid(
        &mut self,
        path: impl Into<String>,
        value: impl fmt::Display,
        rule: impl Into<String>,
    ) -> &mut Problem {
        self.error(Problem::invalid(path, value, rule))
    }

    /// Adds an error about a name that is not known.
    pub fn unknown(
        &mut self,
        path: impl Into<String>,
        value: impl fmt::Display,
        rule: impl Into<String>,
    ) -> &mut Problem {
        self.error(Problem { value: shown(value), ..Problem::new(Kind::Unknown, path, rule) })
    }

    /// Adds an error about something that may not stand where it stands.
    pub fn forbidden(&mut self, path: impl Into<String>, rule: impl Into<String>) -> &mut Problem {
        self.error(Problem::new(Kind::Forbidden, path, rule))
    }

    /// Adds an error about something that must be given.
    pub fn required(&mut self, path: impl Into<String>, rule: impl Into<String>) -> &mut Problem {
        self.error(Problem::new(Kind::Required, path, rule))
    }

    /// Adds an error about something that is given twice.
    pub fn duplicate(
        &mut self,
        path: impl Into<String>,
        value: impl fmt::Display,
        rule: impl Into<String>,
    ) -> &mut Problem {
        self.error(Problem { value: shown(value), ..Problem::new(Kind::Duplicate, path, rule) })
    }

    /// Takes over what another round found.
    pub fn extend(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.warnings.extend(other.warnings);
        self.undecided.extend(other.undecided);
    }

    /// Drops the warnings whose code is accepted at a path that leads to them, and returns the acceptances that no
    /// warning needed.
    pub fn accept(&mut self, accepted: &BTreeMap<Acceptance, String>) -> Vec<Acceptance> {
        let mut unused: Vec<_> = accepted.keys().cloned().collect();
        self.warnings.retain(|warning| {
            let leads = |path: &str| {
                path.is_empty()
                    || warning
                        .path
                        .strip_prefix(path)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            match accepted.keys().find(|(path, word)| warning.code.is(word) && leads(path)) {
                Some(key) => {
                    unused.retain(|other| other != key);
                    false
                }
                None => true,
            }
        });
        unused
    }
}

fn push(list: &mut Vec<Problem>, problem: Problem) -> &mut Problem {
    list.push(problem);
    list.last_mut().expect("it was just added")
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in self.errors.iter().chain(&self.warnings) {
            writeln!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_path_place_value_rule_code_and_help() {
        let mut problems = Problems::default();
        let problem = problems.invalid("charts.shop.clusters.main.instances", 0, "must be at least 1");
        problem.help("stop a cluster with `spec.numberOfInstances: 0`").place =
            Some(Location { file: "apps/shop.yaml".to_owned(), line: 8, column: 19 });
        insta::assert_snapshot!(problems, @r"
        charts.shop.clusters.main.instances (apps/shop.yaml:8:19): invalid value `0`: must be at least 1 [invalid-value]
            help: stop a cluster with `spec.numberOfInstances: 0`
        ");
    }

    #[test]
    fn a_warning_is_accepted_where_it_arises_and_no_farther_by_either_name() {
        const CODE: Code = Code { id: Some("T47"), name: "single-instance" };
        let warning = |path: &str| Problem { code: CODE, ..Problem::new(Kind::Risky, path, "one instance") };
        let at = |path: &str, word: &str| (path.to_owned(), word.to_owned());
        for word in ["T47", "single-instance"] {
            let mut problems = Problems::default();
            problems.warning(warning("charts.shop.clusters.main.instances"));
            problems.warning(warning("charts.shop.clusters.main2.instances"));
            let accepted = BTreeMap::from([
                (at("charts.shop.clusters.main", word), "by choice".to_owned()),
                (at("charts.shop.clusters.main", "T56"), "by choice".to_owned()),
            ]);
            assert_eq!(problems.accept(&accepted), [at("charts.shop.clusters.main", "T56")]);
            assert_eq!(problems.warnings.len(), 1);
            assert!(problems.warnings[0].path.contains("main2"));
        }
    }
}
