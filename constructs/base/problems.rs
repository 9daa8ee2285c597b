//! What is wrong with an app: gathered, each with its path, value, rule and fix.

use std::collections::BTreeMap;
use std::fmt;

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

/// One thing that is wrong: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Ids from the app to the field, dotted, as in the app file.
    pub path: String,
    /// The value and the rule, in the words of Kubernetes: required, invalid, unsupported, duplicate, forbidden.
    pub message: String,
    /// What to do next, where the rule alone does not say it.
    pub hint: Option<String>,
    /// The trap of the operator or the platform behind it, such as `T47`.
    pub trap: Option<&'static str>,
    /// Where the path stands in the app file, if the app comes from one.
    pub location: Option<Location>,
}

impl Problem {
    /// A problem at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), hint: None, trap: None, location: None }
    }

    /// The same with advice.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) if self.path.is_empty() => write!(f, "{location}")?,
            Some(location) => write!(f, "{} ({location})", self.path)?,
            None => f.write_str(&self.path)?,
        }
        write!(f, ": {}", self.message)?;
        if let Some(trap) = self.trap {
            write!(f, " [{trap}]")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n    hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// All that is wrong with an app: errors, and warnings that can be accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    /// What must be mended before anything is rendered.
    pub errors: Vec<Problem>,
    /// What may be wanted.
    pub warnings: Vec<Problem>,
}

impl Problems {
    /// No errors; there may be warnings.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// Adds an error.
    pub fn error(&mut self, problem: Problem) {
        self.errors.push(problem);
    }

    /// Adds a warning.
    pub fn warning(&mut self, problem: Problem) {
        self.warnings.push(problem);
    }

    /// Adds an error about a value and the rule that it breaks.
    pub fn invalid(&mut self, path: impl Into<String>, value: impl fmt::Display, rule: impl fmt::Display) {
        self.error(Problem::new(path, format!("invalid value `{value}`: {rule}")));
    }

    /// Adds an error about something that may not stand where it stands.
    pub fn forbidden(&mut self, path: impl Into<String>, rule: impl fmt::Display) {
        self.error(Problem::new(path, format!("forbidden: {rule}")));
    }

    /// Adds an error about something that must be there.
    pub fn required(&mut self, path: impl Into<String>, rule: impl fmt::Display) {
        self.error(Problem::new(path, format!("required: {rule}")));
    }

    /// Adds an error about something that is there twice.
    pub fn duplicate(&mut self, path: impl Into<String>, value: impl fmt::Display, rule: impl fmt::Display) {
        self.error(Problem::new(path, format!("duplicate value `{value}`: {rule}")));
    }

    /// Takes over what another round found.
    pub fn extend(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.warnings.extend(other.warnings);
    }

    /// Drops the warnings whose trap is accepted at a path that leads to them, and returns the acceptances that no
    /// warning needed.
    pub fn accept(&mut self, accepted: &BTreeMap<(String, String), String>) -> Vec<(String, String)> {
        let mut unused: Vec<_> = accepted.keys().cloned().collect();
        self.warnings.retain(|warning| {
            let Some(trap) = warning.trap else { return true };
            let leads = |path: &str| {
                path.is_empty()
                    || warning
                        .path
                        .strip_prefix(path)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            match accepted.keys().find(|(path, id)| id == trap && leads(path)) {
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
    fn a_problem_reads_as_path_value_rule_and_fix() {
        let mut problems = Problems::default();
        problems.invalid("charts.shop.clusters.main.instances", 0, "must be at least 1");
        problems.errors[0].location =
            Some(Location { file: "apps/shop.yaml".to_owned(), line: 8, column: 19 });
        problems.errors[0].hint = Some("stop a cluster with `spec.numberOfInstances: 0`".to_owned());
        insta::assert_snapshot!(problems, @r"
        charts.shop.clusters.main.instances (apps/shop.yaml:8:19): invalid value `0`: must be at least 1
            hint: stop a cluster with `spec.numberOfInstances: 0`
        ");
    }

    #[test]
    fn a_warning_is_accepted_where_it_arises_and_no_farther() {
        let warning = |path: &str| Problem { trap: Some("T47"), ..Problem::new(path, "one instance") };
        let mut problems = Problems::default();
        problems.warning(warning("charts.shop.clusters.main.instances"));
        problems.warning(warning("charts.shop.clusters.main2.instances"));
        let at = |path: &str, id: &str| (path.to_owned(), id.to_owned());
        let accepted = BTreeMap::from([
            (at("charts.shop.clusters.main", "T47"), "by choice".to_owned()),
            (at("charts.shop.clusters.main", "T56"), "by choice".to_owned()),
        ]);
        assert_eq!(problems.accept(&accepted), [at("charts.shop.clusters.main", "T56")]);
        assert_eq!(problems.warnings.len(), 1);
        assert!(problems.warnings[0].path.contains("main2"));
    }
}
