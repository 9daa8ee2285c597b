//! How a cluster's data is backed up.

use serde::{Deserialize, Serialize};

use crate::base::{Problem, Problems, Scope};

/// How a cluster's data is backed up. Stated for every cluster; in this release the only answer is that it is not, and
/// why.
///
/// ```
/// use pgsynth_constructs::Backup;
/// assert_eq!(Backup::none("test data").none, "test data");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Backup {
    /// The reason for which there is no backup.
    pub none: String,
}

impl Backup {
    /// No backup, and why.
    pub fn none(reason: impl Into<String>) -> Self {
        Self { none: reason.into() }
    }

    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { none } = self;
        if none.trim().is_empty() {
            problems.required(scope.at("none"), "a reason, such as `none: \"test data, can be made anew\"`");
            return;
        }
        problems.warning(Problem {
            trap: Some("no-backup"),
            ..Problem::new(
                scope.path(),
                format!("no backup: \"{none}\"; what is lost with the volumes is lost"),
            )
        });
    }
}
