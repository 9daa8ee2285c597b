//! Whatever is archived is restored: PostgreSQL, WAL-G and an S3 server on loopback, archive with the rendered archive
//! side, restore with the rendered restore side, compared row by row. What Spilo does between the two is read by
//! `tests/it/spilo.rs` and done here step by step.
//!
//! Class bench: no registry has WAL-G, so that it has to be on `PATH`, built with libsodium.

mod cases;
mod dumps;
mod one_database;
mod recovery;
mod runbook;

use libtest_mimic::Trial;

use super::{guard, parts, postgres};

pub fn trials() -> Vec<Trial> {
    let needed: Vec<&'static str> =
        ["wal-g", "setpriv"].into_iter().chain(guard::PARTS.iter().copied()).collect();
    let possible = postgres::runs();
    let trials = [
        parts::bench(&needed, "restore::to_a_time_and_to_the_end", || guard::with_a_world(cases::times)),
        parts::bench(&needed, "restore::inside_the_environment_of_the_source", || {
            guard::with_a_world(cases::environments)
        }),
        parts::bench(&needed, "restore::in_place_and_after_total_loss", || {
            guard::with_a_world(cases::in_place)
        }),
        parts::bench(&needed, "restore::standby_from_the_archive", || guard::with_a_world(cases::standby)),
        parts::bench(&needed, "restore::one_database_from_real_archives", || {
            guard::with_a_world(one_database::from_real_archives)
        }),
        parts::bench(&needed, "restore::drill_of_real_archives", || guard::with_a_world(runbook::drill)),
        parts::bench(&needed, "restore::the_runbook_without_kubernetes", || {
            guard::with_a_world(runbook::without_kubernetes)
        }),
        parts::bench(&needed, "restore::dumps_are_written_and_read_back", || {
            guard::with_a_world(dumps::written_and_read_back)
        }),
        parts::bench(&needed, "restore::what_cannot_be_restored_ends_in_an_error", || {
            guard::with_a_world(cases::failures)
        }),
    ];
    let runs = possible && !parts::missing(&needed);
    trials.into_iter().map(|trial| trial.with_ignored_flag(!runs)).collect()
}
