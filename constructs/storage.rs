//! StorageClasses: two of Longhorn's that suit PostgreSQL, Hetzner's volumes, k3s' local folders, or one that exists.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::base::{Object, Problems, Scope, Stage, construct};
use crate::values::{Cron, Described, Fields, Label, Whole, choices, either};
use pgsynth_upstream::behaviour::classes::ClassFacts;

/// A StorageClass; its id is its name. Parameters of a class cannot be changed: another layout is another class.
///
/// ```
/// use pgsynth_constructs::storage::{Layout, Longhorn, Storage};
/// let storage = Storage::Longhorn(Longhorn::new(Layout::Local));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Storage {
    /// Longhorn, with a layout made for PostgreSQL.
    Longhorn(Longhorn),
    /// Volumes of Hetzner's CSI driver: one location, at least 10 GB, at most 16 for each server.
    Hcloud(Hcloud),
    /// k3s' `local-path`: a folder of one node, no size limit, no growth.
    LocalPath(LocalPath),
    /// A class that somebody else makes; what is known of it lets its clusters be checked.
    Existing(ExistingClass),
}

choices!(
    /// Who keeps the copies of the data.
    Layout, "layout", {
        /// PostgreSQL: one Longhorn replica on the pod's own node. For two instances or more.
        Local = "local",
        /// Longhorn: several replicas, one of them near the pod where possible. For one instance.
        Replicated = "replicated",
    }
);

construct! {
    /// A class of Longhorn, data engine v1.
    pub struct Longhorn {
        /// Who keeps the copies.
        [required] layout: Layout,

        /// Replicas of a `replicated` volume, 2 to 20. Default: 2.
        [optional] replicas: Whole<1, 20>,

        /// Group of recurring jobs. Naming one takes the volumes out of Longhorn's group `default`. Default: `postgres`.
        [optional] job_group: Label,

        /// When freed blocks are given back, by a recurring job of the group; needs Longhorn's CRDs. Default: not at all.
        [optional] trim: Cron,

        /// Tags of the nodes that may hold replicas. Default: all.
        [list] node_tags: Vec<String>,

        /// Tags of the disks that may hold replicas. Default: all.
        [list] disk_tags: Vec<String>,

        /// Further parameters in Longhorn's words; they may not set what a field above sets. Default: none.
        [map] parameters: IndexMap<String, String>,
    }
}

construct! {
    /// A class of Hetzner's CSI driver.
    pub struct Hcloud {
        /// File system, `ext4` or `xfs`. Default: `ext4`.
        [optional] file_system: FileSystem,

        /// Labels of the volumes at Hetzner. Default: none.
        [map] labels: IndexMap<String, String>,
    }
}

choices!(
    /// File system of a volume.
    FileSystem, "file system", {
        /// ext4.
        Ext4 = "ext4",
        /// XFS.
        Xfs = "xfs",
    }
);

/// k3s' class of folders on one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct LocalPath {}

construct! {
    /// What is known of a class that somebody else makes.
    pub struct ExistingClass {
        /// Whether its volumes can grow. Default: not known.
        [value] expandable: bool,

        /// Copies that the storage keeps of each volume, 1 to 100. Default: not known.
        [optional] replicas: Whole<1, 100>,

        /// Whether a volume stays on the node where it was made. Default: not known.
        [value] node_bound: bool,
    }
}

impl Longhorn {
    fn copies(&self) -> u8 {
        match self.layout {
            Layout::Local => 1,
            Layout::Replicated => self.replicas.map_or(2, Whole::small),
        }
    }

    fn group(&self) -> &str {
        self.job_group.as_ref().map_or("postgres", Label::as_str)
    }

    fn own_parameters(&self) -> BTreeMap<String, String> {
        let Self { layout, replicas: _, job_group: _, trim: _, node_tags, disk_tags, parameters: _ } = self;
        let locality = match layout {
            Layout::Local => "strict-local",
            Layout::Replicated => "best-effort",
        };
        let mut parameters = BTreeMap::from(
            [
                ("dataEngine", "v1".to_owned()),
                ("dataLocality", locality.to_owned()),
                ("disableRevisionCounter", "true".to_owned()),
                ("fsType", "ext4".to_owned()),
                ("numberOfReplicas", self.copies().to_string()),
                ("recurringJobSelector", format!(r#"[{{"name":"{}","isGroup":true}}]"#, self.group())),
                ("staleReplicaTimeout", "2880".to_owned()),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        );
        for (key, tags) in [("nodeSelector", node_tags), ("diskSelector", disk_tags)] {
            if !tags.is_empty() {
                parameters.insert(key.to_owned(), tags.join(","));
            }
        }
        parameters
    }

    fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { layout, replicas, job_group: _, trim: _, node_tags, disk_tags, parameters } = self;
        match (layout, replicas) {
            (Layout::Local, Some(replicas)) if replicas.get() != 1 => {
                problems.invalid(
                scope.at("replicas"),
                replicas,
                "layout `local` has one replica, on the pod's own node; write `layout: replicated` for more",
            );
            }
            (Layout::Replicated, Some(replicas)) if replicas.get() == 1 => {
                problems.invalid(
                    scope.at("replicas"),
                    replicas,
                    "layout `replicated` takes 2 to 20 replicas",
                );
            }
            _ => {}
        }
        for (field, tags) in [("nodeTags", node_tags), ("diskTags", disk_tags)] {
            for tag in tags.iter().filter(|tag| tag.is_empty() || tag.contains([',', ' '])) {
                problems.invalid(scope.at(field), tag, "a tag must not contain commas or spaces");
            }
        }
        let own = self.own_parameters();
        for key in parameters.keys().filter(|key| own.contains_key(*key)) {
            problems.forbidden(
                scope.at(&format!("parameters.{key}")),
                "the class already sets it; use the field for it",
            );
        }
    }
}

/// A map with one key: some writers of YAML make a tag of an enum, which no app file may have.
impl Serialize for Storage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Longhorn(longhorn) => map.serialize_entry("longhorn", longhorn)?,
            Self::Hcloud(hcloud) => map.serialize_entry("hcloud", hcloud)?,
            Self::LocalPath(local_path) => map.serialize_entry("localPath", local_path)?,
            Self::Existing(existing) => map.serialize_entry("existing", existing)?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Storage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const KINDS: &[&str] = &["longhorn", "hcloud", "localPath", "existing"];
        struct Kind;
        impl<'de> de::Visitor<'de> for Kind {
            type Value = Storage;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map with one key, such as `{longhorn: {layout: local}}`")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Storage, A::Error> {
                let kind = map.next_key::<String>()?;
                let storage = match kind.as_deref() {
                    Some("longhorn") => Storage::Longhorn(map.next_value()?),
                    Some("hcloud") => Storage::Hcloud(map.next_value()?),
                    Some("localPath") => Storage::LocalPath(map.next_value()?),
                    Some("existing") => Storage::Existing(map.next_value()?),
                    Some(kind) => return Err(de::Error::unknown_field(kind, KINDS)),
                    None => {
                        return Err(de::Error::custom(
                            "expected one of `longhorn`, `hcloud`, `localPath`, `existing`",
                        ));
                    }
                };
                match map.next_key::<String>()? {
                    Some(_) => Err(de::Error::custom(
                        "a class is one of `longhorn`, `hcloud`, `localPath` and `existing`",
                    )),
                    None => Ok(storage),
                }
            }
        }
        deserializer.deserialize_map(Kind)
    }
}

impl From<Longhorn> for Storage {
    fn from(longhorn: Longhorn) -> Self {
        Self::Longhorn(longhorn)
    }
}

impl Storage {
    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        match self {
            Self::Longhorn(longhorn) => longhorn.validate(&scope.below("longhorn"), problems),
            Self::Hcloud(Hcloud { file_system: _, labels: _ }) => {}
            Self::LocalPath(LocalPath {}) | Self::Existing(ExistingClass { .. }) => {}
        }
    }

    /// What the checks of clusters need to know of the class.
    pub(crate) fn facts(&self, name: &str) -> ClassFacts {
        let facts = |expandable, replicas, node_bound| ClassFacts {
            name: name.to_owned(),
            expandable,
            replicas,
            node_bound,
        };
        match self {
            Self::Longhorn(longhorn) => {
                facts(Some(true), Some(longhorn.copies()), Some(longhorn.layout == Layout::Local))
            }
            Self::Hcloud(_) => facts(Some(true), Some(1), Some(false)),
            Self::LocalPath(_) => facts(Some(false), Some(1), Some(true)),
            Self::Existing(ExistingClass { expandable, replicas, node_bound }) => {
                facts(*expandable, replicas.map(Whole::small), *node_bound)
            }
        }
    }

    pub(crate) fn objects(&self, name: &str, scope: &Scope) -> Vec<Object> {
        let class =
            |provisioner: &str, parameters: BTreeMap<String, String>, expandable: bool| StorageClass {
                metadata: ObjectMeta {
                    name: Some(name.to_owned()),
                    labels: Some(scope.labels().clone().into_iter().collect()),
                    ..ObjectMeta::default()
                },
                provisioner: provisioner.to_owned(),
                parameters: (!parameters.is_empty()).then_some(parameters),
                allow_volume_expansion: Some(expandable),
                reclaim_policy: Some("Retain".to_owned()),
                volume_binding_mode: Some("WaitForFirstConsumer".to_owned()),
                ..StorageClass::default()
            };
        let object = |class| Object::of(Stage::Storage, scope, class);
        match self {
            Self::Longhorn(longhorn) => {
                let mut parameters = longhorn.own_parameters();
                parameters.extend(longhorn.parameters.clone());
                let mut objects = vec![object(class("driver.longhorn.io", parameters, true))];
                objects.extend(
                    longhorn
                        .trim
                        .as_ref()
                        .map(|cron| longhorn::trim_job(name, cron, longhorn.group(), scope)),
                );
                objects
            }
            Self::Hcloud(Hcloud { file_system, labels }) => {
                let file_system = file_system.unwrap_or(FileSystem::Ext4);
                let mut parameters =
                    BTreeMap::from([("csi.storage.k8s.io/fstype".to_owned(), file_system.to_string())]);
                if !labels.is_empty() {
                    let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    parameters.insert("labels".to_owned(), labels.join(","));
                }
                vec![object(class("csi.hetzner.cloud", parameters, true))]
            }
            Self::LocalPath(LocalPath {}) => {
                vec![object(class("rancher.io/local-path", BTreeMap::new(), false))]
            }
            Self::Existing(_) => vec![],
        }
    }
}

mod longhorn {
    //! Longhorn's recurring job, in the form into which its webhook would bring it.

    use serde::Serialize;

    use crate::base::{Identity, Object, Scope, Stage};
    use crate::values::Cron;

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct RecurringJob {
        api_version: &'static str,
        kind: &'static str,
        metadata: crate::crds::postgresql::Metadata,
        spec: Spec,
    }

    #[derive(Serialize)]
    struct Spec {
        concurrency: u8,
        cron: String,
        groups: Vec<String>,
        labels: std::collections::BTreeMap<String, String>,
        name: String,
        parameters: std::collections::BTreeMap<String, String>,
        retain: u8,
        task: &'static str,
    }

    pub(super) fn trim_job(class: &str, cron: &Cron, group: &str, scope: &Scope) -> Object {
        let name = format!("{class}-trim");
        let identity = Identity {
            api_version: "longhorn.io/v1beta2".to_owned(),
            kind: "RecurringJob".to_owned(),
            namespace: Some("longhorn-system".to_owned()),
            name: name.clone(),
        };
        let metadata = crate::crds::postgresql::Metadata {
            labels: Some(scope.labels().clone()),
            name: Some(name.clone()),
            namespace: identity.namespace.clone(),
            ..Default::default()
        };
        let spec = Spec {
            concurrency: 2,
            cron: cron.to_string(),
            groups: vec![group.to_owned()],
            labels: Default::default(),
            name,
            parameters: Default::default(),
            retain: 0,
            task: "filesystem-trim",
        };
        let job = RecurringJob { api_version: "longhorn.io/v1beta2", kind: "RecurringJob", metadata, spec };
        Object::new(Stage::Storage, scope, identity, job)
    }
}

impl Described for Storage {
    fn json_schema() -> serde_json::Value {
        let one = |key: &str, doc: &str, schema| Fields::default().field(key, doc, schema, true).object(doc);
        either([
            one("longhorn", "Longhorn, with a layout made for PostgreSQL.", Longhorn::json_schema()),
            one("hcloud", "Volumes of Hetzner's CSI driver.", Hcloud::json_schema()),
            one(
                "localPath",
                "k3s' `local-path`: a folder of one node.",
                Fields::default().object("Nothing."),
            ),
            one("existing", "A class that somebody else makes.", ExistingClass::json_schema()),
        ])
    }
}
