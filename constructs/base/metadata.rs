//! Labels and annotations that a user writes, held to the rules of Kubernetes before anything is written.

use indexmap::IndexMap;
use pgsynth_upstream::values::{check_key, check_value};

use super::{Problems, Scope};

/// Reports labels that the API server refuses.
pub(crate) fn check_labels(
    labels: &IndexMap<String, String>,
    scope: &Scope,
    field: &str,
    problems: &mut Problems,
) {
    check_annotations(labels, scope, field, problems);
    for (key, value) in labels {
        if let Err(rule) = check_value(value) {
            problems.invalid(scope.at(&format!("{field}.{key}")), value, rule);
        }
    }
}

/// Reports annotations that the API server refuses: their values are free.
pub(crate) fn check_annotations(
    annotations: &IndexMap<String, String>,
    scope: &Scope,
    field: &str,
    problems: &mut Problems,
) {
    for key in annotations.keys() {
        if let Err(rule) = check_key(key) {
            problems.invalid(scope.at(&format!("{field}.{key}")), key, rule);
        }
    }
}
