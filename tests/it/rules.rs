//! The pages of the rules are their tests: the bad input is found with the words that the page shows, and the nearest good
//! input is not.
//!
//! `PGSYNTH_UPDATE=1 cargo test --package pgsynth --test it rules` writes the words anew.

use std::path::{Path, PathBuf};

use pgsynth::constructs::Past;
use pgsynth::constructs::base::Code;
use pgsynth::output::State;
use pgsynth::rules::{Check, registry};
use pgsynth::{load, synth};
use serde_yaml::{Mapping, Value};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A fenced block of a page: what it is, and its text.
struct Block<'a> {
    kind: &'a str,
    text: &'a str,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = vec![];
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("```") {
        let (kind, after) = after.split_once('\n').unwrap();
        let (text, after) = after.split_once("```").unwrap();
        blocks.push(Block { kind, text });
        rest = after;
    }
    blocks
}

/// Lays an example over what stands around it; one that says nothing changes nothing.
fn lay_over(under: &mut Value, over: &Value) {
    if over.as_mapping().is_none_or(|map| !map.is_empty()) {
        lay(under, over);
    }
}

/// Lays a map over another: maps join, but for an empty one, and everything else is replaced.
fn lay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Mapping(under), Value::Mapping(over)) if !over.is_empty() => {
            for (key, value) in over {
                match under.get_mut(key).filter(|known| known.is_mapping()) {
                    Some(known) => lay(known, value),
                    None => {
                        under.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (under, over) => *under = over.clone(),
    }
}

fn at<'a>(value: &'a mut Value, path: &[&str]) -> &'a mut Value {
    path.iter().fold(value, |value, key| &mut value[*key])
}

/// The app of an example, and what its output remembers.
fn compose(example: &str) -> (Value, Option<String>) {
    let surroundings = std::fs::read_to_string(root().join("tests/rules/surroundings.yaml")).unwrap();
    let mut app: Value = serde_yaml::from_str(&surroundings).unwrap();
    let example: Mapping = serde_yaml::from_str(example).unwrap_or_else(|error| panic!("{error}\n{example}"));
    let mut record = None;
    for (key, value) in &example {
        let shop = ["charts", "shop"];
        match key.as_str().unwrap() {
            "platform" => app["platform"] = value.clone(),
            "app" => lay_over(&mut app, value),
            "cluster" => lay_over(at(&mut app, &[&shop[..], &["clusters", "main"]].concat()), value),
            "clusters" => {
                let base = at(&mut app, &[&shop[..], &["clusters", "main"]].concat()).clone();
                for (name, cluster) in value.as_mapping().unwrap() {
                    let mut whole = base.clone();
                    lay_over(&mut whole, cluster);
                    let clusters = at(&mut app, &[&shop[..], &["clusters"]].concat());
                    clusters.as_mapping_mut().unwrap().insert(name.clone(), whole);
                }
            }
            "operator" => lay_over(at(&mut app, &["charts", "operator", "operator", "configuration"]), value),
            "external" => {
                app["charts"].as_mapping_mut().unwrap().remove("operator");
                let mut external =
                    serde_yaml::from_str("{namespace: postgres-operator, watch: all}").unwrap();
                lay_over(&mut external, value);
                app["externalOperator"] = external;
            }
            "class" => lay_over(at(&mut app, &[&shop[..], &["objects", "class"]].concat()), value),
            "record" => record = Some(lines(value)),
            other => panic!("an example has no `{other}`"),
        }
    }
    (app, record)
}

/// The lines of `.pgsynth`.
fn lines(record: &Value) -> String {
    let facts: Vec<Vec<String>> = serde_yaml::from_value(record.clone()).unwrap();
    let mut text = "- [\"pgsynth\",\"v2\"]\n- [\"app\",\"rules\"]\n".to_owned();
    for fact in facts {
        text += &format!("- {}\n", serde_json::to_string(&fact).unwrap());
    }
    text
}

/// What is wrong with the app of an example, by this rule.
fn found(code: Code, example: &str) -> Vec<String> {
    let (app, record) = compose(example);
    let text = String::from_utf8(synth::emit(&app)).unwrap();
    let app =
        load::app("rules.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{code}: {error}\n{text}"));
    let folder = tempfile::tempdir().unwrap();
    let record = record.map(|lines| {
        std::fs::write(folder.path().join(".pgsynth"), lines).unwrap();
        State::read(folder.path()).unwrap().unwrap().record
    });
    let problems = match app.validate(&Past { record, accepted: vec![] }) {
        Ok(valid) => valid.warnings().to_vec(),
        Err(problems) => problems.errors.into_iter().chain(problems.warnings).collect(),
    };
    problems
        .iter()
        .filter(|problem| problem.code == code)
        .map(|problem| problem.to_string().replace("\n    help: ", "\n  help: "))
        .collect()
}

fn page(code: Code) -> PathBuf {
    let name = code.id.unwrap_or(code.name);
    let own = root().join(format!("constructs/rules/docs/{name}.md"));
    if own.exists() { own } else { root().join(format!("constructs/upstream/rules/docs/{name}.md")) }
}

#[test]
fn each_page_shows_what_is_found_and_what_is_not() {
    let mut wrong = vec![];
    for rule in registry().rules() {
        let path = page(rule.code);
        let mut text = std::fs::read_to_string(&path).unwrap();
        let heading = match rule.code.id {
            Some(id) => format!("# {} ({id})\n\n", rule.code.name),
            None => format!("# {}\n\n", rule.code.name),
        };
        assert!(text.starts_with(&heading), "{}: the page begins with `{}`", path.display(), heading.trim());
        for part in ["**Why.** ", "**Source.** "] {
            assert!(text.contains(part), "{}: the page has no `{part}`", path.display());
        }
        let page = text.clone();
        let blocks = blocks(&page);
        assert!(!blocks.is_empty() && blocks.len().is_multiple_of(3), "{}", path.display());
        for [bad, problem, good] in blocks.as_chunks().0 {
            let kinds = [bad.kind, problem.kind, good.kind];
            assert_eq!(kinds, ["yaml bad", "problem", "yaml good"], "{}", path.display());
            let lines = found(rule.code, bad.text);
            if lines.is_empty() {
                wrong.push(format!("{} is not found in\n{}", rule.code, bad.text));
            }
            let shown = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            if shown != problem.text {
                let whole =
                    |problem: &str| format!("```yaml bad\n{}```\n\n```problem\n{problem}```", bad.text);
                text = text.replacen(&whole(problem.text), &whole(&shown), 1);
            }
            if !found(rule.code, good.text).is_empty() {
                wrong.push(format!("{} is found in\n{}", rule.code, good.text));
            }
        }
        if text != page {
            match std::env::var_os("PGSYNTH_UPDATE") {
                Some(_) => std::fs::write(&path, text).unwrap(),
                None => {
                    wrong.push(format!("{} shows other words; run with PGSYNTH_UPDATE=1", path.display()))
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_is_of_a_rule() {
    let known: Vec<_> = registry().rules().iter().map(|rule| page(rule.code)).collect();
    for folder in ["constructs/rules/docs", "constructs/upstream/rules/docs"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let other = path.ends_with("undecided.md") || path.ends_with("codes.md");
            assert!(other || known.contains(&path), "{} is of no rule", path.display());
        }
    }
}

#[test]
fn every_message_is_one_sentence_without_its_kind() {
    // The printer begins the sentence; a rule that did it as well would say it twice.
    for rule in registry().rules() {
        for block in blocks(rule.page).iter().filter(|block| block.kind == "problem") {
            for line in block.text.lines().filter(|line| !line.starts_with("  help: ")) {
                for word in
                    ["invalid: invalid", "forbidden: forbidden", "required: required", "no effect: no effect"]
                {
                    assert!(!line.contains(word), "{line}");
                }
            }
        }
    }
}

/// A rule that only a construct asks has a page as well, and no other check can reach it.
#[test]
fn constructs_report_their_own_rules() {
    let own: Vec<_> = registry()
        .rules()
        .iter()
        .filter(|rule| matches!(rule.check, Check::Construct))
        .map(|rule| rule.code.name)
        .collect();
    assert_eq!(own.len(), 10, "{own:?}");
}
