//! The two steps of validation, the constructs and then the resolved objects, and what passes them.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{App, backups, checks, monitoring};
use crate::base::{ClusterFacts, Object, OperatorFacts, Problem, Problems, Scope, Stage, each};
use crate::chart::Chart;
use crate::cluster::{Cluster, Resolved};
use crate::namespace::POD_SECURITY;
use crate::retired::Retired;
use crate::secrets::{self, SecretNeed};
use crate::traps::{ClusterRecord, Record, report};

/// What the output remembers of the app, and what of it may be forgotten.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The record of the last rendering, if there is one.
    pub record: Option<Record>,
    /// Clusters, as `<chart>/<cluster>`, whose namespace or databases may change this time.
    pub accepted: Vec<String>,
}

/// An app that has been found valid, with its objects: only this can be synthesized, and that cannot fail.
#[derive(Debug)]
pub struct Valid {
    objects: Vec<Object>,
    record: Record,
    warnings: Vec<Problem>,
    clusters: BTreeMap<String, ClusterFacts>,
    crds: Vec<(&'static str, &'static str)>,
    operator: OperatorFacts,
    retired: BTreeMap<String, Vec<String>>,
}

impl Valid {
    /// The objects, in no order that means anything.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The CRDs of the operator that the app renders, by file name; none under an external one.
    pub fn crds(&self) -> &[(&'static str, &'static str)] {
        &self.crds
    }

    /// The Secrets that must exist before the app is applied, sorted.
    pub fn secrets(&self) -> Vec<SecretNeed> {
        secrets::needs(&self.objects, &self.operator, &self.clusters)
    }

    /// Archives of retired clusters, by `<chart>/<cluster>`; nothing removes them.
    pub fn retired_archives(&self) -> &BTreeMap<String, Vec<String>> {
        &self.retired
    }

    /// What the output has to remember.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What may be wanted.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Facts of every cluster, by `<chart>/<cluster>`.
    pub fn clusters(&self) -> &BTreeMap<String, ClusterFacts> {
        &self.clusters
    }
}

/// A cluster on its way through validation.
pub(super) struct Entry<'a> {
    pub(super) id: String,
    pub(super) cluster: &'a Cluster,
    pub(super) scope: Scope<'a>,
    pub(super) resolved: Resolved,
}

pub(super) fn validate(app: &App, past: &Past) -> Result<Valid, Problems> {
    let mut problems = Problems::default();
    let Some(operator) = app.operator(&mut problems) else { return Err(problems) };
    let archives = app.archives(&operator);
    let facts = app.facts(&operator, &archives);
    let labels: Vec<_> = app.charts.iter().map(|(_, chart)| app.labels(Some(chart))).collect();
    let own_labels = app.labels(None);

    let own = Scope {
        path: String::new(),
        chart: "",
        namespace: "",
        labels: &own_labels,
        platform: app.platform,
        release: app.release.release(),
        protect: app.protect,
        operator: &operator,
        clusters: &facts,
        archives: &archives,
    };

    let mut objects = vec![];
    let mut found = vec![];
    for ((id, chart), labels) in app.charts.iter().zip(&labels) {
        let scope = Scope {
            path: format!("charts.{id}"),
            chart: id.as_str(),
            namespace: chart.namespace.name.as_str(),
            labels,
            ..own.clone()
        };
        chart_objects(chart, &scope, &mut objects, &mut problems);
        for (name, cluster) in chart.clusters.iter() {
            found.push((id, name, cluster, scope.below(&format!("clusters.{name}"))));
        }
    }
    let resolved = each(
        found,
        || (),
        |(), (id, name, cluster, scope)| {
            let mut problems = Problems::default();
            cluster.validate(name.as_str(), &scope, &mut problems);
            let resolved = cluster.resolve(name.as_str(), &scope);
            resolved.validate(cluster, &scope, &mut problems);
            (Entry { id: format!("{id}/{name}"), cluster, scope, resolved }, problems)
        },
    );
    let mut entries = vec![];
    for (entry, own) in resolved {
        problems.extend(own);
        entries.push(entry);
    }

    let retired_archives = backups::validate(app, &own, &mut objects, &mut problems);
    backups::environment(app, &operator, &entries, &mut problems);
    checks::operator(app, &operator, &mut problems);
    let classes = checks::known_classes(app, &objects);
    checks::clusters(app, &operator, &entries, &objects, &classes, &mut problems);
    checks::classes(&objects, &mut problems);
    let record = record(&operator, &entries, &facts);
    retired(app, &mut problems);
    if let Some(before) = &past.record {
        before.compare(&record, &|id| app.retired.contains_key(id), &past.accepted, &classes, &mut problems);
    }
    monitoring::objects(app, &own, &entries, &mut objects, &mut problems);
    objects.extend(entries.into_iter().map(|Entry { scope, resolved, .. }| resolved.object(scope.path())));
    collisions(&objects, &mut problems);
    file_names(&objects, &mut problems);
    checks::accept(app, &mut problems);

    if !problems.is_valid() {
        return Err(problems);
    }
    let crds = crds(app, &operator);
    Ok(Valid {
        objects,
        record,
        warnings: problems.warnings,
        clusters: facts,
        crds,
        operator,
        retired: retired_archives,
    })
}

/// Everything of a chart but its clusters.
fn chart_objects(chart: &Chart, scope: &Scope, objects: &mut Vec<Object>, problems: &mut Problems) {
    // The namespaces of clusters take pods of the standard `baseline`, which is the strictest that Spilo meets.
    let pods = if chart.clusters.is_empty() && chart.operator.is_some() { "restricted" } else { "baseline" };
    let here = scope.below("namespace");
    chart.namespace.validate(&here, problems);
    if let Some(level) = chart.namespace.labels.get(POD_SECURITY)
        && level == "restricted"
        && !chart.clusters.is_empty()
    {
        let at = here.at(&format!("labels.{POD_SECURITY}"));
        let message = "invalid value `restricted`: no pod of PostgreSQL's meets it; `baseline` is the strictest that they meet";
        report("L21", Problem::new(at, message), problems);
    }
    objects.extend(chart.namespace.objects(&here, pods));
    if let Some(operator) = &chart.operator {
        let here = scope.below("operator");
        operator.validate(&here, problems);
        objects.extend(operator.objects(&here));
    }
    for (id, storage) in chart.storage.iter() {
        let here = scope.below(&format!("storage.{id}"));
        storage.validate(&here, problems);
        objects.extend(storage.objects(id.as_str(), &here));
    }
    for (id, object) in chart.objects.iter() {
        let here = scope.below(&format!("objects.{id}"));
        object.validate(&here, problems);
        objects.extend(object.objects(&here));
    }
    for (id, construct) in chart.added() {
        let here = scope.below(id.as_str());
        let mut own = Problems::default();
        construct.validate(&here, &mut own);
        if !matches!(construct.stage(), Stage::Storage | Stage::Chart | Stage::Jobs | Stage::Monitoring) {
            own.forbidden(
                here.path(),
                "a construct of one's own has the stage Storage, Chart, Jobs or Monitoring",
            );
        }
        if own.is_valid() {
            objects.extend(construct.objects(&here));
        }
        problems.extend(own);
    }
}

fn record(operator: &OperatorFacts, entries: &[Entry], facts: &BTreeMap<String, ClusterFacts>) -> Record {
    let clusters = entries.iter().map(|entry| {
        let spec = &entry.resolved.resource.spec;
        let volume = spec.volume.clone().unwrap_or_default();
        let databases = entry.cluster.databases.iter();
        let record = ClusterRecord {
            namespace: entry.scope.namespace().to_owned(),
            postgres: entry.cluster.postgres.as_str().parse().ok(),
            instances: spec.number_of_instances.map_or(0, crate::crds::Bounded::get),
            size: volume.size.map(|size| size.to_string()).unwrap_or_default(),
            class: volume.storage_class,
            databases: databases.map(|(name, database)| (name.clone(), database.kind().to_owned())).collect(),
            generation: facts.get(&entry.id).and_then(|facts| Some(facts.backup.as_ref()?.generation)),
            root: facts.get(&entry.id).and_then(|facts| Some(facts.backup.as_ref()?.root.clone())),
            backup: entry.cluster.backup.policy().map(ToString::to_string),
        };
        (entry.id.clone(), record)
    });
    Record { config_maps: operator.configuration.kubernetes_use_configmaps, clusters: clusters.collect() }
}

fn retired(app: &App, problems: &mut Problems) {
    for (id, Retired { reason, namespace: _, generation: _, backup: _ }) in &app.retired {
        let path = format!("retired.{id}");
        match id.split_once('/') {
            None => {
                problems.invalid(&path, id, "a cluster is named by its chart and its id, `<chart>/<cluster>`")
            }
            Some((chart, cluster)) => {
                if app.charts.get(chart).is_some_and(|chart| chart.clusters.get(cluster).is_some()) {
                    problems.forbidden(&path, format!("the app has the cluster; remove this entry, or the cluster from `charts.{chart}.clusters`"));
                }
            }
        }
        if reason.trim().is_empty() {
            problems.required(format!("{path}.reason"), "why the cluster is gone");
        }
    }
}

fn collisions(objects: &[Object], problems: &mut Problems) {
    let mut seen: IndexMap<(&str, &str, Option<&str>, &str), &Object> = IndexMap::new();
    for object in objects {
        let identity = &object.identity;
        let key =
            (identity.group(), identity.kind.as_str(), identity.namespace.as_deref(), identity.name.as_str());
        if let Some(other) = seen.insert(key, object) {
            problems.error(
                Problem::new(
                    object.origin.clone(),
                    format!("duplicate object: `{}` renders {identity} as well", other.origin),
                )
                .hint("two objects of one kind, namespace and name are one object to Kubernetes"),
            );
        }
    }
}

/// Two ids that would give one file.
fn file_names(objects: &[Object], problems: &mut Problems) {
    let mut seen: IndexMap<String, &str> = IndexMap::new();
    for object in objects
        .iter()
        .filter(|object| matches!(object.stage, Stage::Cluster | Stage::Jobs | Stage::Monitoring))
    {
        let file = object.file();
        match seen.get(&file) {
            Some(origin) if *origin != object.origin => problems.error(
                Problem::new(
                    object.origin.clone(),
                    format!("duplicate file `{file}.yaml`: `{origin}` is written to it as well"),
                )
                .hint("chart and id are joined by `-`; rename one of the charts"),
            ),
            _ => {
                seen.insert(file, &object.origin);
            }
        }
    }
}

fn crds(app: &App, operator: &OperatorFacts) -> Vec<(&'static str, &'static str)> {
    let teams = operator.configuration.teams_api.as_ref().and_then(|teams| teams.enable_postgres_team_crd)
        == Some(true);
    let rendered = app.operators().next().is_some();
    let all = app.release.release().crds.iter().copied();
    all.filter(|(name, _)| rendered && (teams || *name != "postgresteams")).collect()
}
