//! Names of the Secrets that the operator makes for roles.

use crate::crds::operator_configuration::Configuration;

/// The template of Secret names (`secret_name_template`), which is filled in for each role of each cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretNames {
    template: String,
}

impl SecretNames {
    /// The names under this configuration.
    pub fn of(configuration: &Configuration) -> Self {
        let template =
            configuration.kubernetes.as_ref().and_then(|section| section.secret_name_template.clone());
        Self { template: template.unwrap_or_default() }
    }

    /// The Secret of a role of a cluster, with keys `username` and `password`.
    pub fn name(&self, role: &str, cluster: &str) -> String {
        // `_` becomes `-`, so that two roles may ask for one Secret: `pkg/cluster/util.go:581`, T99.
        self.template
            .replace("{username}", &role.replace('_', "-"))
            .replace("{cluster}", cluster)
            .replace("{tprkind}", "postgresql")
            .replace("{tprgroup}", "acid.zalan.do")
    }
}
