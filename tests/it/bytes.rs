//! Same app, same bytes: twice, elsewhere, under another locale, time zone, user and number of threads, in debug and
//! release; and what an unchanged run touches.

use std::fs;
use std::process::Command;
use std::time::SystemTime;

use crate::project::{APP, Project, said};

/// A program and how it is called before the command, if the machine has it.
fn through(program: &[&str], project: &Project, arguments: &[&str]) -> Option<Command> {
    let there = Command::new(program[0]).arg("--version").output().is_ok();
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).arg(env!("CARGO_BIN_EXE_pgsynth")).args(arguments);
    command.current_dir(project.path("."));
    there.then_some(command)
}

#[test]
fn the_same_bytes_everywhere() {
    let first = Project::with_app();
    assert_eq!(first.run(&["synth"]).code, 0);
    let wanted = first.files("dist");
    assert!(wanted.len() >= 6);

    // Twice, and elsewhere, from a folder below.
    assert_eq!(first.run(&["synth"]).code, 0);
    assert!(first.files("dist") == wanted);
    let below = Project::with_app().file("some/folder/below/it", b"");
    let mut command = below.command(&["synth"]);
    assert_eq!(said(command.current_dir(below.path("some/folder/below"))).code, 0);
    assert!(below.files("dist") == wanted);

    // Another locale, time zone, home and user's name.
    let elsewhere = Project::with_app();
    let mut command = elsewhere.command(&["synth"]);
    command.envs([
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "tr_TR.UTF-8"),
        ("TZ", "Asia/Kathmandu"),
        ("HOME", "/nowhere"),
        ("USER", "somebody"),
    ]);
    assert_eq!(said(&mut command).code, 0);
    assert!(elsewhere.files("dist") == wanted);

    // One processor, so one thread.
    let single = Project::with_app();
    if let Some(mut command) = through(&["taskset", "-c", "0"], &single, &["synth"]) {
        assert_eq!(said(&mut command).code, 0);
        assert!(single.files("dist") == wanted);
    }
}

#[test]
fn many_files_are_the_same_with_any_number_of_threads() {
    let clusters: String = (0..300)
        .map(|index| format!("      c{index}: {{team: acme, postgres: 18, volume: {{size: 10Gi}}, backup: {{none: a test}}}}\n"))
        .collect();
    let text =
        APP.split_inclusive('\n').filter(|line| !line.contains("main:")).collect::<String>() + &clusters;
    let (many, single) = (Project::new().app(&text), Project::new().app(&text));
    assert_eq!(many.run(&["synth"]).code, 0);
    assert!(many.files("dist").len() > 300);
    let Some(mut command) = through(&["taskset", "-c", "0"], &single, &["synth"]) else { return };
    assert_eq!(said(&mut command).code, 0);
    assert!(many.files("dist") == single.files("dist"));
}

/// The committed output was rendered in release; this binary is the one of the tests.
#[test]
fn debug_and_release_render_the_same() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let project =
        Project::new().file("apps/hetzner.yaml", &fs::read(root.join("tests/apps/hetzner.yaml")).unwrap());
    assert_eq!(project.run(&["synth"]).code, 0);
    for (name, bytes) in project.files("dist") {
        assert!(fs::read(root.join("dist").join(&name)).unwrap() == bytes, "{name} differs");
    }
}

#[test]
fn an_unchanged_run_writes_no_file() {
    let project = Project::with_app();
    assert_eq!(project.run(&["synth"]).code, 0);
    let times = || -> Vec<(String, SystemTime)> {
        let names = project.files("dist").into_iter().map(|(name, _)| name);
        names
            .map(|name| {
                (name.clone(), fs::metadata(project.path("dist").join(name)).unwrap().modified().unwrap())
            })
            .collect()
    };
    let before = times();
    let second = project.run(&["synth"]);
    assert!(second.err.contains("0 written, 0 removed"), "{}", second.err);
    assert_eq!(before, times());
    // With nothing to write a folder that cannot be written is no problem.
    assert_eq!(project.run(&["synth", "--check"]).code, 0);
}
