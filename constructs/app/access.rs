//! Who may reach the clusters: policies where it is said, and a word where it is not.

use std::collections::BTreeMap;

use super::App;
use super::entry::Entry;
use crate::access::Reach;
use crate::base::{ClusterFacts, Kind, Object, Problem, Problems, Stage, check_labels};
use crate::rules::{OPEN_TO_EVERY_POD, report};

pub(super) fn objects(
    app: &App,
    entries: &[Entry],
    facts: &BTreeMap<String, ClusterFacts>,
    objects: &mut Vec<Object>,
    problems: &mut Problems,
) {
    for entry in entries {
        let Some(facts) = facts.get(&entry.id) else { continue };
        let scope = &entry.scope;
        let monitored = entry.cluster.monitoring.is_some();
        let prometheus = app.monitoring.prometheus.as_ref();
        let Some(clients) = entry.cluster.access.as_deref() else {
            let patroni = match monitored && prometheus.is_some() {
                true => "",
                false => ", and Patroni's API on port 8008, by which anyone restarts or demotes a member",
            };
            let message = format!("every pod of the Kubernetes cluster reaches PostgreSQL{patroni}");
            report(&OPEN_TO_EVERY_POD, Problem::new(Kind::Risky, scope.path(), message), problems)
                .help("say who its clients are, such as `access: [{namespace: shop}]`: a NetworkPolicy then lets nobody else in");
            continue;
        };
        for (index, peer) in clients.iter().enumerate() {
            check_labels(&peer.pods, scope, &format!("access.{index}.pods"), problems);
        }
        let reach = Reach {
            facts,
            spec: &entry.resolved.resource.spec,
            clients: Some(clients),
            monitored,
            prometheus,
        };
        objects.extend(reach.policies(&facts.name, Stage::Cluster, scope));
    }
}
