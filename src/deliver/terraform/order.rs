//! Which objects have to be there before another one: Terraform makes them in this order, and destroys them in the reverse.

use std::collections::BTreeMap;

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::{Object, Stage};

use super::address::Addresses;

/// The objects of an app, by what others need of them.
pub(super) struct Order<'a> {
    addresses: &'a Addresses,
    namespaces: BTreeMap<&'a str, &'a Object>,
    operator: Vec<&'a Object>,
    storage: Vec<&'a Object>,
    files: BTreeMap<&'a str, Vec<&'a Object>>,
}

impl<'a> Order<'a> {
    pub(super) fn of(valid: &'a Valid, addresses: &'a Addresses) -> Self {
        let objects = valid.objects();
        let of_stage = |stage: Stage| objects.iter().filter(|object| object.stage == stage).collect();
        let namespaces = objects.iter().filter(|object| object.identity.kind == "Namespace");
        let mut files: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
        for object in objects {
            files.entry(object.file()).or_default().push(object);
        }
        Self {
            addresses,
            namespaces: namespaces.map(|object| (object.identity.name.as_str(), object)).collect(),
            operator: of_stage(Stage::Operator),
            storage: of_stage(Stage::Storage),
            files,
        }
    }

    /// Addresses of what an object needs: its namespace and the CRD of its kind; for the operator its rights and its
    /// configuration, and for a cluster the operator, its storage and what else stands in its file.
    pub(super) fn before(&self, object: &Object) -> Vec<&'a str> {
        let mut needed: Vec<&Object> = vec![];
        let namespace = object.identity.namespace.as_deref();
        needed.extend(namespace.and_then(|namespace| self.namespaces.get(namespace)));
        let kind = object.identity.kind.as_str();
        if object.stage == Stage::Operator && kind == "Deployment" {
            needed.extend(&self.operator);
        }
        if object.stage == Stage::Cluster && kind == "postgresql" {
            needed.extend(self.operator.iter().filter(|other| other.identity.kind == "Deployment"));
            needed.extend(&self.storage);
            needed.extend(self.files.get(object.file()).into_iter().flatten());
        }
        let mut addresses: Vec<_> = needed
            .into_iter()
            .filter(|other| other.identity != object.identity)
            .map(|other| self.addresses.get(other))
            .collect();
        if object.identity.group() == "acid.zalan.do" {
            addresses.extend(self.addresses.crds().map(|(_, address)| address));
        }
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }
}
