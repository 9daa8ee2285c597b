//! What lies under the Kubernetes cluster, and the defaults that follow from it.

use crate::values::{Cpu, Memory, choices};

choices!(
    /// What the Kubernetes cluster runs on. It decides defaults and rules, never a name.
    Platform, "platform", {
        /// Servers at Hetzner, with its cloud controller and its volumes or Longhorn.
        Hetzner = "hetzner",
        /// One node with k3s and its `local-path` volumes.
        K3s = "k3s",
        /// Anything else: no assumptions.
        Other = "other",
    }
);

impl Platform {
    /// StorageClass of clusters that name none. Default of `other`: the Kubernetes cluster's own.
    pub fn storage_class(self) -> Option<&'static str> {
        match self {
            Self::Hetzner => Some("hcloud-volumes"),
            Self::K3s => Some("local-path"),
            Self::Other => None,
        }
    }

    /// Cores that PostgreSQL requests where a cluster says nothing. There is no limit: throttling stalls archiving.
    pub fn cpu(self) -> Cpu {
        match self {
            Self::Hetzner => Cpu::millicores(500),
            Self::K3s => Cpu::millicores(100),
            Self::Other => Cpu::millicores(250),
        }
    }

    /// Memory of PostgreSQL, requested and at most, where a cluster says nothing.
    pub fn memory(self) -> Memory {
        match self {
            Self::Hetzner => Memory::gibibytes(1),
            Self::K3s => Memory::mebibytes(256),
            Self::Other => Memory::mebibytes(512),
        }
    }
}
