//! Volumes and what fills them.

use super::{Alert, Initial, Severity, Source, Threshold, When};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "PostgresVolumeHigh",
        severity: Severity::Warning,
        hold: "15m",
        source: Source::Kubelet,
        expr: "pgsynth:volume_used:ratio{$R} > $t",
        threshold: Some(Threshold {
            default: Initial::Value(0.8),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Always,
        runbook: "Grow spec.volume.size; find growth; WAL or data?",
    },
    Alert {
        name: "PostgresVolumeFull",
        severity: Severity::Critical,
        hold: "5m",
        source: Source::Kubelet,
        expr: "pgsynth:volume_used:ratio{$R} > $t",
        threshold: Some(Threshold {
            default: Initial::Value(0.92),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Always,
        runbook: "Grow now; remove old slots; never delete files of pg_wal",
    },
    Alert {
        name: "PostgresVolumeFillsIn4Days",
        severity: Severity::Warning,
        hold: "1h",
        source: Source::Kubelet,
        expr: "(predict_linear(kubelet_volume_stats_available_bytes{$V}[6h], 4 * 86400) < 0) and on (namespace, persistentvolumeclaim) (pgsynth:volume_used:ratio{$R} > 0.5)",
        threshold: None,
        when: When::Always,
        runbook: "Find what grows, data or WAL, and raise volume.size before it is full",
    },
    Alert {
        name: "PostgresVolumeInodesLow",
        severity: Severity::Warning,
        hold: "15m",
        source: Source::Kubelet,
        expr: "kubelet_volume_stats_inodes_free{$V} / on (namespace, persistentvolumeclaim) kubelet_volume_stats_inodes{$V} < $t",
        threshold: Some(Threshold {
            default: Initial::Value(0.1),
            lowest: 0.001,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Always,
        runbook: "Find what makes many small files; a larger volume has more inodes",
    },
    Alert {
        name: "PostgresDatabaseGrowthFast",
        severity: Severity::Info,
        hold: "1h",
        source: Source::Exporter,
        expr: "deriv(pgsynth:database_size_bytes:max{$R}[6h]) * 86400 > $t * pgsynth:database_size_bytes:max{$R} and pgsynth:database_size_bytes:max{$R} > 1073741824",
        threshold: Some(Threshold {
            default: Initial::Value(0.2),
            lowest: 0.001,
            highest: 100.0,
            unit: "a ratio",
        }),
        when: When::Always,
        runbook: "Find which tables grow, and whether a job that removes old rows still runs",
    },
];
