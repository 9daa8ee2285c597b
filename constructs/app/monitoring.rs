//! Monitoring of the clusters that ask for it, and dashboards of them all.

use super::App;
use super::entry::Entry;
use crate::backup_policy::BackupPolicy;
use crate::base::{Kind, Object, Problem, Problems, Scope, check_labels};
use crate::monitoring::{Monitored, dashboards, state};
use crate::rules::{FIGURES_OPEN_TO_ALL, report};

pub(super) fn objects(
    app: &App,
    scope: &Scope,
    entries: &[Entry],
    objects: &mut Vec<Object>,
    problems: &mut Problems,
) {
    let here = scope.below("monitoring");
    for (field, labels) in
        [("labels", &app.monitoring.labels), ("dashboardLabels", &app.monitoring.dashboard_labels)]
    {
        check_labels(labels, &here, field, problems);
    }
    let mut first = None;
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
        first.get_or_insert(facts.namespace.as_str());
    }
    if first.is_some() && app.monitoring.prometheus.is_none() {
        let message = "no `prometheus` peer is configured: every pod in the Kubernetes cluster can read the metrics, and restart or demote members through Patroni's API on port 8008";
        report(&FIGURES_OPEN_TO_ALL, Problem::new(Kind::Risky, "monitoring", message), problems).help(
            "`monitoring: {prometheus: {namespace: monitoring}}` of the app renders a NetworkPolicy for each cluster",
        );
    }
    if let Some(namespace) = first {
        let scope = &Scope { chart: "app", ..scope.clone() };
        if app.monitoring.resource_status {
            objects.push(state::configuration(app.name.as_str(), namespace, scope));
        }
        objects.extend(dashboards::of_all(app.name.as_str(), namespace, &app.monitoring, scope));
    }
}

fn policy<'a>(app: &'a App, entry: &Entry) -> Option<&'a BackupPolicy> {
    app.backups.get(entry.cluster.backup.policy()?.as_str())
}
