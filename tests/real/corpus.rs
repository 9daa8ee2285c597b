//! What lint says of manifests that strangers wrote, rule by rule; `PGSYNTH_UPDATE=1` writes the counts anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use pgsynth::lint::{Settings, Source, lint};
use pgsynth::report::rules;

use super::parts::{data, shared};

const FINDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/corpus/findings.txt");

pub fn trials() -> Vec<Trial> {
    vec![
        data("corpus", "corpus::every_finding_is_known", findings),
        data("corpus", "corpus::an_expert_says_the_same", expert),
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
