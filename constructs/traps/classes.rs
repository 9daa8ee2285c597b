//! StorageClasses.

use std::collections::BTreeMap;

use k8s_openapi::api::storage::v1::StorageClass;

use super::{Check, Found};
use crate::base::Object;
use crate::objects::RawObject;
use crate::values::nearest;

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("L1", Check::Class(strict_local_replicas)),
    ("L2", Check::Class(strict_local_topology)),
    ("L3", Check::Class(unknown_parameter)),
    ("L4", Check::Class(unreadable_selectors)),
    ("L7", Check::Class(default_jobs)),
    ("L16", Check::Class(bound_too_early)),
];

/// What is known of a StorageClass.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassFacts {
    /// Name.
    pub name: String,
    /// Whether its volumes can grow.
    pub expandable: Option<bool>,
    /// Copies of each volume.
    pub replicas: Option<u8>,
    /// Whether a volume stays on its node.
    pub node_bound: Option<bool>,
}

/// A StorageClass as it is applied.
#[derive(Clone, Debug, Default)]
pub struct ClassView {
    /// Provisioner.
    pub provisioner: String,
    /// Parameters; a value that is no text has none here.
    pub parameters: BTreeMap<String, Option<String>>,
    /// Binding mode.
    pub binding: Option<String>,
    /// Whether its volumes can grow; Kubernetes' own default is that they cannot.
    pub expandable: bool,
    /// Whether topologies are named.
    pub topologies: bool,
}

impl ClassView {
    /// The class of an object, typed or raw.
    pub(crate) fn of(object: &Object) -> Option<Self> {
        if let Some(class) = object.downcast::<StorageClass>() {
            return Some(Self {
                provisioner: class.provisioner.clone(),
                parameters: class
                    .parameters
                    .iter()
                    .flatten()
                    .map(|(key, value)| (key.clone(), Some(value.clone())))
                    .collect(),
                binding: class.volume_binding_mode.clone(),
                expandable: class.allow_volume_expansion == Some(true),
                topologies: class
                    .allowed_topologies
                    .as_ref()
                    .is_some_and(|topologies| !topologies.is_empty()),
            });
        }
        let RawObject(map) = object.downcast::<RawObject>()?;
        let text = |key: &str| map.get(key).and_then(serde_yaml::Value::as_str).map(str::to_owned);
        let parameters = map.get("parameters").and_then(serde_yaml::Value::as_mapping).into_iter().flatten();
        Some(Self {
            provisioner: text("provisioner").unwrap_or_default(),
            parameters: parameters
                .filter_map(|(key, value)| {
                    Some((key.as_str()?.to_owned(), value.as_str().map(str::to_owned)))
                })
                .collect(),
            binding: text("volumeBindingMode"),
            expandable: map.get("allowVolumeExpansion").and_then(serde_yaml::Value::as_bool) == Some(true),
            topologies: map
                .get("allowedTopologies")
                .and_then(serde_yaml::Value::as_sequence)
                .is_some_and(|list| !list.is_empty()),
        })
    }

    /// What the checks of clusters need to know of it.
    pub(crate) fn facts(&self, name: &str) -> ClassFacts {
        let replicas = || self.get("numberOfReplicas").map_or(Some(3), |replicas| replicas.parse().ok());
        ClassFacts {
            name: name.to_owned(),
            expandable: Some(self.expandable),
            replicas: if self.longhorn() { replicas() } else { None },
            node_bound: if self.longhorn() { Some(self.strict_local()) } else { None },
        }
    }

    fn longhorn(&self) -> bool {
        self.provisioner == "driver.longhorn.io"
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.parameters.get(key)?.as_deref()
    }

    fn strict_local(&self) -> bool {
        self.longhorn() && self.get("dataLocality") == Some("strict-local")
    }
}

fn strict_local_replicas(view: &ClassView, found: &mut Found) {
    if !view.strict_local() {
        return;
    }
    let replicas = view.get("numberOfReplicas").unwrap_or("3");
    if replicas != "1" {
        found.at("parameters.numberOfReplicas", format!("invalid value `{replicas}`: `dataLocality: strict-local` has one replica, and no volume would be made"));
    }
    if view.get("dataEngine") == Some("v2") {
        found.at("parameters.dataEngine", "invalid value `v2`: it has no `dataLocality: strict-local`");
    }
}

fn strict_local_topology(view: &ClassView, found: &mut Found) {
    if view.strict_local() && view.topologies {
        found.at(
            "allowedTopologies",
            "forbidden beside `dataLocality: strict-local`: the two bind the volume to different nodes",
        );
    }
}

/// Parameters that Longhorn 1.12 reads and that suit a volume of PostgreSQL's.
const PARAMETERS: &[&str] = &[
    "backupBlockSize",
    "backupTargetName",
    "csi.storage.k8s.io/fstype",
    "csi.storage.k8s.io/node-expand-secret-name",
    "csi.storage.k8s.io/node-expand-secret-namespace",
    "csi.storage.k8s.io/node-publish-secret-name",
    "csi.storage.k8s.io/node-publish-secret-namespace",
    "csi.storage.k8s.io/node-stage-secret-name",
    "csi.storage.k8s.io/node-stage-secret-namespace",
    "csi.storage.k8s.io/provisioner-secret-name",
    "csi.storage.k8s.io/provisioner-secret-namespace",
    "dataEngine",
    "dataLocality",
    "disableRevisionCounter",
    "diskSelector",
    "encrypted",
    "freezeFilesystemForSnapshot",
    "fsType",
    "migratable",
    "mkfsParams",
    "nodeSelector",
    "numberOfReplicas",
    "recurringJobSelector",
    "replicaAutoBalance",
    "replicaDiskSoftAntiAffinity",
    "replicaSoftAntiAffinity",
    "replicaZoneSoftAntiAffinity",
    "staleReplicaTimeout",
    "strictTopology",
    "unmapMarkSnapChainRemoved",
];

/// Parameters that Longhorn reads, for volumes of other purposes.
const FOR_OTHERS: &[&str] = &[
    "backingImage",
    "exclusive",
    "fromBackup",
    "nfsOptions",
    "shareManagerNodeSelector",
    "shareManagerTolerations",
];

fn unknown_parameter(view: &ClassView, found: &mut Found) {
    for (key, value) in view.parameters.iter().filter(|_| view.longhorn()) {
        let path = format!("parameters.{key}");
        if value.is_none() {
            found.at(&path, "invalid: a parameter is a text; put it in quotes");
        }
        if key == "freezeFSForSnapshot" {
            found.at(&path, "unknown parameter: Longhorn reads `freezeFilesystemForSnapshot`, whatever its documentation says");
        } else if !PARAMETERS.contains(&key.as_str())
            && !FOR_OTHERS.contains(&key.as_str())
            && !key.starts_with("csi.storage.k8s.io/")
        {
            let fix = nearest(key, PARAMETERS).map_or_else(
                || "Longhorn ignores it in silence".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            found.at(&path, format!("unknown parameter `{key}`: {fix}"));
        }
    }
}

fn unreadable_selectors(view: &ClassView, found: &mut Found) {
    if !view.longhorn() {
        return;
    }
    if let Some(selector) = view.get("recurringJobSelector") {
        let jobs = |text: &str| {
            // JSON is YAML, but for trailing commas, which Longhorn does not take.
            let strict = !text.replace(char::is_whitespace, "").contains(",]")
                && !text.replace(char::is_whitespace, "").contains(",}");
            let read: Vec<BTreeMap<String, serde_yaml::Value>> =
                serde_yaml::from_str(text).ok().filter(|_| strict)?;
            let fits = |job: &BTreeMap<String, serde_yaml::Value>| {
                job.get("name").is_some_and(serde_yaml::Value::is_string)
                    && job.get("isGroup").is_none_or(serde_yaml::Value::is_bool)
            };
            (text.trim() == "[]" || text.contains('"')).then_some(())?;
            read.iter().all(fits).then_some(())
        };
        if jobs(selector).is_none() {
            found.at("parameters.recurringJobSelector", format!("invalid value `{selector}`: expected JSON, such as `[{{\"name\":\"postgres\",\"isGroup\":true}}]`"));
        }
    }
    for key in ["nodeSelector", "diskSelector"] {
        if let Some(tags) = view.get(key).filter(|tags| tags.contains(' ')) {
            found.at(
                &format!("parameters.{key}"),
                format!("invalid value `{tags}`: no blanks; Longhorn looks for a tag with the blank in it"),
            );
        }
    }
}

fn default_jobs(view: &ClassView, found: &mut Found) {
    if view.longhorn() && !view.parameters.contains_key("recurringJobSelector") {
        found.at("parameters", "names no recurring job: those of Longhorn's group `default`, snapshots among them, will run on its volumes");
    }
}

fn bound_too_early(view: &ClassView, found: &mut Found) {
    if view.provisioner == "csi.hetzner.cloud" && view.binding.as_deref() != Some("WaitForFirstConsumer") {
        found.at("volumeBindingMode", "required: `WaitForFirstConsumer`; else a volume is made where the controller runs, and pods elsewhere cannot use it");
    }
}
