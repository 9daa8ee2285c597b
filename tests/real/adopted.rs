//! Adopting a cluster of a stranger's restarts nothing: by the table of impacts, and by the operator's own comparison.

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::constructs::release::ReleaseName;
use pgsynth::constructs::upstream::behaviour::impact::Impact;
use pgsynth::diff::{self, ClusterDiff, State};
use pgsynth::lint::Source;
use pgsynth::synth;
use serde_yaml::Value;

use super::corpus::{app_of, files, rendered};
use super::impact::{PROGRAM, compared};
use super::parts::{bench, data, missing, shared};

pub fn trials() -> Vec<Trial> {
    vec![
        data("corpus", "adopted::nothing_that_runs_changes", nothing_changes),
        bench(&[PROGRAM], "adopted::the_operator_rolls_nothing", operator_rolls_nothing)
            .with_ignored_flag(missing(&[PROGRAM]) || !shared("corpus").exists()),
    ]
}

/// Each file of the corpus whose cluster is imported whole, and that cluster as it is rendered.
fn adopted() -> Result<Vec<(Source, Postgresql)>, Failed> {
    let mut pairs = vec![];
    for source in files()? {
        let one = app_of(&source)?;
        let whole = one.rows.iter().all(|row| row.lost.is_empty() && row.refused.is_none());
        if let (true, [after]) = (whole, &rendered(&one)?[..]) {
            pairs.push((source, after.clone()));
        }
    }
    match pairs.len() >= 25 {
        true => Ok(pairs),
        false => Err(format!("only {} clusters are imported whole", pairs.len()).into()),
    }
}

fn nothing_changes() -> Result<(), Failed> {
    let release = ReleaseName::NEWEST.release();
    for (source, after) in adopted()? {
        let before = State::read(std::slice::from_ref(&source), release)?;
        // A manifest without a namespace is imported into `default`.
        let mut found = false;
        for namespace in [after.metadata.namespace.clone(), None] {
            let mut after = after.clone();
            after.metadata.namespace = namespace;
            let rendered = Source::read("rendered.yaml", &synth::emit(&after))?;
            let diff = diff::diff(&source.name, "its source", &before, &State::read(&[rendered], release)?);
            if diff.clusters.iter().any(|cluster| cluster.kind != diff::Kind::Changed) {
                continue;
            }
            let most = diff.clusters.iter().map(ClusterDiff::impact).max();
            if most.is_some_and(|most| most > Impact::None) {
                return Err(format!("{}: {}", source.name, diff::text(&diff)).into());
            }
            found = true;
        }
        if !found {
            return Err(format!("{}: its cluster is not found again", source.name).into());
        }
    }
    Ok(())
}

/// Nor does the operator's own comparison; a sidecar more, which it does see, shows that it looks.
fn operator_rolls_nothing() -> Result<(), Failed> {
    let mut pairs = vec![];
    for (source, after) in adopted()? {
        // A manifest with a key twice is none to the operator.
        let text = std::fs::read(shared("corpus").join(&source.name))?;
        let Ok(mut before) = serde_yaml::from_slice::<Value>(&text) else { continue };
        before.apply_merge()?;
        pairs.push((serde_json::to_value(before)?, serde_json::to_value(after)?));
    }
    let more = pairs.iter().cloned().map(|(before, mut after)| {
        after["spec"]["dockerImage"] = "another:1".into();
        (before, after)
    });
    if pairs.len() < 25 {
        return Err(format!("only {} clusters were compared", pairs.len()).into());
    }
    for (pairs, rolls) in [(pairs.clone(), false), (more.collect(), true)] {
        let output = compared(pairs.iter().cloned())?;
        for ((_, after), line) in pairs.iter().zip(output.lines()) {
            let theirs: serde_json::Value = serde_json::from_str(line)?;
            if theirs["error"].is_string() || theirs["Roll"] != rolls || theirs["Replace"] != false {
                return Err(format!("{}: {line}", after["metadata"]["name"]).into());
            }
        }
        if output.lines().count() != pairs.len() {
            return Err(format!("{} answers for {} clusters", output.lines().count(), pairs.len()).into());
        }
    }
    Ok(())
}
