//! The second step: what the app is to the rules, and where in the app their findings belong.

use k8s_openapi::api::storage::v1::StorageClass;

use super::App;
use super::entry::Entry;
use crate::base::{Object, OperatorFacts, Problems};
use crate::namespace::POD_SECURITY;
use crate::raw_object::RawObject;
use crate::rules::{
    ClusterEvidence, Evidence, Level, OperatorEvidence, RecordEvidence, Retirement, Subject, check,
};
use pgsynth_upstream::behaviour::classes::{ClaimFacts, ClassFacts, ClassView};
use pgsynth_upstream::record::{ClusterKey, Record};

/// What an app looks like to the rules.
pub(super) struct Surroundings<'a> {
    pub(super) app: &'a App,
    pub(super) operator: &'a OperatorFacts,
    pub(super) entries: &'a [Entry<'a>],
    pub(super) objects: &'a [Object],
}

/// The app as it was and as it is.
pub(super) struct Records<'a> {
    pub(super) before: Option<&'a Record>,
    pub(super) after: &'a Record,
    pub(super) accepted: &'a [String],
}

/// Asks every rule, and files what they find under the app's own paths.
pub(super) fn ask(surroundings: &Surroundings, records: &Records, problems: &mut Problems) {
    let Surroundings { app, operator, entries, objects } = surroundings;
    let classes = known_classes(app, objects);
    let namespaces = namespaces(app, objects);
    let claims: Vec<_> = objects.iter().filter_map(claim).collect();
    let storage = objects.iter().filter_map(|object| Some((object.origin.as_str(), class(object)?)));
    let (origins, views): (Vec<_>, Vec<_>) = storage.unzip();
    let retired = retirements(app);
    let evidence = Evidence {
        clusters: entries
            .iter()
            .map(|entry| ClusterEvidence {
                resource: &entry.resolved.resource,
                classes: &classes,
                claims: &claims,
                namespaces: Some(&namespaces),
            })
            .collect(),
        operator: Some(OperatorEvidence { facts: operator, protect: app.protect, baseline: baseline(app) }),
        classes: views,
        platform: Some(app.platform),
        // Without a past it is compared with itself: an entry of `retired` may still speak of what is rendered.
        record: Some(RecordEvidence {
            before: records.before.unwrap_or(records.after),
            after: records.after,
            ids: ids(entries, records.after),
            accepted: records.accepted,
            retired: &retired,
            classes: &classes,
        }),
    };
    let findings = check(&evidence, &app.release.release().versions);
    let place = |subject: &Subject, path: &str| match subject {
        Subject::Cluster(index) => entries[*index].place(path),
        Subject::Operator => operator_path(app, path),
        Subject::Class(index) => format!("{}.{path}", origins[*index]),
        Subject::Changed(key) => entry_of(entries, key).map_or_else(
            || key.to_string(),
            |entry| if path.is_empty() { entry.scope.path().to_owned() } else { entry.scope.at(path) },
        ),
        Subject::Past if path == "kubernetes_use_configmaps" => operator_path(app, path),
        Subject::Past => path.to_owned(),
    };
    for finding in findings.found {
        let mut problem = finding.problem;
        problem.path = place(&finding.subject, &problem.path);
        // What runs already is not refused: a cluster that is adopted, and an operator of such clusters alone.
        let runs = match finding.subject {
            Subject::Cluster(index) => entries[index].cluster.adopted,
            Subject::Operator => !operator.rendered && entries.iter().all(|entry| entry.cluster.adopted),
            _ => false,
        };
        match finding.level {
            Level::Error if !runs => problems.error(problem),
            Level::Error | Level::Warning => problems.warning(problem),
        };
    }
    // Only those about something in particular: an app knows all that rules ask for, and its constructs ask the others.
    for (mut undecided, about) in findings.undecided.into_iter().zip(findings.about) {
        if let Some(subject) = about {
            undecided.path = place(&subject, &undecided.path);
            problems.undecided.push(undecided);
        }
    }
}

/// Path of the operator's settings in the app.
pub(super) fn operator_path(app: &App, path: &str) -> String {
    let rendered = app.operators().map(|(id, _, _)| format!("charts.{id}.operator")).next();
    let operator = rendered.unwrap_or_else(|| "externalOperator".to_owned());
    match path {
        "podEnvironment" => format!("{operator}.podEnvironment"),
        path => format!("{operator}.configuration.{path}"),
    }
}

fn entry_of<'a>(entries: &'a [Entry<'a>], key: &ClusterKey) -> Option<&'a Entry<'a>> {
    let is = |entry: &&Entry| {
        let metadata = &entry.resolved.resource.metadata;
        metadata.name.as_ref() == Some(&key.name) && metadata.namespace.as_ref() == Some(&key.namespace)
    };
    entries.iter().find(is)
}

/// `<chart>/<cluster>` of every cluster of the record, in its order.
fn ids(entries: &[Entry], record: &Record) -> Vec<String> {
    let by_key: std::collections::BTreeMap<_, _> = entries
        .iter()
        .map(|entry| {
            let metadata = &entry.resolved.resource.metadata;
            ((metadata.namespace.as_deref(), metadata.name.as_deref()), entry.id.as_str())
        })
        .collect();
    let id = |key: &ClusterKey| {
        by_key.get(&(Some(key.namespace.as_str()), Some(key.name.as_str()))).copied().unwrap_or_default()
    };
    record.clusters.keys().map(|key| id(key).to_owned()).collect()
}

fn retirements(app: &App) -> Vec<Retirement> {
    let entries = app.retired.iter();
    entries
        .map(|(id, retired)| Retirement {
            id: id.clone(),
            name: id.split_once('/').map_or(id.as_str(), |(_, name)| name).to_owned(),
            namespace: retired.namespace.as_ref().map(ToString::to_string),
        })
        .collect()
}

/// Whether pgsynth makes a namespace of clusters, and the user gives it no weaker standard. Of others nothing is known.
fn baseline(app: &App) -> bool {
    let mut made =
        app.charts.iter().filter(|(_, chart)| !chart.clusters.is_empty() && chart.namespace.create);
    made.any(|(_, chart)| chart.namespace.labels.get(POD_SECURITY).is_none_or(|level| level != "privileged"))
}

/// Namespaces that the app makes or names.
fn namespaces(app: &App, objects: &[Object]) -> Vec<String> {
    let named = app.charts.iter().map(|(_, chart)| chart.namespace.name.to_string());
    let made = objects.iter().filter(|object| object.identity.kind == "Namespace");
    named.chain(made.map(|object| object.identity.name.clone())).collect()
}

/// StorageClasses that the app names, that the platform brings, or that stand among the raw objects.
fn known_classes(app: &App, objects: &[Object]) -> Vec<ClassFacts> {
    let named = app.charts.iter().flat_map(|(_, chart)| chart.storage.iter());
    let mut classes: Vec<_> = named.map(|(id, storage)| storage.facts(id.as_str())).collect();
    let rendered = objects.iter().filter_map(|object| Some(class(object)?.facts(&object.identity.name)));
    for known in ClassFacts::of_platform(app.platform).into_iter().chain(rendered) {
        if !classes.iter().any(|class| class.name == known.name) {
            classes.push(known);
        }
    }
    classes
}

/// The claim of a raw object, if it is one.
fn claim(object: &Object) -> Option<ClaimFacts> {
    let RawObject(map) =
        object.downcast::<RawObject>().filter(|_| object.identity.kind == "PersistentVolumeClaim")?;
    let namespace = object.identity.namespace.clone()?;
    ClaimFacts::read(map).map(|claim| ClaimFacts { namespace, ..claim })
}

/// The class of an object, typed or raw.
fn class(object: &Object) -> Option<ClassView> {
    if object.identity.kind != "StorageClass" {
        return None;
    }
    if let Some(class) = object.downcast::<StorageClass>() {
        let parameters = class.parameters.iter().flatten();
        let topologies = class.allowed_topologies.as_ref();
        return Some(ClassView {
            provisioner: class.provisioner.clone(),
            parameters: parameters.map(|(key, value)| (key.clone(), Some(value.clone()))).collect(),
            binding: class.volume_binding_mode.clone(),
            expandable: class.allow_volume_expansion == Some(true),
            topologies: topologies.is_some_and(|topologies| !topologies.is_empty()),
        });
    }
    object.downcast::<RawObject>().map(|RawObject(map)| ClassView::read(map))
}
