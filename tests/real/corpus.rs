//! What lint says of manifests that strangers wrote, rule by rule; `PGSYNTH_UPDATE=1` writes the counts anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use pgsynth::lint::{Settings, Source, lint};
use pgsynth::report::rules;
use pgsynth::synth;

use pgsynth::constructs::Past;
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::constructs::release::ReleaseName;
use pgsynth::constructs::values::Platform;
use pgsynth::import::{self, Imported, import};

use super::parts::{data, data_and_parts, shared};
use super::server::Server;

const FINDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/corpus/findings.txt");

pub fn trials() -> Vec<Trial> {
    vec![
        data("corpus", "corpus::every_finding_is_known", findings),
        data("corpus", "corpus::an_expert_says_the_same", expert),
        data("corpus", "corpus::what_is_imported_renders_the_same", imported),
        data_and_parts(
            "corpus",
            &["etcd", "kube-apiserver", "kubectl", "openssl"],
            "corpus::the_api_server_sees_the_same",
            same_to_the_server,
        ),
        data("corpus", "corpus::a_thousand_manifests_take_less_than_a_second", thousand),
    ]
}

/// The files of the corpus, each as it is read, in the order of their names.
pub fn files() -> Result<Vec<Source>, Failed> {
    let mut files: Vec<_> = std::fs::read_dir(shared("corpus"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Source::read(name, &std::fs::read(&path)?).map_err(|problem| problem.to_string().into())
    };
    files.into_iter().map(read).collect()
}

/// How often each rule speaks, each file by itself: what of it is an error, and what a warning.
fn findings() -> Result<(), Failed> {
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for source in files()? {
        let account = lint(std::slice::from_ref(&source), &Settings::default());
        for (level, problems) in [&account.errors, &account.warnings].into_iter().enumerate() {
            for problem in problems {
                counts.entry(problem.code.to_string()).or_default()[level] += 1;
                let place = problem.place.as_ref().ok_or_else(|| format!("{problem} has no place"))?;
                if place.file != source.name || place.line > source.lines() {
                    return Err(format!("{problem} is not in {}", source.name).into());
                }
            }
        }
        let text = rules::text(&account);
        if text.contains("panicked") {
            return Err(text.into());
        }
    }
    let mut text = String::new();
    for (code, [errors, warnings]) in &counts {
        writeln!(text, "{errors:4} errors {warnings:4} warnings  {code}")?;
    }
    if std::env::var_os("PGSYNTH_UPDATE").is_some() {
        std::fs::write(FINDINGS, &text)?;
    }
    let known = std::fs::read_to_string(FINDINGS)?;
    match text == known {
        true => Ok(()),
        false => Err(format!("found\n{text}known\n{known}").into()),
    }
}

/// What somebody who knows the operator says of twenty of the manifests, written from its sources before the rules were run:
/// the beginning of the file's name, the field, how bad it is, and the trap's number. Not all of it can be read from the file.
const EXPERT: &str = include_str!("corpus/expert.tsv");

/// How many of the expert's remarks a rule makes as well; the others are about what a rule would guess at.
const AGREED: usize = 181;

fn expert() -> Result<(), Failed> {
    let files = files()?;
    let (mut agreed, mut alone) = (0, vec![]);
    for line in EXPERT.lines() {
        let [file, path, _, trap] = line.split('\t').collect::<Vec<_>>()[..] else { return Err(line.into()) };
        let path = path.replace('[', ".").replace(']', "");
        let source = files.iter().find(|source| source.name.starts_with(file)).ok_or("no such file")?;
        let account = lint(std::slice::from_ref(source), &Settings::default());
        let mut problems = account.errors.iter().chain(&account.warnings);
        let said = problems.any(|problem| {
            let at = problem.path.splitn(3, ' ').nth(2).unwrap_or_default();
            let below =
                |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'));
            problem.code.id == Some(trap)
                || at == path
                || below(at, &path)
                || (at.contains('.') && below(&path, at))
        });
        match said {
            true => agreed += 1,
            false => alone.push(line),
        }
    }
    match agreed == AGREED {
        true => Ok(()),
        false => {
            Err(format!("{agreed} remarks are made by rules, not {AGREED}; alone:\n{}", alone.join("\n"))
                .into())
        }
    }
}

/// An app of one file.
pub fn app_of(source: &Source) -> Result<Imported, Failed> {
    let settings = import::Settings {
        name: "corpus".to_owned(),
        release: ReleaseName::NEWEST,
        platform: Platform::Other,
    };
    Ok(import(std::slice::from_ref(source), &settings)?)
}

/// What an app renders for its clusters.
pub fn rendered(imported: &Imported) -> Result<Vec<Postgresql>, Failed> {
    let valid = imported.app.validate(&Past::default()).map_err(|problems| problems.to_string())?;
    Ok(valid.objects().iter().filter_map(|object| object.downcast::<Postgresql>()).cloned().collect())
}

/// How many of the files are as they were, how many have a named difference, and how many cannot be imported; and that the
/// import of what is rendered gives the same app once more.
fn imported() -> Result<(), Failed> {
    let mut counts = [0; 3];
    for source in files()? {
        let one = app_of(&source)?;
        for row in &one.rows {
            let count = match (row.refused.is_some(), row.lost.is_empty()) {
                (true, _) => 2,
                (false, false) => 1,
                (false, true) => 0,
            };
            counts[count] += 1;
        }
        for resource in rendered(&one)? {
            let again = app_of(&Source::read(source.name.as_str(), &synth::emit(&resource))?)?;
            if rendered(&again)? != [resource] {
                return Err(format!("{}: the import of what is rendered is another app", source.name).into());
            }
        }
    }
    // Refused are those whose major version operator 2 does not have, and those without a required field.
    match counts {
        [31, 6, 17] => Ok(()),
        counts => Err(format!("{counts:?}").into()),
    }
}

/// What is rendered and what it was imported from are one object to the API server, which drops what it does not know.
fn same_to_the_server() -> Result<(), Failed> {
    let server = Server::start();
    let crds = concat!(env!("CARGO_MANIFEST_DIR"), "/dist/crds");
    server.ok(&["apply", "--server-side", "-f", crds])?;
    server.ok(&["wait", "--for=condition=Established", "--timeout=60s", "-f", crds])?;
    let seen = |text: &[u8]| -> Result<serde_json::Value, Failed> {
        let mut value: serde_yaml::Value = serde_yaml::from_slice(text)?;
        value.apply_merge()?;
        // Namespaces of strangers are not there, and are not what is asked.
        value["metadata"]["namespace"] = "default".into();
        let one = server.folder.path().join("one.json");
        std::fs::write(&one, serde_json::to_vec(&value)?)?;
        let path = one.to_str().unwrap_or_default();
        let text =
            server.ok(&["create", "--dry-run=server", "--validate=ignore", "-o", "json", "-f", path])?;
        let seen: serde_json::Value = serde_json::from_str(&text)?;
        Ok(without_nulls(seen["spec"].clone()))
    };
    let mut compared = 0;
    for source in files()? {
        let one = app_of(&source)?;
        let whole = one.rows.len() == 1
            && one.rows[0].lost.is_empty()
            && one.rows[0].dropped.iter().all(|why| !why.contains("twice"));
        let [resource] = &rendered(&one)?[..] else { continue };
        if !whole {
            continue;
        }
        let path = shared("corpus").join(&source.name);
        let (theirs, ours) = (seen(&std::fs::read(path)?)?, seen(&synth::emit(resource))?);
        if theirs != ours {
            return Err(format!("{}:\n{theirs:#}\n{ours:#}", source.name).into());
        }
        compared += 1;
    }
    match compared >= 25 {
        true => Ok(()),
        false => Err(format!("only {compared} were compared").into()),
    }
}

/// To the operator a key with `null` is no key.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        serde_json::Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        value => value,
    }
}

fn thousand() -> Result<(), Failed> {
    let files = files()?;
    let many: Vec<_> = files.iter().cycle().take(1000).cloned().collect();
    let start = Instant::now();
    let account = lint(&many, &Settings::default());
    let took = start.elapsed();
    // Built without optimization it takes several times as long as the command does.
    let limit = if cfg!(debug_assertions) { 20 } else { 1 };
    match account.errors.is_empty() || took > Duration::from_secs(limit) {
        true => Err(format!("{took:?}, {} errors", account.errors.len()).into()),
        false => Ok(()),
    }
}
