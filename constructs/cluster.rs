//! One PostgreSQL cluster: its pods, volumes, roles, databases and Services, as a `postgresql` object.

mod adopted;
mod archiving;
mod exposure;
mod high_availability;
mod overlay;
mod places;
mod pooler;
mod render;
mod resources;
mod rotation;
mod spread;
mod standby;
mod tls;
mod volume;

pub use adopted::AdoptedArchive;
pub use exposure::{
    Endpoint, Exposure, HealthCheck, LoadBalancer, LoadBalancerAlgorithm, Location, NetworkZone, Through,
};
pub use high_availability::HighAvailability;
pub use overlay::Overlay;
pub use places::of_resource;
pub use pooler::Pooler;
pub use render::Resolved;
pub use resources::Resources;
pub use rotation::Rotation;
pub use spread::{Spread, SpreadMode};
pub use standby::Standby;
pub use tls::Tls;
pub use volume::Volume;

use indexmap::IndexMap;

use crate::access::Peer;
use crate::archive::{Archives, Generation};
use crate::backup::Backup;
use crate::base::{ClusterFacts, OperatorFacts, Problems, Scope, check_annotations, check_labels, construct};
use crate::crds::Named;
use crate::crds::containers::{InitContainer, Sidecar};
use crate::crds::env::{EnvFromSource, EnvVar};
use crate::crds::postgresql::{AdditionalVolume, PostgresqlSpec, PostgresqlVersion, RoleFlag};
use crate::crds::scheduling::{NodeAffinity, Toleration};
use crate::database::Database;
use crate::monitoring::{Monitoring, ROLE};
use crate::restore::Restore;
use crate::values::{LabelValue, Name, NameRule, Parameters, Section, Whole, Window};
use pgsynth_upstream::behaviour::names::{DERIVED, LONGEST};
use pgsynth_upstream::behaviour::pooler::Poolers;
use pgsynth_upstream::behaviour::roles::{self, SystemRoles};
use pgsynth_upstream::behaviour::secrets::SecretNames;

construct! {
    /// A PostgreSQL cluster. Its id is its name: of its Services, its Secrets and its backups.
    ///
    /// ```
    /// use pgsynth_constructs::{Backup, Cluster, Database, Volume};
    /// let backup = Backup::none("a test database");
    /// let cluster = Cluster::new("acme", "18", Volume::new("50Gi"), backup)
    ///     .users("shop", [])
    ///     .databases("shop", Database::owned_by("shop"))
    ///     .parameters("log_connections", true);
    /// ```
    pub struct Cluster {
        /// Team that owns it: the label `team` of every object.
        [required] team: LabelValue,

        /// Major version of PostgreSQL, 14 to 18. A higher one upgrades in place; a lower one is refused by the operator.
        [required number] postgres: PostgresqlVersion,

        /// PostgreSQL servers, the primary included, 0 to 100; 0 stops the cluster and keeps its volumes. Default: 2.
        [or two "two"] instances: Whole<0, 100>,

        /// Data volume of each instance.
        [required] volume: Volume,

        /// How the data is backed up: the id of a policy of the app, or `none: "<reason>"`.
        [required] backup: Backup,

        /// Whether it ran before pgsynth rendered it: then nothing of pgsynth's own is added, neither defaults, spread, class, labels,
        /// annotations, guard nor variables, and what the rules say of it is a warning. Taking it away later is one rolling
        /// update. Default: false.
        [flag] adopted: bool,

        /// Where the archive of an adopted cluster is, so that `backup` can name the policy that looks after it. Its next
        /// generation is archived in a place of its own. Default: none.
        [optional] archive: AdoptedArchive,

        /// Which history of the cluster is archived; a restore in place begins a new one; 1 to 999. Default: 1.
        [or one "one"] generation: Generation,

        /// Where the first data comes from. Default: an empty cluster.
        [optional] restore: Restore,

        /// Figures, rules, alerts and a dashboard. Default: none.
        [optional] monitoring: Monitoring,

        /// PostgreSQL's settings: booleans, numbers and texts. Default: Spilo's, and `huge_pages: off`.
        [map] parameters: Parameters,

        /// Cores and memory of each instance. Default: the platform's.
        [default] resources: Resources,

        /// Synchronous replication and failover. Default: asynchronous, failover after 30 s.
        [default] high_availability: HighAvailability,

        /// How instances keep apart. Default: the platform's.
        [default] spread: Spread,

        /// PgBouncer before PostgreSQL. Default: none.
        [optional] pooler: Pooler,

        /// Reachable from outside the Kubernetes cluster. Default: not at all.
        [default] exposure: Exposure,

        /// Pods that may use the database and its poolers; the cluster's own and the operator's always may. It renders a
        /// NetworkPolicy, which closes every other port. Default: every pod of the Kubernetes cluster may.
        [optional] access: Vec<Peer>,

        /// Certificate from a Secret. Default: one that Spilo signs itself.
        [optional] tls: Tls,

        /// Roles and their flags; an empty list is a role with LOGIN. The operator makes a Secret for each.
        [map] users: IndexMap<String, Vec<RoleFlag>>,

        /// Databases by name.
        [map] databases: IndexMap<String, Database>,

        /// Rotation of the roles' passwords. Default: the operator's.
        [default] rotation: Rotation,

        /// Lines of `pg_hba.conf`, instead of Spilo's. Default: Spilo's.
        [list] pg_hba: Vec<String>,

        /// Options of initdb. Default: `data-checksums: true`.
        [map] initdb: IndexMap<String, String>,

        /// Further volumes. Default: none.
        [list] volumes: Named<AdditionalVolume>,

        /// Containers beside PostgreSQL's. Default: none.
        [list] sidecars: Named<Sidecar>,

        /// Containers that run to their end before PostgreSQL starts. Default: none.
        [list] init_containers: Named<InitContainer>,

        /// Variables of PostgreSQL's container. Default: none.
        [list] env: Named<EnvVar>,

        /// ConfigMaps and Secrets whose keys become variables. Default: none.
        [list] env_from: Vec<EnvFromSource>,

        /// Names of the variables in the sources of `envFrom`, which must be known where there is a backup. Default: not
        /// known.
        [optional] env_from_names: Vec<String>,

        /// Taints that the pods bear, instead of the operator's. Default: the operator's.
        [list] tolerations: Vec<Toleration>,

        /// Rules for the nodes of the pods. Default: none.
        [optional] node_affinity: NodeAffinity,

        /// PriorityClass of the pods; it must exist. Default: the operator's.
        [optional] priority_class: Name,

        /// When major upgrades and planned switchovers may happen, in UTC. Default: at any time.
        [list] maintenance_windows: Vec<Window>,

        /// The primary that this cluster follows, instead of having one. Default: none.
        [optional] standby: Standby,

        /// Labels of the `postgresql` object. Default: the chart's.
        [map] labels: IndexMap<String, String>,

        /// Annotations of the `postgresql` object. Default: the protection against deletion.
        [map] annotations: IndexMap<String, String>,

        /// Annotations of the pods. Default: none.
        [map] pod_annotations: IndexMap<String, String>,

        /// Annotations of both Services. Default: none.
        [map] service_annotations: IndexMap<String, String>,

        /// Every other field of the `postgresql` object, in the operator's words. It may not set what a field above sets;
        /// `env`, `sidecars`, `initContainers` and `additionalVolumes` are appended.
        [other] spec: Overlay,

        /// For clusters that are adopted: a name of up to 51 characters, and any ending. Default: at most 37.
        [flag] allow_long_name: bool,

        /// Warnings that are wanted, by id, with the reason. Default: none.
        [map] accept: IndexMap<String, String>,
    }
}

fn one() -> Generation {
    Generation::from(1)
}

fn two() -> Whole<0, 100> {
    Whole::from(2)
}

impl Cluster {
    pub(crate) fn validate(&self, name: &str, scope: &Scope, archives: &Archives, problems: &mut Problems) {
        // No `..`: a new field does not compile until it has been dealt with here.
        let Self {
            team: _,
            postgres: _,
            instances: _,
            volume: _,
            backup,
            adopted,
            archive,
            generation: _,
            restore: _,
            monitoring,
            parameters: _,
            resources,
            high_availability,
            spread: _,
            pooler,
            exposure,
            access: _,
            tls: _,
            users: _,
            databases,
            rotation: _,
            pg_hba: _,
            initdb: _,
            volumes: _,
            sidecars: _,
            init_containers: _,
            env: _,
            env_from: _,
            env_from_names: _,
            tolerations: _,
            node_affinity: _,
            priority_class: _,
            maintenance_windows: _,
            standby,
            labels,
            annotations,
            pod_annotations: _,
            service_annotations: _,
            spec: _,
            allow_long_name,
            accept: _,
        } = self;

        const KEEPS: &str = "a cluster that exists already may keep its name with `allowLongName: true`";
        let allow_long_name = *allow_long_name || *adopted;
        let longest = if allow_long_name { LONGEST } else { 37 };
        if let Err(rule) = NameRule::Dns1035.check(name, longest) {
            let problem = problems.invalid(scope.path(), name, rule);
            if !allow_long_name && NameRule::Dns1035.check(name, LONGEST).is_ok() {
                problem.help(KEEPS);
            }
        }
        if let Some(suffix) = DERIVED.iter().find(|suffix| name.ends_with(**suffix) && !allow_long_name) {
            problems
                .invalid(
                    scope.path(),
                    name,
                    format!(
                        "a name may not end in `{suffix}`, which is appended to the names of other clusters"
                    ),
                )
                .help(KEEPS);
        }
        check_labels(labels, scope, "labels", problems);
        check_annotations(annotations, scope, "annotations", problems);
        backup.validate(&scope.below("backup"), archives, problems);
        self.validate_archiving(name, scope, archives, problems);
        if *adopted && backup.policy().is_some() && archive.is_none() {
            problems
                .required(scope.at("archive"), "where the cluster that runs writes its archive: `archive: {path: \"s3://<bucket>/.../wal\"}`")
                .help("or write `backup: unmanaged` to leave its archive alone");
        }
        if let Some(archive) = archive {
            archive.validate(*adopted, backup, &scope.below("archive"), problems);
        }
        if let Some(monitoring) = monitoring {
            monitoring.validate(&scope.below("monitoring"), problems);
        }
        resources.validate(&scope.below("resources"), problems);
        high_availability.validate(&scope.below("highAvailability"), problems);
        exposure.validate(pooler.as_ref(), &scope.below("exposure"), problems);
        if let Some(pooler) = pooler {
            pooler.validate(&scope.below("pooler"), problems);
        }
        if let Some(standby) = standby {
            standby.validate(&scope.below("standby"), archives, problems);
        }
        for (name, database) in databases {
            database.validate(&scope.below(&format!("databases.{name}")), problems);
        }
    }

    /// What others may know of this cluster.
    pub(crate) fn facts(
        &self,
        name: &str,
        namespace: &str,
        operator: &OperatorFacts,
        archives: &Archives,
    ) -> ClusterFacts {
        let standby = self.standby.is_some() || self.spec.standby.is_some();
        // Only what decides the roles and poolers; the whole is resolved later.
        let spec = PostgresqlSpec {
            users: Some(self.users.clone()),
            enable_connection_pooler: self
                .pooler
                .as_ref()
                .map(|_| true)
                .or(self.spec.enable_connection_pooler),
            enable_replica_connection_pooler: self
                .pooler
                .as_ref()
                .and_then(|pooler| pooler.replicas.then_some(true))
                .or(self.spec.enable_replica_connection_pooler),
            connection_pooler: self
                .pooler
                .as_ref()
                .map(|pooler| Box::new(pooler.render()))
                .or_else(|| self.spec.connection_pooler.clone()),
            ..PostgresqlSpec::default()
        };
        let system = SystemRoles::of(&operator.configuration, &spec);
        ClusterFacts {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            domain: operator.domain().to_owned(),
            secret_names: SecretNames::of(&operator.configuration),
            superuser: system.superuser.to_owned(),
            replication: system.replication.to_owned(),
            pooler_role: system.pooler.to_owned(),
            roles: roles::users(&spec)
                .chain(
                    self.spec
                        .users
                        .iter()
                        .flatten()
                        .filter(|(_, flags)| roles::logs_in(flags))
                        .map(|(role, _)| role),
                )
                .cloned()
                // A standby's roles come from its source, and their Secrets with them.
                .chain((self.monitoring.is_some() && !standby).then(|| ROLE.to_owned()))
                .collect(),
            backup: self.backup_facts(name, namespace, archives),
            standby,
            poolers: Poolers::of(&spec),
        }
    }
}

/// The clusters of a chart.
pub type Clusters = Section<Cluster>;
