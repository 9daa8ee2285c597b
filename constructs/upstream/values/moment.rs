//! The moment to which a cluster is restored.

use super::checked_text;
use super::schedule::days_of;

checked_text!(
    /// The moment to which data is restored: a time with its zone, such as `2026-11-24T10:00:00+01:00`, or `latest`.
    Moment, "moment", |text| match text {
        "latest" => Ok(()),
        time => check(time).map_err(Flaw::into_rule),
    }
);

impl Moment {
    /// The end of the archive.
    pub fn latest() -> Self {
        Self::valid("latest")
    }

    /// The time as PostgreSQL and Spilo read it, with a numeric offset; nothing for `latest`.
    pub fn time(&self) -> Option<String> {
        match self.as_str() {
            "latest" => None,
            // Spilo's parser reads `Z` as well, PostgreSQL's settings are safer without (trap T02).
            time => Some(match time.strip_suffix(['Z', 'z']) {
                Some(time) => format!("{time}+00:00"),
                None => time.to_owned(),
            }),
        }
    }
}

/// Why a text is no moment: the rule, in the words of an error.
#[derive(Debug)]
pub enum Flaw {
    /// A time without its zone.
    NoZone(String),
    /// Anything else.
    Other(String),
}

impl Flaw {
    fn into_rule(self) -> String {
        match self {
            Self::NoZone(rule) | Self::Other(rule) => rule,
        }
    }

    fn other(rule: &str) -> Self {
        Self::Other(rule.to_owned())
    }
}

/// Whether a text is a time with a zone, and one that exists: `02-31` would pass the operator's pattern and fail in the
/// pod (trap T04).
pub fn check(text: &str) -> Result<(), Flaw> {
    let form =
        || Flaw::other("expected a time with its zone, such as `2026-11-24T10:00:00+00:00`, or `latest`");
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return Err(form());
    }
    let parts = [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)].map(|(from, to)| number(from, to));
    let [Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)] = parts else {
        return Err(form());
    };
    let mut rest = text.get(19..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.len() - fraction.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
        if digits == 0 {
            return Err(form());
        }
        rest = &fraction[digits..];
    }
    match rest.as_bytes() {
        [] => return Err(Flaw::NoZone(format!("it has no zone; write `{text}+00:00` for UTC"))),
        [b'Z' | b'z'] => {}
        [b'+' | b'-', offset @ ..] if offset.len() == 5 && offset[2] == b':' => {
            let two = |at: usize| rest.get(at..at + 2).and_then(|digits| digits.parse::<u64>().ok());
            if !(two(1).is_some_and(|hours| hours <= 15) && two(4).is_some_and(|minutes| minutes <= 59)) {
                return Err(Flaw::other("the offset is invalid; expected one such as `+01:00`"));
            }
        }
        _ => return Err(form()),
    }
    if !(1..=12).contains(&month) || day == 0 || day > days_of(year, month) {
        return Err(Flaw::other("this day does not exist"));
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(Flaw::other("this time of day does not exist"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_a_zone_and_exists() {
        let time = |text: &str| text.parse::<Moment>().map(|moment| moment.time());
        assert_eq!(time("latest").unwrap(), None);
        assert_eq!(time("2026-11-24T10:00:00Z").unwrap().as_deref(), Some("2026-11-24T10:00:00+00:00"));
        assert_eq!(
            time("2026-11-24 10:00:00.5-03:30").unwrap().as_deref(),
            Some("2026-11-24 10:00:00.5-03:30")
        );
        insta::assert_snapshot!(time("2026-11-24T10:00:00").unwrap_err(), @"invalid moment `2026-11-24T10:00:00`: it has no zone; write `2026-11-24T10:00:00+00:00` for UTC");
        insta::assert_snapshot!(time("2026-02-29T10:00:00Z").unwrap_err(), @"invalid moment `2026-02-29T10:00:00Z`: this day does not exist");
        for wrong in [
            "",
            "now",
            "2026-11-24",
            "2026-11-24T24:00:00Z",
            "2026-11-24T10:00:60Z",
            "2026-13-01T00:00:00Z",
            "2026-11-24T10:00:00.Z",
            "2026-11-24T10:00:00+1",
            "2026-11-24T10:00:00+99:00",
            "２026-11-24T10:00:00Z",
        ] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
