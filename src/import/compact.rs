//! An app as somebody would write it: what is the default of its field is left out.

use pgsynth_constructs::base::{Kind, Problem};
use pgsynth_constructs::{App, Backup, Chart, Cluster, Volume};
use serde_yaml::{Mapping, Value};

use crate::{load, synth};

/// Fields that are written whatever their defaults are.
const ALWAYS: [&str; 9] =
    ["pgsynth", "name", "namespace", "release", "platform", "team", "postgres", "volume", "instances"];

/// The app file.
pub(super) fn text(app: &App) -> Result<String, Problem> {
    let cannot = |what: &dyn std::fmt::Display| Problem::new(Kind::Invalid, "", what.to_string());
    let plain = |app: &App| serde_yaml::to_value(app).map_err(|error| cannot(&error));
    let mut value = plain(app)?;
    let empty = plain(&App::new(app.name.as_str(), app.release, app.platform))?;
    let chart = serde_yaml::to_value(Chart::new("default")).map_err(|error| cannot(&error))?;
    let cluster = Cluster::new("team", "18", Volume::new("1Gi"), Backup::none("none"));
    let cluster = serde_yaml::to_value(cluster).map_err(|error| cannot(&error))?;
    leave_out(&mut value, &empty);
    for (_, chart_value) in entries(value.get_mut("charts")) {
        leave_out(chart_value, &chart);
        namespace(chart_value);
        for (_, cluster_value) in entries(chart_value.get_mut("clusters")) {
            leave_out(cluster_value, &cluster);
            for section in ["databases", "pooler"] {
                bare(cluster_value.get_mut(section));
            }
        }
    }
    if let Some(Value::Mapping(operator)) = value.get_mut("externalOperator") {
        operator.retain(|_, value| !matches!(value, Value::Mapping(map) if map.is_empty()));
    }
    let text = String::from_utf8(synth::emit(&value)).map_err(|error| cannot(&error))?;
    let read = load::app("apps/imported.yaml", text.as_bytes())?;
    match plain(&read)? == plain(app)? {
        true => Ok(text),
        false => Err(cannot(&"the app that was written is another one than was meant")),
    }
}

/// A namespace that is there already is written with its name alone.
fn namespace(chart: &mut Value) {
    let Some(namespace) = chart.get_mut("namespace") else { return };
    let plain = |key: &str| match namespace.get(key) {
        None | Some(Value::Bool(false)) => true,
        Some(Value::Mapping(map)) => map.is_empty(),
        Some(_) => false,
    };
    if plain("create") && plain("labels") && plain("annotations") {
        *namespace = namespace.get("name").cloned().unwrap_or_default();
    }
}

/// Sections of a construct, and of constructs by name, that say nothing.
fn bare(section: Option<&mut Value>) {
    let Some(Value::Mapping(map)) = section else { return };
    map.retain(|key, value| key.as_str() != Some("resources") || !is_empty(value));
    for (_, construct) in map.iter_mut() {
        if let Value::Mapping(construct) = construct {
            construct.retain(|_, value| !is_empty(value));
        }
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Mapping(map) if map.is_empty())
}

/// Takes away what stands in `bare` with the same value.
fn leave_out(value: &mut Value, bare: &Value) {
    let (Value::Mapping(map), Value::Mapping(bare)) = (value, bare) else { return };
    map.retain(|key, value| {
        let always = key.as_str().is_some_and(|key| ALWAYS.contains(&key));
        always || bare.get(key) != Some(value)
    });
}

fn entries(value: Option<&mut Value>) -> impl Iterator<Item = (&Value, &mut Value)> {
    let map: Option<&mut Mapping> = value.and_then(Value::as_mapping_mut);
    map.into_iter().flatten()
}
