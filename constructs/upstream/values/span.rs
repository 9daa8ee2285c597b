//! Spans of time that people mean when they say how long something is kept or may be lost.

use super::checked_text;

checked_text!(
    /// A span of time: whole numbers with `d`, `h`, `m` or `s`, such as `14d`, `36h` or `5m`.
    Span, "time span", |text| match seconds(text) {
        Some(_) => Ok(()),
        None => Err("expected whole numbers with `d`, `h`, `m` or `s`, such as `14d`, `36h` or `5m`, and no more than a hundred years".to_owned()),
    }
);

impl Span {
    /// Seconds of this span.
    pub fn seconds(&self) -> u64 {
        seconds(self.as_str()).unwrap_or(0)
    }

    /// Days of this span, rounded up.
    pub fn days(&self) -> u64 {
        self.seconds().div_ceil(86_400)
    }
}

fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = match rest.as_bytes()[digits] {
            b'd' => 86_400,
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    // A hundred years: beyond them a number is a slip, and sums would not fit.
    (total <= 36_525 * 86_400).then_some(total)
}

/// A number of seconds, in the largest units that say it in whole numbers: `14d`, `1h30m`.
pub fn in_words(seconds: u64) -> String {
    let mut words = String::new();
    let mut rest = seconds;
    for (unit, name) in [(86_400, 'd'), (3600, 'h'), (60, 'm'), (1, 's')] {
        if rest >= unit {
            words += &format!("{}{name}", rest / unit);
            rest %= unit;
        }
    }
    if words.is_empty() { "0s".to_owned() } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_units() {
        assert_eq!("14d".parse::<Span>().unwrap().days(), 14);
        assert_eq!("36h".parse::<Span>().unwrap().days(), 2);
        assert_eq!("1h30m".parse::<Span>().unwrap().seconds(), 5400);
        for wrong in ["", "14", "d", "1.5d", "5 m", "-1d", "1w", "99999999999999999999d", "40000d"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_say_what_a_span_is() {
        for text in ["14d", "1h30m", "0s", "1d1s"] {
            assert_eq!(in_words(text.parse::<Span>().unwrap().seconds()), text);
        }
    }
}
