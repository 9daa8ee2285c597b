//! The rules of the house that no compiler knows.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut files = vec![];
    collect(&root().join(folder), &mut files);
    let read = |path: PathBuf| {
        (path.strip_prefix(root()).unwrap().display().to_string(), fs::read_to_string(&path).unwrap())
    };
    let mut files: Vec<_> = files.into_iter().map(read).collect();
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("target") => {}
            true => collect(&path, files),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
}

fn rooms() -> Vec<(String, String)> {
    ["src", "constructs", "apps"].iter().flat_map(|folder| sources(folder)).collect()
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<_> =
        rooms().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "without a first line of `//!`: {silent:?}");
}

#[test]
fn no_file_is_too_long_to_be_read() {
    // Mirrors of the operator's schema and tables are as long as what they mirror.
    let long: Vec<_> = rooms()
        .into_iter()
        .filter(|(name, text)| {
            !name.contains("crds/") && !name.ends_with("table.rs") && text.lines().count() > 400
        })
        .map(|(name, text)| format!("{name}: {}", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "more than 400 lines: {long:?}");
}

#[test]
fn dependencies_between_rooms_point_one_way() {
    // What each room may not know of.
    let rules: [(&str, &[&str]); 5] = [
        (
            "constructs/values",
            &["crate::crds", "crate::base", "crate::traps", "crate::cluster", "crate::app"],
        ),
        (
            "constructs/crds",
            &["crate::base", "crate::traps", "crate::cluster", "crate::operator::", "crate::app"],
        ),
        (
            "constructs/base",
            &["crate::traps", "crate::cluster", "crate::operator::", "crate::app", "crate::chart"],
        ),
        ("constructs/traps", &["crate::chart", "crate::app"]),
        ("src/synth", &["crate::dist", "crate::load", "crate::cli", "std::fs", "std::env", "std::time"]),
    ];
    let mut broken = vec![];
    for (name, text) in rooms() {
        for (room, forbidden) in rules
            .iter()
            .filter(|(room, _)| name.starts_with(&format!("{room}/")) || name == format!("{room}.rs"))
        {
            broken.extend(
                forbidden
                    .iter()
                    .filter(|word| text.contains(**word))
                    .map(|word| format!("{name} ({room}) knows {word}")),
            );
        }
        let io = ["std::fs", "std::env", "std::net", "std::process", "std::time", "std::io"];
        if name.starts_with("constructs/") {
            broken.extend(
                io.iter().filter(|word| text.contains(**word)).map(|word| format!("{name} knows {word}")),
            );
        }
        if name.contains("serde_saphyr") && !name.starts_with("src/load") {
            broken.push(format!("{name} reads app files"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_version_of_kubernetes_is_one() {
    let mut versions = vec![];
    for file in ["Cargo.toml", "constructs/Cargo.toml", "apps/Cargo.toml", ".ci/run"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let words =
            text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '.');
        let named = words
            .filter_map(|word| word.strip_prefix("v1_").or(word.strip_prefix("1.3").map(|_| &word[2..])));
        let found: Vec<_> = named.filter(|rest| rest.len() == 2).map(str::to_owned).collect();
        assert!(!found.is_empty(), "{file} names no version");
        versions.extend(found);
    }
    versions.dedup();
    assert_eq!(versions.len(), 1, "{versions:?}");
}

#[test]
fn images_are_named_in_one_place() {
    let elsewhere: Vec<_> = rooms()
        .into_iter()
        .filter(|(name, text)| !name.starts_with("constructs/release") && text.contains("ghcr.io/"))
        .map(|(name, _)| name)
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

#[test]
fn nothing_is_left_behind() {
    let mut left = vec![];
    let words = ["todo!(", "unimplemented!(", "dbg!(", "TODO", "FIXME", "#[allow("];
    for (name, text) in rooms() {
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        left.extend(
            words.iter().filter(|word| shipped.contains(**word)).map(|word| format!("{name}: {word}")),
        );
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn every_construct_is_in_an_app_file_with_a_snapshot() {
    let apps: String = fs::read_dir(root().join("tests/apps/valid"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    for section in [
        "operator:",
        "storage:",
        "clusters:",
        "objects:",
        "externalOperator:",
        "retired:",
        "databases:",
        "pooler:",
        "exposure:",
    ] {
        assert!(apps.contains(section), "no app file of tests/apps/valid has `{section}`");
    }
}
