//! Rotation of the roles' passwords.

use crate::base::construct;

construct! {
    /// Rotation of passwords, by role. A rotated role gets a new name with a date, or keeps its name in place.
    pub struct Rotation {
        /// Roles that get a new name and password. Not for owners: the new role would own nothing.
        [list] users: Vec<String>,

        /// Roles that keep their name and get a new password.
        [list] in_place: Vec<String>,

        /// Roles that are left alone.
        [list] ignore: Vec<String>,
    }
}
