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

    /// The instant; nothing for `latest`.
    pub fn instant(&self) -> Option<UtcTime> {
        let text = self.as_str();
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let days = days_since_1970(number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let seconds = days * 86_400 + number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
        let rest = &text[19..];
        let digits: String =
            rest.strip_prefix('.').unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
        let zone = rest.get(digits.len() + usize::from(!digits.is_empty())..)?;
        let offset = match zone.split_at_checked(1)? {
            (sign @ ("+" | "-"), offset) => {
                let (hours, minutes) = offset.split_once(':')?;
                let offset = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
                if sign == "+" { offset } else { -offset }
            }
            _ => 0,
        };
        Some(UtcTime { seconds: seconds - offset, nanos: format!("{digits:0<9}").get(..9)?.parse().ok()? })
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

/// A point in time, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcTime {
    /// Seconds since the beginning of 1970.
    pub seconds: i64,
    /// Nanoseconds after that second.
    pub nanos: u32,
}

impl UtcTime {
    /// Year, month, day, hour, minute and second.
    fn parts(self) -> [i64; 6] {
        // The civil calendar by eras of 400 years, whose years begin in March.
        let days = self.seconds.div_euclid(86_400) + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let date = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let second = self.seconds.rem_euclid(86_400);
        [year + era * 400 + i64::from(month <= 2), month, date, second / 3600, second / 60 % 60, second % 60]
    }

    /// It in names of folders and databases: `20261124t090000z`.
    pub fn stamp(self) -> String {
        let [year, month, day, hour, minute, second] = self.parts();
        format!("{year:04}{month:02}{day:02}t{hour:02}{minute:02}{second:02}z")
    }
}

/// It as PostgreSQL reads it: `2026-11-24 09:00:00+00`.
impl std::fmt::Display for UtcTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [year, month, day, hour, minute, second] = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")?;
        if self.nanos > 0 {
            write!(f, ".{}", format!("{:09}", self.nanos).trim_end_matches('0'))?;
        }
        f.write_str("+00")
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
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
    fn an_instant_is_the_same_in_every_zone() {
        let instant = |text: &str| text.parse::<Moment>().unwrap().instant();
        let utc = instant("2026-11-24T09:00:00.250Z").unwrap();
        assert_eq!(instant("2026-11-24 10:00:00.25+01:00"), Some(utc));
        assert_eq!(instant("2026-11-24T05:30:00.25-03:30"), Some(utc));
        assert_eq!(
            (utc.to_string(), utc.stamp()),
            ("2026-11-24 09:00:00.25+00".to_owned(), "20261124t090000z".to_owned())
        );
        assert_eq!(instant("latest"), None);
        for text in [
            "1969-12-31 23:59:59+00",
            "2000-02-29 00:00:00+00",
            "2100-02-28 12:00:00+00",
            "2024-12-31 23:00:01+00",
        ] {
            assert_eq!(instant(&format!("{text}:00")).unwrap().to_string(), text);
        }
    }

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
