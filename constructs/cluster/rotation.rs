//! Rotation of the roles' passwords.

use serde::{Deserialize, Serialize};

/// Rotation of passwords, by role. A rotated role gets a new name with a date, or keeps its name in place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Rotation {
    /// Roles that get a new name and password. Not for owners: the new role would own nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,

    /// Roles that keep their name and get a new password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_place: Vec<String>,

    /// Roles that are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}
