//! Monitoring of the clusters that ask for it, and dashboards of them all.

use super::App;
use super::validate::Entry;
use crate::base::{Object, Scope};
use crate::monitoring::{Monitored, dashboards};

pub(super) fn objects(app: &App, scope: &Scope, entries: &[Entry], objects: &mut Vec<Object>) {
    let configured = scope.operator().configuration.docker_image.as_deref();
    let mut first = None;
    for entry in entries {
        let (Some(monitoring), Some(facts)) = (&entry.cluster.monitoring, scope.clusters.get(&entry.id))
        else {
            continue;
        };
        let spec = &entry.resolved.resource.spec;
        let cluster = Monitored {
            monitoring,
            stack: &app.monitoring,
            name: &facts.name,
            team: entry.cluster.team.as_str(),
            facts,
            spec,
            image: spec.docker_image.as_deref().or(configured).unwrap_or_default(),
        };
        objects.extend(cluster.objects(&entry.scope));
        first.get_or_insert(facts.namespace.as_str());
    }
    if let Some(namespace) = first {
        objects.extend(dashboards::of_all(app.name.as_str(), namespace, &app.monitoring, scope));
    }
}
