//! Which field of a cluster a field of the `postgresql` object comes from: the way back from what is rendered to what was
//! written, held against the whole schema by a test.

use super::{Cluster, Resources};
use crate::crds::Mirror;

impl Cluster {
    /// The field of the cluster from which a field of the `postgresql` object's `spec` comes.
    pub fn place(&self, path: &str) -> String {
        let segments: Vec<&str> = path.split('.').collect();
        if let Some(place) = self.appended(&segments) {
            return place;
        }
        if !is_appended(segments[0]) && self.spec.contains(&segments) {
            return format!("spec.{path}");
        }
        let under =
            |prefix: &str| path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('.'));
        if let Some(rest) = under("resources") {
            return format!("resources{}", amount(rest, &self.resources));
        }
        if let Some(rest) = under("connectionPooler.resources") {
            let resources = self.pooler.as_ref().map(|pooler| pooler.resources.clone()).unwrap_or_default();
            return format!("pooler.resources{}", amount(rest, &resources));
        }
        if under("topologySpreadConstraints").is_some() {
            // Those of nodes and regions stand before those that were written out.
            return "spread".to_owned();
        }
        if let Some((_, section)) = SECTIONS.iter().find(|(of, _)| *of == path) {
            return (*section).to_owned();
        }
        FIELDS
            .iter()
            .find_map(|(of, field)| under(of).map(|rest| format!("{field}{rest}")))
            .unwrap_or_else(|| format!("spec.{path}"))
    }

    /// An item of a list that is put together: items of the overlay stand behind those of the field, and those of the
    /// backup model behind both.
    fn appended(&self, segments: &[&str]) -> Option<String> {
        let own = match *segments.first()? {
            "env" => self.env.len(),
            "sidecars" => self.sidecars.len(),
            "initContainers" => self.init_containers.len(),
            "additionalVolumes" => self.volumes.len(),
            _ => return None,
        };
        let index = segments.get(1)?.parse::<usize>().ok()?.checked_sub(own)?;
        if !self.spec.contains(&[segments[0], &index.to_string()]) {
            return self.adds(segments[0]).map(str::to_owned);
        }
        let rest: String = segments[2..].iter().map(|segment| format!(".{segment}")).collect();
        Some(format!("spec.{}.{index}{rest}", segments[0]))
    }
}

impl Cluster {
    /// The field that makes pgsynth add items of its own to a list.
    fn adds(&self, list: &str) -> Option<&'static str> {
        let archive = self.backup.policy().is_some() || self.restore.is_some() || self.standby.is_some();
        match list {
            "sidecars" => self.monitoring.as_ref().map(|_| "monitoring"),
            "additionalVolumes" if !archive => self.monitoring.as_ref().map(|_| "monitoring"),
            _ => archive.then_some("backup"),
        }
    }
}

/// The field of the `postgresql` object that a field of a cluster becomes, where it becomes one.
pub fn of_resource(field: &str) -> Option<String> {
    let under = |of: &str| field.strip_prefix(of).filter(|rest| rest.is_empty() || rest.starts_with('.'));
    if under("resources").is_some() {
        return Some("resources".to_owned());
    }
    if under("spread").is_some() {
        return Some("topologySpreadConstraints".to_owned());
    }
    let exact = FIELDS.iter().find(|(_, own)| *own == field).map(|(of, _)| (*of).to_owned());
    exact.or_else(|| {
        let longest = FIELDS.iter().filter_map(|(of, own)| Some((own.len(), of, under(own)?)));
        longest
            .max_by_key(|(length, ..)| *length)
            .map(|(_, of, rest)| format!("{of}{}", rest.replace("<id>", "*")))
    })
}

fn is_appended(section: &str) -> bool {
    matches!(section, "env" | "sidecars" | "initContainers" | "additionalVolumes")
}

/// The field behind `requests` or `limits`; one of memory stands for both, unless the limit was given.
fn amount(path: &str, resources: &Resources) -> &'static str {
    match path {
        ".limits.cpu" => ".cpuLimit",
        ".limits.memory" if resources.memory_limit.is_some() => ".memoryLimit",
        ".requests.cpu" => ".cpu",
        ".limits.memory" | ".requests.memory" => ".memory",
        ".limits.hugepages-1Gi" | ".requests.hugepages-1Gi" => ".hugepages1Gi",
        ".limits.hugepages-2Mi" | ".requests.hugepages-2Mi" => ".hugepages2Mi",
        _ => "",
    }
}

/// Sections that have fields of a construct and others: the section itself, not what is below it.
const SECTIONS: &[(&str, &str)] = &[
    ("clone", "restore"),
    ("connectionPooler", "pooler"),
    ("patroni", "highAvailability"),
    ("standby", "standby"),
    ("tls", "tls"),
    ("volume", "volume"),
];

/// Fields of `spec` with all that is below them, and the fields of a cluster that set them.
const FIELDS: &[(&str, &str)] = &[
    ("additionalVolumes", "volumes"),
    ("allowedSourceRanges", "exposure.sourceRanges"),
    ("connectionPooler.maxDBConnections", "pooler.maxConnections"),
    ("connectionPooler.mode", "pooler.mode"),
    ("connectionPooler.numberOfInstances", "pooler.instances"),
    ("connectionPooler.schema", "pooler.schema"),
    ("connectionPooler.user", "pooler.user"),
    ("databases", "databases"),
    ("enableConnectionPooler", "pooler"),
    ("enableMasterLoadBalancer", "exposure.primary.loadBalancer"),
    ("enableMasterNodePort", "exposure.primary.nodePort"),
    ("enableMasterPoolerLoadBalancer", "exposure.primary.loadBalancer"),
    ("enableMasterPoolerNodePort", "exposure.primary.nodePort"),
    ("enableReplicaConnectionPooler", "pooler.replicas"),
    ("enableReplicaLoadBalancer", "exposure.replicas.loadBalancer"),
    ("enableReplicaNodePort", "exposure.replicas.nodePort"),
    ("enableReplicaPoolerLoadBalancer", "exposure.replicas.loadBalancer"),
    ("enableReplicaPoolerNodePort", "exposure.replicas.nodePort"),
    ("env", "env"),
    ("envFrom", "envFrom"),
    ("initContainers", "initContainers"),
    ("maintenanceWindows", "maintenanceWindows"),
    ("masterNodePort", "exposure.primary.nodePort"),
    ("masterPoolerNodePort", "exposure.primary.nodePort"),
    ("masterServiceAnnotations", "exposure.primary.annotations"),
    ("nodeAffinity", "nodeAffinity"),
    ("numberOfInstances", "instances"),
    ("patroni.failsafe_mode", "highAvailability.failsafe"),
    ("patroni.initdb", "initdb"),
    ("patroni.loop_wait", "highAvailability.loopWait"),
    ("patroni.maximum_lag_on_failover", "highAvailability.maximumLag"),
    ("patroni.pg_hba", "pgHba"),
    ("patroni.retry_timeout", "highAvailability.retryTimeout"),
    ("patroni.slots", "highAvailability.slots"),
    ("patroni.synchronous_mode", "highAvailability.synchronous"),
    ("patroni.synchronous_mode_strict", "highAvailability.strict"),
    ("patroni.synchronous_node_count", "highAvailability.synchronousReplicas"),
    ("patroni.ttl", "highAvailability.ttl"),
    ("podAnnotations", "podAnnotations"),
    ("podPriorityClassName", "priorityClass"),
    ("postgresql.parameters", "parameters"),
    ("postgresql.version", "postgres"),
    ("preparedDatabases", "databases"),
    ("replicaNodePort", "exposure.replicas.nodePort"),
    ("replicaPoolerNodePort", "exposure.replicas.nodePort"),
    ("replicaServiceAnnotations", "exposure.replicas.annotations"),
    ("serviceAnnotations", "serviceAnnotations"),
    ("sidecars", "sidecars"),
    ("standby.s3_wal_path", "standby.path"),
    ("standby.standby_host", "standby.host"),
    ("standby.standby_port", "standby.port"),
    ("standby.standby_primary_slot_name", "standby.slot"),
    ("teamId", "team"),
    ("tls.caFile", "tls.ca"),
    ("tls.caSecretName", "tls.caSecret"),
    ("tls.certificateFile", "tls.certificate"),
    ("tls.privateKeyFile", "tls.privateKey"),
    ("tls.secretName", "tls.secret"),
    ("tolerations", "tolerations"),
    ("users", "users"),
    ("usersIgnoringSecretRotation", "rotation.ignore"),
    ("usersWithInPlaceSecretRotation", "rotation.inPlace"),
    ("usersWithSecretRotation", "rotation.users"),
    ("volume.selector", "volume.selector"),
    ("volume.size", "volume.size"),
    ("volume.storageClass", "volume.class"),
    ("volume.subPath", "volume.subPath"),
];
