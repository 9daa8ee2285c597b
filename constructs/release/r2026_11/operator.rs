//! Settings of the operator for production.

use indexmap::IndexMap;

use crate::crds::operator_configuration::{
    AwsOrGcp, Configuration, DebugSettings, Kubernetes, LoadBalancers, LoggingRestApi, LogicalBackup,
    MajorVersionUpgrade, PatroniDefaults, PodResources, Pooler, TeamsApi, Timeouts, Users,
};
use crate::release::Images;
use crate::values::Platform;

/// Settings that keep data and passwords when a cluster is deleted, keep instances apart, and leave no pod without
/// limits. Every section stands there, because the API server fills in nothing where a section is missing.
pub(super) fn production(platform: Platform, images: &Images) -> Configuration {
    let one_node = platform == Platform::K3s;
    let policy = [("when_deleted", "retain"), ("when_scaled", "retain")];
    Configuration {
        aws_or_gcp: Some(AwsOrGcp::default()),
        connection_pooler: Some(Pooler {
            connection_pooler_default_cpu_request: parsed(if one_node { "50m" } else { "250m" }),
            connection_pooler_default_memory_limit: parsed(if one_node { "64Mi" } else { "128Mi" }),
            connection_pooler_default_memory_request: parsed(if one_node { "64Mi" } else { "128Mi" }),
            connection_pooler_image: Some(images.pooler.to_owned()),
            connection_pooler_max_db_connections: Some(60),
            ..Pooler::default()
        }),
        debug: Some(DebugSettings { debug_logging: Some(false), ..DebugSettings::default() }),
        docker_image: Some(images.spilo.to_owned()),
        kubernetes: Some(Kubernetes {
            enable_finalizers: Some(false),
            enable_owner_references: Some(false),
            enable_persistent_volume_claim_deletion: Some(false),
            // Soft: clusters spread over nodes by their own constraints, this one reaches poolers as well.
            enable_pod_antiaffinity: Some(!one_node),
            pod_antiaffinity_preferred_during_scheduling: Some(true),
            enable_readiness_probe: Some(true),
            enable_secrets_deletion: Some(false),
            delete_annotation_name_key: Some("delete-clustername".to_owned()),
            persistent_volume_claim_retention_policy: Some(IndexMap::from(
                policy.map(|(key, value)| (key.to_owned(), value.to_owned())),
            )),
            pod_priority_class_name: Some(crate::release::PRIORITY_CLASS.to_owned()),
            spilo_fsgroup: Some(103),
            // A folder of the node cannot grow, and a refused claim would stop every sync of the cluster.
            storage_resize_mode: parsed(if one_node { "off" } else { "pvc" }),
            ..Kubernetes::default()
        }),
        load_balancer: Some(LoadBalancers::default()),
        logging_rest_api: Some(LoggingRestApi::default()),
        logical_backup: Some(LogicalBackup {
            logical_backup_cpu_request: parsed("100m"),
            logical_backup_docker_image: Some(images.logical_backup.to_owned()),
            logical_backup_memory_limit: parsed("256Mi"),
            logical_backup_memory_request: parsed("128Mi"),
            ..LogicalBackup::default()
        }),
        major_version_upgrade: Some(MajorVersionUpgrade::default()),
        patroni: Some(PatroniDefaults { enable_patroni_failsafe_mode: Some(true) }),
        postgres_pod_resources: Some(PodResources {
            default_cpu_request: Some(super::pods::cpu(platform)),
            default_memory_limit: Some(super::pods::memory(platform)),
            default_memory_request: Some(super::pods::memory(platform)),
            min_memory_limit: parsed("250Mi"),
            ..PodResources::default()
        }),
        teams_api: Some(TeamsApi {
            enable_postgres_team_crd: Some(false),
            enable_teams_api: Some(false),
            ..TeamsApi::default()
        }),
        timeouts: Some(Timeouts::default()),
        users: Some(Users::default()),
        ..Configuration::default()
    }
}

/// Settings of the chart's `values.yaml`, as far as they differ from the defaults of the CRD.
pub(super) fn chart(images: &Images) -> Configuration {
    Configuration {
        docker_image: Some(images.spilo.to_owned()),
        kubernetes: Some(Kubernetes { watched_namespace: Some("*".to_owned()), ..Kubernetes::default() }),
        postgres_pod_resources: Some(PodResources {
            default_cpu_limit: parsed("1"),
            default_cpu_request: parsed("100m"),
            default_memory_limit: parsed("500Mi"),
            default_memory_request: parsed("100Mi"),
            min_cpu_limit: parsed("250m"),
            min_memory_limit: parsed("250Mi"),
            ..PodResources::default()
        }),
        ..Configuration::default()
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::ReleaseName;

    #[test]
    fn every_default_is_a_value_of_its_field() {
        let configuration = production(Platform::Hetzner, &ReleaseName::R2026_11.release().images);
        let pods = configuration.postgres_pod_resources.unwrap();
        assert_eq!(pods.default_memory_limit.unwrap().as_str(), "1Gi");
        assert_eq!(pods.min_memory_limit.unwrap().as_str(), "250Mi");
        assert_eq!(configuration.kubernetes.unwrap().storage_resize_mode.unwrap().as_str(), "pvc");
        let pooler = configuration.connection_pooler.unwrap();
        assert_eq!(pooler.connection_pooler_default_cpu_request.unwrap().as_str(), "250m");
        assert_eq!(pooler.connection_pooler_default_memory_limit.unwrap().as_str(), "128Mi");
    }
}
