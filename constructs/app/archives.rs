//! Stores and policies of an app, and what else may reach into the archives of its clusters.

use std::collections::{BTreeMap, BTreeSet};

use super::App;
use super::entry::Entry;
use super::evidence::operator_path;
use crate::archive::Archives;
use crate::backup::UNMANAGED;
use crate::base::{Object, OperatorFacts, Problems, Scope};
use pgsynth_upstream::behaviour::variables;

/// Validates stores and policies, and renders what stores need.
pub(super) fn validate(
    app: &App,
    scope: &Scope,
    archives: &Archives,
    objects: &mut Vec<Object>,
    problems: &mut Problems,
) -> BTreeMap<String, Vec<String>> {
    for (id, store) in app.stores.iter() {
        let here = scope.below(&format!("stores.{id}"));
        store.validate(&here, problems);
        // It stands in names of volumes.
        if id.as_str().len() > 40 {
            problems.invalid(here.path(), id, "the id of a store has at most 40 characters");
        }
        objects.extend(store.objects(id.as_str(), &namespaces(app, id.as_str(), scope, archives), &here));
    }
    for (id, policy) in app.backups.iter() {
        if id.as_str() == UNMANAGED {
            problems.invalid(
                format!("backups.{id}"),
                id,
                "it is the word for a backup that pgsynth leaves alone; choose another id",
            );
        }
        policy.validate(&app.stores, &scope.below(&format!("backups.{id}")), problems);
    }
    retired(app, scope, archives, problems)
}

/// The archives of retired clusters; none may be one that a cluster writes.
fn retired(
    app: &App,
    scope: &Scope,
    archives: &Archives,
    problems: &mut Problems,
) -> BTreeMap<String, Vec<String>> {
    let mut roots = BTreeMap::new();
    let mut retired_roots: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, facts) in scope.clusters {
        if let Some(backup) = &facts.backup {
            roots.insert(backup.root.clone(), id.clone());
        }
    }
    for (id, retired) in &app.retired {
        let path = format!("retired.{id}");
        let Some(backup) = &retired.backup else { continue };
        let at = format!("{path}.backup");
        archives.check_policy(backup.as_str(), &at, problems);
        let Some((_, history)) = archives.find("", id) else { continue };
        if history.namespace.is_empty() {
            problems.required(format!("{path}.namespace"), "it is a part of the archive's path");
            continue;
        }
        for generation in 1..=history.generation {
            let archive = archives.generation(backup.as_str(), &history.namespace, &history.name, generation);
            let Some(root) = archive.map(|archive| archive.root()) else { continue };
            if let Some(cluster) = roots.get(&root) {
                problems.forbidden(
                    &path,
                    format!("`{cluster}` writes to the archive of this entry's generation {generation}; give `{cluster}` a later `generation`"),
                );
            }
            retired_roots.entry(id.clone()).or_default().push(root);
        }
    }
    retired_roots
}

/// Namespaces of the clusters that read or write in a store.
fn namespaces<'a>(app: &'a App, store: &str, scope: &Scope, archives: &Archives) -> BTreeSet<&'a str> {
    let uses =
        |policy: &str| archives.policies.get(policy).is_some_and(|policy| policy.store.as_str() == store);
    let mut namespaces = BTreeSet::new();
    for (id, chart) in app.charts.iter() {
        let scope = Scope { chart: id.as_str(), ..scope.clone() };
        let used = chart.clusters.iter().any(|(_, cluster)| {
            let read = cluster.restore.as_ref().and_then(|restore| restore.archive(&scope, archives));
            let followed = cluster.standby.as_ref().and_then(|standby| standby.archive(&scope, archives));
            cluster.backup.policy().is_some_and(|policy| uses(policy.as_str()))
                || read.is_some_and(|archive| archive.store_id == store)
                || followed.is_some_and(|archive| archive.store_id == store)
        });
        if used {
            namespaces.insert(chart.namespace.name.as_str());
        }
    }
    namespaces
}

/// Nothing but the model reaches into an archive: what the operator's configuration and `envFrom` bring must be known.
pub(super) fn environment(app: &App, operator: &OperatorFacts, entries: &[Entry], problems: &mut Problems) {
    let archived: Vec<_> = entries
        .iter()
        .filter(|entry| {
            let Entry { cluster, .. } = entry;
            (cluster.backup.policy().is_some() && !cluster.adopted) || cluster.restore.is_some()
        })
        .collect();
    let Some(first) = archived.first() else { return };
    let why = format!("`{}` has a backup or a restore", first.id);

    for field in fixed_sources(operator) {
        problems
            .forbidden(
                operator_path(app, field),
                format!("{why}, and this setting interferes with every archive"),
            )
            .help("the app's `stores` and `backups` set it for each cluster");
    }
    match &operator.pod_environment {
        Some(known) => {
            for name in known {
                if let Some(entry) = archived.iter().find(|entry| reaches_in(name, entry)) {
                    let rule = format!(
                        "it interferes with the archive of `{}`, which does not set it itself",
                        entry.id
                    );
                    problems.forbidden(operator_path(app, "podEnvironment"), rule).value(name);
                }
            }
        }
        None if !operator.rendered => {
            problems
                .required(
                    operator_path(app, "podEnvironment"),
                    format!("{why}, so the variables that the operator gives to every pod must be known"),
                )
                .help("list the names in the sources of its `pod_environment_configmap` and `pod_environment_secret`; write `[]` if it has neither");
        }
        None => {
            for field in open_sources(operator) {
                problems
                    .forbidden(
                        operator_path(app, field),
                        format!("{why}, and the variables that this gives to every pod are not known"),
                    )
                    .help("list the names that it holds: `podEnvironment: [...]`");
            }
        }
    }
    for entry in &archived {
        match (&entry.cluster.env_from_names, entry.resolved.resource.spec.env_from.as_deref()) {
            (None, Some([_, ..])) => {
                problems
                    .forbidden(
                        entry.place("envFrom"),
                        "the cluster has a backup or a restore, and the variables that this adds are not known",
                    )
                    .help("list the names in its sources: `envFromNames: [...]`");
            }
            (Some(names), _) => {
                for name in names.iter().filter(|name| reaches_in(name, entry)) {
                    let rule = "it interferes with the archive: the backup model does not set it here";
                    problems.forbidden(entry.scope.at("envFromNames"), rule).value(name);
                }
            }
            _ => {}
        }
    }
}

/// Whether a variable of this name would change how a cluster's archive is written or read.
fn reaches_in(name: &str, entry: &Entry) -> bool {
    let own = entry.resolved.resource.spec.env.iter().flat_map(|list| list.iter());
    variables::is_owned(name) && !own.into_iter().any(|variable| variable.name.eq_ignore_ascii_case(name))
}

/// Settings that bring fixed variables of the archive's.
fn fixed_sources(operator: &OperatorFacts) -> Vec<&'static str> {
    let Some(stores) = &operator.configuration.aws_or_gcp else { return vec![] };
    given([
        ("aws_or_gcp.wal_s3_bucket", &stores.wal_s3_bucket),
        ("aws_or_gcp.wal_gs_bucket", &stores.wal_gs_bucket),
        ("aws_or_gcp.wal_az_storage_account", &stores.wal_az_storage_account),
        ("aws_or_gcp.gcp_credentials", &stores.gcp_credentials),
    ])
}

/// Settings that bring whatever somebody puts into their sources.
fn open_sources(operator: &OperatorFacts) -> Vec<&'static str> {
    let kubernetes = operator.configuration.kubernetes.clone().unwrap_or_default();
    let stores = operator.configuration.aws_or_gcp.clone().unwrap_or_default();
    given([
        ("kubernetes.pod_environment_configmap", &kubernetes.pod_environment_configmap),
        ("kubernetes.pod_environment_secret", &kubernetes.pod_environment_secret),
        ("aws_or_gcp.additional_secret_mount", &stores.additional_secret_mount),
    ])
}

/// Those of these settings that say something.
fn given<const N: usize>(settings: [(&'static str, &Option<String>); N]) -> Vec<&'static str> {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    settings.into_iter().filter(|(_, text)| given(text)).map(|(field, _)| field).collect()
}
