// Imported by `pgsynth import --rust`.

use pgsynth::prelude::*;

/// The app.
pub fn app() -> App {
    let operator: ExternalOperator = yaml(r#"
namespace: postgres-operator
watch: all
"#);
    App::new("shop", ReleaseName::R2026_11, Platform::Other)
        .external_operator(operator)
        .charts("shop", Chart::new("shop")
            .clusters("acme-orders", shop_acme_orders()))
}

/// Cluster `acme-orders` of chart `shop`.
fn shop_acme_orders() -> Cluster {
    let volume: Volume = yaml(r#"
size: 50Gi
class: longhorn
"#);
    let mut cluster = Cluster::new("acme", "16", volume, "unmanaged")
        .instances(2)
        .adopted(true)
        .parameters("max_connections", "200")
        .databases("shop", Database::owned_by("shop"));
    cluster.resources = yaml(r#"
cpu: 500m
memory: 1Gi
"#);
    cluster.high_availability = yaml(r#"
synchronous: true
maximumLag: 32Mi
"#);
    cluster.pooler = yaml(r#"
instances: 3
mode: session
"#);
    cluster.users = yaml(r#"
shop:
- createdb
"#);
    cluster.env = yaml(r#"
- name: AWS_REGION
  value: fsn1
"#);
    cluster.labels = yaml(r#"
team: acme
"#);
    cluster.spec = yaml(r#"
enableMasterLoadBalancer: false
enableShmVolume: true
patroni:
  pg_hba: []
"#);
    cluster
}

/// What has no method of its own, as it is written in an app file.
fn yaml<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_yaml::from_str(text).expect("it was an app file's")
}
