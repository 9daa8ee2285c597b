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

/// The structs at and below a path with their keys, none of `passed_over` among them.
fn structs(
    path: &[String],
    passed_over: &[&str],
    seen: &mut BTreeSet<Vec<String>>,
    found: &mut Vec<(Vec<String>, Vec<String>)>,
) {
    let Some(mut known) = keys(path) else { return };
    known.retain(|key| !passed_over.contains(&key.as_str()));
    found.push((path.to_owned(), known.clone()));
    for key in known {
        let below: Vec<String> = path.iter().cloned().chain([key]).collect();
        // One of each kind: a struct, a struct in a list, a struct under an id.
        for step in [&[][..], &["[]"], &["a"]] {
            let deeper: Vec<String> =
                below.iter().cloned().chain(step.iter().map(|step| (*step).to_owned())).collect();
            if seen.insert(deeper.clone()) && keys(&deeper).is_some() {
                structs(&deeper, passed_over, seen, found);
                break;
            }
        }
    }
}

fn all_structs(passed_over: &[&str]) -> Vec<(Vec<String>, Vec<String>)> {
    let mut found = vec![];
    structs(&[], passed_over, &mut BTreeSet::new(), &mut found);
    found
}

#[test]
fn every_key_misspelt_once_is_an_error_that_names_the_nearest() {
    let found = all_structs(&[]);
    let mut wrong = vec![];
    for (path, known) in &found {
        for key in known {
            let middle = key.len() / 2;
            let misspelt = format!("{}{}{}", &key[..middle], &key[middle..=middle], &key[middle..]);
            let problem = error(&file(path, &format!("{{{misspelt}: 1}}")));
            let named = problem.help.as_deref() == Some(&format!("did you mean `{key}`?"));
            if !named || !problem.sentence().starts_with(&format!("unknown key `{misspelt}`: ")) {
                wrong.push(format!("{}: {problem}", path.join(".")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The walk goes through all of it: app, charts, clusters, the whole custom resource and the operator's settings.
    assert!(found.len() > 100, "only {} structs were found", found.len());
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

/// A whole number that is far too large, or below nothing, is refused where it stands, with its bounds.
#[test]
fn every_whole_number_has_bounds() {
    let found = all_structs(MIRRORS);
    let fields = found.iter().flat_map(|(path, known)| {
        known.iter().map(move |key| path.iter().cloned().chain([key.clone()]).collect::<Vec<_>>())
    });
    let refused = |path: &[String], value: &str, words: &str| {
        let problem = error(&file(path, value));
        problem.path == path.join(".") && problem.message.contains(words)
    };
    let numbers: Vec<_> = fields.filter(|path| refused(path, "a text", "a whole number")).collect();
    assert!(numbers.len() >= 15, "only {} numbers were found", numbers.len());
    for path in numbers {
        for number in ["4294967295", "18446744073709551615", "-1"] {
            assert!(refused(&path, number, "expected a whole number from "), "{}: {number}", path.join("."));
        }
    }
}
