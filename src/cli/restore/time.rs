//! Times as people write them: with an offset, or with a named zone, whose clock is set twice a year.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, tz};
use pgsynth_constructs::values::{Moment, UtcTime};

/// The clock's time.
pub(super) fn now() -> UtcTime {
    instant(Timestamp::now())
}

fn instant(time: Timestamp) -> UtcTime {
    UtcTime { seconds: time.as_second(), nanos: u32::try_from(time.subsec_nanosecond()).unwrap_or(0) }
}

/// Reads a time with its zone.
///
/// # Errors
/// Why it is none, or which two it may be.
pub(super) fn read(text: &str) -> Result<UtcTime, String> {
    let named =
        text.rsplit_once(['[', ' ']).filter(|(_, zone)| zone.contains(|letter: char| letter.is_alphabetic()));
    let Some((time, zone)) = named else {
        let moment: Moment = text.parse().map_err(|wrong: pgsynth_constructs::values::Invalid| wrong.rule)?;
        return moment.instant().ok_or_else(|| "the end of the archive is no time".to_owned());
    };
    let name = zone.trim_end_matches(']');
    let zone = tz::db().get(name).map_err(|_| format!("the zone `{name}` is not known"))?;
    let time = time.trim();
    let civil: DateTime = time.parse().map_err(|_| format!("`{time}` is no date with a time of day"))?;
    at(&zone, civil)
}

fn at(zone: &TimeZone, civil: DateTime) -> Result<UtcTime, String> {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let both = |before: tz::Offset, after: tz::Offset| {
        let with = |offset: tz::Offset| {
            let (sign, minutes) = (if offset.is_negative() { '-' } else { '+' }, offset.seconds().abs() / 60);
            format!("`{civil}{sign}{:02}:{:02}`", minutes / 60, minutes % 60)
        };
        format!("{} or {}", with(before), with(after))
    };
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => match offset.to_timestamp(civil) {
            Ok(time) => Ok(instant(time)),
            Err(_) => Err("it is beyond every calendar".to_owned()),
        },
        AmbiguousOffset::Gap { before, after } => {
            Err(format!("the clock skipped it: write {}", both(before, after)))
        }
        AmbiguousOffset::Fold { before, after } => {
            Err(format!("the clock showed it twice: write {}", both(before, after)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_a_named_zone_is_one_time_or_an_error_with_both() {
        let read = |text: &str| read(text).map(|time| time.to_string());
        for text in [
            "2026-11-24T10:00:00+01:00",
            "2026-11-24 10:00 Europe/Berlin",
            "2026-11-24T10:00[Europe/Berlin]",
            "2026-11-24T10:00:00 Europe/Berlin",
            "2026-11-24T09:00:00Z",
            "2026-11-24 09:00 UTC",
        ] {
            assert_eq!(read(text).as_deref(), Ok("2026-11-24 09:00:00+00"), "{text}");
        }
        let wrong = |text: &str| read(text).unwrap_err();
        insta::assert_snapshot!(wrong("2026-10-25 02:30 Europe/Berlin"), @"the clock showed it twice: write `2026-10-25T02:30:00+02:00` or `2026-10-25T02:30:00+01:00`");
        insta::assert_snapshot!(wrong("2026-03-29 02:30 Europe/Berlin"), @"the clock skipped it: write `2026-03-29T02:30:00+01:00` or `2026-03-29T02:30:00+02:00`");
        insta::assert_snapshot!(wrong("2026-11-24 10:00 Europe/Berlln"), @"the zone `Europe/Berlln` is not known");
        insta::assert_snapshot!(wrong("yesterday at noon"), @"the zone `noon` is not known");
        insta::assert_snapshot!(wrong("2026-11-24 10:00"), @"expected a time with its zone, such as `2026-11-24T10:00:00+00:00`, or `latest`");
        insta::assert_snapshot!(wrong("2026-11-24T10:00:00"), @"it has no zone; write `2026-11-24T10:00:00+00:00` for UTC");
        insta::assert_snapshot!(wrong("latest"), @"the end of the archive is no time");
        insta::assert_snapshot!(wrong("2026-02-30 10:00 Europe/Berlin"), @"`2026-02-30 10:00` is no date with a time of day");
    }
}
