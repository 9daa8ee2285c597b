//! What PostgreSQL's own settings are, by major: names, types, bounds and words, as `pg_settings` says them.
//!
//! The sheet is recorded from PostgreSQL 14 to 18 (`tests/real/settings.rs`). What becomes of a value on its way through
//! the operator, Patroni and Spilo is in [`owners`].

pub mod owners;

use crate::values::nearest;

/// Rows of `pg_settings`, sorted by name; the same row of several majors stands once.
const SHEET: &str = include_str!("parameters/pg_settings.tsv");

/// One setting of one major.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Name, as PostgreSQL spells it.
    pub name: &'static str,
    /// What values it takes.
    kind: Kind,
    /// The unit of numbers without one, such as `8kB`.
    unit: &'static str,
    /// When a change takes effect: `internal` never.
    pub context: &'static str,
    least: &'static str,
    most: &'static str,
    words: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Boolean,
    Integer,
    Real,
    Text,
    Words,
}

fn rows() -> impl Iterator<Item = (Setting, u32, u32)> {
    SHEET.lines().filter(|line| !line.starts_with('#')).filter_map(row)
}

fn row(line: &'static str) -> Option<(Setting, u32, u32)> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    let name = cell()?;
    let kind = match cell()? {
        "bool" => Kind::Boolean,
        "integer" => Kind::Integer,
        "real" => Kind::Real,
        "enum" => Kind::Words,
        _ => Kind::Text,
    };
    let (unit, context, least, most, words) = (cell()?, cell()?, cell()?, cell()?, cell()?);
    let (first, last) = (cell()?.parse().ok()?, cell()?.parse().ok()?);
    Some((Setting { name, kind, unit, context, least, most, words }, first, last))
}

impl Setting {
    /// The setting of this name; PostgreSQL does not mind the case.
    pub fn of(major: u32, name: &str) -> Option<Self> {
        // A row is found by its text: to read them all would take longer than a small app.
        let exact = SHEET
            .match_indices(name)
            .map(|(at, _)| at)
            .filter(|at| SHEET[..*at].ends_with('\n') && SHEET[at + name.len()..].starts_with('\t'));
        let found = exact.filter_map(|at| row(SHEET[at..].lines().next()?));
        let found = found.filter(|(_, first, last)| (*first..=*last).contains(&major));
        let same = |(setting, first, last): &(Self, u32, u32)| {
            setting.name.eq_ignore_ascii_case(name) && (*first..=*last).contains(&major)
        };
        found.chain(std::iter::once_with(|| rows().find(same)).flatten()).next().map(|(setting, ..)| setting)
    }

    /// The majors that have it, where this one does not.
    pub fn elsewhere(name: &str) -> Option<(u32, u32)> {
        let own = rows().filter(|(setting, ..)| setting.name.eq_ignore_ascii_case(name));
        own.map(|(_, first, last)| (first, last))
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    /// The setting that is probably meant.
    pub fn meant(major: u32, name: &str) -> Option<&'static str> {
        let own = rows().filter(|(_, first, last)| (*first..=*last).contains(&major));
        let names: Vec<&str> =
            own.filter(|(setting, ..)| setting.context != "internal").map(|(own, ..)| own.name).collect();
        nearest(name, &names)
    }

    /// The value as a number in bytes, milliseconds, or as it is; nothing where it is none.
    pub fn number(&self, value: &str) -> Option<f64> {
        let value = value.trim();
        let digits = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let (number, unit) = (digits.trim(), &value[digits.len()..]);
        if number.is_empty() || number.ends_with('.') && number.len() == 1 {
            return None;
        }
        let number: f64 = number.parse().ok()?;
        match unit {
            "" => Some(number * factor(self.unit).unwrap_or(1.0)),
            unit if self.is_size() == size(unit).is_some() && !self.unit.is_empty() => {
                Some(number * factor(unit)?)
            }
            _ => None,
        }
    }

    fn is_size(&self) -> bool {
        size(self.unit).is_some()
    }

    /// Why the value is none of this setting's: as Patroni and PostgreSQL read it, which take different spellings.
    pub fn flaw(&self, value: &str) -> Option<String> {
        match self.kind {
            Kind::Text => None,
            Kind::Boolean => (!is_boolean(value)).then(|| "expected `on` or `off`".to_owned()),
            Kind::Words => {
                let words: Vec<&str> = self.words.split(',').collect();
                let known = |word: &&str| word.eq_ignore_ascii_case(value);
                let of_switch = words.contains(&"on") && is_boolean(value);
                let hidden = match self.name {
                    "wal_level" => value == "hot_standby",
                    "client_min_messages" | "log_min_messages" | "log_min_error_statement" => {
                        value == "debug"
                    }
                    _ => false,
                };
                (!words.iter().any(known) && !of_switch && !hidden)
                    .then(|| crate::values::one_of(value, &words))
            }
            Kind::Integer | Kind::Real => self.out_of_bounds(value),
        }
    }

    fn out_of_bounds(&self, value: &str) -> Option<String> {
        let units = match (self.unit, self.is_size()) {
            ("", _) => "",
            (_, true) => ", or one with a unit: `B`, `kB`, `MB`, `GB` or `TB`",
            (_, false) => ", or one with a unit: `us`, `ms`, `s`, `min`, `h` or `d`",
        };
        let Some(number) = self.number(value) else { return Some(format!("expected a number{units}")) };
        let bound =
            |text: &str| text.parse::<f64>().ok().map(|bound| bound * factor(self.unit).unwrap_or(1.0));
        let unit = self.unit.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let unit = if self.unit == unit { unit.to_owned() } else { format!(" times {}", self.unit) };
        if bound(self.least).is_some_and(|least| number < least) {
            return Some(format!("must be at least {}{unit}", self.least));
        }
        // A whole number is rounded, so that a bound is passed by half of one.
        if bound(self.most).is_some_and(|most| number > most) {
            return Some(format!("must be at most {}{unit}", self.most));
        }
        None
    }
}

/// The spellings that both Patroni and PostgreSQL take (`patroni/utils.py`, `parse_bool`).
fn is_boolean(value: &str) -> bool {
    ["on", "off", "true", "false", "yes", "no", "1", "0"].iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// Bytes of a unit of size.
fn size(unit: &str) -> Option<f64> {
    Some(match unit {
        "B" => 1.0,
        "kB" => 1024.0,
        "8kB" => 8192.0,
        "MB" => 1_048_576.0,
        "GB" => 1_073_741_824.0,
        "TB" => 1_099_511_627_776.0,
        // The size of a segment of WAL, of which some count.
        "16MB" => 16_777_216.0,
        _ => return None,
    })
}

/// What a unit comes to in bytes or milliseconds.
fn factor(unit: &str) -> Option<f64> {
    size(unit).or(match unit {
        "us" => Some(0.001),
        "ms" => Some(1.0),
        "s" => Some(1000.0),
        "min" => Some(60_000.0),
        "h" => Some(3_600_000.0),
        "d" => Some(86_400_000.0),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(name: &str, value: &str) -> Option<String> {
        Setting::of(18, name).unwrap().flaw(value)
    }

    #[test]
    fn names_are_found_in_any_case_and_by_major() {
        assert_eq!(Setting::of(18, "Work_Mem").unwrap().name, "work_mem");
        assert_eq!(Setting::of(18, "timezone").unwrap().name, "TimeZone");
        assert_eq!(Setting::of(17, "io_method"), None);
        assert_eq!(Setting::elsewhere("io_method"), Some((18, 18)));
        assert_eq!(Setting::meant(18, "max_connection"), Some("max_connections"));
        // A part of another name, and of a row, is no name.
        assert_eq!(Setting::of(18, "mem"), None);
        assert_eq!(Setting::of(18, "user"), None);
    }

    #[test]
    fn values_are_read_with_their_units() {
        for (name, value) in [
            ("work_mem", "64MB"),
            ("work_mem", "64 MB"),
            ("work_mem", "65536"),
            ("shared_buffers", "1.5GB"),
            ("checkpoint_timeout", "15min"),
            ("random_page_cost", "1.1"),
            ("autovacuum", "off"),
            ("jit", "true"),
            ("synchronous_commit", "remote_apply"),
            ("synchronous_commit", "false"),
            ("wal_compression", "lz4"),
            ("log_line_prefix", "anything"),
        ] {
            assert_eq!(flaw(name, value), None, "{name}: {value}");
        }
        for (name, value) in [
            ("work_mem", "64Mb"),
            ("work_mem", "64s"),
            ("work_mem", "25%"),
            ("work_mem", "1kB"),
            ("max_connections", "1k"),
            ("max_connections", "1000000"),
            ("autovacuum", "maybe"),
            ("autovacuum", "t"),
            ("synchronous_commit", "sometimes"),
            ("checkpoint_completion_target", "2"),
            ("statement_timeout", "5 minutes"),
        ] {
            assert!(flaw(name, value).is_some(), "{name}: {value}");
        }
        let buffers = Setting::of(18, "shared_buffers").unwrap();
        assert_eq!(buffers.number("1000"), Some(8_192_000.0));
        assert_eq!(buffers.number("4GB"), Some(4.0 * 1_073_741_824.0));
    }
}
