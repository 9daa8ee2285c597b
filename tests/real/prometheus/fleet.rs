//! One set of rules for many clusters: what holds for one of them does not for the others, and two apps never speak of one
//! cluster.

use std::collections::BTreeSet;
use std::fs;

use libtest_mimic::Failed;
use serde_yaml::Value;

use super::{documents, file, groups_of, promtool};

/// Clusters of an app, each with what is other about its alerts.
fn app(name: &str, clusters: &[(&str, &str)]) -> String {
    let clusters: Vec<_> = clusters
        .iter()
        .map(|(cluster, more)| {
            format!("{cluster}: {{team: acme, postgres: 18, volume: {{size: 1Gi}}, {more}}}")
        })
        .collect();
    format!(
        "pgsynth: v1\nrelease: '2026.11'\nname: {name}\nplatform: other\naccept: {{T122: a test, no-backup: a test}}\n\
         externalOperator: {{namespace: postgres-operator, watch: all, podEnvironment: []}}\n\
         stores: {{s: {{hetzner: {{location: fsn1, bucket: {name}}}, credentials: keys}}}}\n\
         backups: {{b: {{store: s, schedule: '0 1 * * *', keep: 14d, rpo: 5m}}, slow: {{store: s, schedule: '0 1 * * *', keep: 14d, rpo: 2h}}}}\n\
         charts: {{shop: {{namespace: shop, clusters: {{{}}}}}}}\n",
        clusters.join(", ")
    )
}

const NONE: &str = "backup: {none: a test}";

/// The clusters of one test, by what their alerts are to be.
fn mixed() -> Vec<(&'static str, String)> {
    let alerts = |alerts: &str| format!("{NONE}, monitoring: {{alerts: {{{alerts}}}}}");
    vec![
        ("plain", format!("{NONE}, monitoring: {{}}")),
        ("high", alerts("PostgresVolumeHigh: {threshold: 0.97}")),
        ("low", alerts("PostgresVolumeHigh: {threshold: 0.5}")),
        ("off", alerts("PostgresVolumeHigh: {enabled: false}")),
        ("late", alerts("PostgresVolumeHigh: {for: 5h}")),
        ("soon", alerts("PostgresVolumeHigh: {for: 1m}")),
        ("bad", alerts("PostgresVolumeHigh: {severity: critical}")),
        ("strict", "backup: b, monitoring: {}".to_owned()),
        ("slow", "backup: slow, monitoring: {labels: {route: nights}}".to_owned()),
        ("pooled", format!("{NONE}, instances: 2, pooler: {{}}, monitoring: {{}}")),
    ]
}

/// Runs tests over the groups of several apps: series with their values, then a query, its time, and the samples it gives.
fn holds(apps: &[String], series: &[String], expect: &[(&str, &str, &[&str])]) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut files = vec![];
    for (index, app) in apps.iter().enumerate() {
        let groups = groups_of(&documents(app)?);
        let name = format!("rules-{index}.yaml");
        fs::write(folder.path().join(&name), file(&groups.iter().collect::<Vec<_>>())?)?;
        files.push(name);
    }
    let input: Vec<_> =
        series.iter().map(|series| format!("{{series: '{series}', values: '{}'}}", values(series))).collect();
    let input = input.join(", ").replace(" 0.", "{").replace("'{", "'");
    let expect: Vec<_> = expect
        .iter()
        .map(|(expr, at, samples)| {
            let samples: Vec<_> =
                samples.iter().map(|labels| format!("{{labels: '{labels}', value: 1}}")).collect();
            format!("{{expr: '{expr}', eval_time: {at}, exp_samples: [{}]}}", samples.join(", "))
        })
        .collect();
    let test = format!(
        "rule_files: [{}]\nevaluation_interval: 1m\ngroup_eval_order: [clusters, objectives, records]\ntests: [{{interval: 1m, input_series: [{input}], promql_expr_test: [{}]}}]\n",
        files.join(", "),
        expect.join(", ")
    );
    serde_yaml::from_str::<Value>(&test)?;
    fs::write(folder.path().join("test.yaml"), test)?;
    promtool(folder.path(), &["test", "rules", "test.yaml"])
}
