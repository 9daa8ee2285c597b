//! Every image as it is pulled, and the Secrets that it is pulled with.

use k8s_openapi::api::core::v1::LocalObjectReference;

use super::either;
use crate::crds::operator_configuration::Configuration;

/// Every image as it is pulled.
#[derive(Clone, Debug)]
pub(crate) struct Pulled {
    pub(crate) operator: String,
    pub(crate) spilo: String,
    pub(crate) pooler: String,
    pub(crate) logical_backup: String,
    pub(crate) exporter: String,
    pub(crate) pooler_exporter: String,
    pub(crate) s3: String,
    pub(crate) pull_secrets: Vec<String>,
}

impl Pulled {
    /// Secrets that a pod's images are pulled with.
    pub(crate) fn secrets(&self) -> Option<Vec<LocalObjectReference>> {
        let reference = |name: &String| LocalObjectReference { name: either(name.clone()) };
        (!self.pull_secrets.is_empty()).then(|| self.pull_secrets.iter().map(reference).collect())
    }

    /// Says them to the operator, where its own configuration does not: it makes the pods, and their account.
    pub(crate) fn configure(&self, configuration: &mut Configuration) {
        configuration.docker_image.get_or_insert_with(|| self.spilo.clone());
        let pooler = configuration.connection_pooler.get_or_insert_default();
        pooler.connection_pooler_image.get_or_insert_with(|| self.pooler.clone());
        let dumps = configuration.logical_backup.get_or_insert_default();
        dumps.logical_backup_docker_image.get_or_insert_with(|| self.logical_backup.clone());
        let kubernetes = configuration.kubernetes.get_or_insert_default();
        if !self.pull_secrets.is_empty() {
            let name = kubernetes.pod_service_account_name.as_deref().unwrap_or("postgres-pod");
            let secrets: Vec<_> =
                self.pull_secrets.iter().map(|name| serde_json::json!({ "name": name })).collect();
            let account = serde_json::json!({
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name }, "imagePullSecrets": secrets,
            });
            kubernetes.pod_service_account_definition.get_or_insert_with(|| account.to_string());
        }
    }
}
