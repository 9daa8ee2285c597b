//! Warnings that are wanted.

use std::collections::BTreeMap;

use super::App;
use crate::base::{Code, Kind, Problem, Problems};
use crate::crds::join;
use crate::rules::registry;

const ACCEPTED_IN_VAIN: Code = Code::named("accepted-in-vain");

/// Takes accepted warnings away, and reports what is accepted in vain.
pub(super) fn accept(app: &App, problems: &mut Problems) {
    let of_app = app.accept.iter().map(|(word, reason)| (String::new(), word, reason, false));
    let of_operators = app.operators().flat_map(|(chart, _, operator)| {
        let path = format!("charts.{chart}.operator");
        operator.accept.iter().map(move |(word, reason)| (path.clone(), word, reason, false))
    });
    let of_clusters = app.charts.iter().flat_map(|(chart, of)| {
        of.clusters.iter().flat_map(move |(name, cluster)| {
            let path = format!("charts.{chart}.clusters.{name}");
            cluster.accept.iter().map(move |(word, reason)| (path.clone(), word, reason, cluster.adopted))
        })
    });
    let mut accepted = BTreeMap::new();
    let mut registered = None;
    for (path, word, reason, adopted) in of_app.chain(of_operators).chain(of_clusters) {
        let at = join(&path, format!("accept.{word}"));
        let registry = registered.get_or_insert_with(registry);
        match registry.warning(word) {
            // What an error says of a cluster that runs already is a warning.
            Err(_) if adopted && registry.find(word).is_some() && !reason.trim().is_empty() => {
                accepted.insert((path, word.clone()), reason.clone());
            }
            Err(rule) => {
                problems.invalid(at, word, rule);
            }
            Ok(_) if reason.trim().is_empty() => {
                problems.required(at, "the reason why the warning is accepted");
            }
            Ok(_) => {
                accepted.insert((path, word.clone()), reason.clone());
            }
        }
    }
    let complete = problems.is_valid();
    for (path, word) in problems.accept(&accepted) {
        // Beside errors not every warning may have been found.
        if complete {
            let at = join(&path, format!("accept.{word}"));
            let message = "the warning does not arise here; remove the entry";
            problems.warning(Problem::new(Kind::Ineffective, at, message)).value(word).code(ACCEPTED_IN_VAIN);
        }
    }
}
