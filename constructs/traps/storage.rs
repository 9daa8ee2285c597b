//! Data volumes and further volumes.

use super::{Check, ClusterView, Found};
use crate::base::Object;
use crate::objects::RawObject;
use crate::values::{Memory, nearest};

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T60", Check::Cluster(one_claim_for_many)),
    ("T74", Check::Cluster(unreadable_size)),
    ("T76", Check::Cluster(unknown_volume_source)),
    ("T77", Check::Cluster(mounts_collide)),
    ("T78", Check::Cluster(aws_only)),
    ("L5", Check::Cluster(copies_multiply)),
    ("L6", Check::Cluster(one_copy)),
    ("L17", Check::Cluster(small_hcloud_volume)),
];

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

impl ClaimFacts {
    /// The claim of a raw object, if it is one.
    pub(crate) fn of(object: &Object) -> Option<Self> {
        let RawObject(map) =
            object.downcast::<RawObject>().filter(|_| object.identity.kind == "PersistentVolumeClaim")?;
        let modes =
            map.get("spec").and_then(|spec| spec.get("accessModes")).and_then(serde_yaml::Value::as_sequence);
        let shared = |mode: &serde_yaml::Value| mode.as_str().is_some_and(|mode| mode.ends_with("Many"));
        Some(Self {
            namespace: object.identity.namespace.clone()?,
            name: object.identity.name.clone(),
            shared: modes.is_some_and(|modes| modes.iter().any(shared)),
        })
    }
}

/// A claim that one node at a time can mount, with instances on several. Of claims that the app does not render the
/// access modes are not known.
fn one_claim_for_many(view: &ClusterView, found: &mut Found) {
    if view.instances() < 2 {
        return;
    }
    for (index, volume) in
        view.resource.spec.additional_volumes.iter().flat_map(|list| list.iter()).enumerate()
    {
        let claim =
            volume.volume_source.0.get("persistentVolumeClaim").and_then(|claim| claim.get("claimName"));
        let Some(name) = claim.and_then(serde_yaml::Value::as_str) else { continue };
        let known =
            view.claims.iter().find(|claim| claim.namespace == view.namespace() && claim.name == name);
        if known.is_some_and(|claim| !claim.shared) {
            found.with_fix(
                &format!("additionalVolumes.{index}"),
                format!("forbidden: claim `{name}` can be mounted on one node at a time, and {} instances would mount it; the second hangs", view.instances()),
                "use a volume of each pod's own, an object store, or a claim with `ReadWriteMany`",
            );
        }
    }
}

fn unreadable_size(view: &ClusterView, found: &mut Found) {
    let mut readable = |path: &str, size: Option<&Memory>, least: u128| {
        let Some(size) = size else { return };
        match size.bytes() {
            None => found.at(path, format!("invalid value `{size}`: passes the API server and is no quantity; write a unit such as `Mi` or `Gi`")),
            Some(bytes) if bytes < least => {
                found.at(path, format!("invalid value `{size}`: these are {bytes} bytes, which is hardly meant; write a size such as `10Gi`"));
            }
            Some(_) => {}
        }
    };
    let spec = &view.resource.spec;
    readable("volume.size", spec.volume.as_ref().and_then(|volume| volume.size.as_ref()), 100 << 20);
    for (side, amounts) in [
        ("requests", spec.resources.as_ref().and_then(|resources| resources.requests.as_ref())),
        ("limits", spec.resources.as_ref().and_then(|resources| resources.limits.as_ref())),
    ] {
        // `"0"` counts as not set, for the operator.
        let memory =
            amounts.and_then(|amounts| amounts.memory.as_ref()).filter(|memory| memory.as_str() != "0");
        readable(&format!("resources.{side}.memory"), memory, 16 << 20);
    }
}

/// Sources of volumes, as Kubernetes 1.34 knows them.
const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// Fields of the sources that clusters use.
const FIELDS: &[(&str, &[&str])] = &[
    ("configMap", &["defaultMode", "items", "name", "optional"]),
    ("csi", &["driver", "fsType", "nodePublishSecretRef", "readOnly", "volumeAttributes"]),
    ("emptyDir", &["medium", "sizeLimit"]),
    ("hostPath", &["path", "type"]),
    ("nfs", &["path", "readOnly", "server"]),
    ("persistentVolumeClaim", &["claimName", "readOnly"]),
    ("projected", &["defaultMode", "sources"]),
    ("secret", &["defaultMode", "items", "optional", "secretName"]),
];

fn unknown_volume_source(view: &ClusterView, found: &mut Found) {
    for (index, volume) in
        view.resource.spec.additional_volumes.iter().flat_map(|list| list.iter()).enumerate()
    {
        let path = format!("additionalVolumes.{index}.volumeSource");
        let meant = |word: &str, known: &[&str]| {
            nearest(word, known).map_or_else(
                || format!("expected one of `{}`", known.join("`, `")),
                |near| format!("did you mean `{near}`?"),
            )
        };
        match volume.volume_source.only_key() {
            None => found.at(&path, "invalid: expected exactly one source, such as `emptyDir: {}`; without one Kubernetes makes an emptyDir, which is lost with the pod"),
            // The operator reads them with Go's decoder, which does not mind the case.
            Some(source) => match SOURCES.iter().find(|known| known.eq_ignore_ascii_case(source)) {
                None => found.at(&format!("{path}.{source}"), format!("unknown source `{source}`: {}; Kubernetes would make an emptyDir of it, which is lost with the pod", meant(source, SOURCES))),
                Some(known) => {
                    let fields = FIELDS.iter().find(|(name, _)| name == known).map(|(_, fields)| *fields);
                    let written = volume.volume_source.0.get(source).and_then(serde_yaml::Value::as_mapping);
                    for key in written.into_iter().flat_map(|map| map.keys()).filter_map(serde_yaml::Value::as_str) {
                        if let Some(fields) = fields.filter(|fields| !fields.iter().any(|field| field.eq_ignore_ascii_case(key))) {
                            found.at(&format!("{path}.{source}.{key}"), format!("unknown key `{key}`: {}; the operator would drop it in silence", meant(key, fields)));
                        }
                    }
                }
            },
        }
    }
}

fn mounts_collide(view: &ClusterView, found: &mut Found) {
    let mut seen: Vec<&str> = vec![];
    for (index, volume) in
        view.resource.spec.additional_volumes.iter().flat_map(|list| list.iter()).enumerate()
    {
        let path = format!("additionalVolumes.{index}.mountPath");
        let mount = volume.mount_path.trim_end_matches('/');
        if mount == "/home/postgres/pgdata" {
            found.at(&path, format!("forbidden: `{mount}` is the data volume's place"));
        } else if seen.contains(&mount) {
            found.at(&path, format!("duplicate value `{mount}`: each volume has a place of its own; the operator would leave one out"));
        }
        seen.push(mount);
    }
}

fn aws_only(view: &ClusterView, found: &mut Found) {
    if let Some(volume) = &view.resource.spec.volume {
        for (field, set) in [
            ("iops", volume.iops.is_some()),
            ("throughput", volume.throughput.is_some()),
            ("type", volume.r#type.is_some()),
        ] {
            if set {
                found.at(
                    &format!("volume.{field}"),
                    "has an effect on AWS alone, with `storage_resize_mode: mixed`",
                );
            }
        }
    }
}

fn copies_multiply(view: &ClusterView, found: &mut Found) {
    let instances = view.instances();
    if let Some(replicas) = view.class().and_then(|class| class.replicas)
        && instances > 1
        && replicas > 1
    {
        let copies = instances * i32::from(replicas);
        found.with_fix(
            "volume.storageClass",
            format!("{instances} instances on a class of {replicas} replicas are {copies} copies of the data, and each commit waits for {replicas} disks"),
            "use a class with one replica near its pod (Longhorn's layout `local`): PostgreSQL keeps the copies",
        );
    }
}

fn one_copy(view: &ClusterView, found: &mut Found) {
    if let Some(class) = view.class()
        && view.instances() == 1
        && (class.replicas == Some(1) && class.node_bound == Some(true))
    {
        found.at(
            "volume.storageClass",
            format!(
                "one instance, and class `{}` keeps one copy on one node: the node's loss is the data's",
                class.name
            ),
        );
    }
}

fn small_hcloud_volume(view: &ClusterView, found: &mut Found) {
    let Some(volume) = &view.resource.spec.volume else { return };
    let small = volume.size.as_ref().and_then(Memory::bytes).is_some_and(|bytes| bytes < 10_000_000_000);
    if volume.storage_class.as_deref() == Some("hcloud-volumes") && small {
        found.at("volume.size", "Hetzner's volumes are of 10 GB at least, and are charged as such");
    }
}
