//! One cluster that is monitored.

use pgsynth_upstream::behaviour::settings;

use super::{Monitoring, MonitoringStack, Peer, exporter, pooler, role};
use crate::access::Reach;
use crate::backup_policy::{Drill, Dumps};
use crate::base::{ClusterFacts, Object, Scope, Stage};
use crate::crds::postgresql::PostgresqlSpec;

/// A cluster as its monitoring sees it.
pub(crate) struct Monitored<'a> {
    pub(crate) monitoring: &'a Monitoring,
    pub(crate) stack: &'a MonitoringStack,
    pub(crate) name: &'a str,
    pub(crate) team: &'a str,
    pub(crate) facts: &'a ClusterFacts,
    pub(crate) spec: &'a PostgresqlSpec,
    pub(crate) image: &'a str,
    /// The time to which the cluster was restored.
    pub(crate) restored_to: Option<String>,
    /// The policy's drill, where the cluster takes part.
    pub(crate) drill: Option<&'a Drill>,
    /// The policy's dumps, in the same way.
    pub(crate) dumps: Option<&'a Dumps>,
    /// Who uses the database, where that is said.
    pub(crate) access: Option<&'a [Peer]>,
}

impl Monitored<'_> {
    fn reach(&self) -> Reach<'_> {
        Reach {
            facts: self.facts,
            spec: self.spec,
            clients: self.access,
            monitored: true,
            prometheus: self.stack.prometheus.as_ref(),
        }
    }

    pub(super) fn major(&self) -> u32 {
        settings::major(self.spec).unwrap_or(0)
    }

    pub(super) fn database(&self) -> String {
        self.monitoring.database_of(self.spec)
    }

    /// What it has for itself, beside what stands in the resource.
    pub(crate) fn objects(&self, scope: &Scope) -> Vec<Object> {
        let mut objects = vec![exporter::queries(self, scope)];
        objects.extend(role::job(self, scope));
        objects.extend(pooler::objects(self, scope));
        // Where the cluster says who its clients are, its own policy has the figures as well.
        if self.access.is_none() && self.stack.prometheus.is_some() {
            let name = format!("{}-figures", self.name);
            objects.extend(self.reach().policies(&name, Stage::Monitoring, scope));
        }
        objects
    }
}
