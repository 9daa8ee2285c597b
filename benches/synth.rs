//! Emission against serde_json on the same value, and the whole synth at three sizes: `cargo bench --package pgsynth`.
//!
//! A harness of one's own keeps the bench free of dependencies: medians of repeated runs, printed as a table.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use pgsynth::constructs::operator::WatchSetting;
use pgsynth::constructs::platform::Platform;
use pgsynth::constructs::releases::ReleaseName;
use pgsynth::constructs::{App, Backup, Chart, Cluster, Database, Namespace, Operator, Past, Volume};
use pgsynth::dist::{State, plan};
use pgsynth::synth::{Emitter, drafts};

fn app(clusters: usize) -> App {
    let mut app = App::new("bench".parse().unwrap(), ReleaseName::NEWEST, Platform::Hetzner);
    let mut operator = Chart::new(Namespace::created("postgres-operator".parse().unwrap()));
    operator.operator = Some(Operator::new(WatchSetting::All));
    app.charts.add("operator", operator).unwrap();
    let mut shop = Chart::new(Namespace::created("shop".parse().unwrap()));
    for index in 0..clusters {
        let volume = Volume::new("50Gi".parse().unwrap());
        let mut cluster =
            Cluster::new("acme".parse().unwrap(), "18".parse().unwrap(), volume, Backup::none("a bench"));
        cluster.users.insert("shop".to_owned(), vec![]);
        cluster.databases.insert("shop".to_owned(), Database::owned_by("shop"));
        for name in ["log_connections", "log_disconnections", "log_checkpoints", "jit"] {
            cluster.parameters.insert(name.to_owned(), true.into());
        }
        shop.clusters.add(&format!("orders-{index}"), cluster).unwrap();
    }
    app.charts.add("shop", shop).unwrap();
    app
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
            let drafts = drafts(&app, &valid);
            let state = State::new(app.name.as_str(), valid.record(), &drafts);
            plan(output, State::read(output).unwrap().as_ref(), &state, None, &drafts)
                .unwrap()
                .write()
                .unwrap()
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
