//! Names, numbers and words that many parts of a pod have, each checked as the API server checks it
//! (`apimachinery/pkg/util/validation/validation.go` and `pkg/apis/core/validation/validation.go` of Kubernetes 1.34).

use super::Report;
use crate::crds::QuantityOrNumber;
use crate::values::{Image, IntOrText, Memory, NameRule, Quantity, one_of};

/// Name of an object, such as a Secret.
pub(super) fn object(name: &str, path: &str, report: &mut Report) {
    if let Err(rule) = NameRule::Subdomain.check(name, 253) {
        report.invalid(path, name, rule);
    }
}

/// Name of a container or a volume.
pub(super) fn label(name: &str, path: &str, report: &mut Report) {
    if name.is_empty() {
        report.required(path, "a name, unique in the pod");
    } else if let Err(rule) = NameRule::Label.check(name, 63) {
        report.invalid(path, name, rule);
    }
}

/// Name of a port.
pub(super) fn port_name(name: &str) -> Result<(), String> {
    let bytes = name.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let fits = (1..=15).contains(&bytes.len())
        && bytes.iter().all(inner)
        && bytes.iter().any(u8::is_ascii_lowercase)
        && !name.contains("--")
        && !name.starts_with('-')
        && !name.ends_with('-');
    fits.then_some(()).ok_or_else(|| {
        "expected at most 15 lower-case letters, digits and `-`, at least one of them a letter, such as `metrics`".to_owned()
    })
}

/// Number of a port.
pub(super) fn port(number: i64, path: &str, report: &mut Report) {
    if !(1..=65535).contains(&number) {
        report.invalid(path, number, "a port is a number from 1 to 65535");
    }
}

/// A port by number or by name.
pub(super) fn port_or_name(port: &IntOrText, path: &str, report: &mut Report) {
    match port {
        IntOrText::Int(number) => self::port(*number, path, report),
        IntOrText::Text(name) => {
            if let Err(rule) = port_name(name) {
                report.invalid(path, name, format!("{rule}, or a number without quotes"));
            }
        }
    }
}

/// One of some words.
pub(super) fn word(word: Option<&str>, words: &[&'static str], path: &str, report: &mut Report) {
    if let Some(word) = word
        && !words.contains(&word)
    {
        report.invalid(path, word, one_of(word, words));
    }
}

/// A number that may not be negative.
pub(super) fn at_least(number: Option<i64>, least: i64, path: &str, report: &mut Report) {
    if let Some(number) = number.filter(|number| *number < least) {
        report.invalid(path, number, format!("must be at least {least}"));
    }
}

/// A user or a group.
pub(super) fn id(id: Option<i64>, path: &str, report: &mut Report) {
    if let Some(id) = id.filter(|id| !(0..=i64::from(i32::MAX)).contains(id)) {
        report.invalid(path, id, "the number of a user or a group is from 0 to 2147483647");
    }
}

/// A path inside a volume.
pub(super) fn inner_path(text: &str, path: &str, report: &mut Report) {
    if text.starts_with('/') || text.split('/').any(|part| part == "..") {
        report.invalid(
            path,
            text,
            "expected a path below the volume's root, without a leading `/` and without `..`",
        );
    }
}

/// Key of a ConfigMap or a Secret.
pub(super) fn data_key(key: &str, path: &str, report: &mut Report) {
    let fits = !matches!(key, "" | "." | "..")
        && !key.starts_with("..")
        && key.len() <= 253
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !fits {
        report.invalid(
            path,
            key,
            "a key of a ConfigMap or a Secret has letters, digits, `-`, `_` and `.`, at most 253",
        );
    }
}

/// A quantity as it was written.
pub(super) fn shown(quantity: &QuantityOrNumber) -> String {
    match &quantity.0 {
        IntOrText::Int(number) => number.to_string(),
        IntOrText::Text(text) => text.clone(),
    }
}

/// The number that a quantity stands for; nothing where Kubernetes cannot read it.
pub(super) fn amount(quantity: &QuantityOrNumber) -> Option<f64> {
    match &quantity.0 {
        IntOrText::Int(number) => Some(*number as f64),
        IntOrText::Text(text) => amount_of(text),
    }
}

/// The same, of a text.
pub(super) fn amount_of(text: &str) -> Option<f64> {
    text.parse::<Quantity>().ok()?;
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    let factor = match unit {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "Ki" => 1024.0,
        _ => format!("1{unit}").parse::<Memory>().ok()?.bytes()? as f64,
    };
    Some(digits.parse::<f64>().ok()? * factor)
}

/// A reference of an image. The API server looks at none of it, and the kubelet says `InvalidImageName` for ever.
pub(super) fn image(image: &str, path: &str, report: &mut Report) {
    if let Err(invalid) = image.parse::<Image>() {
        let rule = format!("{}; the kubelet would say `InvalidImageName` and never start it", invalid.rule);
        report.invalid(path, image, rule);
    }
}
