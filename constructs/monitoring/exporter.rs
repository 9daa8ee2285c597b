//! postgres_exporter beside PostgreSQL, and pgsynth's own queries for it.

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{Monitored, Monitoring};
use crate::base::{ClusterFacts, Object, Scope, Stage};
use crate::crds::containers::{ContainerPort, Sidecar};
use crate::crds::env::EnvVar;
use crate::crds::postgresql::{AdditionalVolume, PostgresqlSpec, ResourceAmounts, Resources};
use crate::crds::{At, Free, Mirror, Named};
use pgsynth_upstream::behaviour::settings;

/// The role that the exporter logs in with; a Job gives it `pg_monitor`.
pub(crate) const ROLE: &str = "monitoring";
/// Name of the container, and of its port.
pub(super) const EXPORTER: &str = "exporter";
pub(super) use crate::access::EXPORTER as PORT;
const FOLDER: &str = "/etc/pgsynth/monitoring";

/// Adds the exporter and its role to a cluster's resource; names that are taken are returned by their paths.
pub(crate) fn add(
    monitoring: &Monitoring,
    facts: &ClusterFacts,
    scope: &Scope,
    spec: &mut PostgresqlSpec,
) -> Vec<String> {
    let exporter = &scope.release().exporter;
    let database = monitoring.database_of(spec);
    let (cluster, secret, standby) = (&facts.name, facts.secret(ROLE), facts.standby);
    let major = settings::major(spec).unwrap_or(0);
    let mut command = exporter.command.to_vec();
    command.extend(exporter.flags.iter().filter(|(from, _)| *from <= major).map(|(_, flag)| *flag));
    let queries = format!("--extend.query-path={FOLDER}/queries.yaml");
    command.push(&queries);
    let amounts = |cpu: &str, memory: &str| {
        Some(ResourceAmounts {
            cpu: cpu.parse().ok(),
            memory: memory.parse().ok(),
            ..ResourceAmounts::default()
        })
    };
    let sidecar = Sidecar {
        command: Some(command.into_iter().map(str::to_owned).collect()),
        env: Some(
            vec![
                // The loopback line of Spilo's pg_hba takes passwords without TLS.
                EnvVar::new("DATA_SOURCE_URI", format!("127.0.0.1:5432/{database}?sslmode=disable&application_name=pgsynth-exporter&connect_timeout=10")),
                EnvVar::new("DATA_SOURCE_USER", ROLE),
                EnvVar::from_secret("DATA_SOURCE_PASS", secret, "password"),
            ]
            .into(),
        ),
        image: Some(scope.images.exporter.as_str().into()),
        name: Some(EXPORTER.into()),
        ports: Some(vec![ContainerPort {
            container_port: PORT,
            host_ip: None,
            host_port: None,
            name: Some(EXPORTER.into()),
            // Without it the operator sees a difference for ever and restarts the pods (issue 1291).
            protocol: Some("TCP".into()),
        }]),
        resources: Some(Resources {
            requests: amounts(exporter.resources.cpu, exporter.resources.memory),
            limits: amounts(exporter.resources.cpu_limit, exporter.resources.memory_limit),
        }),
    };
    let source = serde_yaml::from_str(&format!("{{configMap: {{name: {}}}}}", config_map(cluster)))
        .unwrap_or_default();
    let volume = AdditionalVolume {
        is_sub_path_expr: None,
        mount_path: FOLDER.to_owned(),
        name: "exporter-queries".to_owned(),
        sub_path: None,
        target_containers: Some(Some(vec![EXPORTER.to_owned()])),
        volume_source: Free(source),
    };
    let mut over = PostgresqlSpec {
        sidecars: Some(Named::from(vec![sidecar])),
        additional_volumes: Some(Named::from(vec![volume])),
        ..PostgresqlSpec::default()
    };
    if !standby {
        // A standby takes its roles from the source.
        over.users = Some([(ROLE.to_owned(), vec![])].into_iter().collect());
    }
    let taken = !standby && spec.users.as_ref().is_some_and(|users| users.contains_key(ROLE));
    let mut clashes: Vec<_> = if taken { vec![format!("users.{ROLE}")] } else { vec![] };
    spec.merge(over, At::default(), &mut clashes);
    clashes.dedup();
    clashes
}

fn config_map(cluster: &str) -> String {
    format!("{cluster}-exporter-queries")
}

/// The queries, for the cluster's major: the exporter would run each on any.
pub(super) fn queries(cluster: &Monitored, scope: &Scope) -> Object {
    let files = scope.release().exporter.queries.iter();
    let mut text: String =
        files.filter(|(from, _)| *from <= cluster.major()).map(|(_, text)| *text).collect();
    if let Some(at) = &cluster.restored_to {
        let [queries, _] = scope.release().exporter.restored;
        text += &queries.replace("$AT", at);
    }
    let map = ConfigMap {
        metadata: metadata(&config_map(cluster.name), cluster, scope),
        data: Some([("queries.yaml".to_owned(), text)].into()),
        ..ConfigMap::default()
    };
    // With the cluster, whose pods wait for it.
    Object::of(Stage::Cluster, scope, map)
}

/// Name, namespace and labels of an object of a cluster's monitoring.
pub(super) fn metadata(name: &str, cluster: &Monitored, scope: &Scope) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(cluster.facts.namespace.clone()),
        labels: Some(scope.labels().clone().into_iter().collect()),
        ..ObjectMeta::default()
    }
}
