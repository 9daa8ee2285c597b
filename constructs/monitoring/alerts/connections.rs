//! Connections and the sessions on them.

use super::{Alert, Initial, Severity, Source, Threshold, When};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "PostgresConnectionsHigh",
        severity: Severity::Warning,
        hold: "5m",
        source: Source::Exporter,
        expr: "pgsynth:connections:ratio > $t",
        says: "pod {pod} has {value:%} of its connections in use (objective: at most {objective:%})",
        threshold: Some(Threshold {
            default: Initial::Value(0.8),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Always,
        runbook: "Who holds them (pg_stat_activity by usename); use the pooler; leaks",
    },
    Alert {
        name: "PostgresConnectionsExhausted",
        severity: Severity::Critical,
        hold: "2m",
        source: Source::Exporter,
        // Where all are taken the exporter gets none either, and its own series are the ones that are missing.
        expr: "(pgsynth:connections:ratio > $t) or (pg_up{$S} == 1 unless on (namespace, cluster, pod) pg_stat_database_numbackends{$S})",
        says: "pod {pod} has {value:%} of its connections in use (objective: at most {objective:%})",
        threshold: Some(Threshold {
            default: Initial::Value(0.95),
            lowest: 0.01,
            highest: 1.0,
            unit: "a ratio",
        }),
        when: When::Always,
        runbook: "Terminate idle sessions; superuser reserve is the way in",
    },
    Alert {
        name: "PostgresIdleInTransaction",
        severity: Severity::Warning,
        hold: "2m",
        source: Source::Exporter,
        expr: r#"max by (namespace, cluster, pod, datname) (pg_stat_activity_max_tx_duration{$S,state=~"idle in transaction.*"}) > $t"#,
        says: "a transaction in database {datname} of pod {pod} has been open for {value:s} and is idle (objective: at most {objective:s})",
        threshold: Some(Threshold {
            default: Initial::Value(300.0),
            lowest: 1.0,
            highest: 864000.0,
            unit: "seconds",
        }),
        when: When::Always,
        runbook: "Find pid, application bug; set idle_in_transaction_session_timeout",
    },
    Alert {
        name: "PostgresLongTransaction",
        severity: Severity::Warning,
        hold: "5m",
        source: Source::Exporter,
        expr: r#"max by (namespace, cluster, pod, datname) (pg_stat_activity_max_tx_duration{$S,state="active",backend_type="client backend",application_name!~"pg_dump.*"}) > $t"#,
        says: "a transaction in database {datname} of pod {pod} has run for {value:s} (objective: at most {objective:s})",
        threshold: Some(Threshold {
            default: Initial::Value(3600.0),
            lowest: 1.0,
            highest: 8640000.0,
            unit: "seconds",
        }),
        when: When::Always,
        runbook: "Blocks vacuum; cancel or move to replica",
    },
    Alert {
        name: "PostgresBlockedSessions",
        severity: Severity::Warning,
        hold: "5m",
        source: Source::Exporter,
        expr: r#"sum by (namespace, cluster, pod, datname) (pg_stat_activity_count{$S,wait_event_type="Lock"}) > $t"#,
        says: "{value} sessions in database {datname} of pod {pod} wait for locks (objective: at most {objective})",
        threshold: Some(Threshold {
            default: Initial::Value(5.0),
            lowest: 0.0,
            highest: 10000.0,
            unit: "a number",
        }),
        when: When::Always,
        runbook: "See pg_blocking_pids(); is a schema change in front?",
    },
];
