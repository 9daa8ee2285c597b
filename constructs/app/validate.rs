//! The two steps of validation, the constructs and then the resolved objects.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::evidence::{Records, Surroundings};
use super::{
    App, Past, Valid, accept, access, archives, chart, collisions, evidence, fixed, monitoring, named, unread,
};
use crate::base::{ClusterFacts, Kind, OperatorFacts, Problem, Problems, Scope, each};
use crate::retired::Retired;
use crate::rules::{STANDBY_BEFORE_ITS_SOURCE, report};
use crate::secrets::source_of;
use crate::view::View;
use crate::{drills, dumps};
use pgsynth_upstream::record::{ClusterKey, ClusterRecord, Record};

pub(super) fn validate<'a>(app: &'a App, past: &Past) -> Result<Valid<'a>, Problems> {
    let mut problems = Problems::default();
    unread::find(app, &mut problems);
    let Some(operator) = app.operator(&mut problems) else { return Err(problems) };
    let known = app.archives(&operator);
    let facts = app.facts(&operator, &known);
    let labels: Vec<_> = app.charts.iter().map(|(_, chart)| app.labels(Some(chart))).collect();
    let own_labels = app.labels(None);

    let images = app.images.pulled(&app.release.release().images);
    let own = Scope {
        path: String::new(),
        app: app.name.as_str(),
        chart: "",
        id: "",
        namespace: "",
        labels: &own_labels,
        platform: app.platform,
        release: app.release.release(),
        images: &images,
        protect: app.protect,
        operator: &operator,
        clusters: &facts,
    };

    app.delivery.validate(&own.below("delivery"), &mut problems);
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
        chart::render(chart, &scope, &mut objects, &mut problems);
        for (name, cluster) in chart.clusters.iter() {
            found.push((id, name, cluster, scope.owning("clusters", name.as_str())));
        }
    }
    let resolved = each(
        found,
        || (),
        |(), (id, name, cluster, scope)| {
            let mut problems = Problems::default();
            cluster.validate(name.as_str(), &scope, &known, &mut problems);
            let resolved = cluster.resolve(name.as_str(), &scope, &known);
            resolved.validate(cluster, &scope, &mut problems);
            (Entry { id: format!("{id}/{name}"), cluster, scope, resolved }, problems)
        },
    );
    let mut entries = vec![];
    for (entry, own) in resolved {
        problems.extend(own);
        entries.push(entry);
    }

    let retired_archives = archives::validate(app, &own, &known, &mut objects, &mut problems);
    archives::environment(app, &operator, &entries, &mut problems);
    retired(app, &mut problems);
    let record = record(&operator, &entries, &facts);
    if let Some(before) = &past.record {
        raised_together(before, &entries, &facts, &mut problems);
    }
    let surroundings = Surroundings { app, operator: &operator, entries: &entries, objects: &objects };
    let records = Records { before: past.record.as_ref(), after: &record, accepted: &past.accepted };
    evidence::ask(&surroundings, &records, &mut problems);
    monitoring::objects(app, &own, &entries, &mut objects, &mut problems);
    access::objects(app, &entries, &facts, &mut objects, &mut problems);
    for Entry { id, cluster, scope, resolved } in &entries {
        if let Some(facts) = facts.get(id) {
            let view = View {
                output: app.output_folder(),
                scope,
                archives: &known,
                cluster,
                facts,
                resource: &resolved.resource,
            };
            objects.extend(drills::objects(&view));
            objects.extend(dumps::objects(&view));
        }
    }
    objects.extend(entries.into_iter().map(|Entry { scope, resolved, .. }| resolved.object(&scope)));
    named::protect_named(&mut objects, app.protect);
    let record = Record { fixed: fixed::of(&objects), ..record };
    if let Some(before) = &past.record {
        fixed::compare(before, &record, &objects, &mut problems);
    }
    collisions::objects(&objects, &mut problems);
    collisions::files(&objects, &mut problems);
    accept::accept(app, &mut problems);

    if !problems.is_valid() {
        return Err(problems);
    }
    let record = match &past.record {
        Some(before) => record.after(before),
        None => record,
    };
    Ok(Valid {
        app,
        objects,
        record,
        warnings: problems.warnings,
        undecided: problems.undecided,
        clusters: facts,
        operator,
        retired: retired_archives,
    })
}

fn record(operator: &OperatorFacts, entries: &[Entry], facts: &BTreeMap<String, ClusterFacts>) -> Record {
    let clusters = entries.iter().map(|entry| {
        let Entry { id, cluster, scope, resolved } = entry;
        let spec = &resolved.resource.spec;
        let volume = spec.volume.as_ref();
        let backup = facts.get(id).and_then(|facts| facts.backup.as_ref());
        let databases = cluster.databases.iter();
        let record = ClusterRecord {
            postgres: cluster.postgres.as_str().parse().ok(),
            instances: spec.number_of_instances.map_or(0, crate::crds::Bounded::get),
            size: volume.and_then(|volume| volume.size.as_ref()).map(ToString::to_string).unwrap_or_default(),
            class: volume.and_then(|volume| volume.storage_class.clone()),
            databases: databases.map(|(name, database)| (name.clone(), database.kind().to_owned())).collect(),
            generation: backup.map(|backup| backup.generation),
            root: backup.map(|backup| backup.root.clone()),
            endpoint: backup.and_then(|backup| backup.endpoint.clone()),
            backup: cluster.backup.policy().map(ToString::to_string),
        };
        let name = resolved.resource.metadata.name.clone().unwrap_or_default();
        (ClusterKey::new(scope.namespace(), name), record)
    });
    Record {
        fixed: BTreeMap::new(),
        config_maps: operator.configuration.kubernetes_use_configmaps,
        clusters: clusters.collect(),
    }
}

/// Standbys that come with the archive that they follow: there is nothing in it yet.
fn raised_together(
    before: &Record,
    entries: &[Entry],
    facts: &BTreeMap<String, ClusterFacts>,
    problems: &mut Problems,
) {
    for Entry { scope, resolved, .. } in entries {
        let metadata = &resolved.resource.metadata;
        let own = ClusterKey::new(scope.namespace(), metadata.name.clone().unwrap_or_default());
        let of_archive =
            resolved.resource.spec.standby.as_ref().is_some_and(|standby| standby.s3_wal_path.is_some());
        let Some(source) = source_of(&resolved.resource, facts).filter(|_| of_archive) else { continue };
        let key = ClusterKey::new(source.namespace.as_str(), source.name.clone());
        if before.clusters.contains_key(&own) || before.clusters.contains_key(&key) {
            continue;
        }
        let message = format!(
            "cluster `{key}` is new as well: its archive does not exist yet, and neither do the Secrets whose passwords this cluster needs"
        );
        report(&STANDBY_BEFORE_ITS_SOURCE, Problem::new(Kind::Forbidden, scope.at("standby"), message), problems)
            .help("first synthesize and apply the app without this cluster; wait for the first base backup of its source; copy the Secrets as `list --secrets` shows; then add it");
    }
}

/// The form of the entries; what they say of clusters is a matter of the rules.
fn retired(app: &App, problems: &mut Problems) {
    for (id, Retired { reason, namespace: _, generation: _, backup: _ }) in &app.retired {
        let path = format!("retired.{id}");
        if !id.contains('/') {
            problems.invalid(&path, id, "a cluster is named by its chart and its id, `<chart>/<cluster>`");
        }
        if reason.trim().is_empty() {
            problems.required(format!("{path}.reason"), "why the cluster is gone");
        }
    }
}
