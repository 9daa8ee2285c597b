//! Texts that the operator's custom resources check by a pattern, and the pattern that checks them.
//!
//! The patterns are the API server's own (`postgresql.crd.yaml` of operator 2.0.1): what passes here passes there.
//! What passes there and fails later is a matter of `rules/`.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::checked_text;

/// Whether a text is digits and one of these units: what most quantities are, found without a pattern, which takes
/// longer to make than a small app takes to render.
fn is_plain(text: &str, units: &[&str]) -> bool {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    unit.len() < text.len() && units.contains(&unit)
}

/// Whether a text is five fields, each a number or `*`: what most schedules are.
fn is_plain_schedule(text: &str) -> bool {
    let is_plain = |field: &str| {
        field == "*" || !field.is_empty() && field.bytes().all(|letter| letter.is_ascii_digit())
    };
    text.split(' ').count() == 5 && text.split(' ').all(is_plain)
}

macro_rules! pattern {
    ($(#[$meta:meta])* $name:ident, $what:literal, $pattern:literal, $rule:literal $(, plain $plain:expr)?) => {
        checked_text!($(#[$meta])* $name, $what, |text| {
            static REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("a pattern of this file"));
            $( if $plain(text) { return Ok(()); } )?
            if REGEX.is_match(text) { Ok(()) } else { Err($rule.to_owned()) }
        });

        impl $name {
            /// The pattern of the custom resource's schema.
            pub const PATTERN: &'static str = $pattern;
        }
    };
}

pattern!(
    /// CPU of a container: cores (`2`, `0.5`) or thousandths of one (`500m`).
    Cpu, "CPU quantity", r"^(\d+m|\d+(\.\d{1,3})?)$", "expected cores or millicores, such as `\"2\"` or `500m`",
    plain |text| is_plain(text, &["", "m"])
);
pattern!(
    /// Memory or disk: bytes with a unit, such as `512Mi` or `50Gi`.
    Memory, "size", r"^(\d+(e\d+)?|\d+(\.\d+)?(e\d+)?[EPTGMK]i?)$", "expected a number with a unit, such as `512Mi` or `50Gi`",
    plain |text| is_plain(text, &["Mi", "Gi", "Ti", ""])
);
pattern!(
    /// A schedule of a dump: five fields of numbers, `*` and steps; no ranges, lists or names.
    Cron, "schedule", r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$",
    "expected five fields of numbers, `*` or steps, such as `30 0 * * *`; the operator takes no ranges, lists or names",
    plain is_plain_schedule
);
pattern!(
    /// A time with a numeric offset, such as `2026-11-24T10:00:00+00:00`.
    Timestamp, "time",
    r"^([0-9]+)-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(\.[0-9]+)?(([+-]([01][0-9]|2[0-3]):[0-5][0-9]))$",
    "expected a time with a numeric offset, such as `2026-11-24T10:00:00+00:00`"
);
pattern!(
    /// A window for upgrades and planned switchovers, in UTC: `Sat:22:00-23:59`, or every day `01:00-04:00`.
    Window, "maintenance window",
    r"^\ *((Mon|Tue|Wed|Thu|Fri|Sat|Sun):(2[0-3]|[01]?\d):([0-5]?\d)|(2[0-3]|[01]?\d):([0-5]?\d))-((2[0-3]|[01]?\d):([0-5]?\d)|(2[0-3]|[01]?\d):([0-5]?\d))\ *$",
    "expected a day and times in UTC, such as `Sat:22:00-23:59`, or times alone, `01:00-04:00`"
);
pattern!(
    /// A range of addresses, such as `10.0.0.0/8`.
    Cidr, "address range",
    r"^((\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\/(\d|[1-2]\d|3[0-2])|(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))\/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$",
    "expected an address and a prefix length, such as `10.0.0.0/8`"
);
pattern!(
    /// A quantity of any resource, as Kubernetes writes it: `500m`, `1Gi`, `4`.
    Quantity, "quantity",
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
    "expected a number with an optional unit, such as `500m`, `1Gi` or `4`",
    plain |text| is_plain(text, &["", "m", "Mi", "Gi"])
);
pattern!(
    /// A universally unique identifier.
    Uuid, "UUID", r"(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$",
    "expected a UUID, such as `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`"
);

impl Cpu {
    /// `cores` whole cores.
    pub fn cores(cores: u32) -> Self {
        Self::valid(cores.to_string())
    }

    /// Thousandths of a core.
    pub fn millicores(millicores: u32) -> Self {
        Self::valid(format!("{millicores}m"))
    }

    /// Thousandths of a core, rounded up.
    pub fn as_millicores(&self) -> u64 {
        match self.as_str().strip_suffix('m') {
            Some(digits) => digits.parse().unwrap_or(u64::MAX),
            None => (self.as_str().parse::<f64>().unwrap_or(0.0) * 1000.0).ceil() as u64,
        }
    }
}

impl Memory {
    /// `gibibytes` times 1024 MiB.
    pub fn gibibytes(gibibytes: u32) -> Self {
        Self::valid(format!("{gibibytes}Gi"))
    }

    /// `mebibytes` times 1024 KiB.
    pub fn mebibytes(mebibytes: u32) -> Self {
        Self::valid(format!("{mebibytes}Mi"))
    }

    /// The size in bytes, or nothing where Kubernetes cannot read the text although the schema takes it
    /// (`1000K`, `1.5e3Gi`).
    pub fn bytes(&self) -> Option<u128> {
        let digits = self.as_str().trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit: u128 = match &self.as_str()[digits.len()..] {
            "" => 1,
            "Ki" => 1 << 10,
            "Mi" => 1 << 20,
            "Gi" => 1 << 30,
            "Ti" => 1 << 40,
            "Pi" => 1 << 50,
            "Ei" => 1 << 60,
            "M" => 1_000_000,
            "G" => 1_000_000_000,
            "T" => 1_000_000_000_000,
            "P" => 1_000_000_000_000_000,
            "E" => 1_000_000_000_000_000_000,
            _ => return None,
        };
        match digits.split_once('e') {
            // Kubernetes takes an exponent or a unit, never both.
            Some((number, exponent)) if unit == 1 => {
                let exponent = exponent.parse::<u32>().ok().filter(|exponent| *exponent <= 18)?;
                Some(number.parse::<u128>().ok()? * 10u128.pow(exponent))
            }
            Some(_) => None,
            None => match digits.split_once('.') {
                None => digits.parse::<u128>().ok()?.checked_mul(unit),
                Some(_) => Some((digits.parse::<f64>().ok()? * unit as f64).ceil() as u128),
            },
        }
    }
}

/// A port or a share: a whole number or a text, as Kubernetes' `IntOrString`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntOrText {
    /// A whole number.
    Int(i64),
    /// A text, such as a port's name.
    Text(String),
}

impl Serialize for IntOrText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for IntOrText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl de::Visitor<'_> for Either {
            type Value = IntOrText;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number or a string")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(IntOrText::Int(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                i64::try_from(number).map(IntOrText::Int).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(IntOrText::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_kubernetes_reads_them() {
        let bytes = |text: &str| text.parse::<Memory>().unwrap().bytes();
        assert_eq!(bytes("1Gi"), Some(1 << 30));
        assert_eq!(bytes("1G"), Some(1_000_000_000));
        assert_eq!(bytes("10"), Some(10));
        assert_eq!(bytes("1e3"), Some(1000));
        assert_eq!(bytes("1.5Gi"), Some(3 << 29));
        assert_eq!(bytes("1000K"), None);
        assert_eq!(bytes("1.5e3Gi"), None);
    }

    #[test]
    fn cpu_is_compared_in_thousandths() {
        let millicores = |text: &str| text.parse::<Cpu>().unwrap().as_millicores();
        assert_eq!(millicores("500m"), 500);
        assert_eq!(millicores("0.5"), 500);
        assert_eq!(millicores("2"), 2000);
    }

    #[test]
    fn what_is_plain_fits_its_pattern() {
        let fits = |pattern: &str, text: &str| Regex::new(pattern).unwrap().is_match(text);
        for unit in ["", "m", "Mi", "Gi", "Ti", "mi", "M i", "Mi "] {
            for digits in ["", "0", "00", "17", "1.5", "-1", "1e3", "\u{0665}"] {
                let text = format!("{digits}{unit}");
                assert_eq!(text.parse::<Cpu>().is_ok(), fits(Cpu::PATTERN, &text), "{text}");
                assert_eq!(text.parse::<Memory>().is_ok(), fits(Memory::PATTERN, &text), "{text}");
                assert_eq!(text.parse::<Quantity>().is_ok(), fits(Quantity::PATTERN, &text), "{text}");
            }
        }
    }

    #[test]
    fn what_is_a_plain_schedule_fits_its_pattern() {
        let pattern = Regex::new(Cron::PATTERN).unwrap();
        let fields = ["*", "0", "00", "", "1-5", "**", "\u{0665}", "\t3"];
        for (first, other) in fields.iter().flat_map(|first| fields.map(|other| (first, other))) {
            for text in [
                format!("{first} {other} * * *"),
                format!("{first}  {other} 1 * *"),
                format!("0 {first} * {other}"),
                format!("* * * * {first} {other}"),
            ] {
                assert_eq!(text.parse::<Cron>().is_ok(), pattern.is_match(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn a_pattern_says_what_it_wants() {
        insta::assert_snapshot!("1.5".parse::<Memory>().unwrap_err(), @"invalid size `1.5`: expected a number with a unit, such as `512Mi` or `50Gi`");
        assert!("1-5 * * * *".parse::<Cron>().is_err());
        assert!("2026-11-24T10:00:00Z".parse::<Timestamp>().is_err());
        assert!("10.0.0.0/33".parse::<Cidr>().is_err());
        assert!("fd00::/8".parse::<Cidr>().is_ok());
    }
}
