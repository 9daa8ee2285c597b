//! Production at Hetzner: the operator, storage of Longhorn's, an archive outside the Kubernetes cluster, and the databases
//! of a shop.

use pgsynth::constructs::base::Problem;
use pgsynth::constructs::cluster::{Endpoint, LoadBalancer, Location, Pooler};
use pgsynth::constructs::monitoring::{Monitoring, Peer};
use pgsynth::constructs::object_store::{HetznerStore, StoreLocation};
use pgsynth::constructs::operator::WatchSetting;
use pgsynth::constructs::platform::Platform;
use pgsynth::constructs::releases::ReleaseName;
use pgsynth::constructs::storage::{Layout, Longhorn};
use pgsynth::constructs::values::{Memory, Name};
use pgsynth::constructs::{
    App, Backup, BackupPolicy, Chart, Cluster, Database, Namespace, ObjectStore, Operator, Storage, Volume,
};

/// PostgreSQL replicates, Longhorn does not: for clusters of two instances or more.
const REPLICATING: &str = "longhorn-postgres-local";
/// The policy of every cluster.
const NIGHTLY: &str = "nightly";
/// Longhorn replicates: for clusters of one instance.
const SINGLE: &str = "longhorn-postgres-replicated";

/// The app `hetzner`.
///
/// # Errors
/// Where a name in it is ill-formed or taken.
pub fn app() -> Result<App, Problem> {
    let app = compose();
    app.map_err(|error| Problem::new("apps/hetzner.rs", error.to_string()))
}

fn compose() -> Result<App, Box<dyn std::error::Error>> {
    let mut app = App::new("hetzner".parse()?, ReleaseName::R2026_11, Platform::Hetzner);

    let mut offsite = ObjectStore::new("pg-backup-s3".parse()?);
    offsite.hetzner = Some(HetznerStore::new(StoreLocation::Fsn1, "acme-postgres".parse()?));
    let store = app.stores.add("offsite", offsite)?;
    let mut nightly =
        BackupPolicy::new(store.id().clone(), "0 1 * * *".parse()?, "14d".parse()?, "5m".parse()?);
    nightly.spread = Some("2h".parse()?);
    app.backups.add(NIGHTLY, nightly)?;
    app.monitoring.labels.insert("release".to_owned(), "kube-prometheus-stack".to_owned());
    let mut prometheus = Peer::of("monitoring".parse()?);
    prometheus.pods.insert("app.kubernetes.io/name".to_owned(), "prometheus".to_owned());
    app.monitoring.prometheus = Some(prometheus);

    let mut operator = Chart::new(Namespace::created("postgres-operator".parse()?));
    operator.operator = Some(Operator::new(WatchSetting::All));
    operator.storage.add(REPLICATING, Storage::Longhorn(Longhorn::new(Layout::Local)))?;
    operator.storage.add(SINGLE, Storage::Longhorn(Longhorn::new(Layout::Replicated)))?;
    app.charts.add("operator", operator)?;

    let mut shop = Chart::new(Namespace::created("shop".parse()?));
    shop.clusters.add("acme-orders", orders()?)?;
    shop.clusters.add("acme-reports", reports()?)?;
    app.charts.add("shop", shop)?;
    Ok(app)
}

/// Orders: two instances, a pooler, and a way in from the private network.
fn orders() -> Result<Cluster, Box<dyn std::error::Error>> {
    let mut orders = cluster(Memory::gibibytes(50), REPLICATING)?;
    orders.resources.cpu = Some("2".parse()?);
    orders.resources.memory = Some(Memory::gibibytes(4));
    orders.parameters.insert("log_connections".to_owned(), true.into());
    orders.parameters.insert("max_connections".to_owned(), 200.into());
    orders.pooler = Some(Pooler::default());
    let mut endpoint = Endpoint::default();
    endpoint.load_balancer = Some(LoadBalancer::internal(Location::Fsn1));
    orders.exposure.primary = Some(endpoint);
    orders.maintenance_windows.push("Sun:01:00-04:00".parse()?);
    orders.users.insert("shop".to_owned(), vec![]);
    let mut database = Database::owned_by("shop");
    database.extensions.insert("pgcrypto".to_owned(), "public".to_owned());
    orders.databases.insert("shop".to_owned(), database);
    Ok(orders)
}

/// Reports: one instance, whose volume follows it to another node, and roles for reading and writing.
fn reports() -> Result<Cluster, Box<dyn std::error::Error>> {
    let mut reports = cluster(Memory::gibibytes(20), SINGLE)?;
    reports.instances = 1;
    reports.databases.insert("reports".to_owned(), Database::prepared());
    reports.accept.insert("T47".to_owned(), "reports may be away while a node restarts".to_owned());
    Ok(reports)
}

/// What all clusters of this app have in common.
fn cluster(size: Memory, class: &str) -> Result<Cluster, Box<dyn std::error::Error>> {
    let volume = Volume::of_class(size, Name::try_from(class)?);
    let backup = Backup::Policy(NIGHTLY.parse()?);
    let mut cluster = Cluster::new("acme".parse()?, "18".parse()?, volume, backup);
    cluster.monitoring = Some(Monitoring::default());
    Ok(cluster)
}
