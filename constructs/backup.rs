//! How a cluster's data is backed up: by which policy, or why not at all.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::archive::Archives;
use crate::base::{Kind, Problem, Problems, Scope};
use crate::rules::{NO_BACKUP, report};
use crate::values::{Described, Fields, Id, either};

/// How a cluster's data is backed up, stated for every cluster: the id of a policy, `none` and the reason, or `unmanaged` where
/// somebody else sees to it.
///
/// ```
/// use pgsynth_constructs::Backup;
/// let nightly: Backup = serde_yaml::from_str("nightly")?;
/// let none: Backup = serde_yaml::from_str("{none: test data}")?;
/// assert_eq!((nightly, none), (Backup::from("nightly"), Backup::none("test data")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Backup {
    /// By this policy of the app.
    Policy(Id),
    /// Not at all, for this reason.
    None(String),
    /// Somehow, by what pgsynth does not know and leaves alone: `unmanaged`.
    Unmanaged,
}

impl Backup {
    /// No backup, and why.
    pub fn none(reason: impl Into<String>) -> Self {
        Self::None(reason.into())
    }

    /// The policy, if there is one.
    pub fn policy(&self) -> Option<&Id> {
        match self {
            Self::Policy(id) => Some(id),
            Self::None(_) | Self::Unmanaged => None,
        }
    }

    pub(crate) fn validate(&self, scope: &Scope, archives: &Archives, problems: &mut Problems) {
        match self {
            Self::Policy(id) => archives.check_policy(id.as_str(), scope.path(), problems),
            Self::None(reason) if reason.trim().is_empty() => {
                problems
                    .required(scope.at("none"), "a reason, such as `none: \"test data, can be recreated\"`");
            }
            Self::Unmanaged => {}
            Self::None(reason) => {
                let message =
                    format!("no backup exists ({reason}): what is lost with the volumes cannot be restored");
                report(&NO_BACKUP, Problem::new(Kind::Risky, scope.path(), message), problems);
            }
        }
    }
}

/// The word for a backup that pgsynth leaves alone; no policy can have it as its id.
pub(crate) const UNMANAGED: &str = "unmanaged";

impl From<&str> for Backup {
    fn from(policy: &str) -> Self {
        if policy == UNMANAGED { Self::Unmanaged } else { Self::Policy(policy.into()) }
    }
}

impl From<Id> for Backup {
    fn from(policy: Id) -> Self {
        Self::Policy(policy)
    }
}

impl Serialize for Backup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Policy(id) => id.serialize(serializer),
            Self::Unmanaged => serializer.serialize_str(UNMANAGED),
            Self::None(reason) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("none", reason)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Backup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PolicyOrNone;
        impl<'de> de::Visitor<'de> for PolicyOrNone {
            type Value = Backup;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a backup policy, `unmanaged`, or `none: \"<reason>\"`")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Backup, E> {
                if id == UNMANAGED {
                    return Ok(Backup::Unmanaged);
                }
                id.parse().map(Backup::Policy).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Backup, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Reason {
                    none: String,
                }
                let Reason { none } = Reason::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Backup::None(none))
            }
        }
        deserializer.deserialize_any(PolicyOrNone)
    }
}

impl Described for Backup {
    fn json_schema() -> serde_json::Value {
        let none = Fields::default().field("none", "Why there is no backup.", String::json_schema(), true);
        either([Id::json_schema(), none.object("No backup.")])
    }
}
