//! Every key of every struct that a user writes, misspelt once, at every depth: an error that names the nearest.

use std::collections::BTreeSet;

use pgsynth::constructs::base::Problem;
use pgsynth::load;

/// A key that is near to none.
const NONSENSE: &str = "qqqqqqqqqqqqqqqqqqqq";

/// The file with `inner` at the end of `path`; a step is a key, or an item of a list.
fn file(path: &[String], inner: &str) -> String {
    path.iter().rev().fold(inner.to_owned(), |inner, step| match step.as_str() {
        "[]" => format!("[{inner}]"),
        key => format!("{{{key}: {inner}}}"),
    })
}

fn error(text: &str) -> Problem {
    load::app("app.yaml", text.as_bytes()).unwrap_err()
}

/// The keys that are known at a path, if there is a struct.
fn keys(path: &[String]) -> Option<Vec<String>> {
    let message = error(&file(path, &format!("{{{NONSENSE}: 1}}"))).sentence();
    let expected = message.strip_prefix(&format!("unknown key `{NONSENSE}`: expected one of "))?;
    Some(
        expected.split(", ").filter(|key| *key != "``").map(|key| key.trim_matches('`').to_owned()).collect(),
    )
}

fn walk(path: &[String], seen: &mut BTreeSet<Vec<String>>, structs: &mut usize, wrong: &mut Vec<String>) {
    let Some(known) = keys(path) else { return };
    *structs += 1;
    for key in &known {
        let middle = key.len() / 2;
        let misspelt = format!("{}{}{}", &key[..middle], &key[middle..=middle], &key[middle..]);
        let problem = error(&file(path, &format!("{{{misspelt}: 1}}")));
        let named = problem.help.as_deref() == Some(&format!("did you mean `{key}`?"));
        if !named || !problem.sentence().starts_with(&format!("unknown key `{misspelt}`: ")) {
            wrong.push(format!("{}: {problem}", path.join(".")));
        }
        let below: Vec<String> = path.iter().cloned().chain([key.clone()]).collect();
        // One of each kind: a struct, a struct in a list, a struct under an id.
        for step in [&[][..], &["[]"], &["a"]] {
            let deeper: Vec<String> =
                below.iter().cloned().chain(step.iter().map(|step| (*step).to_owned())).collect();
            if seen.insert(deeper.clone()) && keys(&deeper).is_some() {
                walk(&deeper, seen, structs, wrong);
                break;
            }
        }
    }
}

#[test]
fn every_key_misspelt_once_is_an_error_that_names_the_nearest() {
    let (mut structs, mut wrong) = (0, vec![]);
    walk(&[], &mut BTreeSet::new(), &mut structs, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The walk goes through all of it: app, charts, clusters, the whole custom resource and the operator's settings.
    assert!(structs > 100, "only {structs} structs were found");
}

/// Keys below which the types mirror those of upstream, and the API server's own bounds hold.
const MIRRORS: &[&str] = &[
    "spec",
    "configuration",
    "volumes",
    "sidecars",
    "initContainers",
    "env",
    "envFrom",
    "tolerations",
    "nodeAffinity",
];

fn leaves(path: &[String], seen: &mut BTreeSet<Vec<String>>, found: &mut Vec<Vec<String>>) {
    let known = keys(path).unwrap_or_default();
    for key in known.into_iter().filter(|key| !MIRRORS.contains(&key.as_str())) {
        let below: Vec<String> = path.iter().cloned().chain([key]).collect();
        found.push(below.clone());
        for step in [&[][..], &["[]"], &["a"]] {
            let deeper: Vec<String> =
                below.iter().cloned().chain(step.iter().map(|step| (*step).to_owned())).collect();
            if seen.insert(deeper.clone()) && keys(&deeper).is_some() {
                leaves(&deeper, seen, found);
                break;
            }
        }
    }
}

/// A whole number that is far too large, or below nothing, is refused where it stands, with its bounds.
#[test]
fn every_whole_number_has_bounds() {
    let mut found = vec![];
    leaves(&[], &mut BTreeSet::new(), &mut found);
    let refused = |path: &[String], value: &str, words: &str| {
        let problem = error(&file(path, value));
        problem.path == path.join(".") && problem.message.contains(words)
    };
    let numbers: Vec<_> = found.iter().filter(|path| refused(path, "a text", "a whole number")).collect();
    assert!(numbers.len() >= 15, "only {} numbers were found", numbers.len());
    for path in numbers {
        for number in ["4294967295", "18446744073709551615", "-1"] {
            assert!(refused(path, number, "expected a whole number from "), "{}: {number}", path.join("."));
        }
    }
}
