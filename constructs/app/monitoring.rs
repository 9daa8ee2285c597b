//! Monitoring of the clusters that ask for it.

use super::App;
use super::entry::Entry;
use crate::backup_policy::BackupPolicy;
use crate::base::{Kind, Object, Problem, Problems, Scope};
use crate::monitoring::{Fleet, Monitored};
use crate::rules::{FIGURES_OPEN_TO_ALL, report};

pub(super) fn objects(
    app: &App,
    scope: &Scope,
    entries: &[Entry],
    objects: &mut Vec<Object>,
    problems: &mut Problems,
) {
    app.monitoring.validate(&scope.below("monitoring"), problems);
    let mut fleet = Fleet::new(&app.monitoring, scope);
    for entry in entries {
        let (Some(monitoring), Some(facts)) = (&entry.cluster.monitoring, scope.clusters.get(&entry.id))
        else {
            continue;
        };
        let spec = &entry.resolved.resource.spec;
        let policy = policy(app, entry).filter(|_| !facts.standby);
        let cluster = Monitored {
            monitoring,
            stack: &app.monitoring,
            name: &facts.name,
            team: entry.cluster.team.as_str(),
            facts,
            spec,
            image: scope.operator().image(spec),
            restored_to: entry
                .cluster
                .restore
                .as_ref()
                .filter(|_| !facts.standby)
                .and_then(|restore| restore.at.time()),
            drill: policy.and_then(|policy| policy.drill.as_ref()),
            dumps: policy.and_then(|policy| policy.dumps.as_ref()),
            access: entry.cluster.access.as_deref(),
        };
        objects.extend(cluster.objects(&entry.scope));
        fleet.push(&cluster);
    }
    if !fleet.is_empty() && app.monitoring.prometheus.is_none() {
        let message = "no `prometheus` peer is configured: every pod in the Kubernetes cluster can read the metrics, and restart or demote members through Patroni's API on port 8008";
        report(&FIGURES_OPEN_TO_ALL, Problem::new(Kind::Risky, "monitoring", message), problems).help(
            "`monitoring: {prometheus: {namespace: monitoring}}` of the app renders a NetworkPolicy for each cluster",
        );
    }
    objects.extend(fleet.objects(scope));
}

fn policy<'a>(app: &'a App, entry: &Entry) -> Option<&'a BackupPolicy> {
    app.backups.get(entry.cluster.backup.policy()?.as_str())
}
