//! Services, poolers, resources, waiting times and the operator's own surfaces.

use indexmap::IndexMap;

use crate::crds::postgresql::PoolerMode;
use crate::crds::{Bounded, Image, mirror, words};
use crate::values::{Cpu, Memory};

mirror! {
    /// Defaults of connection poolers.
    pub struct Pooler {
        /// At most this many cores.
        connection_pooler_default_cpu_limit: Cpu,
        /// At least this many cores.
        connection_pooler_default_cpu_request: Cpu,
        /// At most this much memory.
        connection_pooler_default_memory_limit: Memory,
        /// At least this much memory.
        connection_pooler_default_memory_request: Memory,
        /// Image.
        connection_pooler_image: String => image(Image::Pooler),
        /// Connections to one database over all instances. Default: 60.
        connection_pooler_max_db_connections: i32,
        /// When a connection goes back to the pool.
        connection_pooler_mode: PoolerMode => defaulted("transaction"),
        /// Pods; fewer than 2 are raised to 2.
        connection_pooler_number_of_instances: Bounded<1, { i32::MAX }> => defaulted(2),
        /// Schema of the lookup function.
        connection_pooler_schema: String => defaulted("pooler"),
        /// Role of the pooler.
        connection_pooler_user: String => defaulted("pooler"),
    }
}

mirror! {
    /// Logging, and access to databases.
    pub struct DebugSettings {
        /// Whether the log says more.
        debug_logging: bool => defaulted(true),
        /// Whether the operator connects to databases; roles and databases need it.
        enable_database_access: bool => defaulted(true),
    }
}

mirror! {
    /// Services outside the Kubernetes cluster, where a cluster says nothing.
    pub struct LoadBalancers {
        /// Annotations of all Services.
        custom_service_annotations: IndexMap<String, String>,
        /// DNS zone of the names for external-dns.
        db_hosted_zone: String,
        /// Whether primaries' Services are LoadBalancers.
        enable_master_load_balancer: bool,
        /// Whether primaries' Services have a port on every node.
        enable_master_node_port: bool,
        /// Whether Services of primaries' poolers are LoadBalancers.
        enable_master_pooler_load_balancer: bool,
        /// Whether Services of primaries' poolers have a port on every node.
        enable_master_pooler_node_port: bool,
        /// Whether replicas' Services are LoadBalancers.
        enable_replica_load_balancer: bool,
        /// Whether replicas' Services have a port on every node.
        enable_replica_node_port: bool,
        /// Whether Services of replicas' poolers are LoadBalancers.
        enable_replica_pooler_load_balancer: bool,
        /// Whether Services of replicas' poolers have a port on every node.
        enable_replica_pooler_node_port: bool,
        /// Which nodes pass traffic on.
        external_traffic_policy: TrafficPolicy => defaulted("Cluster"),
        /// DNS name of primaries.
        master_dns_name_format: String => defaulted("{cluster}.{namespace}.{hostedzone}"),
        /// Former DNS name of primaries.
        master_legacy_dns_name_format: String => defaulted("{cluster}.{team}.{hostedzone}"),
        /// DNS name of replicas.
        replica_dns_name_format: String => defaulted("{cluster}-repl.{namespace}.{hostedzone}"),
        /// Former DNS name of replicas.
        replica_legacy_dns_name_format: String => defaulted("{cluster}-repl.{team}.{hostedzone}"),
    }
}

words!(
    /// Which nodes pass traffic on: all, or those with the pod.
    TrafficPolicy, "traffic policy", ["Cluster", "Local"]
);

mirror! {
    /// The operator's HTTP API, which asks nobody for a password.
    pub struct LoggingRestApi {
        /// Port.
        api_port: i64 => unformatted() => defaulted(8080),
        /// Entries of a cluster's history.
        cluster_history_entries: i64 => unformatted() => defaulted(1000),
        /// Lines of log that are kept for each cluster.
        ring_log_lines: i64 => unformatted() => defaulted(100),
    }
}

mirror! {
    /// Patroni, where a cluster says nothing.
    pub struct PatroniDefaults {
        /// Whether primaries go on while the API server is away and all members answer.
        enable_patroni_failsafe_mode: bool,
    }
}

mirror! {
    /// Resources of PostgreSQL's containers where a cluster says nothing, and their bounds. There are no defaults.
    pub struct PodResources {
        /// At most this many cores.
        default_cpu_limit: Cpu,
        /// At least this many cores.
        default_cpu_request: Cpu,
        /// At most this much memory.
        default_memory_limit: Memory,
        /// At least this much memory.
        default_memory_request: Memory,
        /// Largest request of cores; larger ones are cut in silence.
        max_cpu_request: Cpu,
        /// Largest request of memory; larger ones are cut in silence.
        max_memory_request: Memory,
        /// Smallest limit of cores; smaller ones are raised.
        min_cpu_limit: Cpu,
        /// Smallest limit of memory; smaller ones are raised.
        min_memory_limit: Memory,
    }
}

mirror! {
    /// Log shipping to Scalyr, deprecated.
    pub struct Scalyr {
        /// API key, in clear text.
        scalyr_api_key: String,
        /// At most this many cores.
        scalyr_cpu_limit: Cpu => defaulted("1"),
        /// At least this many cores.
        scalyr_cpu_request: Cpu => defaulted("100m"),
        /// Image.
        scalyr_image: String,
        /// At most this much memory.
        scalyr_memory_limit: Memory => defaulted("500Mi"),
        /// At least this much memory.
        scalyr_memory_request: Memory => defaulted("50Mi"),
        /// Address.
        scalyr_server_url: String => defaulted("https://upload.eu.scalyr.com"),
    }
}

mirror! {
    /// Waiting times, as Go writes durations.
    pub struct Timeouts {
        /// Between two calls of Patroni.
        patroni_api_check_interval: String => defaulted("1s"),
        /// For Patroni to answer.
        patroni_api_check_timeout: String => defaulted("5s"),
        /// For a pod to go.
        pod_deletion_wait_timeout: String => defaulted("10m"),
        /// For a pod to get its role.
        pod_label_wait_timeout: String => defaulted("10m"),
        /// Between two looks at a CRD.
        ready_wait_interval: String => defaulted("4s"),
        /// For a CRD to be there.
        ready_wait_timeout: String => defaulted("30s"),
        /// Between two looks at an object.
        resource_check_interval: String => defaulted("3s"),
        /// For an object to be there.
        resource_check_timeout: String => defaulted("10m"),
    }
}
