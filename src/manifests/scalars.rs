//! YAML 1.1, which kubectl reads: what a plain scalar is to it (`goyaml.v2/resolve.go` of sigs.k8s.io/yaml).

/// What kubectl makes of a plain scalar that looks like a text to YAML 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Boolean(bool),
    Whole(i64),
}

impl Scalar {
    /// As it is named in a sentence.
    pub(super) fn word(self) -> String {
        match self {
            Self::Boolean(on) => format!("the boolean `{on}`"),
            Self::Whole(number) => format!("the number `{number}`"),
        }
    }
}

/// What kubectl makes of it, where that is no text.
pub(super) fn resolve(plain: &str) -> Option<Scalar> {
    match plain {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            return Some(Scalar::Boolean(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            return Some(Scalar::Boolean(false));
        }
        _ => {}
    }
    let (sign, digits) = match plain.strip_prefix(['-', '+']) {
        Some(digits) => (if plain.starts_with('-') { -1 } else { 1 }, digits),
        None => (1, plain),
    };
    if !digits.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let digits = digits.replace('_', "");
    let lower = digits.to_ascii_lowercase();
    let radix = |prefix: &str, radix| Some((lower.strip_prefix(prefix)?.to_owned(), radix));
    let octal = || lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| (rest.to_owned(), 8));
    let (digits, radix) = radix("0x", 16)
        .or_else(|| radix("0o", 8))
        .or_else(|| radix("0b", 2))
        .or_else(octal)
        .unwrap_or((lower.clone(), 10));
    i64::from_str_radix(&digits, radix).ok().map(|number| Scalar::Whole(sign * number))
}

/// A part of a text that a tool would have replaced before it is applied: `${X}`, `$(X)`, `{{ x }}`.
pub(super) fn placeholder(text: &str) -> Option<&str> {
    [("${", "}"), ("$(", ")"), ("{{", "}}")].into_iter().find_map(|(open, close)| {
        let start = text.find(open)?;
        let end = start + text[start..].find(close)?;
        let inner = text[start + open.len()..end].trim();
        let name = !inner.is_empty() && !inner.contains('\n');
        name.then(|| &text[start..end + close.len()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_scalar_is_what_kubectl_takes_it_for() {
        for (plain, scalar) in [
            ("on", Some(Scalar::Boolean(true))),
            ("n", Some(Scalar::Boolean(false))),
            ("0600", Some(Scalar::Whole(384))),
            ("1_000", Some(Scalar::Whole(1000))),
            ("-0x10", Some(Scalar::Whole(-16))),
            ("0o17", Some(Scalar::Whole(15))),
            ("0899", None),
            ("oN", None),
            ("10Gi", None),
            ("1.10", None),
            ("2026-11-24", None),
            ("", None),
        ] {
            assert_eq!(resolve(plain), scalar, "{plain}");
        }
    }

    #[test]
    fn what_a_tool_replaces_is_recognised() {
        assert_eq!(placeholder("a-${NAME}-b"), Some("${NAME}"));
        assert_eq!(placeholder("$(POD_IP):80"), Some("$(POD_IP)"));
        assert_eq!(placeholder("{{ .Values.size }}"), Some("{{ .Values.size }}"));
        for text in ["${}", "$5", "{a}", "cost: $(", "a$b"] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
