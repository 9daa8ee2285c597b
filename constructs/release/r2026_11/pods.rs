//! What reaches a pod of PostgreSQL without being asked for.

use crate::release::{Amounts, Exporter, PodDefaults};
use crate::values::{Cpu, Memory, Platform};

pub(super) const DEFAULTS: PodDefaults = PodDefaults {
    storage_class,
    cpu,
    memory,
    // PostgreSQL's `try` takes huge pages that the pod may not touch, and dies of it (postgres-operator issue 1548).
    huge_pages: "off",
    // The operator's list of options replaces Spilo's, checksums included (`pkg/cluster/k8sres.go:369`).
    data_checksums: "true",
    fs_group: 103,
};

fn storage_class(platform: Platform) -> Option<&'static str> {
    match platform {
        Platform::Hetzner => Some("hcloud-volumes"),
        Platform::K3s => Some("local-path"),
        Platform::Other => None,
    }
}

pub(super) fn cpu(platform: Platform) -> Cpu {
    Cpu::millicores(match platform {
        Platform::Hetzner => 500,
        Platform::K3s => 100,
        Platform::Other => 250,
    })
}

pub(super) fn memory(platform: Platform) -> Memory {
    match platform {
        Platform::Hetzner => Memory::gibibytes(1),
        Platform::K3s => Memory::mebibytes(256),
        Platform::Other => Memory::mebibytes(512),
    }
}

pub(super) const EXPORTER: Exporter = Exporter {
    command: &[
        "/bin/postgres_exporter",
        "--collector.stat_statements",
        "--collector.database_wraparound",
        "--collector.long_running_transactions",
        "--collector.postmaster",
        "--collector.stat_wal_receiver",
    ],
    flags: &[(17, "--collector.stat_checkpointer")],
    // Input and output by kind of process, with bytes: PostgreSQL 18 has them.
    queries: &[(0, include_str!("queries.yaml")), (18, include_str!("queries-18.yaml"))],
    resources: Amounts { cpu: "20m", memory: "48Mi", cpu_limit: "200m", memory_limit: "128Mi" },
    restored: [include_str!("queries-restored.yaml"), include_str!("restored.sql")],
    role: include_str!("role.sql"),
};
