//! Dashboards for Grafana, as ConfigMaps that its sidecar finds: one of all clusters, one of a cluster that is chosen, and one
//! of backups. They are three however many clusters there are.

mod backups;
mod cluster;
mod overview;
mod panel;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::MonitoringStack;
use super::expressions::{APP, INFO};
use super::rules::Set;
use crate::base::{Object, Scope, Stage};
use crate::values::fnv1a;
use panel::{Look, Panel};

/// A row of a dashboard, and its panels.
type Row = (&'static str, Vec<Panel>);

/// A variable that is read from the label of a series.
struct Variable {
    name: &'static str,
    title: &'static str,
    query: String,
    /// Whether several can be chosen, and are at first.
    several: bool,
}

/// What the panels of a dashboard have in common.
struct Board<'a> {
    set: &'a Set<'a>,
    /// Where a click on a cluster leads.
    cluster: String,
}

impl Board<'_> {
    /// The dashboard's clusters: those of the app that are chosen.
    fn chosen(&self) -> String {
        format!(r#"{INFO}{{{APP}="{}",namespace=~"$namespace",team=~"$team"}}"#, self.set.of.app)
    }

    /// A series of the chosen clusters, of which it returns the worst.
    fn worst(&self, most: u32, expr: &str) -> String {
        format!("topk({most}, {})", self.of_chosen(expr))
    }

    fn of_chosen(&self, expr: &str) -> String {
        format!("({} and on (namespace, {}) {})", self.set.of.named(expr), self.set.of.label, self.chosen())
    }

    /// Lines of the ten clusters with the most of something.
    fn lines(&self, title: &str, unit: &'static str, description: &str, expr: &str) -> Panel {
        Panel::new(Look::Lines, title, unit, description).ask(self.worst(10, expr), self.legend())
    }

    /// Columns of a table, by the labels that they show.
    fn columns(&self, columns: &[(&str, &str)]) -> Vec<(String, String)> {
        columns.iter().map(|(name, title)| (self.set.of.named(name), (*title).to_owned())).collect()
    }

    /// Legend of a series of a cluster.
    fn legend(&self) -> String {
        format!("{{{{namespace}}}}/{{{{{}}}}}", self.set.of.label)
    }

    /// The variables by which the clusters of an app are chosen.
    fn variables(&self) -> Vec<Variable> {
        let of = |name: &'static str, title: &'static str, before: &str| Variable {
            name,
            title,
            query: format!(r#"label_values({INFO}{{{APP}="{}"{before}}}, {name})"#, self.set.of.app),
            several: true,
        };
        vec![of("namespace", "Namespace", ""), of("team", "Team", r#",namespace=~"$namespace""#)]
    }
}

/// The dashboards of an app.
pub(super) fn objects(set: &Set, namespace: &str, scope: &Scope) -> Vec<Object> {
    let app = set.of.app;
    let id = |name: &str| uid(&format!("{app}-{name}"));
    let cluster = format!(
        "/d/{}?var-datasource=${{datasource}}&var-namespace=${{__data.fields.namespace}}&var-cluster=${{__data.fields.{}}}",
        id("cluster"),
        set.of.label
    );
    let board = Board { set, cluster };
    [
        ("overview", "PostgreSQL clusters", overview::rows(&board), board.variables()),
        ("cluster", "PostgreSQL cluster", cluster::rows(&board), cluster::variables(&board)),
        ("backups", "PostgreSQL backups", backups::rows(&board), board.variables()),
    ]
    .into_iter()
    .filter(|(_, _, rows, _)| rows.iter().any(|(_, panels)| !panels.is_empty()))
    .map(|(name, title, rows, variables)| {
        let uid = id(name);
        let dashboard = dashboard(app, &uid, &format!("{title} of {app}"), rows, variables);
        let scope = scope.owning("monitoring", name);
        config_map(&format!("{app}-{name}-dashboard"), namespace, &uid, &dashboard, set.stack, &scope)
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

fn dashboard(app: &str, uid: &str, title: &str, rows: Vec<Row>, variables: Vec<Variable>) -> Value {
    let mut panels = vec![];
    let mut line = 0;
    for (row, of_row) in rows.into_iter().filter(|(_, panels)| !panels.is_empty()) {
        let id = panels.len() + 1;
        panels.push(json!({ "id": id, "type": "row", "title": row, "collapsed": false, "panels": [], "gridPos": { "h": 1, "w": 24, "x": 0, "y": line } }));
        line += 1;
        // From left to right as long as there is room, each line as high as its highest panel.
        let (mut x, mut height) = (0, 0);
        for panel in of_row {
            let (columns, lines) = panel.size;
            if x + columns > 24 {
                line += height;
                (x, height) = (0, 0);
            }
            panels.push(panel.render(panels.len() + 1, x, line));
            x += columns;
            height = height.max(lines);
        }
        line += height;
    }
    let source = json!({ "type": "prometheus", "uid": "${datasource}" });
    let mut list = vec![
        json!({ "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus" }),
    ];
    list.extend(variables.into_iter().map(|Variable { name, title, query, several }| {
        let mut variable = json!({
            "name": name, "label": title, "type": "query", "datasource": source,
            "query": { "query": query, "refId": name }, "refresh": 2, "sort": 1,
            "multi": several, "includeAll": several,
        });
        if several {
            variable["allValue"] = ".*".into();
            variable["current"] = json!({ "selected": true, "text": ["All"], "value": ["$__all"] });
        }
        variable
    }));
    json!({
        "uid": uid,
        "title": title,
        "tags": ["postgresql", "pgsynth", app],
        "schemaVersion": 39,
        "version": 1,
        "editable": false,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-6h", "to": "now" },
        "timezone": "utc",
        "links": [{ "title": "PostgreSQL", "type": "dashboards", "tags": ["postgresql", "pgsynth"], "asDropdown": true, "includeVars": true, "keepTime": true }],
        "annotations": { "list": [] },
        "templating": { "list": list },
        "panels": panels,
    })
}
