//! From the overlay to the construct's own fields, a field at a time. Whether the rendering stays the same is not asked here.

use pgsynth_constructs::cluster::{HighAvailability, Pooler, Resources, Tls};
use pgsynth_constructs::crds::postgresql::{
    Patroni, Postgresql, PostgresqlSettings, PostgresqlSpec, ResourceAmounts, Resources as Amounts,
    Volume as Source,
};
use pgsynth_constructs::crds::{Bounded, Mirror};
use pgsynth_constructs::values::{LabelValue, Memory, Whole};
use pgsynth_constructs::{Backup, Cluster, Database, Volume};

/// A field, and how the overlay's part becomes it; false where there is nothing to do.
type Lift = fn(&mut Cluster) -> bool;

/// Every field that can be lifted, in the order of the construct's.
pub(super) const LIFTS: &[(&str, Lift)] = &[
    ("parameters", parameters),
    ("resources", resources),
    ("initdb", initdb),
    ("pgHba", pg_hba),
    ("highAvailability", high_availability),
    ("pooler", pooler),
    ("tls", tls),
    ("users", |cluster| moved(&mut cluster.spec.users, &mut cluster.users)),
    ("databases", databases),
    ("rotation", rotation),
    ("volumes", |cluster| moved(&mut cluster.spec.additional_volumes, &mut cluster.volumes)),
    ("sidecars", |cluster| moved(&mut cluster.spec.sidecars, &mut cluster.sidecars)),
    ("initContainers", |cluster| moved(&mut cluster.spec.init_containers, &mut cluster.init_containers)),
    ("env", |cluster| moved(&mut cluster.spec.env, &mut cluster.env)),
    ("envFrom", |cluster| moved(&mut cluster.spec.env_from, &mut cluster.env_from)),
    ("tolerations", |cluster| moved(&mut cluster.spec.tolerations, &mut cluster.tolerations)),
    ("nodeAffinity", |cluster| {
        cluster.node_affinity = cluster.spec.node_affinity.take();
        cluster.node_affinity.is_some()
    }),
    ("priorityClass", priority_class),
    ("maintenanceWindows", |cluster| {
        moved(&mut cluster.spec.maintenance_windows, &mut cluster.maintenance_windows)
    }),
    ("podAnnotations", |cluster| moved(&mut cluster.spec.pod_annotations, &mut cluster.pod_annotations)),
    ("serviceAnnotations", |cluster| {
        moved(&mut cluster.spec.service_annotations, &mut cluster.service_annotations)
    }),
    ("spread", |cluster| {
        moved(&mut cluster.spec.topology_spread_constraints, &mut cluster.spread.constraints)
    }),
];

/// Moves a list or a map into a field; one that is written and empty stays where it is.
fn moved<T>(from: &mut Option<T>, to: &mut T) -> bool {
    let Some(value) = from.take() else { return false };
    *to = value;
    true
}

/// The cluster with nothing in its own fields but what must be there.
pub(super) fn all_in_the_overlay(resource: &Postgresql) -> Result<Cluster, String> {
    let mut spec = resource.spec.clone();
    let needs = |what: &str| format!("`{what}` is missing, without which the API server refuses it");
    let team = spec.team_id.take().ok_or_else(|| needs("spec.teamId"))?;
    let team: LabelValue = team.parse().map_err(|wrong| format!("spec.teamId: {wrong}"))?;
    let settings = spec.postgresql.as_mut().ok_or_else(|| needs("spec.postgresql"))?;
    let version = settings.version.take().ok_or_else(|| needs("spec.postgresql.version"))?;
    let instances = spec.number_of_instances.take().map(Bounded::get);
    let instances = instances.ok_or_else(|| needs("spec.numberOfInstances"))?;
    let instances = u32::try_from(instances).ok().filter(|count| *count <= 100);
    let instances = instances.ok_or("spec.numberOfInstances: expected 0 to 100")?;
    let source = spec.volume.take().ok_or_else(|| needs("spec.volume"))?;
    let size = source.size.clone().ok_or_else(|| needs("spec.volume.size"))?;
    let mut volume = Volume::new(size);
    volume.class = source.storage_class.as_deref().and_then(|class| class.parse().ok());
    volume.sub_path = source.sub_path.clone();
    volume.selector = source.selector.clone();
    let rest = Source {
        size: None,
        storage_class: source.storage_class.clone().filter(|_| volume.class.is_none()),
        sub_path: None,
        selector: None,
        ..source
    };
    spec.volume = (rest != Source::default()).then_some(rest);
    spec.postgresql = spec.postgresql.filter(|settings| *settings != PostgresqlSettings::default());
    let mut cluster = Cluster::new(team, version, volume, Backup::Unmanaged);
    cluster.adopted = true;
    cluster.instances = Whole::from(instances);
    cluster.labels = resource.metadata.labels.clone().unwrap_or_default();
    cluster.annotations = resource.metadata.annotations.clone().unwrap_or_default();
    cluster.spec = spec.into();
    Ok(cluster)
}

fn parameters(cluster: &mut Cluster) -> bool {
    let Some(settings) = &mut cluster.spec.postgresql else { return false };
    let Some(parameters) = settings.parameters.take() else { return false };
    cluster.parameters = parameters;
    cluster.spec.postgresql = None;
    true
}

fn resources(cluster: &mut Cluster) -> bool {
    let Some(amounts) = cluster.spec.resources.take() else { return false };
    cluster.resources = of_amounts(amounts);
    true
}

/// Amounts in the words of a construct.
fn of_amounts(amounts: Amounts) -> Resources {
    let Amounts { requests, limits } = amounts;
    let ResourceAmounts { cpu, memory, hugepages_2mi, hugepages_1gi } = requests.unwrap_or_default();
    let limits = limits.unwrap_or_default();
    let mut resources = Resources::default();
    resources.cpu = cpu;
    resources.cpu_limit = limits.cpu;
    resources.memory_limit = limits.memory.filter(|limit| Some(limit) != memory.as_ref());
    resources.memory = memory;
    resources.hugepages_2mi = hugepages_2mi;
    resources.hugepages_1gi = hugepages_1gi;
    resources
}

fn patroni(cluster: &mut Cluster) -> Option<&mut Patroni> {
    cluster.spec.patroni.as_mut()
}

fn initdb(cluster: &mut Cluster) -> bool {
    let Some(options) = patroni(cluster).and_then(|patroni| patroni.initdb.take()) else { return false };
    cluster.initdb = options;
    emptied(cluster)
}

fn pg_hba(cluster: &mut Cluster) -> bool {
    let Some(lines) = patroni(cluster).and_then(|patroni| patroni.pg_hba.take()) else { return false };
    cluster.pg_hba = lines;
    emptied(cluster)
}

fn high_availability(cluster: &mut Cluster) -> bool {
    let Some(patroni) = cluster.spec.patroni.take() else { return false };
    let whole = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let kibi = 1024;
    let lag = patroni.maximum_lag_on_failover.and_then(|bytes| {
        let text = match bytes {
            bytes if bytes > 0 && bytes % (kibi * kibi) == 0 => format!("{}Mi", bytes / (kibi * kibi)),
            bytes => bytes.to_string(),
        };
        text.parse::<Memory>().ok()
    });
    let own = &mut cluster.high_availability;
    own.synchronous = patroni.synchronous_mode == Some(true);
    own.strict = patroni.synchronous_mode_strict == Some(true);
    own.synchronous_replicas = whole(patroni.synchronous_node_count).map(Whole::from);
    own.failsafe = patroni.failsafe_mode;
    own.maximum_lag = lag;
    own.ttl = whole(patroni.ttl).map(Whole::from);
    own.loop_wait = whole(patroni.loop_wait).map(Whole::from);
    own.retry_timeout = whole(patroni.retry_timeout).map(Whole::from);
    own.slots = patroni.slots.clone().unwrap_or_default();
    // What these fields do not have stays.
    let rest = Patroni { initdb: patroni.initdb, pg_hba: patroni.pg_hba, ..Patroni::default() };
    cluster.spec.patroni = (rest != Patroni::default()).then_some(rest);
    cluster.high_availability != HighAvailability::default()
}

/// A section of which everything was taken away goes.
fn emptied(cluster: &mut Cluster) -> bool {
    cluster.spec.patroni = cluster.spec.patroni.take().filter(|patroni| *patroni != Patroni::default());
    true
}

fn pooler(cluster: &mut Cluster) -> bool {
    if cluster.spec.enable_connection_pooler != Some(true) {
        return false;
    }
    cluster.spec.enable_connection_pooler = None;
    let replicas = cluster.spec.enable_replica_connection_pooler.take() == Some(true);
    let source = cluster.spec.connection_pooler.take().map(|source| *source);
    let mut pooler = Pooler::default();
    pooler.replicas = replicas;
    if let Some(source) = source {
        let whole = |number: i32| u32::try_from(number).ok().map(Whole::from);
        pooler.instances = source
            .number_of_instances
            .map(Bounded::get)
            .and_then(|count| u32::try_from(count).ok())
            .map(Whole::from);
        pooler.max_connections = source.max_db_connections.and_then(whole);
        pooler.mode = source.mode;
        pooler.schema = source.schema;
        pooler.user = source.user;
        pooler.resources = source.resources.map(of_amounts).unwrap_or_default();
    }
    cluster.pooler = Some(pooler);
    true
}

fn tls(cluster: &mut Cluster) -> bool {
    let Some(source) = cluster.spec.tls.take() else { return false };
    let Some(Ok(secret)) = source.secret_name.as_deref().map(str::parse) else { return false };
    let mut tls = Tls::new("secret");
    tls.secret = secret;
    tls.certificate = source.certificate_file;
    tls.private_key = source.private_key_file;
    tls.ca = source.ca_file;
    tls.ca_secret = source.ca_secret_name.and_then(|name| name.parse().ok());
    cluster.tls = Some(tls);
    true
}

fn databases(cluster: &mut Cluster) -> bool {
    let Some(owners) = cluster.spec.databases.take() else { return false };
    cluster.databases = owners.into_iter().map(|(name, owner)| (name, Database::owned_by(owner))).collect();
    true
}

fn rotation(cluster: &mut Cluster) -> bool {
    let spec = &mut cluster.spec;
    let lists = [
        (&mut cluster.rotation.users, spec.users_with_secret_rotation.take()),
        (&mut cluster.rotation.in_place, spec.users_with_in_place_secret_rotation.take()),
        (&mut cluster.rotation.ignore, spec.users_ignoring_secret_rotation.take()),
    ];
    let mut any = false;
    for (to, from) in lists {
        if let Some(from) = from.flatten() {
            *to = from;
            any = true;
        }
    }
    any
}

fn priority_class(cluster: &mut Cluster) -> bool {
    let Some(Ok(class)) = cluster.spec.pod_priority_class_name.take().map(|name| name.parse()) else {
        return false;
    };
    cluster.priority_class = Some(class);
    true
}

/// Leaves no overlay where it says nothing.
pub(super) fn tidy(cluster: &mut Cluster) {
    if cluster.spec.is_empty() {
        cluster.spec = Default::default();
    }
}

/// The fields that stay in the operator's words.
pub(super) fn left(cluster: &Cluster) -> Vec<String> {
    let schema = PostgresqlSpec::schema();
    schema.keys().into_iter().filter(|key| cluster.spec.contains(&[key])).map(str::to_owned).collect()
}
