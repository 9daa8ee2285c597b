//! The whole command on an app in YAML, every cluster with a policy and monitoring, beside the floor: two threads that write
//! the same bytes, or compare them. `TMPDIR=/dev/shm cargo bench --package pgsynth --bench floor`; `RUNS` runs of each in turn.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn app(clusters: usize) -> String {
    let mut text = include_str!("../tests/apps/fleet.yaml").to_owned();
    for index in 0..clusters {
        text += &format!(
            "      db-{index}:\n        team: acme\n        postgres: 18\n        volume: {{size: 10Gi}}\n        backup: b\n        \
             monitoring: {{}}\n        databases: {{app: {{owner: app}}}}\n        users: {{app: []}}\n"
        );
    }
    text
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// Every file of a folder, with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match entry.is_dir() {
            true => files.extend(
                self::files(&entry)
                    .into_iter()
                    .map(|(name, bytes)| (Path::new(entry.file_name().unwrap()).join(name), bytes)),
            ),
            false => files.push((PathBuf::from(entry.file_name().unwrap()), fs::read(&entry).unwrap())),
        }
    }
    files
}

/// Both halves of the files at once.
fn halves(files: &[(PathBuf, Vec<u8>)], each: impl Fn(&Path, &[u8]) + Sync) {
    std::thread::scope(|scope| {
        for half in files.chunks(files.len().div_ceil(2)) {
            scope.spawn(|| half.iter().for_each(|(name, bytes)| each(name, bytes)));
        }
    });
}

/// The command; its peak memory in KiB, where `/usr/bin/time` is there to say it.
fn synth(project: &Path) -> Option<u64> {
    let said = project.join("memory");
    let measured = Path::new("/usr/bin/time").exists();
    let mut command = match measured {
        true => Command::new("/usr/bin/time"),
        false => Command::new(env!("CARGO_BIN_EXE_pgsynth")),
    };
    if measured {
        command.args(["--format=%M", "--output"]).arg(&said).arg(env!("CARGO_BIN_EXE_pgsynth"));
    }
    let status =
        command.current_dir(project).args(["synth", "--quiet"]).stderr(Stdio::null()).status().unwrap();
    assert!(status.success());
    fs::read_to_string(said).ok()?.trim().parse().ok()
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn main() {
    let runs = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(5);
    println!("clusters  files  bytes      fresh ms  floor  times  unchanged ms  floor  times  KiB");
    for clusters in [200, 2000, 5000] {
        let folder = tempfile::tempdir().unwrap();
        let (project, copy) = (folder.path().join("project"), folder.path().join("copy"));
        fs::create_dir_all(project.join("apps")).unwrap();
        fs::write(project.join("apps/fleet.yaml"), app(clusters)).unwrap();
        let (mut fresh, mut same, mut writing, mut comparing, mut memory) =
            (vec![], vec![], vec![], vec![], 0);
        let mut known = vec![];
        for _ in 0..runs {
            let _ = fs::remove_dir_all(project.join("dist"));
            fresh.push(timed(|| memory = memory.max(synth(&project).unwrap_or_default())));
            same.push(timed(|| memory = memory.max(synth(&project).unwrap_or_default())));
            known = files(&project.join("dist"));
            let _ = fs::remove_dir_all(&copy);
            writing.push(timed(|| {
                fs::create_dir_all(copy.join("crds")).unwrap();
                halves(&known, |name, bytes| fs::write(copy.join(name), bytes).unwrap());
            }));
            comparing.push(timed(|| {
                halves(&known, |name, bytes| assert!(fs::read(copy.join(name)).unwrap() == bytes))
            }));
        }
        let bytes: usize = known.iter().map(|(_, bytes)| bytes.len()).sum();
        let [fresh, same, writing, comparing] =
            [&mut fresh, &mut same, &mut writing, &mut comparing].map(|times| median(times));
        println!(
            "{clusters:8} {:6} {bytes:10} {fresh:9.1} {writing:6.1} {:6.1} {same:13.1} {comparing:6.1} {:6.1} {memory:5}",
            known.len(),
            fresh / writing,
            same / comparing,
        );
    }
}
