//! StorageClasses and claims, as far as their clusters depend on them.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};

use crate::values::Platform;

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

impl ClassFacts {
    /// The class that a platform brings with it.
    pub fn of_platform(platform: Platform) -> Option<Self> {
        let class = |name: &str, expandable, node_bound| Self {
            name: name.to_owned(),
            expandable: Some(expandable),
            replicas: Some(1),
            node_bound: Some(node_bound),
        };
        match platform {
            Platform::Hetzner => Some(class("hcloud-volumes", true, false)),
            Platform::K3s => Some(class("local-path", false, true)),
            Platform::Other => None,
        }
    }
}

/// A claim of which something is known.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimFacts {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Whether pods on several nodes can mount it.
    pub shared: bool,
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

impl ClaimFacts {
    /// What the manifest of a claim says; nothing where it has no name.
    pub fn read(manifest: &Mapping) -> Option<Self> {
        let text = |key: &str| manifest.get("metadata")?.get(key)?.as_str().map(str::to_owned);
        let modes =
            manifest.get("spec").and_then(|spec| spec.get("accessModes")).and_then(Value::as_sequence);
        let shared = |mode: &Value| mode.as_str().is_some_and(|mode| mode.ends_with("Many"));
        Some(Self {
            namespace: text("namespace").unwrap_or_default(),
            name: text("name")?,
            shared: modes.is_some_and(|modes| modes.iter().any(shared)),
        })
    }
}

impl ClassView {
    /// What the manifest of a class says.
    pub fn read(manifest: &Mapping) -> Self {
        let text = |key: &str| manifest.get(key).and_then(Value::as_str).map(str::to_owned);
        let parameters = manifest.get("parameters").and_then(Value::as_mapping).into_iter().flatten();
        Self {
            provisioner: text("provisioner").unwrap_or_default(),
            parameters: parameters
                .filter_map(|(key, value)| {
                    Some((key.as_str()?.to_owned(), value.as_str().map(str::to_owned)))
                })
                .collect(),
            binding: text("volumeBindingMode"),
            expandable: manifest.get("allowVolumeExpansion").and_then(Value::as_bool) == Some(true),
            topologies: manifest
                .get("allowedTopologies")
                .and_then(Value::as_sequence)
                .is_some_and(|list| !list.is_empty()),
        }
    }

    /// What its clusters need to know of it. Longhorn makes three replicas unless it is told otherwise.
    pub fn facts(&self, name: &str) -> ClassFacts {
        let replicas = || self.get("numberOfReplicas").map_or(Some(3), |replicas| replicas.parse().ok());
        ClassFacts {
            name: name.to_owned(),
            expandable: Some(self.expandable),
            replicas: if self.longhorn() { replicas() } else { None },
            node_bound: if self.longhorn() { Some(self.strict_local()) } else { None },
        }
    }

    /// Whether Longhorn makes its volumes.
    pub fn longhorn(&self) -> bool {
        self.provisioner == "driver.longhorn.io"
    }

    /// A parameter that is a text.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.parameters.get(key)?.as_deref()
    }

    /// Whether Longhorn keeps the only replica on the pod's own node.
    pub fn strict_local(&self) -> bool {
        self.longhorn() && self.get("dataLocality") == Some("strict-local")
    }
}
