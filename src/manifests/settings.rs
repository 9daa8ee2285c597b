//! The operator's settings in the forms that people keep beside the resource: the values of its Helm chart, and the
//! ConfigMap that the chart makes of them.

use std::borrow::Cow;

use pgsynth_constructs::base::Problem;
use pgsynth_constructs::crds::operator_configuration::Configuration;
use pgsynth_constructs::crds::{Schema, Shape};
use pgsynth_constructs::values::snake;

use super::admit::{Admitted, PRUNED, admit};
use super::found::Manifest;
use crate::yaml::{Node, Place, Value};

/// `configLoadBalancer`: the section `load_balancer` of the resource.
fn section(key: &str) -> Option<String> {
    let rest = key
        .strip_prefix("config")
        .filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))?;
    Some(snake(rest))
}

const SECTIONS: [&str; 14] = [
    "configAwsOrGcp",
    "configConnectionPooler",
    "configDebug",
    "configGeneral",
    "configKubernetes",
    "configLoadBalancer",
    "configLoggingRestApi",
    "configLogicalBackup",
    "configMajorVersionUpgrade",
    "configPatroni",
    "configPostgresPodResources",
    "configTeamsApi",
    "configTimeouts",
    "configUsers",
];

/// Whether a map is one of values of the operator's chart.
pub(super) fn is_chart_values(node: &Node, text: &str) -> bool {
    SECTIONS.iter().any(|section| node.get(section, text).is_some())
}

/// The settings in values of the chart; paths are those of the values.
pub(crate) fn from_values(manifest: &Manifest, schema: &Schema) -> Admitted<Configuration> {
    let text = manifest.document.text;
    let Value::Map(entries) = &manifest.node.value else { unreachable!("values are a map") };
    let mut merged = vec![];
    for (key, value) in entries {
        match (section(key.key(text)).as_deref(), &value.value) {
            (Some("general"), Value::Map(general)) => merged.extend(general.iter().cloned()),
            (Some("target"), _) | (None, _) => {}
            (Some(name), Value::Map(_)) => {
                let key = Node { place: key.place, value: Value::Text(Cow::Owned(name.to_owned())) };
                merged.push((key, value.clone()));
            }
            (Some(_), _) => {}
        }
    }
    let node = Node { place: manifest.node.place, value: Value::Map(merged) };
    let mut admitted: Admitted<Configuration> = admit(manifest, "OperatorConfiguration", &node, schema);
    for problem in &mut admitted.problems {
        problem.path = values_path(&problem.path);
        unknown_to_the_operator(problem);
    }
    admitted
}

/// No API server sees these keys: it is the operator that does not know one.
fn unknown_to_the_operator(problem: &mut Problem) {
    problem.message = problem.message.replace(PRUNED, "the operator does not know it");
}

/// The path in the chart's values of a path in the resource's configuration.
pub(crate) fn values_path(path: &str) -> String {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let is = |name: &&&str| section(name).is_some_and(|section| section == first);
    match SECTIONS.iter().find(is) {
        Some(name) if rest.is_empty() => (*name).to_owned(),
        Some(name) => format!("{name}.{rest}"),
        None => format!("configGeneral.{path}"),
    }
}

/// The settings in a ConfigMap, where it is one of the operator's; paths are those of the ConfigMap.
pub(crate) fn from_config_map(manifest: &Manifest, schema: &Schema) -> Option<Admitted<Configuration>> {
    let text = manifest.document.text;
    let Value::Map(entries) = &manifest.node.get("data", text)?.value else { return None };
    let known = |key: &str| schema.paths_to(key).into_iter().find(|path| path.matches('.').count() <= 1);
    if entries.iter().filter(|(key, _)| known(key.key(text)).is_some()).count() < 3 {
        return None;
    }
    let mut merged: Vec<(Node, Node)> = vec![];
    for (key, value) in entries {
        let path = known(key.key(text)).unwrap_or_else(|| key.key(text).to_owned());
        let (first, rest) = path.split_once('.').unwrap_or((&path, ""));
        let leaf = path.split('.').try_fold(schema, |schema, step| schema.property(step));
        let value = leaf.map_or_else(|| value.clone(), |leaf| typed(value, leaf));
        if rest.is_empty() {
            merged.push((named(first, key.place), value));
            continue;
        }
        let entry = (named(rest, key.place), value);
        match merged.iter_mut().find(|(name, _)| name.key(text) == first) {
            Some((_, Node { value: Value::Map(section), .. })) => section.push(entry),
            _ => merged
                .push((named(first, key.place), Node { place: key.place, value: Value::Map(vec![entry]) })),
        }
    }
    let node = Node { place: manifest.node.place, value: Value::Map(merged) };
    let mut admitted: Admitted<Configuration> = admit(manifest, "OperatorConfiguration", &node, schema);
    for problem in &mut admitted.problems {
        let key = problem.path.rsplit('.').next().unwrap_or_default();
        problem.path = format!("data.{key}");
        unknown_to_the_operator(problem);
    }
    Some(admitted)
}

fn named<'t>(name: &str, place: Place) -> Node<'t> {
    Node { place, value: Value::Text(Cow::Owned(name.to_owned())) }
}

/// A text of a ConfigMap as its setting has it: `a:b,c:d` is a map, `a,b` a list (`pkg/util/config`).
fn typed<'t>(value: &Node<'t>, schema: &Schema) -> Node<'t> {
    let Some(text) = value.as_text().map(str::to_owned) else { return value.clone() };
    let word =
        |text: &str| Node { place: value.place, value: Value::Text(Cow::Owned(text.trim().to_owned())) };
    let items = || text.split(',').map(str::trim).filter(|item| !item.is_empty());
    let typed = match schema.shape() {
        Shape::Boolean => text.parse().ok().map(Value::Bool),
        Shape::Whole | Shape::WholeOrText => text.parse().ok().map(Value::Signed),
        Shape::List => Some(Value::List(items().map(word).collect())),
        Shape::Map => items()
            .map(|item| item.split_once(':').map(|(key, item)| (word(key), word(item))))
            .collect::<Option<Vec<_>>>()
            .map(Value::Map),
        Shape::Text => None,
    };
    Node { place: value.place, value: typed.unwrap_or(Value::Text(Cow::Owned(text))) }
}
