//! Data volumes and further volumes.

use super::parameters::number;
use super::pods::sidecars;
use super::{ClusterEvidence, Report, Rule, rule};
use crate::crds::postgresql::AdditionalVolume;
use crate::values::{Memory, one_of};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T60" "shared-claim", Cluster(one_claim_for_many)),
    rule!(Error "T74" "unreadable-size", Cluster(unreadable_size)),
    rule!(Error "T76" "unknown-volume-source", Cluster(unknown_volume_source)),
    rule!(Error "T77" "mounts-collide", Cluster(mounts_collide)),
    rule!(Warning "T78" "aws-only-volume-setting", Cluster(aws_only)),
    rule!(Warning "data-on-nfs", Cluster(data_on_nfs)),
    rule!(Warning "volume-full-of-wal", Cluster(full_of_wal)),
    rule!(Warning "volume-mounted-nowhere", Cluster(mounted_nowhere)),
    rule!(Warning "L5" "copies-multiply", Cluster(copies_multiply)),
    rule!(Warning "L6" "one-copy", Cluster(one_copy)),
    rule!(Warning "L17" "small-hcloud-volume", Cluster(small_hcloud_volume)),
];

fn volumes<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = (usize, &'a AdditionalVolume)> {
    cluster.spec().additional_volumes.iter().flat_map(|list| list.iter()).enumerate()
}

/// A claim that one node at a time can mount, with instances on several. Of claims that nobody shows the access modes are
/// not known.
fn one_claim_for_many(cluster: &ClusterEvidence, report: &mut Report) {
    if cluster.instances() < 2 {
        return;
    }
    for (index, volume) in volumes(cluster) {
        let claim =
            volume.volume_source.0.get("persistentVolumeClaim").and_then(|claim| claim.get("claimName"));
        let Some(name) = claim.and_then(serde_yaml::Value::as_str) else { continue };
        let known =
            cluster.claims.iter().find(|claim| claim.namespace == cluster.namespace() && claim.name == name);
        if known.is_some_and(|claim| !claim.shared) {
            report
                .forbidden(format!("additionalVolumes.{index}"), format!("claim `{name}` can be mounted on one node at a time, and {} instances mount it; the second never starts", cluster.instances()))
                .help("use a separate volume for each pod, an object store, or a claim with `ReadWriteMany`");
        }
    }
}

/// A volume that the WAL of one busy hour fills: `max_wal_size` is a wish, and archiving may lag behind it.
fn full_of_wal(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    let size = spec.volume.as_ref().and_then(|volume| volume.size.as_ref());
    let wal = number(cluster, "max_wal_size").unwrap_or(1_073_741_824.0);
    let bytes = size.and_then(Memory::bytes).unwrap_or(u128::MAX) as f64;
    if let Some(size) = size.filter(|_| bytes >= 104_857_600.0 && bytes < 2.0 * wal) {
        report
            .risky("volume.size", format!("WAL alone may take {} MiB of it (`max_wal_size`), and more while archiving or a replica lags; a full volume stops PostgreSQL", wal / 1_048_576.0))
            .value(size)
            .help("make it at least four times as large, or lower `max_wal_size`");
    }
}

/// A volume for containers that the pod does not have.
fn mounted_nowhere(cluster: &ClusterEvidence, report: &mut Report) {
    let names: Vec<_> = sidecars(cluster).filter_map(|(_, sidecar)| sidecar.name.as_deref()).collect();
    for (index, volume) in volumes(cluster) {
        for name in volume.target_containers.iter().flatten().flatten() {
            if !matches!(name.as_str(), "all" | "postgres") && !names.contains(&name.as_str()) {
                report
                    .ineffective(format!("additionalVolumes.{index}.targetContainers"), "the pod has no such container; in init containers only their own `volumeMounts` mount")
                    .value(name);
            }
        }
    }
}

/// A class by whose name its volumes are folders of an NFS server.
fn data_on_nfs(cluster: &ClusterEvidence, report: &mut Report) {
    let class = cluster.spec().volume.as_ref().and_then(|volume| volume.storage_class.as_deref());
    let nfs = |name: &&str| name.split(['-', '_', '.']).any(|word| word.eq_ignore_ascii_case("nfs"));
    if let Some(name) = class.filter(nfs) {
        report
            .risky("volume.storageClass", "PostgreSQL asks for a mount with `hard`, `sync` on the server and no locking over the network; where one is missing a lost connection corrupts the data")
            .value(name)
            .help("use a class with block devices");
    }
}

fn unreadable_size(cluster: &ClusterEvidence, report: &mut Report) {
    let mut readable = |path: &str, size: Option<&Memory>, least: u128| {
        let Some(size) = size else { return };
        match size.bytes() {
            None => {
                report
                    .invalid(path, size, "the API server accepts it, but it is not a quantity")
                    .help("write a unit such as `Mi` or `Gi`");
            }
            Some(bytes) if bytes < least => {
                report
                    .invalid(path, size, format!("it means {bytes} bytes, which is too little to run with"))
                    .help("write a unit, such as `10Gi`");
            }
            Some(_) => {}
        }
    };
    let spec = cluster.spec();
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

fn unknown_volume_source(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, volume) in volumes(cluster) {
        let path = format!("additionalVolumes.{index}.volumeSource");
        let Some(source) = volume.volume_source.only_key() else {
            report.required(&path, "exactly one source, such as `emptyDir: {}`; without one Kubernetes makes an emptyDir, which is lost with the pod");
            continue;
        };
        // The operator reads them with Go's decoder, which does not mind the case.
        let Some(known) = SOURCES.iter().find(|known| known.eq_ignore_ascii_case(source)) else {
            report.unknown(
                format!("{path}.{source}"),
                source,
                format!(
                    "Kubernetes uses an emptyDir instead, which is lost with the pod; {}",
                    one_of(source, SOURCES)
                ),
            );
            continue;
        };
        let Some((_, fields)) = FIELDS.iter().find(|(name, _)| name == known) else { continue };
        let written = volume.volume_source.0.get(source).and_then(serde_yaml::Value::as_mapping);
        let keys = written.into_iter().flat_map(|map| map.keys()).filter_map(serde_yaml::Value::as_str);
        for key in keys.filter(|key| !fields.iter().any(|field| field.eq_ignore_ascii_case(key))) {
            report.unknown(
                format!("{path}.{source}.{key}"),
                key,
                format!("the operator silently drops it; {}", one_of(key, fields)),
            );
        }
    }
}

/// Where the data volume is mounted.
const DATA: &str = "/home/postgres/pgdata";

fn mounts_collide(cluster: &ClusterEvidence, report: &mut Report) {
    let mut seen: Vec<&str> = vec![];
    for (index, volume) in volumes(cluster) {
        let path = format!("additionalVolumes.{index}.mountPath");
        let mount = volume.mount_path.trim_end_matches('/');
        if mount == DATA {
            report.forbidden(path, "the data volume is mounted there").value(mount);
        } else if seen.contains(&mount) {
            report.duplicate(
                path,
                mount,
                "each volume needs a mount path of its own; the operator leaves one of them out",
            );
        }
        seen.push(mount);
    }
}

fn aws_only(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(volume) = &cluster.spec().volume else { return };
    for (field, set) in [
        ("iops", volume.iops.is_some()),
        ("throughput", volume.throughput.is_some()),
        ("type", volume.r#type.is_some()),
    ] {
        if set {
            report.ineffective(
                format!("volume.{field}"),
                "it works only on AWS, with `storage_resize_mode: mixed`",
            );
        }
    }
}

fn copies_multiply(cluster: &ClusterEvidence, report: &mut Report) {
    let instances = cluster.instances();
    if let Some(replicas) = cluster.class().and_then(|class| class.replicas)
        && instances > 1
        && replicas > 1
    {
        let copies = i64::from(instances) * i64::from(replicas);
        report
            .risky("volume.storageClass", format!("{instances} instances on a class with {replicas} replicas make {copies} copies of the data, and each commit waits for {replicas} disks"))
            .help("use a class with one replica near its pod (Longhorn's layout `local`): PostgreSQL keeps the copies");
    }
}

fn one_copy(cluster: &ClusterEvidence, report: &mut Report) {
    if let Some(class) = cluster.class()
        && cluster.instances() == 1
        && class.replicas == Some(1)
        && class.node_bound == Some(true)
    {
        report
            .risky(
                "volume.storageClass",
                "one instance, and the class keeps one copy on one node: when the node is lost, so is the data",
            )
            .value(&class.name);
    }
}

fn small_hcloud_volume(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(volume) = &cluster.spec().volume else { return };
    let small = volume.size.as_ref().filter(|size| size.bytes().is_some_and(|bytes| bytes < 10_000_000_000));
    if let Some(size) = small.filter(|_| volume.storage_class.as_deref() == Some("hcloud-volumes")) {
        report
            .ineffective("volume.size", "Hetzner's volumes have at least 10 GB, and are billed accordingly")
            .value(size);
    }
}
