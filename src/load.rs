//! App file: text to [`App`]. The only reader of YAML app files.
//!
//! The text is read into a tree whose nodes know their places, and the types from it (`reader`), so that every error
//! stands at the path, line and column that it comes from, inside anchors and merged maps too. Where `validate` finds a
//! problem, the text is read once more for the places of its paths ([`locate`]).

mod edit;
mod environments;

use crate::yaml::DuplicateKeyPolicy;
use pgsynth_constructs::App;
use pgsynth_constructs::base::{Code, Kind, Location, Problem, Problems};
use serde::Deserialize;
use serde_saphyr::Error;

use crate::yaml::{LARGEST, Place, Reader, Value, conflict, innermost, message, tree};
pub use edit::{Edit, Fields, edit};

/// Reads an app file without environments. `file` is its name for messages.
///
/// # Errors
/// The first thing that is wrong with the text, with path, line and column.
pub fn app(file: &str, bytes: &[u8]) -> Result<App, Problem> {
    let mut apps = apps(file, bytes)?;
    match (apps.pop(), apps.is_empty()) {
        (Some((None, app)), true) => Ok(app),
        _ => Err(unreadable("it has environments, and is several apps", at(file, 1, 1))),
    }
}

/// Reads an app file: one app, or one for each of its environments, with the environment's name.
///
/// # Errors
/// The first thing that is wrong with the text, with path, line and column.
pub fn apps(file: &str, bytes: &[u8]) -> Result<Vec<(Option<String>, App)>, Problem> {
    let text = text(file, bytes)?;
    if let Some(line) = conflict(text) {
        return Err(unreadable("a merge conflict is not resolved here", at(file, line + 1, 1)));
    }
    let node = tree(text, DuplicateKeyPolicy::Error).map_err(|error| problem(file, text, &error))?;
    if matches!(node.value, Value::Null) {
        return Err(unreadable("the file is empty; `pgsynth init` writes a first app", at(file, 1, 1)));
    }
    let mut apps = vec![];
    for (environment, mut node) in environments::split(file, text, node)? {
        node.take_away(text);
        let app = App::deserialize(Reader { text, node: &node }).map_err(|error| {
            let (problem, place) = error.into_parts();
            Problem { place: Some(at_place(file, place.unwrap_or(node.place))), ..problem }
        })?;
        apps.push((environment, app));
    }
    Ok(apps)
}

/// Gives every problem of an app whose path stands in the file its line and column: in the environment, or in what is common.
pub fn locate(file: &str, bytes: &[u8], environment: Option<&str>, problems: &mut Problems) {
    let Ok(text) = text(file, bytes) else { return };
    let Ok(tree) = tree(text, DuplicateKeyPolicy::Error) else { return };
    let Ok(trees) = environments::split(file, text, tree) else { return };
    let Some((_, tree)) = trees.into_iter().find(|(name, _)| name.as_deref() == environment) else { return };
    for problem in problems.errors.iter_mut().chain(&mut problems.warnings) {
        problem.place = tree.place_of(&problem.path, text).map(|place| at_place(file, place));
    }
}

/// A file that is no app file.
fn unreadable(message: &str, place: Location) -> Problem {
    let mut problem = Problem::of_complaint("", message);
    if problem.kind == Kind::Invalid {
        problem.code = Code::named("unreadable-file");
    }
    Problem { place: Some(place), ..problem }
}

fn at(file: &str, line: usize, column: usize) -> Location {
    Location { file: file.to_owned(), line, column }
}

fn at_place(file: &str, place: Place) -> Location {
    at(file, place.line as usize, place.column as usize)
}

fn text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Problem> {
    if bytes.len() > LARGEST {
        let message =
            format!("{} bytes are too many for an app file; at most {LARGEST} are read", bytes.len());
        return Err(unreadable(&message, at(file, 1, 1)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = &bytes[..error.valid_up_to()];
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
        let column =
            1 + String::from_utf8_lossy(valid).chars().rev().take_while(|letter| *letter != '\n').count();
        unreadable("not UTF-8 here; save the file as UTF-8", at(file, line, column))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// What is wrong with the YAML itself.
fn problem(file: &str, text: &str, error: &Error) -> Problem {
    let inner = innermost(error);
    let (line, column) = inner.location().map_or((1, 1), |location| {
        let place = Place::from(location);
        (place.line.max(1), place.column.max(1))
    });
    let path = match inner {
        Error::DuplicateMappingKey { .. } => tree(text, DuplicateKeyPolicy::LastWins)
            .ok()
            .and_then(|tree| tree.path_of_key((line, column), text)),
        _ => None,
    };
    let place = at(file, line as usize, column as usize);
    match path {
        Some(path) => Problem { place: Some(place), ..Problem::of_complaint(path, &message(inner)) },
        None => unreadable(&message(inner), place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        app("apps/shop.yaml", text.as_bytes()).unwrap_err().to_string()
    }

    const HEAD: &str = "pgsynth: v1\nrelease: \"2026.11\"\nname: shop\nplatform: hetzner\n";

    #[test]
    fn a_misspelt_key_is_named_with_the_nearest_and_its_place() {
        insta::assert_snapshot!(error(&format!("{HEAD}charts:\n  shop:\n    namespce: shop\n")), @r"
        charts.shop.namespce (apps/shop.yaml:7:5): unknown key `namespce`: expected one of `namespace`, `labels`, `operator`, `storage`, `clusters`, `objects` [unknown-key]
            help: did you mean `namespace`?
        ");
    }

    #[test]
    fn a_wrong_value_in_an_anchor_stands_where_it_was_written() {
        let text = format!(
            "{HEAD}templates:\n  small: &small\n    volume: {{size: 1.5}}\ncharts:\n  shop:\n    namespace: shop\n    clusters:\n      main: *small\n"
        );
        insta::assert_snapshot!(error(&text), @"charts.shop.clusters.main.volume.size (apps/shop.yaml:7:20): invalid value `1.5`: expected a size as text, in quotes, but this is a number [invalid-value]");
        let text = text.replace("main: *small", "main:\n        <<: *small\n        team: acme");
        insta::assert_snapshot!(error(&text), @"charts.shop.clusters.main.volume.size (apps/shop.yaml:7:20): invalid value `1.5`: expected a size as text, in quotes, but this is a number [invalid-value]");
    }

    #[test]
    fn a_number_is_the_text_that_was_written_where_a_text_is_wanted() {
        let text = format!(
            "{HEAD}templates: [é, &at 1.10]\ncharts:\n  shop:\n    namespace: shop\n    labels:\n      2026: 0x1F # é\n      yes: *at\n      é: true\n"
        );
        let app = app("apps/shop.yaml", text.as_bytes()).unwrap();
        let labels = &app.charts.get("shop").unwrap().labels;
        insta::assert_compact_debug_snapshot!(labels, @r#"{"2026": "0x1F", "yes": "1.10", "é": "true"}"#);
    }

    #[test]
    fn a_value_of_another_type_is_named_with_what_is_wanted() {
        let cluster = |fields: &str| {
            error(&format!("{HEAD}charts: {{shop: {{namespace: shop, clusters: {{main: {fields}}}}}}}\n"))
        };
        insta::assert_snapshot!(cluster("{instances: '2'}"), @"charts.shop.clusters.main.instances (apps/shop.yaml:5:63): invalid value `2`: expected a whole number from 0 to 100, but this is a string [invalid-value]");
        insta::assert_snapshot!(cluster("{instances: -1}"), @"charts.shop.clusters.main.instances (apps/shop.yaml:5:63): invalid value `-1`: expected a whole number from 0 to 100 [invalid-value]");
        insta::assert_snapshot!(cluster("{exposure: {primary: {loadBalancer: {public: yes}}}}"), @"charts.shop.clusters.main.exposure.primary.loadBalancer.public (apps/shop.yaml:5:96): invalid value `yes`: expected `true` or `false`, but this is a string [invalid-value]");
        insta::assert_snapshot!(cluster("[1]"), @"charts.shop.clusters.main (apps/shop.yaml:5:51): expected a map, such as `{}`, but this is a list [invalid-value]");
        insta::assert_snapshot!(cluster("{users: {shop: superuser}}"), @"charts.shop.clusters.main.users.shop (apps/shop.yaml:5:66): invalid value `superuser`: expected a list, such as `[]`, but this is a string [invalid-value]");
        insta::assert_snapshot!(cluster("{users: {shop: [createdb, []]}}"), @"charts.shop.clusters.main.users.shop.1 (apps/shop.yaml:5:77): expected a role flag as text, in quotes, but this is a list [invalid-value]");
        insta::assert_snapshot!(cluster("{? [a] : b}"), @"charts.shop.clusters.main (apps/shop.yaml:5:54): expected a string, but this is a list [invalid-value]");
    }

    #[test]
    fn what_is_no_app_file_is_refused_in_a_sentence() {
        insta::assert_snapshot!(error("pgsynth: v2\n"), @r"
        pgsynth (apps/shop.yaml:1:10): invalid value `v2`: expected one of `v1` [invalid-value]
            help: did you mean `v1`?
        ");
        insta::assert_snapshot!(error("pgsynth: v1\n"), @"name (apps/shop.yaml:1:1): required: the key `name` is missing [missing-field]");
        insta::assert_snapshot!(error(&format!("{HEAD}name: two\n")), @"name (apps/shop.yaml:5:1): duplicate value `name`: each key may appear only once [duplicate-value]");
        insta::assert_snapshot!(error(&format!("{HEAD}---\na: 1\n")), @"apps/shop.yaml:6:1: more than one document: an app file holds one; put each into a file of its own [unreadable-file]");
        insta::assert_snapshot!(error(&format!("{HEAD}charts:\n\tshop: 1\n")), @"apps/shop.yaml:6:2: tabs disallowed within this context (block indentation) [unreadable-file]");
        insta::assert_snapshot!(error(&format!("{HEAD}templates: {}{}", "[".repeat(10_000), "]".repeat(10_000))), @"apps/shop.yaml:5:76: recursion limit exceeded [unreadable-file]");
        insta::assert_snapshot!(error(""), @"apps/shop.yaml:1:1: the file is empty; `pgsynth init` writes a first app [unreadable-file]");
        insta::assert_snapshot!(app("apps/shop.yaml", b"pgsynth: v1\nname: \xff\n").unwrap_err(), @"apps/shop.yaml:2:7: not UTF-8 here; save the file as UTF-8 [unreadable-file]");
    }

    #[test]
    fn anchors_cannot_make_a_small_file_a_large_one() {
        let mut text = format!("{HEAD}templates:\n  l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..9 {
            let list = format!("*l{}, ", level - 1).repeat(9);
            text += &format!("  l{level}: &l{level} [{}]\n", list.trim_end_matches(", "));
        }
        insta::assert_snapshot!(error(&text), @"apps/shop.yaml:6:42: too large, too deeply nested or with too many expansions [unreadable-file]");
    }

    #[test]
    fn a_byte_order_mark_and_carriage_returns_are_read_over() {
        let text = format!("\u{feff}{HEAD}").replace('\n', "\r\n");
        assert_eq!(app("apps/shop.yaml", text.as_bytes()).unwrap().name.as_str(), "shop");
    }

    #[test]
    fn a_problem_of_validation_gets_its_place() {
        let text = format!(
            "{HEAD}templates:\n  at: &at\n    team: acme\ncharts:\n  shop:\n    namespace: shop\n    clusters:\n      main:\n        <<: *at\n        postgres: 18\n"
        );
        let mut problems = Problems::default();
        problems.invalid("charts.shop.clusters.main.postgres", 18, "x");
        problems.invalid("charts.shop.clusters.main.team", "acme", "x");
        problems.invalid("charts.shop.clusters.main.instances", 2, "x");
        problems.invalid("externalOperator", "", "x");
        locate("apps/shop.yaml", text.as_bytes(), None, &mut problems);
        insta::assert_snapshot!(problems, @r"
        charts.shop.clusters.main.postgres (apps/shop.yaml:14:19): invalid value `18`: x [invalid-value]
        charts.shop.clusters.main.team (apps/shop.yaml:7:11): invalid value `acme`: x [invalid-value]
        charts.shop.clusters.main.instances (apps/shop.yaml:12:7): invalid value `2`: x [invalid-value]
        externalOperator: invalid value ``: x [invalid-value]
        ");
    }
}
