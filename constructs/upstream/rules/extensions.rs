//! Extensions of prepared databases, and the libraries that they need.

use std::collections::BTreeSet;

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::extensions::{Extension, Sheet, libraries};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::settings::{major, parameter};
use crate::values::{MEANT, nearest};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "unknown-extension", ClusterUnder(unknown)),
    rule!(Error "extension-out-of-place", ClusterUnder(out_of_place)),
    rule!(Error "extension-not-preloaded", ClusterUnder(not_preloaded)),
    rule!(Error "unknown-library", ClusterUnder(unknown_library)),
    rule!(Warning "extensions-of-another-image", ClusterUnder(another_image)),
];

const PRELOAD: &str = "shared_preload_libraries";

/// An extension as a cluster asks for it.
struct Wanted<'a> {
    path: String,
    database: &'a str,
    name: &'a str,
    schema: &'a str,
    /// All that are wanted in the same database.
    beside: BTreeSet<&'a str>,
}

fn wanted<'a>(cluster: &ClusterEvidence<'a>) -> Vec<Wanted<'a>> {
    let mut all = vec![];
    for (database, prepared) in cluster.spec().prepared_databases.iter().flatten() {
        let extensions = prepared.extensions.iter().flatten();
        let beside: BTreeSet<&str> = extensions.clone().map(|(name, _)| name.as_str()).collect();
        all.extend(extensions.map(|(name, schema)| Wanted {
            path: format!("preparedDatabases.{database}.extensions.{name}"),
            database,
            name,
            schema,
            beside: beside.clone(),
        }));
    }
    all
}

/// What is known of the cluster's image, and its major.
fn sheet(cluster: &ClusterEvidence, operator: &OperatorFacts) -> Option<(Sheet, u32)> {
    Some((Sheet::of(operator.image(cluster.spec()))?, major(cluster.spec())?))
}

fn known<'a>(cluster: &ClusterEvidence<'a>, operator: &OperatorFacts) -> Vec<(Wanted<'a>, Extension)> {
    let wanted = wanted(cluster);
    if wanted.is_empty() {
        return vec![];
    }
    let Some((sheet, major)) = sheet(cluster, operator) else { return vec![] };
    wanted
        .into_iter()
        .filter_map(|own| sheet.get(major, own.name).map(|extension| (own, extension)))
        .collect()
}

fn unknown(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    for own in wanted(cluster) {
        let Some((sheet, major)) = sheet(cluster, operator) else { return };
        if sheet.get(major, own.name).is_some() {
            continue;
        }
        let elsewhere = (14..=18).rev().find(|other| sheet.get(*other, own.name).is_some());
        let why = match elsewhere {
            Some(other) => format!("the image has it for PostgreSQL {other} and not for {major}"),
            None => "the image does not have it".to_owned(),
        };
        let names: Vec<&str> = sheet.all(major).map(|extension| extension.name).collect();
        let meant = nearest(own.name, &names).map(|meant| format!("{MEANT}`{meant}`?"));
        report.unknown(
            own.path,
            own.name,
            format!("{why}, and every sync of the cluster fails{}", meant.unwrap_or_default()),
        );
    }
}

fn out_of_place(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    for (own, extension) in known(cluster, operator) {
        if let Some(database) = extension.database.filter(|database| *database != own.database) {
            report
                .forbidden(&own.path, format!("it can be made in database `{database}` only, where Spilo makes it by itself; every sync of the cluster fails"))
                .help(format!("leave it out; from `{database}` it works in the others too, such as by `cron.schedule_in_database`"));
        } else if let Some(schema) = extension.schema.filter(|schema| *schema != own.schema) {
            report
                .invalid(
                    &own.path,
                    own.schema,
                    format!("it can be made in schema `{schema}` only; every sync of the cluster fails"),
                )
                .help(format!("write `{}: {schema}`", own.name));
        }
        for needed in extension.requires().filter(|needed| !own.beside.contains(needed)) {
            report
                .required(&own.path, format!("`{needed}` in the same database: the operator makes an extension without those that it needs"))
                .help(format!("add `{needed}` beside it"));
        }
    }
}

fn not_preloaded(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let list = parameter(cluster.spec(), PRELOAD);
    for (own, extension) in known(cluster, operator) {
        let Some((sheet, _)) = sheet(cluster, operator) else { return };
        let Some(library) = extension.library else { continue };
        let loaded = match list {
            Some(list) => libraries(list).any(|name| name == library),
            None => sheet.preloaded.contains(&library),
        };
        if !loaded {
            let all = match list {
                Some(list) => format!("{list},{library}"),
                None => format!("{},{library}", sheet.preloaded.join(",")),
            };
            report
                .required(
                    own.path,
                    format!(
                        "`{library}` in `{PRELOAD}`: without it PostgreSQL refuses to make the extension"
                    ),
                )
                .help(format!("write `{PRELOAD}: {all}` in `parameters`"));
        }
    }
}

fn unknown_library(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(list) = parameter(cluster.spec(), PRELOAD) else { return };
    let Some((sheet, _)) = sheet(cluster, operator) else { return };
    let known: Vec<&str> = sheet.libraries().collect();
    for name in libraries(list).filter(|name| !known.contains(name)) {
        let meant = nearest(name, &known).map(|meant| format!("{MEANT}`{meant}`?"));
        report.unknown(
            format!("postgresql.parameters.{PRELOAD}"),
            name,
            format!(
                "the image has no such library, and PostgreSQL does not start{}",
                meant.unwrap_or_default()
            ),
        );
    }
}

fn another_image(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let wanted = wanted(cluster);
    let image = operator.image(cluster.spec());
    if Sheet::of(image).is_none()
        && let Some(first) = wanted.first()
    {
        report.risky(
            &first.path,
            format!(
                "what extensions image `{image}` has is not known; every sync fails where one is missing"
            ),
        );
    }
}
