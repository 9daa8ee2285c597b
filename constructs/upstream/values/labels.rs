//! What Kubernetes takes as labels and annotations (`apimachinery/pkg/util/validation/validation.go`).

use super::{LabelValue, NameRule};

/// Whether a text is a key of labels and annotations: a name, behind a DNS name and `/` where it has a prefix.
///
/// # Errors
/// The rule that is broken, as a phrase.
pub fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if prefix.is_none_or(|prefix| NameRule::Subdomain.check(prefix, 253).is_ok())
        && name.parse::<LabelValue>().is_ok()
    {
        return Ok(());
    }
    Err("expected at most 63 letters, digits, `-`, `_` and `.`, behind a DNS name and `/` where it has a prefix, such as `example.org/cost`".to_owned())
}

/// Whether a text is the value of a label; unlike in a field of its own it may be empty.
///
/// # Errors
/// The rule that is broken, as a phrase.
pub fn check_value(value: &str) -> Result<(), String> {
    match value.is_empty() {
        true => Ok(()),
        false => value.parse::<LabelValue>().map(|_| ()).map_err(|invalid| invalid.rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_those_of_kubernetes() {
        for key in ["tier", "a.b_c-D", "example.org/cost", "a/b"] {
            assert!(check_key(key).is_ok(), "{key}");
        }
        let long = "x".repeat(64);
        for key in ["", "/", "a/", "/b", "a b", "ü", "a/b/c", "A.org/x", "-a", "a-", long.as_str()] {
            assert!(check_key(key).is_err(), "{key}");
        }
        for value in ["", "a", "A.b_c-9"] {
            assert!(check_value(value).is_ok(), "{value}");
        }
        for value in ["a b", "ü", "-a", "a/b", long.as_str()] {
            assert!(check_value(value).is_err(), "{value}");
        }
    }
}
