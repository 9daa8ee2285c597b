//! The monitoring itself.

use super::{Alert, Initial, Severity, Source, Threshold, When};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "PostgresCollectorFailing",
        severity: Severity::Warning,
        hold: "10m",
        source: Source::Exporter,
        expr: "pg_scrape_collector_success{$S} == 0",
        says: "the exporter's collector {collector} fails in pod {pod}",
        threshold: None,
        when: When::Always,
        runbook: "Missing pg_monitor, extension or an exporter too old for this PostgreSQL",
    },
    Alert {
        name: "PostgresExporterErrors",
        severity: Severity::Warning,
        hold: "10m",
        source: Source::Exporter,
        expr: "pg_exporter_last_scrape_error{$S} == 1",
        says: "the exporter in pod {pod} ends its readings with an error",
        threshold: None,
        when: When::Always,
        runbook: "Broken custom query; exporter log",
    },
    Alert {
        name: "PostgresCustomQueriesNotLoaded",
        severity: Severity::Warning,
        hold: "5m",
        source: Source::Exporter,
        expr: "pg_exporter_user_queries_load_error{$S} == 1",
        says: "the exporter in pod {pod} has not loaded its queries",
        threshold: None,
        when: When::Always,
        runbook: "ConfigMap missing or invalid YAML",
    },
    Alert {
        name: "PostgresScrapeSlow",
        severity: Severity::Warning,
        hold: "15m",
        source: Source::Exporter,
        expr: "scrape_duration_seconds{$S} > $t",
        says: "reading the figures of pod {pod} takes {value:s} (objective: at most {objective:s})",
        threshold: Some(Threshold {
            default: Initial::Value(8.0),
            lowest: 1.0,
            highest: 60.0,
            unit: "seconds",
        }),
        when: When::Always,
        runbook: "Is pg_database_size slow on many relations? Raise the scrape interval or PG_EXPORTER_COLLECTION_TIMEOUT",
    },
];
