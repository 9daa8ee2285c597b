//! A cluster that follows another instead of having a primary.

use serde::{Deserialize, Serialize};

use crate::base::{Problems, Scope};
use crate::crds::postgresql::StandbySource;
use crate::values::given;

/// The primary that a cluster follows by streaming. The Secrets of its system roles must be copied from the source
/// under this cluster's names; roles and databases come with the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Standby {
    /// Host of the primary, such as `acme-orders.shop`.
    pub host: String,

    /// Port of the primary. Default: 5432.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,

    /// Replication slot on the primary. Default: none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
}

impl Standby {
    /// A cluster that follows the primary at this host.
    pub fn of(host: impl Into<String>) -> Self {
        Self { host: host.into(), port: None, slot: None }
    }

    pub(super) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { host, port, slot: _ } = self;
        if host.is_empty() {
            problems.required(
                scope.at("host"),
                "the host of the primary; an empty one passes the API server and starts nothing",
            );
        }
        if *port == Some(0) {
            problems.invalid(scope.at("port"), 0, "must be 1 to 65535");
        }
    }

    pub(super) fn render(&self) -> StandbySource {
        let Self { host, port, slot } = self;
        StandbySource {
            standby_host: Some(host.clone()),
            standby_port: port.map(|port| port.to_string()),
            standby_primary_slot_name: slot.clone(),
            ..StandbySource::default()
        }
    }
}
