//! Monitoring of the clusters that ask for it.

use super::App;
use super::entry::Entry;
use crate::backup_policy::BackupPolicy;
use crate::base::{Kind, Object, Problem, Problems, Scope, each};
use crate::monitoring::{Fleet, Monitored, pooler_exporter};
use crate::rules::{FIGURES_OPEN_TO_ALL, report};

pub(super) fn objects(
    app: &App,
    scope: &Scope,
    entries: &[Entry],
    objects: &mut Vec<Object>,
    problems: &mut Problems,
) {
    app.monitoring.validate(&scope.below("monitoring"), problems);
    let clusters: Vec<_> =
        entries.iter().filter_map(|entry| Some((monitored(app, scope, entry)?, &entry.scope))).collect();
    for (cluster, scope) in &clusters {
        // One of the labels that the pooler's exporter is found by; the API server takes no more letters.
        let longest = 63 - pooler_exporter("").len();
        if cluster.facts.poolers.primary && cluster.name.len() > longest {
            let rule =
                format!("the label of its pooler's exporter takes a name of at most {longest} letters");
            problems.invalid(scope.at("name"), cluster.name, rule);
        }
        let label = &app.monitoring.cluster_label;
        if cluster.monitoring.labels.contains_key(label) {
            let path = scope.at(&format!("monitoring.labels.{label}"));
            problems.forbidden(path, "it carries the name of the cluster");
        }
    }
    let own = each(clusters.iter().collect(), || (), |(), (cluster, scope)| cluster.objects(scope));
    objects.extend(own.into_iter().flatten());
    let fleet = Fleet::of(&app.monitoring, clusters.iter().map(|(cluster, _)| cluster), scope);
    if !fleet.is_empty() && app.monitoring.prometheus.is_none() {
        let message = "no `prometheus` peer is configured: every pod in the Kubernetes cluster can read the metrics, and restart or demote members through Patroni's API on port 8008";
        report(&FIGURES_OPEN_TO_ALL, Problem::new(Kind::Risky, "monitoring", message), problems).help(
            "`monitoring: {prometheus: {namespace: monitoring}}` of the app renders a NetworkPolicy for each cluster",
        );
    }
    objects.extend(fleet.objects(scope));
}

/// A cluster as its monitoring sees it, where it has some.
fn monitored<'a>(app: &'a App, scope: &'a Scope, entry: &'a Entry) -> Option<Monitored<'a>> {
    let (monitoring, facts) = (entry.cluster.monitoring.as_ref()?, scope.clusters.get(&entry.id)?);
    let spec = &entry.resolved.resource.spec;
    let policy = policy(app, entry).filter(|_| !facts.standby);
    let restore = entry.cluster.restore.as_ref().filter(|_| !facts.standby);
    Some(Monitored {
        monitoring,
        stack: &app.monitoring,
        name: &facts.name,
        team: entry.cluster.team.as_str(),
        facts,
        spec,
        image: scope.operator().image(spec),
        restored_to: restore.and_then(|restore| restore.at.time()),
        drill: policy.and_then(|policy| policy.drill.as_ref()),
        dumps: policy.and_then(|policy| policy.dumps.as_ref()),
        access: entry.cluster.access.as_deref(),
    })
}

fn policy<'a>(app: &'a App, entry: &Entry) -> Option<&'a BackupPolicy> {
    app.backups.get(entry.cluster.backup.policy()?.as_str())
}
