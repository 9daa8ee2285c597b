//! The app as Rust: what has a method of its own is written by it, and the rest as the YAML that it is.

use std::fmt::Write;

use pgsynth_constructs::values::snake;
use serde_yaml::{Mapping, Value};

/// The Rust of a compact app, as `pgsynth::prelude` names it.
pub(super) fn source(app: &Value) -> String {
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut charts = String::new();
    let mut clusters = String::new();
    for (chart, of) in entries(app.get("charts")) {
        let _ = write!(charts, "\n        .charts({chart:?}, Chart::new({:?})", text(of, "namespace"));
        for (name, cluster) in entries(of.get("clusters")) {
            let function = function(chart, name);
            let _ = write!(charts, "\n            .clusters({name:?}, {function}())");
            clusters += &of_cluster(&function, chart, name, cluster);
        }
        charts.push(')');
    }
    let release = format!("R{}", text(app, "release").replace('.', "_"));
    let platform = match text(app, "platform").as_str() {
        "hetzner" => "Hetzner",
        "k3s" => "K3s",
        _ => "Other",
    };
    let operator = app.get("externalOperator").map(yaml).unwrap_or_default();
    format!(
        "//! Imported by `pgsynth import --rust`.\n\nuse pgsynth::prelude::*;\n\n/// The app.\npub fn app() -> App {{\n    let operator: ExternalOperator = yaml({operator});\n    App::new({:?}, ReleaseName::{release}, Platform::{platform})\n        .external_operator(operator){charts}\n}}\n{clusters}\n/// What has no method of its own, as it is written in an app file.\nfn yaml<T: serde::de::DeserializeOwned>(text: &str) -> T {{\n    serde_yaml::from_str(text).expect(\"it was an app file's\")\n}}\n",
        text(app, "name"),
    )
}

fn of_cluster(function: &str, chart: &str, name: &str, cluster: &Value) -> String {
    let text = |key: &str| cluster.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut methods = String::new();
    let mut rest = String::new();
    for (key, value) in entries(Some(cluster)) {
        let field = snake(key);
        match (key, value) {
            ("team" | "postgres" | "volume" | "backup", _) => {}
            (_, Value::Bool(on)) => {
                let _ = write!(methods, "\n        .{field}({on})");
            }
            (_, Value::Number(number)) => {
                let _ = write!(methods, "\n        .{field}({number})");
            }
            ("parameters", Value::Mapping(map)) if map.values().all(Value::is_string) => {
                for (name, value) in entries(Some(&Value::Mapping(map.clone()))) {
                    let _ = write!(
                        methods,
                        "\n        .parameters({name:?}, {:?})",
                        value.as_str().unwrap_or_default()
                    );
                }
            }
            ("databases", Value::Mapping(map)) if map.values().all(owner_alone) => {
                for (name, value) in entries(Some(value)) {
                    let owner = value.get("owner").and_then(Value::as_str).unwrap_or_default();
                    let _ = write!(methods, "\n        .databases({name:?}, Database::owned_by({owner:?}))");
                }
            }
            (_, value) => {
                let _ = writeln!(rest, "    cluster.{field} = yaml({});", yaml(value));
            }
        }
    }
    let volume = cluster.get("volume").map(yaml).unwrap_or_default();
    let mutable = if rest.is_empty() { "" } else { "mut " };
    format!(
        "\n/// Cluster `{name}` of chart `{chart}`.\nfn {function}() -> Cluster {{\n    let volume: Volume = yaml({volume});\n    let {mutable}cluster = Cluster::new({:?}, {:?}, volume, {:?}){methods};\n{rest}    cluster\n}}\n",
        text("team"),
        text("postgres"),
        text("backup"),
    )
}

fn owner_alone(database: &Value) -> bool {
    database.as_mapping().is_some_and(|map| map.len() == 1 && map.contains_key("owner"))
}

/// A value as a literal of YAML in Rust.
fn yaml(value: &Value) -> String {
    let text = String::from_utf8_lossy(&crate::synth::emit(value)).into_owned();
    let text = text.strip_prefix("---\n").unwrap_or(&text);
    let mut fence = "#".to_owned();
    while text.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    format!("r{fence}\"\n{text}\"{fence}")
}

fn function(chart: &str, name: &str) -> String {
    let word = |text: &str| text.replace(['-', '.'], "_");
    format!("{}_{}", word(chart), word(name))
}

fn entries(value: Option<&Value>) -> Vec<(&str, &Value)> {
    let map: Option<&Mapping> = value.and_then(Value::as_mapping);
    map.into_iter().flatten().map(|(key, value)| (key.as_str().unwrap_or_default(), value)).collect()
}
