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
