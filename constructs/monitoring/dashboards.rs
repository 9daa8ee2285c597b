//! Dashboards for Grafana, as ConfigMaps that its sidecar finds: one for each cluster, and two of all clusters.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::metrics::{METRICS, Metric, Only, Row};
use super::selectors::Selectors;
use super::{Monitored, MonitoringStack};
use crate::base::{Object, Scope, Stage};
use crate::values::fnv1a;

/// Columns and lines of a panel; a dashboard has 24 columns.
const SIZE: (u32, u32) = (8, 7);

/// A panel before it has a place.
struct Panel {
    title: String,
    unit: &'static str,
    description: String,
    queries: Vec<(String, String)>,
}

/// The dashboard of one cluster: health, resources, backups.
pub(super) fn of_cluster(cluster: &Monitored, scope: &Scope) -> Object {
    let selectors = Selectors {
        namespace: cluster.facts.namespace.clone(),
        cluster: cluster.name.to_owned(),
        dumps: String::new(),
        provisioned: (0, 0),
    };
    let has = |metric: &&Metric| match metric.only {
        Only::Every => true,
        Only::Archived => cluster.facts.backup.is_some() && !cluster.facts.standby,
        Only::Pooled => cluster.facts.poolers.primary,
    };
    let rows = [Row::Health, Row::Resources, Row::Backups].map(|row| {
        let panels = METRICS.iter().filter(has).filter(|metric| metric.row == row).map(|metric| Panel {
            title: metric.name.to_owned(),
            unit: metric.unit,
            description: metric.description.to_owned(),
            queries: vec![(selectors.fill(metric.expr), metric.legend.to_owned())],
        });
        (row.title(), panels.collect())
    });
    let uid = uid(&format!("{}-{}", cluster.facts.namespace, cluster.name));
    let title = format!("PostgreSQL {}/{}", cluster.facts.namespace, cluster.name);
    let dashboard = dashboard(&uid, &title, rows.into());
    let name = format!("{}-dashboard", cluster.name);
    config_map(&name, &cluster.facts.namespace, &uid, &dashboard, cluster.stack, scope)
}

/// Dashboards of all clusters: how they are, and what could be restored.
pub(crate) fn of_all(app: &str, namespace: &str, stack: &MonitoringStack, scope: &Scope) -> Vec<Object> {
    let panel = |title: &str, unit, description: &str, expr: &str| Panel {
        title: title.to_owned(),
        unit,
        description: description.to_owned(),
        queries: vec![(expr.to_owned(), "{{namespace}}/{{cluster}}".to_owned())],
    };
    let overview = vec![
        panel(
            "Connections",
            "percentunit",
            "Connections in use, of those that are not reserved; the fullest instance of each cluster.",
            "max by (namespace, cluster) (pgsynth:connections:ratio)",
        ),
        panel(
            "Transactions",
            "ops",
            "Commits and rollbacks in a second.",
            "sum by (namespace, cluster) (pgsynth:transactions:rate5m)",
        ),
        panel(
            "Replication lag",
            "bytes",
            "WAL that the slowest replica has not replayed.",
            "max by (namespace, cluster) (pgsynth:replication_lag_bytes)",
        ),
        panel(
            "CPU",
            "short",
            "Cores in use.",
            "sum by (namespace, cluster) (pgsynth:cpu_usage_cores:rate5m)",
        ),
        panel(
            "Memory",
            "bytes",
            "Working set.",
            "sum by (namespace, cluster) (pgsynth:memory_working_set_bytes)",
        ),
        panel(
            "Storage",
            "percentunit",
            "Used part of the fullest volume.",
            "max by (namespace, cluster) (pgsynth:volume_used:ratio)",
        ),
    ];
    let backups = vec![
        panel(
            "Would be lost",
            "s",
            "Upper bound of the age of the oldest WAL that is not archived.",
            "max by (namespace, cluster) (pgsynth:rpo_exposure_seconds:max)",
        ),
        panel(
            "RPO compliance",
            "percentunit",
            "Part of the last day in which no more than the policy's rpo would have been lost.",
            "avg_over_time(pgsynth:rpo_compliant:bool[1d])",
        ),
        panel(
            "Age of the newest base backup",
            "s",
            "A schedule of one a day stays below 30 hours.",
            "max by (namespace, cluster) (pgsynth:base_backup_age_seconds)",
        ),
        panel(
            "WAL rate",
            "Bps",
            "WAL that is written in a second, and has to be archived.",
            "sum by (namespace, cluster) (pgsynth:wal_bytes:rate5m)",
        ),
    ];
    [
        ("overview", "PostgreSQL clusters", "Clusters", overview),
        ("backups", "PostgreSQL backups", "Backups", backups),
    ]
    .into_iter()
    .map(|(id, title, row, panels)| {
        let uid = uid(&format!("{app}-{id}"));
        let dashboard = dashboard(&uid, &format!("{title} of {app}"), vec![(row, panels)]);
        let scope = scope.owning("monitoring", id);
        config_map(&format!("{app}-{id}-dashboard"), namespace, &uid, &dashboard, stack, &scope)
    })
    .collect()
}

/// At most 40 characters, and the same on every run: Grafana knows a dashboard by it.
fn uid(name: &str) -> String {
    format!("pgsynth-{:016x}", fnv1a(name.as_bytes()))
}

fn config_map(
    name: &str,
    namespace: &str,
    uid: &str,
    dashboard: &Value,
    stack: &MonitoringStack,
    scope: &Scope,
) -> Object {
    let mut labels: BTreeMap<_, _> = scope.labels().clone().into_iter().collect();
    labels.extend(stack.dashboard_labels.clone());
    let folder = stack.dashboard_folder.clone().map(|folder| [("grafana_folder".to_owned(), folder)].into());
    let map = ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(namespace.to_owned()),
            labels: Some(labels),
            annotations: folder,
            ..ObjectMeta::default()
        },
        data: Some([(format!("{uid}.json"), format!("{dashboard:#}\n"))].into()),
        ..ConfigMap::default()
    };
    Object::of(Stage::Monitoring, scope, map)
}

fn dashboard(uid: &str, title: &str, rows: Vec<(&str, Vec<Panel>)>) -> Value {
    let mut panels = vec![];
    let (width, height) = SIZE;
    let mut line = 0;
    for (row, of_row) in rows.into_iter().filter(|(_, panels)| !panels.is_empty()) {
        let id = panels.len() + 1;
        panels.push(json!({ "id": id, "type": "row", "title": row, "collapsed": false, "panels": [], "gridPos": { "h": 1, "w": 24, "x": 0, "y": line } }));
        line += 1;
        let lines = u32::try_from(of_row.len()).unwrap_or(0).div_ceil(24 / width);
        for (index, panel) in (0_u32..).zip(of_row) {
            let place = json!({ "h": height, "w": width, "x": index % (24 / width) * width, "y": line + index / (24 / width) * height });
            panels.push(time_series(panels.len() + 1, panel, &place));
        }
        line += lines * height;
    }
    json!({
        "uid": uid,
        "title": title,
        "tags": ["postgresql", "pgsynth"],
        "schemaVersion": 39,
        "version": 1,
        "editable": false,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-6h", "to": "now" },
        "timezone": "utc",
        "links": [{ "title": "PostgreSQL", "type": "dashboards", "tags": ["postgresql", "pgsynth"], "asDropdown": true, "includeVars": false, "keepTime": true }],
        "annotations": { "list": [] },
        "templating": { "list": [{ "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus" }] },
        "panels": panels,
    })
}

fn time_series(id: usize, panel: Panel, place: &Value) -> Value {
    let source = json!({ "type": "prometheus", "uid": "${datasource}" });
    let targets = panel.queries.into_iter().zip('A'..).map(|((expr, legend), id)| {
        json!({ "refId": id.to_string(), "datasource": source, "expr": expr, "legendFormat": legend })
    });
    json!({
        "id": id,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.description,
        "datasource": source,
        "gridPos": place,
        "fieldConfig": { "defaults": { "unit": panel.unit }, "overrides": [] },
        "options": {},
        "targets": targets.collect::<Value>(),
    })
}
