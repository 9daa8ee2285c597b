//! Tests against real programs and real data. What is not there is said and counted as ignored, never as passed;
//! `PGSYNTH_REQUIRE_PARTS=1` makes a missing part of class CI a failure.
#![allow(missing_docs, clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used)]

mod adopted;
mod again;
mod apply;
mod corpus;
mod figures;
mod guard;
mod impact;
mod linters;
mod operator;
mod parts;
mod patroni;
mod plans;
mod pods;
mod postgres;
mod prometheus;
mod queries;
mod readback;
mod rendered;
mod restore;
mod sarif;
mod server;
mod settings;
mod shared;
#[path = "../it/spilo.rs"]
#[allow(dead_code, reason = "the other tests read both snapshots")]
mod spilo;
mod store;
mod terraform;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials: Vec<Trial> = [
        adopted::trials(),
        again::trials(),
        apply::trials(),
        corpus::trials(),
        figures::trials(),
        guard::trials(),
        impact::trials(),
        linters::trials(),
        operator::trials(),
        patroni::trials(),
        plans::trials(),
        pods::trials(),
        prometheus::trials(),
        queries::trials(),
        readback::trials(),
        restore::trials(),
        sarif::trials(),
        settings::trials(),
        shared::trials(),
        terraform::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    libtest_mimic::run(&arguments, trials).exit();
}
