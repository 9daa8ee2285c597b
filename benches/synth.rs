//! Emission against serde_json on the same value, and the whole synth at three sizes: `cargo bench --package pgsynth`.
//!
//! Its own small harness keeps the bench free of dependencies: medians of repeated runs, printed as a table.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use pgsynth::constructs::Past;
use pgsynth::output::{State, plan};
use pgsynth::prelude::*;
use pgsynth::synth::{Emitter, bundle};

fn app(clusters: usize) -> App {
    let operator =
        Chart::new(Namespace::created("postgres-operator")).operator(Operator::new(WatchSetting::All));
    let mut shop = Chart::new(Namespace::created("shop"));
    for index in 0..clusters {
        let mut cluster = Cluster::new("acme", "18", Volume::new("50Gi"), Backup::none("a bench"))
            .users("shop", [])
            .databases("shop", Database::owned_by("shop"));
        for name in ["log_connections", "log_disconnections", "log_checkpoints", "jit"] {
            cluster = cluster.parameters(name, true);
        }
        shop = shop.clusters(format!("orders-{index}"), cluster);
    }
    App::new("bench", ReleaseName::NEWEST, Platform::Hetzner)
        .charts("operator", operator)
        .charts("shop", shop)
}

/// The median of repeated runs.
fn median(runs: usize, mut run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<_> = (0..runs).map(|_| run()).collect();
    times.sort();
    times[runs / 2]
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(run());
    start.elapsed()
}

fn emission() {
    let app = app(1);
    let valid = app.validate(&Past::default()).unwrap();
    let object = valid.objects().iter().find(|object| object.identity.kind == "postgresql").unwrap();
    let body: &pgsynth::constructs::crds::postgresql::Postgresql = object.downcast().unwrap();
    const ROUNDS: u32 = 2000;
    let mut emitter = Emitter::default();
    let ours = median(31, || {
        timed(|| {
            (0..ROUNDS).for_each(|_| {
                emitter.clear();
                emitter.value(black_box(body));
            })
        })
    });
    let boxed = median(31, || {
        timed(|| {
            (0..ROUNDS).for_each(|_| {
                emitter.clear();
                emitter.object(black_box(object.body()));
            })
        })
    });
    let mut json = Vec::new();
    let theirs = median(31, || {
        timed(|| {
            (0..ROUNDS).for_each(|_| {
                json.clear();
                serde_json::to_writer(&mut json, black_box(body)).unwrap();
            })
        })
    });
    let each = |time: Duration| time.as_nanos() as f64 / f64::from(ROUNDS) / 1000.0;
    emitter.clear();
    emitter.value(body);
    println!(
        "emission of one postgresql object, {} bytes of YAML, {} of JSON",
        emitter.bytes().len(),
        json.len()
    );
    println!("  serde_json, compact        {:>8.2} us", each(theirs));
    println!(
        "  the emitter                {:>8.2} us  {:.2} of serde_json",
        each(ours),
        each(ours) / each(theirs)
    );
    println!(
        "  the emitter, as in synth   {:>8.2} us  {:.2} of serde_json",
        each(boxed),
        each(boxed) / each(theirs)
    );
}

fn whole() {
    println!("validate, render, emit, write: one file for each cluster, medians");
    let mut before = None;
    for clusters in [1, 200, 2000] {
        let app = app(clusters);
        let folder = tempfile::tempdir().unwrap();
        let run = |output: &std::path::Path| {
            let valid = app.validate(&Past::default()).unwrap();
            let bundle = bundle(&valid);
            let before = State::read(output).unwrap();
            plan(output, before.as_ref(), &bundle, None).unwrap().write().unwrap();
        };
        let mut fresh = 0;
        let first = median(5, || {
            fresh += 1;
            timed(|| run(&folder.path().join(fresh.to_string())))
        });
        let same = median(5, || timed(|| run(&folder.path().join("1"))));
        let growth = before
            .map(|before: f64| format!("  {:.1} times the one above", first.as_secs_f64() / before))
            .unwrap_or_default();
        println!(
            "  {clusters:>5} clusters  fresh {:>9.2} ms  unchanged {:>9.2} ms{growth}",
            first.as_secs_f64() * 1e3,
            same.as_secs_f64() * 1e3
        );
        before = Some(first.as_secs_f64());
    }
}

fn main() {
    emission();
    whole();
}
