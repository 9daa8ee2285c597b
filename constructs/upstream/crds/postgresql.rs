//! The `postgresql` custom resource: one PostgreSQL cluster, as the operator knows it.

mod databases;
mod exposure;
mod patroni;
mod pooler;
mod spec;
mod streams;
mod volumes;

pub use databases::{PreparedDatabase, PreparedSchema, RoleFlag};
pub use exposure::Tls;
pub use patroni::{CloneSource, Patroni, StandbySource};
pub use pooler::{ConnectionPooler, PoolerMode};
pub use spec::{PostgresqlSettings, PostgresqlSpec, PostgresqlVersion, ResourceAmounts, Resources};
pub use streams::{Stream, StreamTable};
pub use volumes::{AdditionalVolume, Volume};

use super::{CustomResource, Free, Mirror, PrinterColumn, Schema, mirror};
use indexmap::IndexMap;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

mirror! {
    /// One PostgreSQL cluster: its pods, volumes, roles, databases and Services.
    pub struct Postgresql {
        /// `acid.zalan.do/v1`.
        api_version as "apiVersion": String,
        /// `postgresql`.
        kind: String,
        /// Name, namespace, labels and annotations.
        [required] metadata: Metadata => undescribed(),
        /// What is wanted.
        [required] spec: PostgresqlSpec,
        /// What the operator says of it.
        status: PostgresqlStatus,
    }
}

impl CustomResource for Postgresql {
    const GROUP: &'static str = "acid.zalan.do";
    const KIND: &'static str = "postgresql";
    const PLURAL: &'static str = "postgresqls";
    const SINGULAR: &'static str = "postgresql";
    const SHORT_NAMES: &'static [&'static str] = &["pg"];
    const COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn {
            description: "Team that owns the cluster",
            json_path: ".spec.teamId",
            name: "Team",
            r#type: "string",
        },
        PrinterColumn {
            description: "Major version of PostgreSQL",
            json_path: ".spec.postgresql.version",
            name: "Version",
            r#type: "string",
        },
        PrinterColumn {
            description: "Pods of the cluster",
            json_path: ".spec.numberOfInstances",
            name: "Pods",
            r#type: "integer",
        },
        PrinterColumn {
            description: "Size of each data volume",
            json_path: ".spec.volume.size",
            name: "Volume",
            r#type: "string",
        },
        PrinterColumn {
            description: "Cores that PostgreSQL requests",
            json_path: ".spec.resources.requests.cpu",
            name: "CPU-Request",
            r#type: "string",
        },
        PrinterColumn {
            description: "Memory that PostgreSQL requests",
            json_path: ".spec.resources.requests.memory",
            name: "Memory-Request",
            r#type: "string",
        },
        PrinterColumn {
            description: "Age of the resource",
            json_path: ".metadata.creationTimestamp",
            name: "Age",
            r#type: "date",
        },
        PrinterColumn {
            description: "What the operator says of it",
            json_path: ".status.PostgresClusterStatus",
            name: "Status",
            r#type: "string",
        },
    ];
    const STATUS: bool = true;
}

mirror! {
    /// What the operator says of a cluster.
    pub struct PostgresqlStatus {
        /// `Creating`, `Updating`, `Running`, `CreateFailed`, `UpdateFailed`, `SyncFailed` or `Invalid`.
        [required] cluster_status as "PostgresClusterStatus": String,
    }
}

/// Name, namespace, labels and annotations of an object; other fields are kept as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// Annotations.
    pub annotations: Option<IndexMap<String, String>>,
    /// Labels.
    pub labels: Option<IndexMap<String, String>>,
    /// Name.
    pub name: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
    /// What else stands there, such as finalizers.
    pub others: IndexMap<String, serde_yaml::Value>,
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { annotations, labels, name, namespace, others } = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(annotations) = annotations {
            map.serialize_entry("annotations", annotations)?;
        }
        if let Some(labels) = labels {
            map.serialize_entry("labels", labels)?;
        }
        if let Some(name) = name {
            map.serialize_entry("name", name)?;
        }
        if let Some(namespace) = namespace {
            map.serialize_entry("namespace", namespace)?;
        }
        for (key, value) in others {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Metadata;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object's metadata")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
                let mut metadata = Metadata::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "annotations" => metadata.annotations = Some(map.next_value::<super::Strict<_>>()?.0),
                        "labels" => metadata.labels = Some(map.next_value::<super::Strict<_>>()?.0),
                        "name" => metadata.name = Some(map.next_value::<super::Strict<_>>()?.0),
                        "namespace" => metadata.namespace = Some(map.next_value::<super::Strict<_>>()?.0),
                        _ => {
                            let value = map.next_value()?;
                            if metadata.others.insert(key.clone(), value).is_some() {
                                return Err(de::Error::custom(format_args!("duplicate key `{key}`")));
                            }
                        }
                    }
                }
                Ok(metadata)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl Mirror for Metadata {
    fn schema() -> Schema {
        Schema::of("object")
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Free {
    /// The single key of a map that has one, as in the source of a volume.
    pub fn only_key(&self) -> Option<&str> {
        match self.0.len() {
            1 => self.0.keys().next().and_then(serde_yaml::Value::as_str),
            _ => None,
        }
    }
}
