//! The connection pooler.

use super::{Alert, Initial, Severity, Source, Threshold, When};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "PoolerDown",
        severity: Severity::Critical,
        hold: "1m",
        source: Source::PgBouncer,
        expr: "pgbouncer_up{$P} == 0",
        threshold: None,
        when: When::Pooler,
        runbook: "Pooler Deployment, its secret <cluster>-pooler-u, TLS; clients can use the direct Service",
    },
    Alert {
        name: "PoolerClientsWaiting",
        severity: Severity::Warning,
        hold: "5m",
        source: Source::PgBouncer,
        expr: "sum by (namespace, pod, database) (pgbouncer_pools_client_waiting_connections{$P}) > $t",
        threshold: Some(Threshold {
            default: Initial::Value(0.0),
            lowest: 0.0,
            highest: 100000.0,
            unit: "a number",
        }),
        when: When::Pooler,
        runbook: "Pool size vs max_db_connections; long transactions hold server connections",
    },
    Alert {
        name: "PoolerMaxWait",
        severity: Severity::Critical,
        hold: "2m",
        source: Source::PgBouncer,
        expr: "max by (namespace, pod, database) (pgbouncer_pools_client_maxwait_seconds{$P}) > $t",
        threshold: Some(Threshold {
            default: Initial::Value(10.0),
            lowest: 0.0,
            highest: 3600.0,
            unit: "seconds",
        }),
        when: When::Pooler,
        runbook: "Clients wait for a server connection: pool size vs max_db_connections; long transactions hold server connections",
    },
    Alert {
        name: "PoolerClientLimitNear",
        severity: Severity::Warning,
        hold: "5m",
        source: Source::PgBouncer,
        expr: "pgbouncer_used_clients{$P} / on (namespace, pod) pgbouncer_config_max_client_connections{$P} > $t",
        threshold: Some(Threshold {
            default: Initial::Value(0.8),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Pooler,
        runbook: "Add pooler instances, or find the application that opens connections without bound",
    },
    Alert {
        name: "PoolerServerPoolSaturated",
        severity: Severity::Warning,
        hold: "10m",
        source: Source::PgBouncer,
        expr: r#"max by (namespace, pod, database) (pgbouncer_pools_server_active_connections{$P}) / on (namespace, pod, database) max by (namespace, pod, database) (label_replace(pgbouncer_databases_pool_size{$P}, "database", "$1", "name", "(.+)")) > $t"#,
        threshold: Some(Threshold {
            default: Initial::Value(0.9),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Pooler,
        runbook: "Raise default pool size (maxDBConnections) or shorten transactions",
    },
];
