//! A panel, as Grafana reads it.

use serde_json::{Value, json};

/// What a panel looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Lines over time.
    Lines,
    /// One number, or one for each series.
    Number,
    /// What held when, in words.
    States,
    /// The newest values, a row for each series.
    Table,
}

/// A word and a colour for a value.
pub(super) type State = (&'static str, &'static str, &'static str);

/// Something is on or off, and on is right.
pub(super) const RIGHT: &[State] = &[("0", "no", "red"), ("1", "yes", "green")];

/// A panel before it has a place.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    title: String,
    look: Look,
    unit: &'static str,
    description: String,
    /// What is asked, with the legend.
    queries: Vec<(String, String)>,
    /// Columns of 24, and lines.
    pub(super) size: (u32, u32),
    states: &'static [State],
    /// From which value on it is yellow and red.
    steps: Option<(f64, f64)>,
    /// Where a click leads.
    link: Option<String>,
    /// Columns of a table, in their order, with their titles.
    columns: Vec<(String, String)>,
}

impl Panel {
    pub(super) fn new(look: Look, title: &str, unit: &'static str, description: &str) -> Self {
        Self {
            title: title.to_owned(),
            look,
            unit,
            description: description.to_owned(),
            queries: vec![],
            size: match look {
                Look::Lines => (8, 7),
                Look::Number => (4, 4),
                Look::States => (24, 7),
                Look::Table => (24, 9),
            },
            states: &[],
            steps: None,
            link: None,
            columns: vec![],
        }
    }

    pub(super) fn ask(mut self, expr: impl Into<String>, legend: impl Into<String>) -> Self {
        self.queries.push((expr.into(), legend.into()));
        self
    }

    pub(super) fn size(self, columns: u32, lines: u32) -> Self {
        Self { size: (columns, lines), ..self }
    }

    pub(super) fn states(self, states: &'static [State]) -> Self {
        Self { states, ..self }
    }

    pub(super) fn steps(self, yellow: f64, red: f64) -> Self {
        Self { steps: Some((yellow, red)), ..self }
    }

    pub(super) fn link(self, link: String) -> Self {
        Self { link: Some(link), ..self }
    }

    pub(super) fn columns(self, columns: Vec<(String, String)>) -> Self {
        Self { columns, ..self }
    }

    /// The panel at its place.
    pub(super) fn render(self, id: usize, x: u32, y: u32) -> Value {
        let source = json!({ "type": "prometheus", "uid": "${datasource}" });
        let newest = matches!(self.look, Look::Number | Look::Table);
        let targets = self.queries.iter().zip('A'..).map(|((expr, legend), id)| {
            let format = if self.look == Look::Table { "table" } else { "time_series" };
            json!({ "refId": id.to_string(), "datasource": source, "expr": expr, "legendFormat": legend,
                "instant": newest, "range": !newest, "format": format })
        });
        let (width, height) = self.size;
        let mut panel = json!({
            "id": id,
            "type": match self.look {
                Look::Lines => "timeseries",
                Look::Number => "stat",
                Look::States => "state-timeline",
                Look::Table => "table",
            },
            "title": self.title,
            "description": self.description,
            "datasource": source,
            "gridPos": { "h": height, "w": width, "x": x, "y": y },
            "targets": targets.collect::<Value>(),
            "fieldConfig": { "defaults": self.defaults(), "overrides": self.overrides() },
            "options": self.options(),
        });
        if self.look == Look::Table {
            panel["transformations"] = self.transformations();
        }
        panel
    }

    fn defaults(&self) -> Value {
        let mut defaults = json!({ "unit": self.unit });
        // A share is a share of all: an axis from 0 to 100 says how much is left.
        if self.unit == "percentunit" {
            defaults["min"] = 0.into();
            defaults["max"] = 1.into();
        } else if self.look == Look::Lines {
            defaults["min"] = 0.into();
        }
        if let Some((yellow, red)) = self.steps {
            defaults["thresholds"] = json!({ "mode": "absolute", "steps": [
                { "color": "green", "value": null },
                { "color": "yellow", "value": yellow },
                { "color": "red", "value": red },
            ] });
        } else if self.look == Look::Number {
            defaults["thresholds"] =
                json!({ "mode": "absolute", "steps": [{ "color": "blue", "value": null }] });
        }
        if !self.states.is_empty() {
            let options: serde_json::Map<_, _> = (self.states.iter().zip(0..))
                .map(|((value, text, color), index)| {
                    ((*value).to_owned(), json!({ "text": text, "color": color, "index": index }))
                })
                .collect();
            defaults["mappings"] = json!([{ "type": "value", "options": options }]);
        }
        if let (Some(link), true) = (&self.link, self.look != Look::Lines) {
            defaults["links"] = json!([{ "title": "Open the cluster", "url": link }]);
        }
        defaults
    }

    /// What is allowed is a dashed line, whatever the colours of the others.
    fn overrides(&self) -> Value {
        if self.look != Look::Lines {
            return json!([]);
        }
        json!([{
            "matcher": { "id": "byName", "options": "objective" },
            "properties": [
                { "id": "color", "value": { "mode": "fixed", "fixedColor": "red" } },
                { "id": "custom.lineStyle", "value": { "fill": "dash", "dash": [8, 8] } },
                { "id": "custom.fillOpacity", "value": 0 },
            ],
        }])
    }

    fn options(&self) -> Value {
        match self.look {
            Look::Lines => json!({
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
            Look::Number => json!({
                "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
                "colorMode": "background", "graphMode": "none", "textMode": "auto", "justifyMode": "auto",
                "orientation": "auto",
            }),
            Look::States => json!({
                "mergeValues": true, "showValue": "auto", "rowHeight": 0.8, "alignValue": "left",
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": false, "calcs": [] },
                "tooltip": { "mode": "single", "sort": "none" },
            }),
            Look::Table => {
                json!({ "showHeader": true, "cellHeight": "sm", "footer": { "show": false, "reducer": [], "countRows": false } })
            }
        }
    }

    /// One row a cluster out of all queries, with the columns that are named.
    fn transformations(&self) -> Value {
        let keep: Vec<_> = self.columns.iter().map(|(name, _)| name).collect();
        let titles: serde_json::Map<_, _> =
            self.columns.iter().map(|(name, title)| (name.clone(), title.as_str().into())).collect();
        let order: serde_json::Map<_, _> =
            keep.iter().zip(0..).map(|(name, index)| (name.to_string(), index.into())).collect();
        json!([
            { "id": "merge", "options": {} },
            { "id": "filterFieldsByName", "options": { "include": { "names": keep } } },
            { "id": "organize", "options": { "indexByName": order, "renameByName": titles, "excludeByName": {} } },
        ])
    }
}
