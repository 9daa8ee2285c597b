//! Cores, memory and disks.

use super::{Alert, Initial, Severity, Source, Threshold, When};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "PostgresCpuHigh",
        severity: Severity::Warning,
        hold: "15m",
        source: Source::Cadvisor,
        expr: r#"pgsynth:cpu_usage_cores:rate5m{$R} / on (namespace, pod) max by (namespace, pod) (kube_pod_container_resource_limits{$S,container="postgres",resource="cpu"}) > $t"#,
        threshold: Some(Threshold {
            default: Initial::Value(0.9),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::CpuLimit,
        runbook: "Top statements; raise limit",
    },
    Alert {
        name: "PostgresCpuThrottled",
        severity: Severity::Warning,
        hold: "15m",
        source: Source::Cadvisor,
        expr: r#"sum by (namespace, pod) (increase(container_cpu_cfs_throttled_periods_total{$S,container="postgres"}[5m])) / sum by (namespace, pod) (increase(container_cpu_cfs_periods_total{$S,container="postgres"}[5m])) > $t"#,
        threshold: Some(Threshold {
            default: Initial::Value(0.25),
            lowest: 0.001,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::CpuLimit,
        runbook: "The CPU limit is too small for bursts: raise or remove it",
    },
    Alert {
        name: "PostgresMemoryHigh",
        severity: Severity::Warning,
        hold: "10m",
        source: Source::Cadvisor,
        expr: r#"pgsynth:memory_working_set_bytes{$R} / on (namespace, pod) max by (namespace, pod) (kube_pod_container_resource_limits{$S,container="postgres",resource="memory"}) > $t"#,
        threshold: Some(Threshold {
            default: Initial::Value(0.9),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Always,
        runbook: "Connections x work_mem; working set includes active page cache, so judge with RSS",
    },
    Alert {
        name: "PostgresIopsNearProvisioned",
        severity: Severity::Warning,
        hold: "15m",
        source: Source::Cadvisor,
        expr: "pgsynth:disk_reads:rate5m{$R} + on (namespace, pod) pgsynth:disk_writes:rate5m{$R} > $t * $iops",
        threshold: Some(Threshold {
            default: Initial::Value(0.9),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Iops,
        runbook: "Raise spec.volume.iops; checkpoint spread; missing index",
    },
    Alert {
        name: "PostgresDiskThroughputNearProvisioned",
        severity: Severity::Warning,
        hold: "15m",
        source: Source::Cadvisor,
        expr: "pgsynth:disk_read_bytes:rate5m{$R} + on (namespace, pod) pgsynth:disk_write_bytes:rate5m{$R} > $t * $throughput * 1048576",
        threshold: Some(Threshold {
            default: Initial::Value(0.9),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Throughput,
        runbook: "Raise spec.volume.throughput",
    },
];
