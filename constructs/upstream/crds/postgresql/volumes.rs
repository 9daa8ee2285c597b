//! The data volume and further volumes.

use crate::crds::scheduling::LabelSelector;
use crate::crds::{Bounded, Free, NamedItem, mirror};
use crate::values::Memory;

mirror! {
    /// The data volume of each pod.
    pub struct Volume {
        /// I/O operations per second, on AWS.
        iops: Bounded<{ i32::MIN }, 80000>,
        /// Whether `subPath` has variables in it.
        is_sub_path_expr as "isSubPathExpr": bool,
        /// Labels that the volume must have.
        selector: LabelSelector,
        /// Size; it can grow by whole GiB and never shrinks.
        [demanded] size: Memory,
        /// StorageClass of new volumes. Default: the Kubernetes cluster's.
        storage_class as "storageClass": String,
        /// Folder of the volume instead of its root.
        sub_path as "subPath": String,
        /// MB per second, on AWS.
        throughput: Bounded<{ i32::MIN }, 2000>,
        /// Type of the volume, on AWS.
        r#type as "type": String,
    }
}

mirror! {
    /// A further volume of the pods.
    pub struct AdditionalVolume {
        /// Whether `subPath` has variables in it.
        is_sub_path_expr as "isSubPathExpr": bool,
        /// Path inside the containers, once and not `/home/postgres/pgdata`.
        [required] mount_path as "mountPath": String,
        /// Name, unique in the pod.
        [required] name: String,
        /// Folder of the volume instead of its root.
        sub_path as "subPath": String,
        /// Containers that mount it; `[all]` for every one but init containers. Default: PostgreSQL's.
        [nullable] target_containers as "targetContainers": Vec<String>,
        /// What it is, as in a pod: `emptyDir`, `secret`, `configMap`, `persistentVolumeClaim` ...
        [required] volume_source as "volumeSource": Free,
    }
}

impl NamedItem for AdditionalVolume {
    fn name(&self) -> &str {
        &self.name
    }
}
