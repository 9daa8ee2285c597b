//! An operator that runs already, and what must be known of it.

use serde::{Deserialize, Serialize};

use crate::base::{OperatorFacts, Watch};
use crate::crds::Mirror;
use crate::crds::operator_configuration::Configuration;
use crate::operator::{WatchSetting, upstream_defaults};
use crate::release::Release;
use crate::values::{Label, given};

/// The operator that the app runs under, where the app does not render it: many rules depend on its configuration.
///
/// ```
/// use pgsynth_constructs::ExternalOperator;
/// use pgsynth_constructs::operator::WatchSetting;
/// let mut operator = ExternalOperator::new("postgres-operator".parse()?, WatchSetting::All);
/// operator.configuration.kubernetes.get_or_insert_default().enable_readiness_probe = Some(true);
/// # Ok::<(), pgsynth_constructs::values::Invalid>(())
/// ```
///
/// ```yaml
/// externalOperator:
///   namespace: postgres-operator
///   watch: all
///   configuration:
///     kubernetes: {enable_pod_antiaffinity: true}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ExternalOperator {
    /// Its namespace.
    pub namespace: Label,

    /// Which namespaces it looks at: `all`, or one.
    pub watch: WatchSetting,

    /// Its OperatorConfiguration, as far as it differs from the defaults of its CRD. Default: not at all.
    #[serde(default)]
    pub configuration: Configuration,

    /// Names of the variables in the sources of `pod_environment_configmap` and `pod_environment_secret`, and what
    /// `additional_secret_mount` is for: they must be known where a cluster has a backup. `[]` where it has neither. Default: not known.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub pod_environment: Option<Vec<String>>,
}

impl ExternalOperator {
    /// An operator with the CRD's defaults.
    pub fn new(namespace: Label, watch: WatchSetting) -> Self {
        Self { namespace, watch, configuration: Configuration::default(), pod_environment: None }
    }

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
