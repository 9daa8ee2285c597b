//! What a cluster says in the operator's own words.

use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::Emptiness;
use crate::crds::postgresql::PostgresqlSpec;
use crate::values::Described;

/// Fields of the `postgresql` object that lie over what the cluster's own fields render. It is read and changed like the
/// [`PostgresqlSpec`] that it holds, and takes no room where it says nothing: most clusters need none of it.
///
/// ```
/// use pgsynth_constructs::cluster::Overlay;
/// let mut spec = Overlay::default();
/// assert!(spec.is_empty());
/// spec.scheduler_name = Some("volcano".to_owned());
/// assert!(!spec.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Overlay(Option<Box<PostgresqlSpec>>);

impl Overlay {
    /// Whether it sets nothing.
    pub fn is_empty(&self) -> bool {
        self.given().is_none()
    }

    /// What it sets, if it sets anything.
    pub(super) fn given(&self) -> Option<&PostgresqlSpec> {
        self.0.as_deref().filter(|spec| **spec != PostgresqlSpec::default())
    }
}

impl Emptiness for Overlay {
    fn is_empty(&self) -> bool {
        self.given().is_none()
    }
}

impl Deref for Overlay {
    type Target = PostgresqlSpec;

    fn deref(&self) -> &PostgresqlSpec {
        static NOTHING: LazyLock<PostgresqlSpec> = LazyLock::new(PostgresqlSpec::default);
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Overlay {
    fn deref_mut(&mut self) -> &mut PostgresqlSpec {
        self.0.get_or_insert_default()
    }
}

impl From<PostgresqlSpec> for Overlay {
    fn from(spec: PostgresqlSpec) -> Self {
        Self(Some(Box::new(spec)))
    }
}

impl PartialEq for Overlay {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Serialize for Overlay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Overlay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PostgresqlSpec::deserialize(deserializer).map(Self::from)
    }
}

impl Described for Overlay {
    fn json_schema() -> serde_json::Value {
        PostgresqlSpec::json_schema()
    }
}
