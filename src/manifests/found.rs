//! What is found in a document: objects, alone or in lists and in the values of charts, and the values of the operator's chart.

use super::document::Document;
use super::settings::is_chart_values;
use super::source::Source;
use crate::yaml::{Node, Value};

/// What something in a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// An API object.
    Object,
    /// Values of the operator's Helm chart.
    ChartValues,
    /// An app file of pgsynth.
    App,
}

/// Something that is found in a document.
#[derive(Clone, Debug)]
pub(crate) struct Manifest<'d> {
    pub(crate) document: &'d Document<'d>,
    /// Where in the document it stands: empty for the whole, `items.3`, `spec.values.resources.0`.
    pub(crate) at: String,
    pub(crate) node: &'d Node<'d>,
    pub(crate) form: Form,
}

impl<'d> Manifest<'d> {
    fn text(&self, path: &str) -> &'d str {
        self.node.at(path, self.document.text).and_then(Node::as_text).unwrap_or_default()
    }

    /// API group, without the version; empty for the core.
    pub(crate) fn group(&self) -> &'d str {
        self.text("apiVersion").rsplit_once('/').map_or("", |(group, _)| group)
    }

    pub(crate) fn kind(&self) -> &'d str {
        self.text("kind")
    }

    pub(crate) fn name(&self) -> &'d str {
        self.text("metadata.name")
    }

    pub(crate) fn namespace(&self) -> &'d str {
        self.text("metadata.namespace")
    }

    /// The object in words: `postgresql shop/orders`.
    pub(crate) fn label(&self) -> String {
        let kind = if self.form == Form::ChartValues { "values" } else { self.kind() };
        match (self.namespace(), self.name()) {
            ("", "") => kind.to_owned(),
            ("", name) => format!("{kind} {name}"),
            (namespace, name) => format!("{kind} {namespace}/{name}"),
        }
    }

    /// Path in the document of a path in the object.
    pub(crate) fn path(&self, path: &str) -> String {
        match (self.at.as_str(), path) {
            ("", path) => path.to_owned(),
            (at, "") => at.to_owned(),
            (at, path) => format!("{at}.{path}"),
        }
    }
}

/// Everything in a document that can be told apart.
pub(crate) fn search<'d>(document: &'d Document<'d>) -> Vec<Manifest<'d>> {
    let mut found = vec![];
    let Value::Map(_) = document.root.value else { return found };
    if document.root.get("pgsynth", document.text).is_some()
        && document.root.get("kind", document.text).is_none()
    {
        found.push(Manifest { document, at: String::new(), node: &document.root, form: Form::App });
        return found;
    }
    descend(document, String::new(), &document.root, &mut found);
    found
}

fn descend<'d>(document: &'d Document<'d>, at: String, node: &'d Node<'d>, found: &mut Vec<Manifest<'d>>) {
    let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match &node.value {
        Value::Map(entries) => {
            let manifest = Manifest { document, at: at.clone(), node, form: Form::Object };
            if !manifest.kind().is_empty() && !manifest.text("apiVersion").is_empty() {
                let list = node.get("items", document.text).filter(|_| manifest.kind().ends_with("List"));
                match (list, manifest.group(), manifest.kind()) {
                    (Some(items), ..) => descend(document, below("items"), items, found),
                    (None, "helm.toolkit.fluxcd.io", "HelmRelease")
                    | (None, "argoproj.io", "Application" | "ApplicationSet") => {
                        if let Some(spec) = node.get("spec", document.text) {
                            descend(document, below("spec"), spec, found);
                        }
                    }
                    _ => found.push(manifest),
                }
                return;
            }
            if is_chart_values(node, document.text) {
                found.push(Manifest { form: Form::ChartValues, ..manifest });
                return;
            }
            for (key, value) in entries {
                descend(document, below(key.key(document.text)), value, found);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                descend(document, below(&index.to_string()), item, found);
            }
        }
        _ => {}
    }
}

/// Values of charts that stand as a text in an Argo CD Application, each as a text of its own.
pub(crate) fn nested(document: &Document) -> Vec<Source> {
    let text = |path: &str| document.root.at(path, document.text).and_then(Node::as_text);
    if text("apiVersion").is_none_or(|version| !version.starts_with("argoproj.io/")) {
        return vec![];
    }
    let mut paths =
        vec!["spec.source.helm.values".to_owned(), "spec.template.spec.source.helm.values".to_owned()];
    if let Some(Value::List(sources)) =
        document.root.at("spec.sources", document.text).map(|node| &node.value)
    {
        paths.extend((0..sources.len()).map(|index| format!("spec.sources.{index}.helm.values")));
    }
    let nested = paths.iter().filter_map(|path| {
        let offset = document.locate(path).line.saturating_sub(1);
        Some(Source { name: document.source.name.clone(), text: text(path)?.to_owned(), offset })
    });
    nested.collect()
}

/// Names of the files that are patches of a kustomization, as the inputs are named.
pub(crate) fn patches(document: &Document) -> Vec<String> {
    let root = &document.root;
    let text = document.text;
    let kustomization = root.get("kind", text).and_then(Node::as_text) == Some("Kustomization")
        || document.source.name.ends_with("kustomization.yaml");
    if !kustomization {
        return vec![];
    }
    let folder = document.source.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let lists = ["patches", "patchesStrategicMerge"].into_iter().filter_map(|key| root.get(key, text));
    let items = lists.flat_map(|list| match &list.value {
        Value::List(items) => items.as_slice(),
        _ => &[],
    });
    let path = |item: &Node| item.as_text().or_else(|| item.get("path", text)?.as_text()).map(str::to_owned);
    items.filter_map(path).filter(|path| !path.contains('\n')).map(|path| joined(folder, &path)).collect()
}

/// A path below a folder, without `.` and `..`.
fn joined(folder: &str, path: &str) -> String {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if !steps.is_empty() => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    format!("{root}{}", steps.join("/"))
}
