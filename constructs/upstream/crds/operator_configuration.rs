//! The `OperatorConfiguration` custom resource: everything that the operator can be told.
//!
//! The API server fills in defaults only inside sections that exist; the operator reads the object once, at its start.

mod backup;
mod kubernetes;
mod roles;
mod runtime;

pub use backup::{AwsOrGcp, BackupProvider, LogicalBackup};
pub use kubernetes::{InfrastructureRoles, Kubernetes, MergeMode, PodManagement, ResizeMode};
pub use roles::{MajorVersionUpgrade, TeamsApi, UpgradeMode, Users};
pub use runtime::{
    DebugSettings, LoadBalancers, LoggingRestApi, PatroniDefaults, PodResources, Pooler, Scalyr, Timeouts,
    TrafficPolicy,
};

use indexmap::IndexMap;

use super::postgresql::Metadata;
use super::{Bounded, CustomResource, Free, Image, PrinterColumn, mirror};
use crate::values::Window;

mirror! {
    /// Configuration of one operator, in its own namespace.
    pub struct OperatorConfiguration {
        /// `acid.zalan.do/v1`.
        api_version as "apiVersion": String,
        /// The settings.
        [required] configuration: Configuration,
        /// `OperatorConfiguration`.
        kind: String,
        /// Name, namespace, labels and annotations.
        [required] metadata: Metadata => undescribed(),
    }
}

impl CustomResource for OperatorConfiguration {
    const GROUP: &'static str = "acid.zalan.do";
    const KIND: &'static str = "OperatorConfiguration";
    const PLURAL: &'static str = "operatorconfigurations";
    const SINGULAR: &'static str = "operatorconfiguration";
    const SHORT_NAMES: &'static [&'static str] = &["opconfig"];
    const COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn {
            description: "Image of PostgreSQL's pods",
            json_path: ".configuration.docker_image",
            name: "Image",
            r#type: "string",
        },
        PrinterColumn {
            description: "Label with the cluster's name",
            json_path: ".configuration.kubernetes.cluster_name_label",
            name: "Cluster-Label",
            r#type: "string",
        },
        PrinterColumn {
            description: "ServiceAccount of PostgreSQL's pods",
            json_path: ".configuration.kubernetes.pod_service_account_name",
            name: "Service-Account",
            r#type: "string",
        },
        PrinterColumn {
            description: "Fewest instances of a cluster",
            json_path: ".configuration.min_instances",
            name: "Min-Instances",
            r#type: "integer",
        },
        PrinterColumn {
            description: "Age of the resource",
            json_path: ".metadata.creationTimestamp",
            name: "Age",
            r#type: "date",
        },
    ];
    const STATUS: bool = true;
}

mirror! {
    /// The settings, by section.
    pub struct Configuration {
        /// Stores for WAL and logs, and identities at clouds.
        aws_or_gcp: AwsOrGcp,
        /// Defaults of connection poolers.
        connection_pooler: Pooler,
        /// Categories of the CRDs that the operator registers.
        crd_categories: Vec<String>,
        /// Logging, and access to databases.
        debug: DebugSettings,
        /// Image of PostgreSQL's pods.
        docker_image: String => image(Image::Spilo),
        /// Whether the operator writes its CRDs at its start.
        enable_crd_registration: bool => defaulted(true),
        /// Whether a new image waits for the next restart.
        enable_lazy_spilo_upgrade: bool,
        /// Whether maintenance windows are kept.
        enable_maintenance_windows: bool => defaulted(true),
        /// Whether pods get `PGVERSION`; major upgrades need it.
        enable_pgversion_env_var: bool => defaulted(true),
        /// Whether `/dev/shm` is a volume in memory.
        enable_shm_volume: bool => defaulted(true),
        /// Whether archives of very old Spilo images are found.
        enable_spilo_wal_path_compat: bool,
        /// Whether a cluster's name must begin with its team.
        enable_team_id_clustername_prefix: bool,
        /// etcd for Patroni, instead of the API server.
        etcd_host: String => defaulted(""),
        /// Annotation of a cluster that lifts `min_instances` and `max_instances`.
        ignore_instance_limits_annotation_key: String,
        /// Annotation of a cluster that lifts the limits of resources.
        ignore_resources_limits_annotation_key: String,
        /// Pods, Secrets, volumes and labels.
        kubernetes: Kubernetes,
        /// Whether Patroni keeps its state in ConfigMaps; never to be changed while clusters run.
        kubernetes_use_configmaps: bool => defaulted(true),
        /// Services outside the Kubernetes cluster.
        load_balancer: LoadBalancers,
        /// The operator's HTTP API.
        logging_rest_api: LoggingRestApi,
        /// Dumps on a schedule.
        logical_backup: LogicalBackup,
        /// Windows of clusters that have none, in UTC.
        maintenance_windows: Vec<Window>,
        /// Major upgrades.
        major_version_upgrade: MajorVersionUpgrade,
        /// Most instances of a cluster; -1 for no limit.
        max_instances: Bounded<-1, { i32::MAX }> => defaulted(-1),
        /// Fewest instances of a cluster; -1 for no limit.
        min_instances: Bounded<-1, { i32::MAX }> => defaulted(-1),
        /// Patroni.
        patroni: PatroniDefaults,
        /// Resources of PostgreSQL's containers where a cluster says nothing; without them there are none.
        postgres_pod_resources: PodResources,
        /// Time between two looks at clusters that failed.
        repair_period: String => defaulted("5m"),
        /// Time between two looks at all clusters.
        resync_period: String => defaulted("30m"),
        /// Log shipping to Scalyr, deprecated.
        scalyr: Scalyr,
        /// Whether memory requests are raised to the limits.
        set_memory_request_to_limit: bool,
        /// Sidecars of every cluster, image by name, without ports, variables or resources.
        sidecar_docker_images: IndexMap<String, String>,
        /// Sidecars of every cluster; cannot be used with operator 2.0.1, whose schema and code disagree.
        sidecars: Free,
        /// Teams and their members.
        teams_api: TeamsApi,
        /// Waiting times.
        timeouts: Timeouts,
        /// Names of system roles, and rotation of passwords.
        users: Users,
        /// Clusters that are worked on at once.
        workers: Bounded<1, { i32::MAX }> => defaulted(8),
    }
}
