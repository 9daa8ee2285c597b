//! Durations, as Go writes them: the operator and Hetzner's controller read them with `time.ParseDuration`.

use super::checked_text;

checked_text!(
    /// A duration with its units, such as `30s`, `5m` or `1h30m`.
    GoDuration, "duration", |text| match seconds(text) {
        Some(_) => Ok(()),
        None => Err("expected a number with a unit, such as `30s`, `5m` or `1h30m`".to_owned()),
    }
);

impl GoDuration {
    /// Whole seconds of this duration; a fraction counts as a whole one.
    pub fn seconds(&self) -> u64 {
        seconds(self.as_str()).unwrap_or(0)
    }
}

fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters =
            rest.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(rest.len());
        total += number
            * match &rest[..letters] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[letters..];
    }
    Some(total.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_needs_its_unit() {
        assert_eq!("1h30m".parse::<GoDuration>().unwrap().seconds(), 5400);
        assert_eq!("500ms".parse::<GoDuration>().unwrap().seconds(), 1);
        assert!("15".parse::<GoDuration>().is_err());
        assert!("".parse::<GoDuration>().is_err());
        assert!("5d".parse::<GoDuration>().is_err());
    }
}
