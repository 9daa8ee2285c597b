//! `spec` of a cluster, and the settings and resources in it.

use indexmap::IndexMap;

use super::{
    AdditionalVolume, CloneSource, ConnectionPooler, Patroni, PreparedDatabase, RoleFlag, StandbySource,
    Stream, Tls, Volume,
};
use crate::crds::containers::{InitContainer, Sidecar};
use crate::crds::env::{EnvFromSource, EnvVar};
use crate::crds::probes::Probe;
use crate::crds::scheduling::{NodeAffinity, Toleration, TopologySpreadConstraint};
use crate::crds::{Bounded, Named, mirror, words};
use crate::values::{Cidr, Cpu, Cron, Memory, Parameters, Window};

mirror! {
    /// What is wanted of a cluster. The schema has no defaults: what is absent is the operator's choice at run time.
    pub struct PostgresqlSpec {
        /// Further volumes of the pods.
        additional_volumes as "additionalVolumes": Named<AdditionalVolume>,
        /// Addresses that may reach a LoadBalancer. Default: `127.0.0.1/32`.
        [nullable] allowed_source_ranges as "allowedSourceRanges": Vec<Cidr>,
        /// The cluster whose data this one starts with.
        clone: Box<CloneSource>,
        /// Settings of the connection pooler; its presence turns the pooler on.
        connection_pooler as "connectionPooler": Box<ConnectionPooler>,
        /// Databases and their owners. Never dropped by the operator.
        databases: IndexMap<String, String>,
        /// Spilo's image. Default: the operator's.
        docker_image as "dockerImage": String,
        /// Whether a pooler runs before the primary.
        enable_connection_pooler as "enableConnectionPooler": bool,
        /// Whether dumps are made on a schedule.
        enable_logical_backup as "enableLogicalBackup": bool,
        /// Whether the primary's Service is a LoadBalancer.
        enable_master_load_balancer as "enableMasterLoadBalancer": bool,
        /// Whether the primary's Service has a port on every node.
        enable_master_node_port as "enableMasterNodePort": bool,
        /// Whether the Service of the primary's pooler is a LoadBalancer.
        enable_master_pooler_load_balancer as "enableMasterPoolerLoadBalancer": bool,
        /// Whether the Service of the primary's pooler has a port on every node.
        enable_master_pooler_node_port as "enableMasterPoolerNodePort": bool,
        /// Whether a pooler runs before the replicas.
        enable_replica_connection_pooler as "enableReplicaConnectionPooler": bool,
        /// Whether the replicas' Service is a LoadBalancer.
        enable_replica_load_balancer as "enableReplicaLoadBalancer": bool,
        /// Whether the replicas' Service has a port on every node.
        enable_replica_node_port as "enableReplicaNodePort": bool,
        /// Whether the Service of the replicas' pooler is a LoadBalancer.
        enable_replica_pooler_load_balancer as "enableReplicaPoolerLoadBalancer": bool,
        /// Whether the Service of the replicas' pooler has a port on every node.
        enable_replica_pooler_node_port as "enableReplicaPoolerNodePort": bool,
        /// Whether `/dev/shm` is a volume in memory. Default: the operator's, true; `false` does not win over it.
        enable_shm_volume as "enableShmVolume": bool,
        /// Variables of PostgreSQL's container, stronger than the operator's ConfigMap and Secret for pods.
        env: Named<EnvVar>,
        /// ConfigMaps and Secrets whose keys become variables; the lowest precedence.
        env_from as "envFrom": Vec<EnvFromSource>,
        /// Containers that run to their end before PostgreSQL starts.
        init_containers as "initContainers": Named<InitContainer>,
        /// Asks whether PostgreSQL's container is alive. Default: the operator's, none.
        liveness_probe as "livenessProbe": Box<Probe>,
        /// How long dumps are kept, as GNU date writes it (`2 week`); for S3 only.
        logical_backup_retention as "logicalBackupRetention": String,
        /// When dumps are made, in UTC. Default: the operator's, `30 00 * * *`.
        logical_backup_schedule as "logicalBackupSchedule": Cron,
        /// When major upgrades and planned switchovers may happen, in UTC. Restarts for other changes do not wait.
        maintenance_windows as "maintenanceWindows": Vec<Window>,
        /// Port of the primary's Service on every node; needs `enableMasterNodePort` here.
        master_node_port as "masterNodePort": i32,
        /// Port of the primary's pooler on every node; needs `enableMasterPoolerNodePort` here.
        master_pooler_node_port as "masterPoolerNodePort": i32,
        /// Annotations of the primary's Service and of its pooler's.
        master_service_annotations as "masterServiceAnnotations": IndexMap<String, String>,
        /// Rules for the nodes of the pods.
        node_affinity as "nodeAffinity": NodeAffinity,
        /// Pods of the cluster; 0 stops it.
        [demanded] number_of_instances as "numberOfInstances": Bounded<0, { i32::MAX }>,
        /// Settings of Patroni.
        patroni: Patroni,
        /// Annotations of the pods, also of the pooler's and the dumps'.
        pod_annotations as "podAnnotations": IndexMap<String, String>,
        /// PriorityClass of the pods; without it no pod is made. Default: the operator's.
        pod_priority_class_name as "podPriorityClassName": String,
        /// Version and settings of PostgreSQL.
        [demanded] postgresql: PostgresqlSettings,
        /// Databases with schemas, and roles for reading, writing and owning.
        prepared_databases as "preparedDatabases": IndexMap<String, PreparedDatabase>,
        /// Port of the replicas' Service on every node; needs `enableReplicaNodePort` here.
        replica_node_port as "replicaNodePort": i32,
        /// Port of the replicas' pooler on every node; needs `enableReplicaPoolerNodePort` here.
        replica_pooler_node_port as "replicaPoolerNodePort": i32,
        /// Annotations of the replicas' Service and of its pooler's.
        replica_service_annotations as "replicaServiceAnnotations": IndexMap<String, String>,
        /// Resources of PostgreSQL's container. Default per value: the operator's.
        resources: Resources,
        /// Scheduler of the pods; a later change has no effect.
        scheduler_name as "schedulerName": String,
        /// Annotations of both Services.
        service_annotations as "serviceAnnotations": IndexMap<String, String>,
        /// Containers beside PostgreSQL's.
        sidecars: Named<Sidecar>,
        /// Group of the files in the volumes; 103 lets PostgreSQL read a TLS key.
        spilo_fs_group as "spiloFSGroup": i64,
        /// Group of the process; 103 is `postgres`.
        spilo_run_as_group as "spiloRunAsGroup": i64,
        /// User of the process; 101 is `postgres`.
        spilo_run_as_user as "spiloRunAsUser": i64,
        /// The primary that this cluster follows instead of having one.
        standby: StandbySource,
        /// Change streams of the operator's makers; they need a controller that is not public.
        streams: Vec<Stream>,
        /// Team that owns the cluster; the label `team` of every object.
        [demanded] team_id as "teamId": String,
        /// Certificate of PostgreSQL. Default: one that Spilo signs itself.
        tls: Tls,
        /// Taints that the pods bear, instead of the operator's.
        tolerations: Vec<Toleration>,
        /// How the pods are spread.
        topology_spread_constraints as "topologySpreadConstraints": Vec<TopologySpreadConstraint>,
        /// Roles and their flags; an empty list is a role with LOGIN.
        users: IndexMap<String, Vec<RoleFlag>>,
        /// Roles whose passwords are never rotated.
        [nullable] users_ignoring_secret_rotation as "usersIgnoringSecretRotation": Vec<String>,
        /// Roles whose passwords are rotated without a new role name.
        [nullable] users_with_in_place_secret_rotation as "usersWithInPlaceSecretRotation": Vec<String>,
        /// Roles whose passwords are rotated with a new role name.
        [nullable] users_with_secret_rotation as "usersWithSecretRotation": Vec<String>,
        /// Data volume of each pod.
        [demanded] volume: Volume,
    }
}

mirror! {
    /// Version and settings of PostgreSQL.
    pub struct PostgresqlSettings {
        /// Settings by name. One that is removed stays in force until it is set to something else.
        parameters: Parameters,
        /// Major version; a higher one upgrades in place, a lower one is ignored.
        [demanded] version: PostgresqlVersion,
    }
}

words!(
    /// A major version of PostgreSQL that the operator knows.
    PostgresqlVersion, "PostgreSQL major", ["14", "15", "16", "17", "18"]
);

mirror! {
    /// Resources of a container of the operator's.
    pub struct Resources {
        /// At most this much.
        limits: ResourceAmounts,
        /// At least this much.
        requests: ResourceAmounts,
    }
}

mirror! {
    /// Amounts of resources; other kinds are dropped by the API server.
    pub struct ResourceAmounts {
        /// Cores.
        cpu: Cpu,
        /// Huge pages of 1 GiB.
        hugepages_1gi as "hugepages-1Gi": Memory,
        /// Huge pages of 2 MiB.
        hugepages_2mi as "hugepages-2Mi": Memory,
        /// Memory.
        memory: Memory,
    }
}
