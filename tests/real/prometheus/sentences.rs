//! What alerts say at night, as promtool fills it in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use pgsynth::constructs::monitoring::alerts::GROUPS;

/// The sentence of each alert, out of what the tool says it got.
pub fn of(answer: &str) -> BTreeMap<String, String> {
    let of_alert = |text: &str| {
        let (name, rest) = text.split_once(',')?;
        let (_, rest) = rest.split_once("description=\"")?;
        // Quoted once as a label, and once more where the tool prints it.
        let (sentence, _) = rest.split_once("\", runbook")?;
        Some((name.trim().to_owned(), sentence.replace('\\', "")))
    };
    answer.split("alertname: ").skip(1).filter_map(of_alert).collect()
}

/// What people read at night, as it is filled in; `PGSYNTH_UPDATE=1` writes it anew.
pub fn compare(said: &BTreeMap<String, String>) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/monitoring/sentences.txt");
    let text: String = said.iter().map(|(name, sentence)| format!("{name}: {sentence}\n")).collect();
    if std::env::var_os("PGSYNTH_UPDATE").is_some() {
        fs::write(&path, &text)?;
    }
    let known = fs::read_to_string(&path)?;
    let alerts = GROUPS.iter().map(|(_, alerts)| alerts.len()).sum::<usize>();
    let other: Vec<_> = text.lines().filter(|line| !known.lines().any(|known| known == *line)).collect();
    match text == known && said.len() == alerts {
        true => Ok(()),
        false => {
            Err(format!("{} of {alerts} alerts say something; new is\n{}", said.len(), other.join("\n"))
                .into())
        }
    }
}
