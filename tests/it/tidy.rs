//! The rules of the house that no compiler knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pgsynth::rules::{UNDECIDED, registry};

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

/// Lines of code: comments for the reader are as long as they have to be.
fn lines_of_code(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//")).count()
}

#[test]
fn no_file_is_too_long_to_be_read() {
    let all = rooms().into_iter().chain(["tests", "benches"].iter().flat_map(|folder| sources(folder)));
    let long: Vec<_> =
        all.map(|(name, text)| (lines_of_code(&text), name)).filter(|(lines, _)| *lines > 400).collect();
    assert!(long.is_empty(), "more than 400 lines of code: {long:?}");
    let snapshots =
        fs::read_dir(root().join("tests/it/snapshots")).unwrap().map(|entry| entry.unwrap().path());
    let long: Vec<_> =
        snapshots.filter(|path| fs::read_to_string(path).unwrap().lines().count() > 600).collect();
    assert!(long.is_empty(), "snapshots of more than 600 lines: {long:?}");
}

/// The crates point one way by Cargo; inside a crate, no two modules at its top know each other, however far around.
#[test]
fn no_modules_form_a_circle() {
    for (folder, inner) in
        [("constructs/upstream", &[][..]), ("constructs", &["constructs/upstream/"]), ("src", &[])]
    {
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, text) in sources(folder) {
            if inner.iter().any(|inner| name.starts_with(inner)) {
                continue;
            }
            let rest = name.strip_prefix(&format!("{folder}/")).unwrap();
            let module = rest.split(['/', '.']).next().unwrap().to_owned();
            let code = shipped(&text);
            let known = code.split("crate::").skip(1).map(|rest| {
                rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .next()
                    .unwrap()
                    .to_owned()
            });
            // `lib` names every module; `crate::` in a macro that is exported is the macro's own business.
            let of = arrows.entry(module.clone()).or_default();
            of.extend(known.filter(|known| *known != module && !known.is_empty()));
        }
        arrows.remove("lib");
        let modules: BTreeSet<String> = arrows.keys().cloned().collect();
        for of in arrows.values_mut() {
            of.retain(|known| modules.contains(known));
        }
        // Takes away what points nowhere, until nothing is left or only circles are.
        loop {
            let ends: BTreeSet<String> =
                arrows.iter().filter(|(_, of)| of.is_empty()).map(|(name, _)| name.clone()).collect();
            if ends.is_empty() {
                break;
            }
            arrows.retain(|name, _| !ends.contains(name));
            arrows.values_mut().for_each(|of| of.retain(|known| !ends.contains(known)));
        }
        assert!(arrows.is_empty(), "{folder}: circles among {arrows:#?}");
    }
}

/// What ships, without comments and tests.
fn shipped(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_each_room_may_do() {
    let io = ["std::fs", "std::env", "std::net", "std::process", "std::time", "std::io"];
    let pure = ["std::fs", "std::env", "std::time", "crate::output", "crate::load", "crate::cli"];
    let writes =
        ["fs::write", "fs::create_dir", "fs::rename", "fs::remove", "File::create", "create_new(true)"];
    let mut broken = vec![];
    for (name, text) in rooms() {
        let code = shipped(&text);
        let mut never = |words: &[&str], what: &str| {
            broken.extend(
                words
                    .iter()
                    .filter(|word| code.contains(**word))
                    .map(|word| format!("{name} {what} ({word})")),
            );
        };
        if name.starts_with("constructs/") {
            never(&io, "does input or output");
        }
        if name.starts_with("src/synth") || name.starts_with("src/report") {
            never(&pure, "is not pure");
        }
        if !name.starts_with("src/output") {
            never(&writes, "writes files, which src/output alone does");
        }
        // What the reader says of a text that is no YAML goes through.
        let hands_on = name.starts_with("src/load");
        if !name.starts_with("src/yaml") && !hands_on {
            never(&["serde_saphyr"], "reads YAML with places, which src/yaml alone does");
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A name of the standard library's sends a reader to the wrong room; a tuple of booleans says nothing at all.
#[test]
fn types_have_names_of_their_own() {
    let taken = [
        "Box", "Clone", "Command", "Copy", "Debug", "Default", "Display", "Drop", "Duration", "Eq", "Error",
        "File", "From", "Hash", "Instant", "Into", "Iterator", "Option", "Ord", "Path", "Read", "Result",
        "String", "Sync", "Vec", "Write",
    ];
    let mut wrong = vec![];
    for (name, text) in rooms() {
        let code = shipped(&text);
        for kind in ["struct ", "enum ", "trait ", "type "] {
            for rest in code.split(kind).skip(1) {
                let word = rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
                // `type Error = ...` of a trait is the trait's own.
                if taken.contains(&word) && !(kind == "type " && rest.starts_with("Error =")) {
                    wrong.push(format!("{name}: {kind}{word}"));
                }
            }
        }
        if code.contains("(bool, bool") {
            wrong.push(format!("{name}: a tuple of booleans"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every number of the fact sheets is a rule, or stands with the reason in the page of those that are not decided.
#[test]
fn every_number_of_the_fact_sheets_is_decided_or_says_why_not() {
    let ids = |text: &str, letter: char| -> BTreeSet<String> {
        let first =
            |line: &str| line.strip_prefix("| ").and_then(|rest| rest.split(" |").next()).map(str::to_owned);
        let number = |id: &String| {
            id.strip_prefix(letter)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        text.lines().filter_map(first).filter(number).collect()
    };
    for (file, letter) in [("docs/operator.md", 'T'), ("docs/platform.md", 'L')] {
        let sheet = ids(&fs::read_to_string(root().join(file)).unwrap(), letter);
        let decided: BTreeSet<String> = registry()
            .rules()
            .iter()
            .filter_map(|rule| rule.code.id)
            .filter(|id| id.starts_with(letter))
            .map(str::to_owned)
            .collect();
        let open = ids(UNDECIDED, letter);
        assert!(decided.is_disjoint(&open), "{:?}", decided.intersection(&open));
        let known: BTreeSet<String> = decided.union(&open).cloned().collect();
        assert_eq!(sheet, known, "{file}");
    }
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
