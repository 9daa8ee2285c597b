//! A rule: what it is called, how bad the fault is, for which operators it holds, what it looks at, and its page.

use super::check::Report;
use super::evidence::{ClusterEvidence, OperatorEvidence, Retirement};
use crate::behaviour::classes::{ClassFacts, ClassView};
use crate::behaviour::operator::OperatorFacts;
use crate::problems::Code;
use crate::record::{ClusterKey, ClusterRecord, Record};
use crate::release::Applies;
use crate::values::Platform;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is refused.
    Error,
    /// It is reported, and can be accepted.
    Warning,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Number and name.
    pub code: Code,
    /// How bad the fault is.
    pub level: Level,
    /// The operators that it holds for.
    pub applies: Applies,
    /// What it looks at.
    pub check: Check,
    /// Its page, in Markdown.
    pub page: &'static str,
}

/// What a rule is a function of. Where that is not among the evidence, the rule is not decided.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// One cluster.
    Cluster(fn(&ClusterEvidence, &mut Report)),
    /// One cluster under its operator.
    ClusterUnder(fn(&ClusterEvidence, &OperatorFacts, &mut Report)),
    /// One cluster under its operator, on a platform.
    ClusterOn(fn(&ClusterEvidence, &OperatorFacts, Platform, &mut Report)),
    /// All clusters together; the report is told which one it is about.
    Fleet(fn(&[ClusterEvidence], &mut Report)),
    /// All clusters together under their operator, on a platform.
    FleetOn(fn(&[ClusterEvidence], &OperatorFacts, Platform, &mut Report)),
    /// The operator.
    Operator(fn(&OperatorEvidence, &mut Report)),
    /// A StorageClass.
    Class(fn(&ClassView, &mut Report)),
    /// A cluster as it was remembered and as it is.
    Change(fn(&Change, &mut Report)),
    /// All that was remembered and all that is.
    Past(fn(&Past, &mut Report)),
    /// What the construct that knows more reports itself.
    Construct,
}

/// A cluster as it was remembered and as it is.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What the user accepts a change of it by: `<chart>/<cluster>`.
    pub id: &'a str,
    /// As it was remembered.
    pub before: &'a ClusterRecord,
    /// As it is.
    pub after: &'a ClusterRecord,
    /// Whether the user accepts that its data is left behind or was moved.
    pub accepted: bool,
    /// The class that its volumes had, where something is known of it.
    pub class: Option<&'a ClassFacts>,
}

/// All that was remembered and all that is.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// As it was remembered.
    pub before: &'a Record,
    /// As it is.
    pub after: &'a Record,
    /// Clusters that are gone on purpose.
    pub retired: &'a [Retirement],
    /// Whether the user accepts that a cluster leaves its data behind.
    pub accepted: &'a dyn Accepts,
}

/// Whether the user accepts that a cluster leaves its data behind.
pub trait Accepts: std::fmt::Debug {
    /// For this cluster of the app as it is.
    fn accepts(&self, key: &ClusterKey) -> bool;

    /// What the user calls this cluster.
    fn id(&self, key: &ClusterKey) -> Option<&str>;
}

impl Rule {
    /// The same, for operators from the first in which the fault exists to the first in which it is mended.
    pub const fn applying(self, applies: Applies) -> Self {
        Self { applies, ..self }
    }

    /// The first paragraph of the page: what happens.
    pub fn summary(&self) -> &'static str {
        self.page.split("\n\n").nth(1).unwrap_or_default().trim()
    }
}

/// An entry of a topic: level, number, name, and what it looks at. Its page is `docs/<number>.md`, or `docs/<name>.md` where
/// it has no number.
#[doc(hidden)]
#[macro_export]
macro_rules! rule {
    ($level:ident $id:literal $name:literal, $($check:tt)+) => {
        $crate::rules::Rule {
            code: $crate::problems::Code { id: Some($id), name: $name },
            level: $crate::rules::Level::$level,
            applies: $crate::release::Applies::ALWAYS,
            check: $crate::rules::Check::$($check)+,
            page: include_str!(concat!("docs/", $id, ".md")),
        }
    };
    ($level:ident $name:literal, $($check:tt)+) => {
        $crate::rules::Rule {
            code: $crate::problems::Code::named($name),
            level: $crate::rules::Level::$level,
            applies: $crate::release::Applies::ALWAYS,
            check: $crate::rules::Check::$($check)+,
            page: include_str!(concat!("docs/", $name, ".md")),
        }
    };
}
pub use rule;
