//! One set of rules for many clusters: what holds for one of them does not for the others, and two apps never speak of one
//! cluster.

use std::fs;

use libtest_mimic::Failed;
use serde_json::json;

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
    let alerts = |alerts: &str| format!("{NONE}, instances: 1, monitoring: {{alerts: {{{alerts}}}}}");
    vec![
        ("plain", format!("{NONE}, instances: 1, monitoring: {{}}")),
        ("high", alerts("PostgresVolumeHigh: {threshold: 0.97}")),
        ("low", alerts("PostgresVolumeHigh: {threshold: 0.5}")),
        ("off", alerts("PostgresVolumeHigh: {enabled: false}")),
        ("late", alerts("PostgresVolumeHigh: {for: 5h}")),
        ("soon", alerts("PostgresVolumeHigh: {for: 1m}")),
        ("bad", alerts("PostgresVolumeHigh: {severity: critical}")),
        ("strict", "backup: b, instances: 1, monitoring: {}".to_owned()),
        ("slow", "backup: slow, instances: 1, monitoring: {labels: {route: nights}}".to_owned()),
        ("pooled", format!("{NONE}, instances: 2, pooler: {{}}, monitoring: {{}}")),
    ]
}

/// A series of the test, and the value that it has all the time.
type Series = (String, &'static str);

/// A volume of which 95 % are used.
fn volume(cluster: &str) -> [Series; 2] {
    [("available", "5"), ("capacity", "100")].map(|(what, value)| {
        let claim = format!("namespace=\"shop\",persistentvolumeclaim=\"pgdata-{cluster}-0\"");
        (format!("kubelet_volume_stats_{what}_bytes{{{claim}}}"), value)
    })
}

/// A primary that has archived nothing for 1,000 seconds.
fn exposed(cluster: &str) -> [Series; 2] {
    [("pgsynth_archiver_exposure_seconds", "1000"), ("pg_replication_is_replica", "0")].map(
        |(name, value)| {
            (format!("{name}{{namespace=\"shop\",cluster=\"{cluster}\",pod=\"{cluster}-0\"}}"), value)
        },
    )
}

/// What fires at a time, each alert once: the labels that are asked for, as `cluster="a"`.
struct Firing<'a> {
    alert: &'a str,
    at: &'a str,
    by: &'a str,
    labels: Vec<String>,
}

impl<'a> Firing<'a> {
    fn of(alert: &'a str, at: &'a str, clusters: &[&str]) -> Self {
        let labels = clusters.iter().map(|cluster| format!("{{cluster=\"{cluster}\"}}")).collect();
        Self { alert, at, by: "cluster", labels }
    }
}

/// Runs the rules of several apps over series.
fn holds(apps: &[String], series: &[Series], expected: &[Firing]) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let (mut files, mut order): (Vec<String>, [Vec<String>; 4]) = (vec![], Default::default());
    for (index, app) in apps.iter().enumerate() {
        let mut groups = groups_of(&documents(app)?);
        for group in &mut groups {
            // Names of groups are those of their file; the tool wants them to be of all.
            let name = group["name"].as_str().unwrap_or_default().to_owned();
            let unique = format!("{name}-{index}");
            let place =
                ["clusters", "objectives", "records"].iter().position(|first| name.starts_with(first));
            order[place.unwrap_or(3)].push(unique.clone());
            group["name"] = unique.into();
        }
        let name = format!("rules-{index}.yaml");
        fs::write(folder.path().join(&name), file(&groups.iter().collect::<Vec<_>>())?)?;
        files.push(name);
    }
    let input: Vec<_> = series
        .iter()
        .map(|(series, value)| json!({ "series": series, "values": format!("{value}+0x400") }))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|Firing { alert, at, by, labels }| {
            let samples: Vec<_> =
                labels.iter().map(|labels| json!({ "labels": labels, "value": 1 })).collect();
            let expr = format!("count by ({by}) (ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}})");
            json!({ "expr": expr, "eval_time": at, "exp_samples": samples })
        })
        .collect();
    let test = json!({
        "rule_files": files,
        "evaluation_interval": "1m",
        "group_eval_order": order.concat(),
        "tests": [{ "interval": "1m", "input_series": input, "promql_expr_test": expected }],
    });
    fs::write(folder.path().join("test.yaml"), serde_yaml::to_string(&test)?)?;
    promtool(folder.path(), &["test", "rules", "test.yaml"])
}

/// Thresholds, waits, severities and labels of one cluster are its own, and what it does not have raises nothing.
pub fn exceptions() -> Result<(), Failed> {
    let clusters = mixed();
    let series: Vec<_> =
        clusters.iter().flat_map(|(name, _)| volume(name).into_iter().chain(exposed(name))).collect();
    let severities = [
        ("bad", "critical"),
        ("low", "warning"),
        ("plain", "warning"),
        ("pooled", "warning"),
        ("slow", "warning"),
        ("soon", "warning"),
        ("strict", "warning"),
    ];
    let expected = [
        Firing::of("PostgresVolumeHigh", "10m", &["soon"]),
        Firing {
            by: "cluster, severity, team",
            labels: severities
                .map(|(cluster, severity)| {
                    format!("{{cluster=\"{cluster}\",severity=\"{severity}\",team=\"acme\"}}")
                })
                .into(),
            ..Firing::of("PostgresVolumeHigh", "60m", &[])
        },
        Firing::of(
            "PostgresVolumeHigh",
            "310m",
            &["bad", "late", "low", "plain", "pooled", "slow", "soon", "strict"],
        ),
        // 1,000 seconds are more than 5 minutes and less than 2 hours, and the others promise nothing.
        Firing::of("PostgresRpoViolated", "60m", &["strict"]),
        // Nobody is there: all miss their figures, and one misses members, because it alone has replicas.
        Firing::of("PostgresMembersMissing", "60m", &["pooled"]),
        Firing {
            by: "route",
            labels: vec!["{route=\"nights\"}".to_owned()],
            ..Firing::of("PostgresVolumeFull\",cluster=\"slow", "60m", &[])
        },
    ];
    let of: Vec<_> = clusters.iter().map(|(name, more)| (*name, more.as_str())).collect();
    holds(&[app("mixed", &of)], &series, &expected)
}

/// For one cluster, for two, and for 200 of two apps under one Prometheus: it fires where it is, once, and nowhere else.
pub fn sizes() -> Result<(), Failed> {
    let names: Vec<_> = (0..200).map(|index| format!("db-{index}")).collect();
    let more = format!("{NONE}, monitoring: {{}}");
    let of = |names: &[String]| names.iter().map(|name| (name.clone(), more.clone())).collect::<Vec<_>>();
    let rendered = |app_name: &str, clusters: &[(String, String)]| {
        app(app_name, &clusters.iter().map(|(name, more)| (name.as_str(), more.as_str())).collect::<Vec<_>>())
    };
    for count in [1, 2] {
        holds(
            &[rendered("one", &of(&names[..count]))],
            &volume("db-0"),
            &[Firing::of("PostgresVolumeHigh", "60m", &["db-0"])],
        )?;
    }
    let apps = [rendered("one", &of(&names[..100])), rendered("two", &of(&names[100..]))];
    let series: Vec<_> = ["db-7", "db-70", "db-107"].into_iter().flat_map(volume).collect();
    // A stranger's volume of the same form is nobody's.
    let series: Vec<_> = series.into_iter().chain(volume("stranger")).collect();
    holds(&apps, &series, &[Firing::of("PostgresVolumeHigh", "60m", &["db-107", "db-7", "db-70"])])
}
