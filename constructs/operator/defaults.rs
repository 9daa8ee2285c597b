//! Settings of the operator: those that pgsynth gives for production, and those that the CRD would fill in.

use indexmap::IndexMap;

use crate::crds::Mirror;
use crate::crds::operator_configuration::{
    AwsOrGcp, Configuration, Debug, Kubernetes, LoadBalancers, LoggingRestApi, LogicalBackup,
    MajorVersionUpgrade, PatroniDefaults, PodResources, Pooler, TeamsApi, Timeouts, Users,
};
use crate::platform::Platform;
use crate::releases::Release;

/// What the CRD fills in, section by section, as if every section stood there.
pub(crate) fn upstream_defaults() -> Configuration {
    Configuration::defaults(true).unwrap_or_default()
}

/// Settings that keep data and passwords when a cluster is deleted, keep instances apart, and leave no pod without
/// limits. Every section stands there, because the API server fills in nothing where a section is missing.
pub(super) fn production(platform: Platform, release: &Release) -> Configuration {
    let one_node = platform == Platform::K3s;
    let policy = [("when_deleted", "retain"), ("when_scaled", "retain")];
    Configuration {
        aws_or_gcp: Some(AwsOrGcp::default()),
        connection_pooler: Some(Pooler {
            connection_pooler_default_cpu_request: parsed(if one_node { "50m" } else { "250m" }),
            connection_pooler_default_memory_limit: parsed(if one_node { "64Mi" } else { "128Mi" }),
            connection_pooler_default_memory_request: parsed(if one_node { "64Mi" } else { "128Mi" }),
            connection_pooler_image: Some(release.pooler_image.to_owned()),
            connection_pooler_max_db_connections: Some(60),
            ..Pooler::default()
        }),
        debug: Some(Debug { debug_logging: Some(false), ..Debug::default() }),
        docker_image: Some(release.spilo_image.to_owned()),
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
            pod_priority_class_name: Some(super::PRIORITY_CLASS.to_owned()),
            spilo_fsgroup: Some(103),
            // A folder of the node cannot grow, and a refused claim would stop every sync of the cluster.
            storage_resize_mode: parsed(if one_node { "off" } else { "pvc" }),
            ..Kubernetes::default()
        }),
        load_balancer: Some(LoadBalancers::default()),
        logging_rest_api: Some(LoggingRestApi::default()),
        logical_backup: Some(LogicalBackup {
            logical_backup_cpu_request: parsed("100m"),
            logical_backup_docker_image: Some(release.logical_backup_image.to_owned()),
            logical_backup_memory_limit: parsed("256Mi"),
            logical_backup_memory_request: parsed("128Mi"),
            ..LogicalBackup::default()
        }),
        major_version_upgrade: Some(MajorVersionUpgrade::default()),
        patroni: Some(PatroniDefaults { enable_patroni_failsafe_mode: Some(true) }),
        postgres_pod_resources: Some(PodResources {
            default_cpu_request: Some(platform.cpu()),
            default_memory_limit: Some(platform.memory()),
            default_memory_request: Some(platform.memory()),
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

fn parsed<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::releases::ReleaseName;

    #[test]
    fn every_default_is_a_value_of_its_field() {
        let configuration = production(Platform::Hetzner, ReleaseName::NEWEST.release());
        let pods = configuration.postgres_pod_resources.unwrap();
        assert_eq!(pods.default_memory_limit.unwrap().as_str(), "1Gi");
        assert_eq!(pods.min_memory_limit.unwrap().as_str(), "250Mi");
        assert_eq!(configuration.kubernetes.unwrap().storage_resize_mode.unwrap().as_str(), "pvc");
        let pooler = configuration.connection_pooler.unwrap();
        assert_eq!(pooler.connection_pooler_default_cpu_request.unwrap().as_str(), "250m");
        assert_eq!(pooler.connection_pooler_default_memory_limit.unwrap().as_str(), "128Mi");
    }

    #[test]
    fn the_crds_defaults_are_read_from_the_schema() {
        let defaults = upstream_defaults();
        assert_eq!(defaults.workers.unwrap().get(), 8);
        assert_eq!(defaults.kubernetes_use_configmaps, Some(true));
        assert_eq!(defaults.kubernetes.unwrap().pdb_name_format.as_deref(), Some("postgres-{cluster}-pdb"));
        assert_eq!(defaults.users.unwrap().password_rotation_interval, Some(90));
    }
}
