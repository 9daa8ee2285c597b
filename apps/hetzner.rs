//! Production at Hetzner: the operator, storage of Longhorn's, an archive outside the Kubernetes cluster, and the databases
//! of a shop. Its twin in YAML is `tests/apps/hetzner.yaml`.

use pgsynth::prelude::*;

/// PostgreSQL replicates, Longhorn does not: for clusters of two instances or more.
const REPLICATING: &str = "longhorn-postgres-local";
/// Longhorn replicates: for clusters of one instance.
const SINGLE: &str = "longhorn-postgres-replicated";

/// The app `hetzner`.
pub fn app() -> App {
    let offsite =
        ObjectStore::new("pg-backup-s3").hetzner(HetznerStore::new(StoreLocation::Fsn1, "acme-postgres"));
    let prometheus = Peer::new("monitoring").pods("app.kubernetes.io/name", "prometheus");
    let monitoring =
        MonitoringStack::default().labels("release", "kube-prometheus-stack").prometheus(prometheus);
    let operator = Chart::new(Namespace::created("postgres-operator"))
        .operator(Operator::new(WatchSetting::All))
        .storage(REPLICATING, Longhorn::new(Layout::Local))
        .storage(SINGLE, Longhorn::new(Layout::Replicated));
    let shop = Chart::new(Namespace::created("shop"))
        .clusters("acme-orders", orders())
        .clusters("acme-reports", reports());
    App::new("hetzner", ReleaseName::R2026_11, Platform::Hetzner)
        .stores("offsite", offsite)
        .backups("nightly", BackupPolicy::new("offsite", "0 1 * * *", "14d", "5m").spread("2h"))
        .monitoring(monitoring)
        .charts("operator", operator)
        .charts("shop", shop)
}

/// Orders: two instances, a pooler, and a way in from the private network.
fn orders() -> Cluster {
    let internal = Endpoint::default().load_balancer(LoadBalancer::internal(Location::Fsn1));
    cluster("50Gi", REPLICATING)
        .resources(Resources::default().cpu("2").memory("4Gi"))
        .parameters("log_connections", true)
        .parameters("max_connections", 200)
        .pooler(Pooler::default())
        .accept("pooler-loses-passwords", "clients connect anew")
        .exposure(Exposure::default().primary(internal))
        .maintenance_windows("Sun:01:00-04:00")
        .users("shop", [])
        .databases("shop", Database::owned_by("shop").extensions("pgcrypto", "public"))
}

/// Reports: one instance, whose volume follows it to another node, and roles for reading and writing.
fn reports() -> Cluster {
    cluster("20Gi", SINGLE)
        .instances(1)
        .databases("reports", Database::prepared())
        .accept("single-instance", "reports may be away while a node restarts")
}

/// What all clusters of this app have in common.
fn cluster(size: &str, class: &str) -> Cluster {
    Cluster::new("acme", "18", Volume::of_class(size, class), "nightly")
        .monitoring(Monitoring::default())
        .access([Peer::new("shop")])
}
