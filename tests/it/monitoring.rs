//! Monitoring: every essential metric on a real series, in a panel, with the alerts that come of it; no name that nobody
//! exports.

use std::collections::BTreeSet;
use std::path::Path;

use pgsynth::constructs::monitoring::alerts::{GROUPS, Source};
use pgsynth::constructs::monitoring::metrics::METRICS;
use pgsynth::constructs::{App, Generation, Past, Restore};
use pgsynth::load;
use pgsynth::synth::bundle;
use serde_json::Value;

use crate::project::Project;

fn app() -> App {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps/hetzner.yaml");
    load::app("hetzner.yaml", &std::fs::read(path).unwrap()).unwrap()
}

/// The same, with the queries of a cluster that was restored to a time.
fn restored() -> App {
    let mut app = app();
    let cluster = app.charts.get_mut("shop").and_then(|chart| chart.clusters.get_mut("acme-orders")).unwrap();
    cluster.generation = Generation::from(2);
    cluster.restore = Some(Restore::of("acme-orders", 1, "2026-11-24T10:00:00Z"));
    app
}

/// Names of series in an expression.
fn series(expr: &str) -> BTreeSet<String> {
    let name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
    let words = expr.split(|letter: char| !name(letter));
    let prefixes = ["pg_", "patroni_", "pgsynth", "pgbouncer_", "kube_", "kubelet_", "container_"];
    // `patroni_xlog_(location|replayed_location)` is a pattern of two names.
    words
        .filter(|word| {
            prefixes.iter().any(|prefix| word.starts_with(prefix))
                && !matches!(*word, "patroni_xlog_" | "pg_dump")
        })
        .map(str::to_owned)
        .collect()
}

/// Series that programs were seen to export, that pgsynth's queries give, or that rules record.
fn known() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/monitoring/samples");
    let mut known = BTreeSet::new();
    for file in ["postgres_exporter-0.20.1-pg15.prom", "patroni-4.1.0.prom"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        known.extend(lines.map(|line| line.split(['{', ' ']).next().unwrap_or_default().to_owned()));
    }
    // Left out of the recording, or only there with a flag, another major or a fault (reference of the exporter 0.20.1).
    known.extend(
        [
            "pg_settings_max_connections",
            "pg_settings_superuser_reserved_connections",
            "pg_settings_archive_timeout_seconds",
            "pg_settings_max_wal_size_bytes",
            "pg_settings_max_locks_per_transaction",
            "pg_settings_autovacuum_freeze_max_age",
            "pg_exporter_user_queries_load_error",
            "pg_stat_checkpointer_num_requested_total",
            "pg_replication_slots_active",
            "pg_replication_slots_pg_wal_lsn_diff",
            "pg_replication_slots_wal_status",
        ]
        .map(str::to_owned),
    );
    let app = restored();
    let valid = app.validate(&Past::default()).unwrap();
    for manifest in bundle(&valid).manifests() {
        for document in serde_yaml::Deserializer::from_slice(&manifest.bytes) {
            let document: serde_yaml::Value = serde::Deserialize::deserialize(document).unwrap();
            let groups = document["spec"]["groups"].as_sequence().cloned().unwrap_or_default();
            for rule in
                groups.iter().flat_map(|group| group["rules"].as_sequence().cloned().unwrap_or_default())
            {
                known.extend(rule["record"].as_str().map(str::to_owned));
            }
            if let Some(queries) = document["data"]["queries.yaml"].as_str() {
                let queries: serde_yaml::Mapping = serde_yaml::from_str(queries).unwrap();
                for (name, query) in queries {
                    let columns = query["metrics"].as_sequence().unwrap();
                    let columns = columns.iter().flat_map(|column| column.as_mapping().unwrap().keys());
                    known
                        .extend(columns.map(|column| {
                            format!("{}_{}", name.as_str().unwrap(), column.as_str().unwrap())
                        }));
                }
            }
        }
    }
    known
}

#[test]
fn no_expression_names_a_series_that_nobody_exports() {
    let known = known();
    let ours = |name: &String| {
        name.starts_with("pg_") || name.starts_with("patroni_") || name.starts_with("pgsynth")
    };
    let alerts = GROUPS.iter().flat_map(|(_, alerts)| *alerts).map(|alert| (alert.name, alert.expr));
    let panels = METRICS.iter().map(|metric| (metric.name, metric.expr));
    let mut missing = vec![];
    for (name, expr) in alerts.chain(panels) {
        missing.extend(
            series(expr)
                .into_iter()
                .filter(ours)
                .filter(|series| !known.contains(series))
                .map(|series| format!("{name}: {series}")),
        );
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_essential_metric_has_its_alerts_and_every_alert_its_words() {
    let alerts: Vec<_> = GROUPS.iter().flat_map(|(_, alerts)| *alerts).collect();
    for metric in METRICS {
        assert!(!metric.alerts.is_empty(), "{}", metric.name);
        for name in metric.alerts {
            assert!(alerts.iter().any(|alert| alert.name == *name), "{}: {name}", metric.name);
        }
    }
    for alert in &alerts {
        assert!(!alert.runbook.is_empty() && alert.expr.contains('$'), "{}", alert.name);
        assert_eq!(
            alert.threshold.is_some(),
            alert.expr.replace("$throughput", "").contains("$t"),
            "{}",
            alert.name
        );
    }
    let names: BTreeSet<_> = alerts.iter().map(|alert| alert.name).collect();
    assert_eq!(names.len(), alerts.len());
    assert!(alerts.iter().any(|alert| alert.source == Source::Queries));
}

/// What Grafana asks of a dashboard that is provisioned, and what people ask of its panels.
#[test]
fn dashboards_are_whole() {
    let app = app();
    let valid = app.validate(&Past::default()).unwrap();
    let mut found = 0;
    for manifest in bundle(&valid).manifests() {
        for document in serde_yaml::Deserializer::from_slice(&manifest.bytes) {
            let document: serde_yaml::Value = serde::Deserialize::deserialize(document).unwrap();
            if document["metadata"]["labels"]["grafana_dashboard"] != "1" {
                continue;
            }
            found += 1;
            let (key, text) = document["data"].as_mapping().unwrap().iter().next().unwrap();
            let dashboard: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
            let uid = dashboard["uid"].as_str().unwrap();
            assert!(uid.len() <= 40 && key.as_str() == Some(&format!("{uid}.json")));
            let panels = dashboard["panels"].as_array().unwrap();
            let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
            assert_eq!(ids.len(), panels.len());
            let mut cells = BTreeSet::new();
            for panel in panels {
                let place = |name: &str| panel["gridPos"][name].as_u64().unwrap();
                assert!(place("x") + place("w") <= 24);
                for (x, y) in (place("x")..place("x") + place("w"))
                    .flat_map(|x| (place("y")..place("y") + place("h")).map(move |y| (x, y)))
                {
                    assert!(cells.insert((x, y)), "two panels at {x},{y} of {uid}");
                }
                if panel["type"] != "row" {
                    for field in ["title", "description"] {
                        assert!(!panel[field].as_str().unwrap().is_empty());
                    }
                    assert!(panel["fieldConfig"]["defaults"]["unit"].is_string());
                    assert!(
                        panel["targets"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .all(|target| !target["expr"].as_str().unwrap().contains("$S"))
                    );
                }
            }
        }
    }
    // Of them all, of the one that is chosen, and of backups.
    assert_eq!(found, 3);
}

/// The README's table of metrics is the one that the dashboards and alerts come from.
#[test]
fn the_readme_has_the_table() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut table =
        "| metric | series | alerts | needs beside the cluster's exporters |\n|---|---|---|---|\n".to_owned();
    for metric in METRICS {
        let code =
            |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let alerts = code(metric.alerts.iter().map(|name| (*name).to_owned()).collect());
        let needs = if metric.needs.is_empty() { "-" } else { metric.needs };
        table += &format!(
            "| {} | {} | {alerts} | {needs} |\n",
            metric.name,
            code(series(metric.expr).into_iter().collect())
        );
    }
    let alerts: usize = GROUPS.iter().map(|(_, alerts)| alerts.len()).sum();
    assert!(readme.contains(&format!("{alerts} alerts")), "there are {alerts} alerts");
    assert!(readme.contains(&table), "the table is\n{table}");
}

/// The API server changes no template of a Job that exists: where anything in it differs, it is another Job.
#[test]
fn a_job_of_which_the_template_differs_is_another_job() {
    let name = |app: &App| {
        let objects = pgsynth::testing::app(app).objects();
        let mut jobs = objects.iter().filter(|object| object["kind"] == "Job");
        jobs.next().unwrap()["metadata"]["name"].as_str().unwrap().to_owned()
    };
    let same = name(&app());
    assert_eq!(same, name(&app()));
    let (mut labelled, mut another) = (app(), app());
    let label = ("example.org/cost".to_owned(), "shop".to_owned());
    labelled.charts.get_mut("shop").unwrap().labels.extend([label]);
    for cluster in ["acme-orders", "acme-reports"] {
        let cluster = another.charts.get_mut("shop").unwrap().clusters.get_mut(cluster).unwrap();
        cluster.spec.docker_image = Some("example.org/spilo-18:4.1-p2".to_owned());
    }
    assert_ne!(same, name(&labelled));
    assert_ne!(same, name(&another));
}

/// A label that series have would lose its meaning for every cluster of the app.
#[test]
fn labels_that_series_have_are_refused() {
    let said = |monitoring: &str, labels: &str| {
        let app =
            fleet(1, "10Gi").replace("monitoring: {}", &format!("monitoring: {{labels: {{{labels}}}}}"));
        Project::new().app(&format!("{app}monitoring: {{{monitoring}}}\n")).run(&["synth"])
    };
    for label in ["instance", "datname", "pod", "slot_name", "logical_backup", "part_of", "cluster"] {
        let said = said("", &format!("{label}: a"));
        assert!(said.code == 1 && said.err.contains("monitoring.labels"), "{label}: {}", said.err);
    }
    for label in ["name", "cronjob", "scope", "team", "9a"] {
        let said = said(&format!("clusterLabel: {label}"), "");
        assert!(said.code == 1 && said.err.contains("monitoring.clusterLabel"), "{label}: {}", said.err);
    }
    assert_eq!(said("clusterLabel: database_cluster", "database_cluster: a").code, 1);
    // Where it means something else, a cluster may say what.
    assert_eq!(said("clusterLabel: database_cluster", "cluster: prod, route: nights").code, 0);
}

/// The API server takes labels of 63 letters, and the exporter of a pooler is found by one with the cluster's name in it.
#[test]
fn a_name_too_long_for_the_label_of_the_poolers_exporter_is_told() {
    let of = |letters: usize, pooler: &str| {
        let name = "a".repeat(letters);
        let more = format!("{name}: {{allowLongName: true, {pooler}");
        Project::new().app(&fleet(1, "10Gi").replace("a-database-of-the-shop-0: {", &more)).run(&["synth"])
    };
    assert_eq!(of(47, "pooler: {}, ").code, 0, "{}", of(47, "pooler: {}, ").err);
    assert!(of(48, "pooler: {}, ").err.contains("at most 47 letters"));
    assert_eq!(of(48, "").code, 0);
}

/// An app of so many clusters.
fn fleet(clusters: usize, first: &str) -> String {
    let mut text = include_str!("../apps/fleet.yaml").to_owned();
    for index in 0..clusters {
        let size = if index == 0 { first } else { "10Gi" };
        text += &format!(
            "      a-database-of-the-shop-{index}: {{team: acme, postgres: 18, volume: {{size: {size}}}, backup: b, monitoring: {{}}}}\n"
        );
    }
    text
}

/// What is rendered for monitoring is what one cluster needs, and a line or two for each more.
#[test]
fn monitoring_costs_little_for_each_cluster_more() {
    let size = |clusters: usize| -> usize {
        let project = Project::new().app(&fleet(clusters, "10Gi"));
        assert_eq!(project.run(&["synth"]).code, 0);
        let files = project.files("dist").into_iter().filter(|(name, _)| name.starts_with("60-"));
        files.map(|(_, bytes)| bytes.len()).sum()
    };
    let (one, many) = (size(1), size(201));
    assert!((many - one) / 200 <= 600, "{} bytes a cluster", (many - one) / 200);
    assert!(one < 250_000, "{one} bytes for one cluster");
}

/// A change of one cluster is a change of its file, and no object is too large for kubectl's copy of it.
#[test]
fn one_changed_cluster_of_many_is_one_file() {
    let project = Project::new().app(&fleet(600, "10Gi"));
    assert_eq!(project.run(&["synth"]).code, 0);
    std::fs::write(project.path("apps/shop.yaml"), fleet(600, "20Gi")).unwrap();
    let said = project.run(&["synth"]);
    assert!(said.err.contains("1 written, 0 removed"), "{}", said.err);
    let monitoring = project.files("dist").into_iter().filter(|(name, _)| name.starts_with("60-"));
    for (name, bytes) in monitoring {
        for document in String::from_utf8(bytes).unwrap().split("\n---\n") {
            assert!(document.len() < 250_000, "{name}: {}", document.len());
        }
    }
}
