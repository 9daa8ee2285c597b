//! What is found in the manifests: clusters and the operator that they run under, without what the API server has added.

use pgsynth_constructs::ExternalOperator;
use pgsynth_constructs::base::{Kind, Watch};
use pgsynth_constructs::crds::operator_configuration::OperatorConfiguration;
use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::operator::WatchSetting;
use pgsynth_constructs::release::Release;
use pgsynth_constructs::values::{Id, Label};

use serde_yaml::Value;

use super::{Row, Source};
use crate::manifests::{self, Admitted, Document, Form, Manifest, Resources, Unread};
use crate::yaml::Node;

/// The text that an object comes from, and the lines in it that are its own.
pub(super) struct Origin<'d> {
    pub(super) text: &'d str,
    pub(super) node: &'d Node<'d>,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// A cluster that the API server would take.
pub(super) struct Cluster<'d> {
    pub(super) resource: Postgresql,
    pub(super) row: Row,
    pub(super) origin: Origin<'d>,
}

/// All that was found.
pub(super) struct Found<'d> {
    pub(super) clusters: Vec<Cluster<'d>>,
    pub(super) operator: Option<(ExternalOperator, Row, Origin<'d>)>,
    /// Of those that cannot be imported.
    pub(super) rows: Vec<Row>,
    pub(super) notes: Vec<String>,
}

/// The documents of the texts; those that cannot be read are told in rows.
pub(super) fn documents(sources: &[Source]) -> Vec<Result<Document<'_>, Unread>> {
    sources.iter().flat_map(manifests::documents).collect()
}

/// What the API server adds to an object, or keeps for itself.
const SERVERS: [&str; 7] = [
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
    "deletionTimestamp",
];

/// What kubectl keeps in an object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The clusters in these documents, and the operator if there is one.
pub(super) fn find<'d>(documents: &'d [Result<Document<'d>, Unread>], release: &Release) -> Found<'d> {
    let resources = Resources::of(release);
    let mut found = Found { clusters: vec![], operator: None, rows: vec![], notes: vec![] };
    let mut others = std::collections::BTreeMap::<String, usize>::new();
    let read = documents.iter().filter_map(|document| document.as_ref().ok());
    let patches: std::collections::BTreeSet<String> = read.flat_map(manifests::patches).collect();
    for document in documents {
        let document = match document {
            Ok(document) => document,
            Err(Unread::Wrong(problem)) => {
                found.rows.push(refused("a document", problem.to_string()));
                continue;
            }
            Err(Unread::Template(place)) => {
                let why = format!(
                    "{place}: a template that is not filled in; import the output of `helm template`"
                );
                found.rows.push(refused("a document", why));
                continue;
            }
        };
        if patches.contains(&document.source.name) {
            *others
                .entry("patch of Kustomize (import the output of `kustomize build`)".to_owned())
                .or_default() += 1;
            continue;
        }
        for manifest in manifests::search(document) {
            match (manifest.form, manifest.group(), manifest.kind()) {
                (Form::Object, "acid.zalan.do", "postgresql") => {
                    let mut row = row(&manifest);
                    match told(resources.cluster(&manifest), &mut row) {
                        Some(mut resource) => {
                            metadata(&mut resource, &mut row);
                            nulls(&mut resource, &mut row);
                            found.clusters.push(Cluster { resource, row, origin: origin(&manifest) });
                        }
                        None => found.rows.push(row),
                    }
                }
                (Form::Object, "acid.zalan.do", "OperatorConfiguration") => {
                    let mut row = row(&manifest);
                    match told(resources.operator(&manifest), &mut row) {
                        Some(_) if found.operator.is_some() => {
                            row.refused =
                                Some("an app runs under one operator, and there is one already".to_owned());
                            found.rows.push(row);
                        }
                        Some(resource) => match operator(&manifest, resource, &mut row) {
                            Ok(external) => found.operator = Some((external, row, origin(&manifest))),
                            Err(why) => {
                                row.refused = Some(why);
                                found.rows.push(row);
                            }
                        },
                        None => found.rows.push(row),
                    }
                }
                (Form::App, ..) => {
                    found.rows.push(refused("an app file", "it is one of pgsynth already".to_owned()))
                }
                (Form::ChartValues, ..) => {
                    *others.entry("values of the operator's chart".to_owned()).or_default() += 1;
                }
                (Form::Object, _, kind) => *others.entry(kind.to_owned()).or_default() += 1,
            }
        }
    }
    if !others.is_empty() {
        let kinds: Vec<_> = others.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        found.notes.push(format!("not imported, and to be applied as before: {}", kinds.join(", ")));
    }
    found
}

fn row(manifest: &Manifest) -> Row {
    Row {
        label: manifest.label(),
        typed: vec![],
        overlay: vec![],
        dropped: vec![],
        lost: vec![],
        refused: None,
    }
}

fn refused(label: &str, why: String) -> Row {
    Row {
        label: label.to_owned(),
        typed: vec![],
        overlay: vec![],
        dropped: vec![],
        lost: vec![],
        refused: Some(why),
    }
}

fn origin<'d>(manifest: &Manifest<'d>) -> Origin<'d> {
    let text = manifest.document.text;
    let whole = manifest.at.is_empty();
    let first = if whole { 1 } else { manifest.node.place.line as usize };
    let last = if whole { usize::MAX } else { first + manifest.node.lines() };
    Origin { text, node: manifest.node, first, last }
}

/// Tells what of an object was dropped; nothing is left where the API server would not take it.
fn told<T>(admitted: Admitted<T>, row: &mut Row) -> Option<T> {
    let Admitted { value, problems, open, dropped: _ } = admitted;
    for problem in &problems {
        let sentence = format!("{}: {}", problem.path, problem.sentence());
        // Without one of its fields a clone is another one.
        let of_clone = problem.path.starts_with("spec.clone.") && problem.kind == Kind::Invalid;
        match problem.kind {
            _ if of_clone => {
                row.refused = Some(sentence);
                return None;
            }
            Kind::Required => {
                row.refused = Some(sentence);
                return None;
            }
            Kind::Unknown | Kind::Ineffective | Kind::Duplicate => row.dropped.push(sentence),
            _ => row.lost.push(sentence),
        }
    }
    if let Some((path, what)) = open.first() {
        row.refused = Some(format!("{path}: `{what}` is filled in by another tool; import its output"));
        return None;
    }
    if value.is_none() {
        row.refused = row.lost.pop().or_else(|| Some("nothing of it can be read".to_owned()));
    }
    value
}

/// Takes away what is the API server's, and names what else of the metadata an app has no place for.
fn metadata(resource: &mut Postgresql, row: &mut Row) {
    resource.status = None;
    let metadata = &mut resource.metadata;
    if let Some(annotations) = &mut metadata.annotations {
        annotations.shift_remove(LAST_APPLIED);
    }
    let others = std::mem::take(&mut metadata.others);
    for (key, _) in others.into_iter().filter(|(key, _)| !SERVERS.contains(&key.as_str())) {
        row.lost.push(format!("metadata.{key}: pgsynth does not render it, and an apply leaves it as it is"));
    }
}

/// Takes `null` away where it may stand: to the operator it is as if the key were not there, and an app cannot say it.
fn nulls(resource: &mut Postgresql, row: &mut Row) {
    let Ok(mut spec) = serde_yaml::to_value(&resource.spec) else { return };
    let before = row.dropped.len();
    without_nulls(&mut spec, "spec", row);
    if row.dropped.len() > before
        && let Ok(spec) = serde_yaml::from_value(spec)
    {
        resource.spec = spec;
    }
}

fn without_nulls(value: &mut Value, path: &str, row: &mut Row) {
    let Value::Mapping(map) = value else { return };
    map.retain(|key, value| {
        let path = format!("{path}.{}", key.as_str().unwrap_or_default());
        if value.is_null() {
            row.dropped.push(format!("{path}: `null` says the same as no key"));
            return false;
        }
        without_nulls(value, &path, row);
        true
    });
}

/// Where a cluster belongs in the app.
pub(super) struct Home {
    /// Id of its chart: its namespace, as far as that can be an id.
    pub(super) chart: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

/// Chart, namespace and id of a cluster.
pub(super) fn place(resource: &Postgresql) -> Home {
    let namespace = resource.metadata.namespace.as_deref().filter(|namespace| !namespace.is_empty());
    let namespace = namespace.unwrap_or("default").to_owned();
    let chart = if namespace.parse::<Id>().is_ok() { namespace.clone() } else { format!("ns-{namespace}") };
    Home { chart, namespace, name: resource.metadata.name.clone().unwrap_or_default() }
}

/// The operator that a resource configures.
fn operator(
    manifest: &Manifest,
    resource: OperatorConfiguration,
    row: &mut Row,
) -> Result<ExternalOperator, String> {
    let namespace = Some(manifest.namespace()).filter(|namespace| !namespace.is_empty()).unwrap_or("default");
    if let Err(wrong) = namespace.parse::<Label>() {
        return Err(format!("metadata.namespace: {wrong}"));
    }
    let mut configuration = resource.configuration;
    let watched = configuration.kubernetes.as_mut().and_then(|section| section.watched_namespace.take());
    let watch = match Watch::of(watched.as_deref(), namespace) {
        Watch::All => WatchSetting::All,
        Watch::Namespace(watched) => watched.parse().map_or(WatchSetting::All, WatchSetting::Namespace),
    };
    for key in secrets(&mut configuration) {
        row.lost.push(format!(
            "configuration.{key}: a credential, which is left out of the app; the operator that runs keeps it"
        ));
    }
    row.typed.push("externalOperator".to_owned());
    let mut external = ExternalOperator::new(namespace, watch);
    external.configuration = configuration;
    Ok(external)
}

/// Takes keys away that stand in clear text.
fn secrets(
    configuration: &mut pgsynth_constructs::crds::operator_configuration::Configuration,
) -> Vec<&'static str> {
    let mut taken = vec![];
    let mut take = |name: &'static str, value: &mut Option<String>| {
        if value.take_if(|value| !value.is_empty()).is_some() {
            taken.push(name);
        }
    };
    if let Some(dumps) = &mut configuration.logical_backup {
        take("logical_backup.logical_backup_s3_access_key_id", &mut dumps.logical_backup_s3_access_key_id);
        take(
            "logical_backup.logical_backup_s3_secret_access_key",
            &mut dumps.logical_backup_s3_secret_access_key,
        );
        take(
            "logical_backup.logical_backup_azure_storage_account_key",
            &mut dumps.logical_backup_azure_storage_account_key,
        );
    }
    if let Some(scalyr) = &mut configuration.scalyr {
        take("scalyr.scalyr_api_key", &mut scalyr.scalyr_api_key);
    }
    taken
}

/// The operator's chart with its own values, where no manifest shows one.
pub(super) fn assumed() -> ExternalOperator {
    ExternalOperator::new("postgres-operator", WatchSetting::All)
}
