//! What Spilo makes of a retention: how many backups Spilo keeps, how far back they reach, what the WAL costs.

use crate::values::{Schedule, Span};

/// What a schedule, a time to keep and an objective come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// `BACKUP_NUM_TO_RETAIN`, which Spilo takes as a count **and** as days. Only the days are a guarantee: every start of
    /// a primary makes one more backup, so that the count may be used up in an hour.
    pub retain: u64,
    /// How far back the data can be brought at any time once it has been running as long: seconds.
    pub window: u64,
    /// How far back the oldest backup may reach before it is removed: seconds.
    pub longest_window: u64,
    /// The longest time between two base backups of the schedule: seconds.
    pub longest_gap: u64,
    /// How many backups of the schedule stand in the store at most; those of restarts come on top.
    pub most_backups: u64,
    /// `archive_timeout`, in seconds: a segment of WAL is archived after this time at the latest.
    pub archive_timeout: u64,
    /// WAL that this alone costs in a day where a cluster is hardly used, before compression: bytes.
    pub wal_per_day: u64,
}

/// Size of a segment of WAL.
const SEGMENT: u64 = 16 << 20;
const DAY: u64 = 86_400;

impl Numbers {
    /// What these come to: backups on this schedule, kept as long, with so much to lose.
    pub fn of(schedule: &Schedule, keep: &Span, rpo: &Span) -> Self {
        let retain = keep.days().max(2);
        let (longest, shortest) = schedule.gaps().unwrap_or((1440, 1440));
        let (longest, shortest) = (longest * 60, shortest * 60);
        // Spilo removes what is older than the newest backup that is both the `retain`th and `retain` days old, each time
        // a backup is made (postgres_backup.sh).
        let by_days = retain * DAY + longest;
        let by_count = (retain - 1) * longest;
        let archive_timeout = (rpo.seconds() / 2).max(30);
        Self {
            retain,
            window: retain * DAY,
            longest_window: by_days.max(by_count),
            longest_gap: longest,
            most_backups: (retain * DAY).div_ceil(shortest.max(1)).max(retain - 1) + 2,
            archive_timeout,
            wal_per_day: DAY.div_ceil(archive_timeout) * SEGMENT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(schedule: &str, keep: &str) -> Numbers {
        Numbers::of(&schedule.parse().unwrap(), &keep.parse().unwrap(), &"5m".parse().unwrap())
    }

    #[test]
    fn days_are_kept_whatever_the_schedule() {
        for (schedule, keep, retain) in [
            ("0 1 * * *", "14d", 14),
            ("0 1 * * 0", "14d", 14),
            ("0 */6 * * *", "14d", 14),
            ("0 1 * * Mon-Fri", "14d", 14),
            ("0 1 * * *", "36h", 2),
            ("0 1 * * *", "12h", 2),
            ("0 * * * *", "7d", 7),
            ("0 1 1 * *", "30d", 30),
        ] {
            assert_eq!(numbers(schedule, keep).retain, retain, "{schedule} {keep}");
        }
        assert_eq!(numbers("0 1 * * 0", "14d").longest_window, 91 * DAY);
        assert_eq!(numbers("0 1 * * *", "14d").longest_window, 15 * DAY);
    }

    #[test]
    fn the_rpo_is_twice_what_a_segment_waits() {
        let with = |rpo: &str| {
            Numbers::of(&"0 1 * * *".parse().unwrap(), &"14d".parse().unwrap(), &rpo.parse().unwrap())
        };
        assert_eq!(with("5m").archive_timeout, 150);
        assert_eq!(with("1m").archive_timeout, 30);
        assert_eq!(with("5m").wal_per_day, 576 * SEGMENT);
    }

    /// Spilo's rule (postgres_backup.sh), run over schedules with restarts in between: times in seconds, newest last.
    fn remove(backups: &mut Vec<u64>, retain: u64, now: u64) {
        let newest_first: Vec<u64> = backups.iter().rev().copied().collect();
        let count = usize::try_from(retain).unwrap();
        let before =
            newest_first.iter().skip(count - 1).find(|backup| (now - **backup) / DAY >= retain).copied();
        if let Some(before) = before
            && newest_first.len() > count
        {
            backups.retain(|backup| *backup >= before);
        }
    }

    #[test]
    fn the_window_never_falls_below_what_is_kept() {
        // A small generator with a fixed seed: the same runs on every machine.
        let mut state = 42_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for round in 0..150 {
            let gap = [3600, 6 * 3600, DAY, 2 * DAY, 7 * DAY, 31 * DAY][usize::try_from(random(6)).unwrap()];
            let keep = 1 + random(40);
            let numbers = numbers(
                match gap {
                    3600 => "0 * * * *",
                    21_600 => "0 */6 * * *",
                    172_800 => "0 1 */2 * *",
                    604_800 => "0 1 * * 3",
                    2_678_400 => "0 1 1 * *",
                    _ => "0 1 * * *",
                },
                &format!("{keep}d"),
            );
            let mut backups = vec![0];
            let mut next = gap;
            let mut restart = random(40 * DAY);
            let end = 120 * DAY;
            while next.min(restart) < end {
                let now = next.min(restart);
                if now == next {
                    next += gap;
                } else {
                    // Crash loops make many backups at once.
                    restart += if random(3) == 0 { 120 } else { 1 + random(30 * DAY) };
                }
                backups.push(now);
                remove(&mut backups, numbers.retain, now);
                let reach = now - backups[0];
                let running = now.min(keep * DAY);
                assert!(reach >= running, "round {round}: {reach} of {running} after {now} s");
                assert!(
                    reach <= numbers.longest_window,
                    "round {round}: {reach} > {}",
                    numbers.longest_window
                );
            }
        }
    }
}
