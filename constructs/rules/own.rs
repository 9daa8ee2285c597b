//! Rules that only a construct can ask. Their pages stand in `docs/` beside this file.

use pgsynth_upstream::rule;
use pgsynth_upstream::rules::Rule;

pub(crate) static RESTORE_TO_OLDER_MAJOR: Rule = rule!(Warning "T15" "restore-to-older-major", Construct);
pub(crate) static RESTORED_ROLES_UNNAMED: Rule = rule!(Warning "T16" "restored-roles-unnamed", Construct);
pub(crate) static FIXED_FIELD_CHANGED: Rule = rule!(Warning "fixed-field-changed", Construct);
pub(crate) static FIGURES_OPEN_TO_ALL: Rule = rule!(Warning "T122" "figures-open-to-all", Construct);
pub(crate) static NO_BACKUP: Rule = rule!(Warning "no-backup", Construct);
pub(crate) static OPEN_TO_EVERY_POD: Rule = rule!(Warning "open-to-every-pod", Construct);
pub(crate) static RESTORE_METHOD: Rule = rule!(Warning "restore-method", Construct);
pub(crate) static SECRET_IN_OBJECT: Rule = rule!(Warning "secret-in-object", Construct);
pub(crate) static STANDBY_BEFORE_ITS_SOURCE: Rule = rule!(Error "standby-before-its-source", Construct);
pub(crate) static SPARSE_BACKUPS: Rule = rule!(Warning "sparse-backups", Construct);

/// All of them.
pub(super) static OWN: [&Rule; 10] = [
    &RESTORE_TO_OLDER_MAJOR,
    &RESTORED_ROLES_UNNAMED,
    &FIGURES_OPEN_TO_ALL,
    &FIXED_FIELD_CHANGED,
    &NO_BACKUP,
    &OPEN_TO_EVERY_POD,
    &RESTORE_METHOD,
    &SECRET_IN_OBJECT,
    &SPARSE_BACKUPS,
    &STANDBY_BEFORE_ITS_SOURCE,
];
