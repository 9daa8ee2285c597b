//! An operator that runs already, and what must be known of it.

use crate::base::{OperatorFacts, Watch, construct};
use crate::crds::Mirror;
use crate::crds::operator_configuration::Configuration;
use crate::operator::{WatchSetting, upstream_defaults};
use crate::release::Release;
use crate::values::Label;

construct! {
    /// The operator that the app runs under, where the app does not render it: many rules depend on its configuration.
    ///
    /// ```
    /// use pgsynth_constructs::ExternalOperator;
    /// use pgsynth_constructs::operator::WatchSetting;
    /// let mut operator = ExternalOperator::new("postgres-operator", WatchSetting::All);
    /// operator.configuration.kubernetes.get_or_insert_default().enable_readiness_probe = Some(true);
    /// ```
    ///
    /// ```yaml
    /// externalOperator:
    ///   namespace: postgres-operator
    ///   watch: all
    ///   configuration:
    ///     kubernetes: {enable_pod_antiaffinity: true}
    /// ```
    pub struct ExternalOperator {
        /// Its namespace.
        [required] namespace: Label,

        /// Which namespaces it looks at: `all`, or one.
        [required] watch: WatchSetting,

        /// Its OperatorConfiguration, as far as it differs from the defaults of its CRD. Default: not at all.
        [default] configuration: Configuration,

        /// Names of the variables in the sources of `pod_environment_configmap` and `pod_environment_secret`, and what
        /// `additional_secret_mount` is for: they must be known where a cluster has a backup. `[]` where it has neither. Default: not known.
        [optional] pod_environment: Vec<String>,
    }
}

impl ExternalOperator {
    pub(crate) fn facts(&self, release: &Release) -> OperatorFacts {
        let Self { namespace, watch, configuration, pod_environment } = self;
        let mut configuration = configuration.clone();
        configuration.fill(upstream_defaults(release));
        let watch = match watch {
            WatchSetting::All => Watch::All,
            WatchSetting::Namespace(watched) => Watch::Namespace(watched.to_string()),
        };
        OperatorFacts {
            namespace: namespace.to_string(),
            watch,
            rendered: false,
            configuration,
            pod_environment: pod_environment.clone(),
        }
    }
}
