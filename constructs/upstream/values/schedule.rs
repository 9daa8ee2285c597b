//! Schedules of base backups: cron's five fields in UTC, as the image's cron (Vixie) reads them.

use super::checked_text;

checked_text!(
    /// A schedule in UTC: minute, hour, day of the month, month, day of the week, with lists, ranges, steps and names.
    Schedule, "schedule", |text| parse(text).map(|_| ())
);

const DAY: u64 = 1440;
const NAMES: [(&str, u32); 19] = [
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("sun", 0),
    ("mon", 1),
    ("tue", 2),
    ("wed", 3),
    ("thu", 4),
    ("fri", 5),
    ("sat", 6),
];

/// The values that each field takes, as bits.
struct Fields {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether day of the month and day of the week begin with `*`: cron joins two restricted ones by "or".
    any_day: bool,
    /// The same for the day of the week.
    any_weekday: bool,
}

impl Schedule {
    /// Longest and shortest time between two runs, in minutes, over a cycle of the calendar; nothing where it never
    /// runs, as on `0 0 30 2 *`.
    pub fn gaps(&self) -> Option<(u64, u64)> {
        let fields = parse(self.as_str()).ok()?;
        let mut times: Vec<u64> = vec![];
        for hour in bits(fields.hours) {
            times.extend(bits(fields.minutes).map(|minute| hour * 60 + minute));
        }
        let (mut first, mut last): (Option<u64>, Option<u64>) = (None, None);
        let (mut longest, mut shortest) = (0, u64::MAX);
        let mut gap = |from: u64, to: u64| {
            longest = longest.max(to - from);
            shortest = shortest.min(to - from);
        };
        // One day stands for all where all are alike; else 28 years, after which dates fall on the same days of the week.
        let cycle = if fields.runs_daily() { 1 } else { CYCLE };
        let days = calendar().take_while(|(number, ..)| *number < cycle).filter(|day| fields.runs_on(day));
        for (number, ..) in days {
            for time in &times {
                let now = number * DAY + time;
                if let Some(last) = last {
                    gap(last, now);
                }
                first = first.or(Some(now));
                last = Some(now);
            }
        }
        let (first, last) = (first?, last?);
        gap(last, cycle * DAY + first);
        Some((longest, shortest))
    }

    /// The schedule, `minutes` later: the minute must be one number, and so must the hour where it is passed.
    ///
    /// # Errors
    /// Why it cannot be moved as far, as a phrase.
    pub fn later(&self, minutes: u64) -> Result<Self, String> {
        let room = self.room()?;
        if minutes > room {
            return Err(format!("`{}` can be moved by at most {room} minutes", self.as_str()));
        }
        let [minute, hour, day, month, weekday] = self.fields()?;
        let number = |text: &str| text.parse::<u64>().unwrap_or(0);
        let minute = number(minute) + minutes;
        let hour = match minute / 60 {
            0 => hour.to_owned(),
            hours => (number(hour) + hours).to_string(),
        };
        let moved = format!("{} {hour} {day} {month} {weekday}", minute % 60);
        moved.parse().map_err(|error: super::Invalid| error.rule)
    }

    fn fields(&self) -> Result<[&str; 5], String> {
        let fields: Vec<_> = self.as_str().split_whitespace().collect();
        fields.try_into().map_err(|_| FORM.to_owned())
    }

    /// How many minutes it can be moved without leaving its hour, or its day where the hour is one number.
    fn room(&self) -> Result<u64, String> {
        let [minute, hour, ..] = self.fields()?;
        let Ok(minute) = minute.parse::<u64>() else {
            return Err(format!("the minute of `{}` must be one number", self.as_str()));
        };
        Ok(match hour.parse::<u64>() {
            Ok(hour) => DAY - 1 - (hour * 60 + minute),
            Err(_) => 59 - minute,
        })
    }
}

impl Fields {
    fn runs_daily(&self) -> bool {
        self.any_day
            && self.any_weekday
            && (self.days, self.months, self.weekdays) == (0xffff_fffe, 0x1ffe, 0x7f)
    }

    fn runs_on(&self, (_, month, day, weekday): &(u64, u64, u64, u64)) -> bool {
        let has = |bits: u64, value: u64| bits >> value & 1 == 1;
        let (of_month, of_week) = (has(self.days, *day), has(self.weekdays, *weekday));
        has(self.months, *month)
            && match self.any_day || self.any_weekday {
                true => of_month && of_week,
                false => of_month || of_week,
            }
    }
}

/// Days of 28 years, a whole cycle of leap years and days of the week.
const CYCLE: u64 = 28 * 365 + 7;

/// Number, month, day of the month and day of the week of every day of the cycle, from 2024-01-01, a Monday.
fn calendar() -> impl Iterator<Item = (u64, u64, u64, u64)> {
    let years = (2024..2052).flat_map(|year: u64| {
        (1..=12).flat_map(move |month| (1..=days_of(year, month)).map(move |day| (month, day)))
    });
    years.enumerate().map(|(number, (month, day))| (number as u64, month, day, (number as u64 + 1) % 7))
}

/// Days of a month of the Gregorian calendar.
pub(super) fn days_of(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn bits(bits: u64) -> impl Iterator<Item = u64> {
    (0..64).filter(move |bit| bits >> bit & 1 == 1)
}

const FORM: &str =
    "expected five fields, minute, hour, day, month and day of the week in UTC, such as `0 1 * * *`";

fn parse(text: &str) -> Result<Fields, String> {
    let fields: Vec<_> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else { return Err(FORM.to_owned()) };
    let read = |what: &str, text: &str, lowest: u32, highest: u32| {
        field(text, lowest, highest).ok_or_else(|| {
            format!("the {what} `{text}` is not one of {lowest} to {highest}, `*`, a range, a list or a step of them")
        })
    };
    let weekdays = read("day of the week", weekday, 0, 7)?;
    Ok(Fields {
        minutes: read("minute", minute, 0, 59)?,
        hours: read("hour", hour, 0, 23)?,
        days: read("day of the month", day, 1, 31)?,
        months: read("month", month, 1, 12)?,
        // 7 is Sunday as well.
        weekdays: (weekdays | weekdays >> 7) & 0x7f,
        any_day: day.starts_with('*'),
        any_weekday: weekday.starts_with('*'),
    })
}

fn field(text: &str, lowest: u32, highest: u32) -> Option<u64> {
    // The highest value tells the two fields apart that have names.
    let names = match highest {
        12 => &NAMES[..12],
        7 => &NAMES[12..],
        _ => &[],
    };
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (lowest, highest),
            Some((from, to)) => (value(from, names)?, value(to, names)?),
            // A step needs something to step over.
            None if step.is_some() => return None,
            None => (value(range, names)?, value(range, names)?),
        };
        if from < lowest || to > highest || from > to {
            return None;
        }
        for number in (from..=to).step_by(step.unwrap_or(1) as usize) {
            bits |= 1 << number;
        }
    }
    Some(bits)
}

/// A number, or the name of a month or of a day.
fn value(text: &str, names: &[(&str, u32)]) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    names.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(text: &str) -> Option<(u64, u64)> {
        text.parse::<Schedule>().unwrap().gaps()
    }

    #[test]
    fn gaps_are_those_of_the_calendar() {
        assert_eq!(gaps("0 1 * * *"), Some((1440, 1440)));
        assert_eq!(gaps("0 */6 * * *"), Some((360, 360)));
        assert_eq!(gaps("0 1 * * Mon-Fri"), Some((3 * 1440, 1440)));
        assert_eq!(gaps("0 1 * * 0"), gaps("0 1 * * 7"));
        assert_eq!(gaps("0 1 * * sun"), Some((7 * 1440, 7 * 1440)));
        assert_eq!(gaps("0 0 1 * *"), Some((31 * 1440, 28 * 1440)));
        assert_eq!(gaps("0 0 29 2 *"), Some((1461 * 1440, 1461 * 1440)));
        assert_eq!(gaps("0 0 30 2 *"), None);
        // Two restricted days are joined by "or".
        assert_eq!(gaps("0 0 13 * 5").unwrap().0, 7 * 1440);
        assert_eq!(gaps("15 10-12 * * *"), Some((1320, 60)));
    }

    #[test]
    fn a_schedule_is_checked_field_by_field() {
        insta::assert_snapshot!("0 24 * * *".parse::<Schedule>().unwrap_err(), @"invalid schedule `0 24 * * *`: the hour `24` is not one of 0 to 23, `*`, a range, a list or a step of them");
        insta::assert_snapshot!("@daily".parse::<Schedule>().unwrap_err(), @"invalid schedule `@daily`: expected five fields, minute, hour, day, month and day of the week in UTC, such as `0 1 * * *`");
        for wrong in [
            "5/10 * * * *",
            "* * * * 8",
            "60 * * * *",
            "* * 0 * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "mon * * * *",
            "* * * * mo",
        ] {
            assert!(wrong.parse::<Schedule>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_moves_within_its_day_or_its_hour() {
        let later = |text: &str, minutes| {
            text.parse::<Schedule>().unwrap().later(minutes).map(|moved| moved.to_string())
        };
        assert_eq!(later("50 1 * * 1", 75), Ok("5 3 * * 1".to_owned()));
        assert_eq!(later("10 */6 * * *", 49), Ok("59 */6 * * *".to_owned()));
        assert_eq!(later("0 23 * * *", 59), Ok("59 23 * * *".to_owned()));
        assert!(later("0 23 * * *", 60).is_err());
        assert!(later("10 */6 * * *", 50).is_err());
        assert!(later("*/5 1 * * *", 1).is_err());
    }
}
