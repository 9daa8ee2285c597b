//! The essential metrics: each on a real series, with its panel and the alerts that come of it. One table gives the
//! dashboards, the README's table and its test.

/// An essential metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// What it is, as people say it.
    pub name: &'static str,
    /// Row of the dashboard.
    pub row: Row,
    /// Unit, in Grafana's words.
    pub unit: &'static str,
    /// What the panel asks; `$R` selects the cluster, `$I` its chosen instances, `$P` its poolers, `$V` its data volumes.
    pub expr: &'static str,
    /// Legend of the panel's lines.
    pub legend: &'static str,
    /// The alert whose objective is drawn beside it, `""` where there is none.
    pub objective: &'static str,
    /// What it means, for the panel.
    pub description: &'static str,
    /// Alerts that come of it.
    pub alerts: &'static [&'static str],
    /// What must be there beside the cluster's own exporters.
    pub needs: &'static str,
    /// Whether it is there only with a backup, or only with a pooler.
    pub only: Only,
}

/// Rows of a cluster's dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Whether it works.
    Health,
    /// What it uses.
    Resources,
    /// What could be restored.
    Backups,
}

/// Which clusters have a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// All.
    Every,
    /// Those with a backup.
    Archived,
    /// Those with a pooler.
    Pooled,
}

impl Row {
    /// Title of the row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Health => "Health",
            Self::Resources => "Resources",
            Self::Backups => "Backups",
        }
    }
}

/// The essential metrics, in the order of their panels.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "Connection pool utilization",
        row: Row::Health,
        unit: "percentunit",
        expr: "pgsynth:connections:ratio{$I}",
        legend: "{{pod}}",
        objective: "PostgresConnectionsHigh",
        description: "Connections in use, of those that are not reserved for superusers.",
        alerts: &["PostgresConnectionsHigh", "PostgresConnectionsExhausted"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Pooler utilization",
        row: Row::Health,
        unit: "percentunit",
        expr: "pgbouncer_used_clients{$P} / on (namespace, cluster, pod) pgbouncer_config_max_client_connections{$P}",
        legend: "clients",
        objective: "PoolerClientLimitNear",
        description: "Clients of the pooler, of those that it takes. With several pooler pods the exporter sees one of them at a time.",
        alerts: &["PoolerClientLimitNear", "PoolerServerPoolSaturated", "PoolerClientsWaiting"],
        needs: "",
        only: Only::Pooled,
    },
    Metric {
        name: "Connection counts",
        row: Row::Health,
        unit: "short",
        expr: "sum by (pod, state) (pg_stat_activity_count{$I})",
        legend: "{{pod}} {{state}}",
        objective: "",
        description: "Sessions by state.",
        alerts: &["PostgresIdleInTransaction", "PostgresBlockedSessions"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Transaction throughput",
        row: Row::Health,
        unit: "ops",
        expr: "sum by (datname) (pgsynth:transactions:rate5m{$I})",
        legend: "{{datname}}",
        objective: "",
        description: "Commits and rollbacks in a second, by database.",
        alerts: &["PostgresRollbackRatioHigh", "PostgresDeadlocks"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Transaction latency",
        row: Row::Health,
        unit: "s",
        expr: "pgsynth:transaction_active_seconds:mean5m{$I}",
        legend: "{{pod}} {{datname}}",
        objective: "PostgresTransactionLatencyHigh",
        description: "Mean time of execution of a transaction, without waiting for the client. PostgreSQL keeps no percentiles.",
        alerts: &["PostgresTransactionLatencyHigh"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Replication lag in bytes",
        row: Row::Health,
        unit: "bytes",
        expr: "pgsynth:replication_lag_bytes{$I}",
        legend: "{{pod}}",
        objective: "PostgresReplicationLagBytes",
        description: "WAL that a replica has not replayed, by Patroni's positions: a replica that is cut off shows here.",
        alerts: &[
            "PostgresReplicationLagBytes",
            "PostgresReplicaNotStreaming",
            "PostgresNoFailoverCandidate",
        ],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Replication lag in time",
        row: Row::Health,
        unit: "s",
        expr: "pgsynth:replication_lag_seconds{$I}",
        legend: "{{pod}}",
        objective: "PostgresReplicationLagSeconds",
        description: "Age of what a replica has replayed, while bytes are missing; an idle cluster has none.",
        alerts: &["PostgresReplicationLagSeconds", "PostgresReplicationLagSecondsCritical"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Leader",
        row: Row::Health,
        unit: "short",
        expr: "patroni_primary{$I} + patroni_standby_leader{$I}",
        legend: "{{pod}}",
        objective: "",
        description: "1 where the pod leads.",
        alerts: &["PostgresNoLeader", "PostgresSplitBrain", "PostgresFailover"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Database size",
        row: Row::Resources,
        unit: "bytes",
        expr: "pgsynth:database_size_bytes:max{$R}",
        legend: "{{datname}}",
        objective: "",
        description: "Size on disk, by database.",
        alerts: &["PostgresVolumeHigh"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "Database growth",
        row: Row::Resources,
        unit: "bytes",
        expr: "deriv(pgsynth:database_size_bytes:max{$R}[6h]) * 86400",
        legend: "{{datname}} in a day",
        objective: "",
        description: "How much a database grows in a day, by the last six hours.",
        alerts: &["PostgresDatabaseGrowthFast"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "WAL rate",
        row: Row::Resources,
        unit: "binBps",
        expr: "pgsynth:wal_bytes:rate5m{$R}",
        legend: "WAL",
        objective: "",
        description: "WAL that is written in a second, without the padding of segments that are switched.",
        alerts: &["PostgresWalVolumeHigh"],
        needs: "",
        only: Only::Every,
    },
    Metric {
        name: "CPU",
        row: Row::Resources,
        unit: "short",
        expr: "pgsynth:cpu_usage_cores:rate5m{$I}",
        legend: "{{pod}}",
        objective: "",
        description: "Cores in use by PostgreSQL's container.",
        alerts: &["PostgresCpuHigh", "PostgresCpuThrottled"],
        needs: "cAdvisor; for the alert kube-state-metrics",
        only: Only::Every,
    },
    Metric {
        name: "Memory",
        row: Row::Resources,
        unit: "bytes",
        expr: "pgsynth:memory_working_set_bytes{$I}",
        legend: "{{pod}}",
        objective: "",
        description: "Working set of PostgreSQL's container, active page cache among it.",
        alerts: &["PostgresMemoryHigh", "PostgresOomKilled"],
        needs: "cAdvisor; for the alert kube-state-metrics",
        only: Only::Every,
    },
    Metric {
        name: "Disk IOPS",
        row: Row::Resources,
        unit: "iops",
        expr: "pgsynth:disk_reads:rate5m{$I} + on (namespace, cluster, pod) pgsynth:disk_writes:rate5m{$I}",
        legend: "{{pod}}",
        objective: "",
        description: "Reads and writes in a second. Containers on network file systems have no figure.",
        alerts: &["PostgresIopsNearProvisioned"],
        needs: "cAdvisor",
        only: Only::Every,
    },
    Metric {
        name: "Disk throughput",
        row: Row::Resources,
        unit: "binBps",
        expr: "pgsynth:disk_read_bytes:rate5m{$I} + on (namespace, cluster, pod) pgsynth:disk_write_bytes:rate5m{$I}",
        legend: "{{pod}}",
        objective: "",
        description: "Bytes read and written in a second.",
        alerts: &["PostgresDiskThroughputNearProvisioned"],
        needs: "cAdvisor",
        only: Only::Every,
    },
    Metric {
        name: "Storage capacity",
        row: Row::Resources,
        unit: "percentunit",
        expr: "pgsynth:volume_used:ratio{$R}",
        legend: "{{persistentvolumeclaim}}",
        objective: "PostgresVolumeHigh",
        description: "Used part of the data volumes.",
        alerts: &["PostgresVolumeHigh", "PostgresVolumeFull", "PostgresVolumeInodesLow"],
        needs: "the kubelet's figures of volumes",
        only: Only::Every,
    },
    Metric {
        name: "Storage trend",
        row: Row::Resources,
        unit: "bytes",
        expr: "predict_linear(kubelet_volume_stats_available_bytes{$V}[6h], 4 * 86400)",
        legend: "{{persistentvolumeclaim}} in four days",
        objective: "",
        description: "What is left in four days, if the last six hours go on.",
        alerts: &["PostgresVolumeFillsIn4Days"],
        needs: "the kubelet's figures of volumes",
        only: Only::Every,
    },
    Metric {
        name: "RPO compliance",
        row: Row::Backups,
        unit: "s",
        expr: "pgsynth:rpo_exposure_seconds:max{$R}",
        legend: "would be lost",
        objective: "PostgresRpoViolated",
        description: "Upper bound of the age of the oldest WAL that is not in the archive: what the loss of the volumes would cost now. An idle cluster has 0.",
        alerts: &[
            "PostgresRpoAtRisk",
            "PostgresRpoViolated",
            "PostgresRpoUnachievable",
            "PostgresRpoComplianceLow",
        ],
        needs: "",
        only: Only::Archived,
    },
    Metric {
        name: "WAL archiving",
        row: Row::Backups,
        unit: "short",
        expr: "pgsynth_archiver_ready_files{$I}",
        legend: "{{pod}} waiting",
        objective: "PostgresArchiveBacklog",
        description: "Segments that wait to be archived.",
        alerts: &[
            "PostgresArchiveFailing",
            "PostgresArchiveErrors",
            "PostgresArchiveBacklog",
            "PostgresArchivingDisabled",
        ],
        needs: "",
        only: Only::Archived,
    },
    Metric {
        name: "Backup success and failure",
        row: Row::Backups,
        unit: "s",
        expr: "pgsynth:base_backup_age_seconds{$R}",
        legend: "age of the newest",
        objective: "PostgresBaseBackupTooOld",
        description: "Age of the newest base backup, by the file that PostgreSQL leaves when it has ended. Strong evidence, and no proof that it can be restored.",
        alerts: &["PostgresBaseBackupTooOld", "PostgresBaseBackupMissing"],
        needs: "",
        only: Only::Archived,
    },
    Metric {
        name: "Backup duration",
        row: Row::Backups,
        unit: "s",
        expr: r#"max by (namespace, cluster) (last_over_time(pgsynth_basebackup_duration_seconds{$I,kind="archive"}[8d]))"#,
        legend: "newest",
        objective: "PostgresBaseBackupSlow",
        description: "How long the newest base backup took.",
        alerts: &["PostgresBaseBackupSlow"],
        needs: "",
        only: Only::Archived,
    },
];
