//! The sentences of alerts, as Prometheus fills them in: values in their unit, the objective beside them.

/// Seconds in words, `1 h 7 min`: what Prometheus writes, without what nobody needs at night.
const DURATION: &str = r#"{{ define "duration" }}{{ humanizeDuration . | reReplaceAll "(h [0-9]+m) [0-9]+s$" "$1" | reReplaceAll "(d [0-9]+h) [0-9]+m$" "$1" | reReplaceAll "( 0[hms])+$" "" | reReplaceAll "([0-9])([a-z])" "$1 $2" | reReplaceAll " m( |$)" " min$1" }}{{ end }}"#;

/// What an alert compares with, as its sentence knows it.
pub(super) enum Objective {
    /// The same number for every cluster.
    Constant(f64),
    /// A query for the cluster's, with `%s` for the namespace and for the cluster.
    Query(String),
}

/// The template of a sentence: `{pod}` is a label, `{value}` and `{objective}` are numbers, with `:%`, `:s`, `:B` or `:t` as
/// part, seconds, bytes or time.
pub(super) fn template(sentence: &str, label: &str, objective: Option<&Objective>) -> String {
    let mut text = if sentence.contains(":s}") { DURATION.to_owned() } else { String::new() };
    text += &format!("{{{{ $labels.namespace }}}}/{{{{ $labels.{label} }}}}: ");
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text += before;
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        let (name, unit) = place.split_once(':').unwrap_or((place, ""));
        text += &match (name, objective) {
            ("value", _) => number(unit, "$value"),
            ("objective", Some(Objective::Constant(value))) if unit.is_empty() => value.to_string(),
            ("objective", Some(Objective::Constant(value))) => number(unit, &value.to_string()),
            ("objective", Some(Objective::Query(query))) => format!(
                "{{{{ range printf `{query}` $labels.namespace $labels.{label} | query }}}}{}{{{{ end }}}}",
                number(unit, ".Value")
            ),
            (name, _) => format!("{{{{ $labels.{name} }}}}"),
        };
    }
    text + rest
}

fn number(unit: &str, value: &str) -> String {
    match unit {
        "%" => format!(r#"{{{{ humanizePercentage {value} | reReplaceAll "%$" " %" }}}}"#),
        "s" => format!(r#"{{{{ template "duration" {value} }}}}"#),
        "B" => format!(r#"{{{{ humanize1024 {value} | reReplaceAll "([0-9])([A-Z]i)?$" "$1 $2" }}}}B"#),
        "t" => format!("{{{{ humanizeTimestamp {value} }}}}"),
        _ => format!(r#"{{{{ printf "%.0f" {value} }}}}"#),
    }
}
