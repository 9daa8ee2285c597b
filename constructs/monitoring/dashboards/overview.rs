//! All clusters of an app: what is wrong, then sizes and trends. Nothing asks for every series: the worst are shown.

use super::panel::{Look, Panel};
use super::{Board, Row};

pub(super) fn rows(board: &Board) -> Vec<Row> {
    let label = board.set.of.label;
    let chosen = board.chosen();
    let count = |title: &str, description: &str, expr: String| {
        Panel::new(Look::Number, title, "short", description).ask(expr, "")
    };
    let firing = |severity: &str| {
        let alerts = format!(r#"ALERTS{{alertstate="firing",severity="{severity}"}}"#);
        board.of_chosen(&alerts)
    };
    let firing_now = |severity: &str| format!("count({}) or vector(0)", firing(severity));
    let running =
        board.of_chosen("count by (namespace, cluster) (patroni_postgres_running{cluster!=\"\"} == 1)");
    let wanted = board.of_chosen(r#"pgsynth:objective{name="instances"}"#);
    let wrong = vec![
        count("Clusters", "Clusters of the app that are chosen above.", format!("count({chosen})")).size(5, 4),
        count("Critical", "Alerts for which somebody must look now.", firing_now("critical")).steps(1.0, 1.0).size(5, 4),
        count("Warnings", "Alerts for which somebody must look soon.", firing_now("warning")).steps(1.0, 1000.0).size(5, 4),
        count("Instances that run", "Instances in which PostgreSQL runs.", format!("sum({running}) or vector(0)")).size(5, 4),
        count("Instances wanted", "What the clusters ask for.", format!("sum({wanted}) or vector(0)")).size(4, 4),
        Panel::new(Look::Table, "What is wrong", "short", "Alerts that fire, the critical ones first; at most a hundred.")
            .ask(
                format!("topk(100, 3 * ({}) or 2 * ({}) or ({}))", firing("critical"), firing("warning"), firing("info")),
                "",
            )
            .columns(board.columns(&[("severity", "Severity"), ("alertname", "Alert"), ("namespace", "Namespace"), ("cluster", "Cluster"), ("team", "Team"), ("pod", "Pod")]))
            .link(board.cluster.clone()),
        Panel::new(Look::States, "Instances that run", "short", "Of those that are wanted, of the twenty clusters with the fewest.")
            .ask(
                format!(
                    "bottomk(20, clamp_max(floor(2 * ({running} or on (namespace, {label}) 0 * group by (namespace, {label}) ({chosen})) / on (namespace, {label}) ({wanted} > 0)), 2))"
                ),
                board.legend(),
            )
            .states(&[("0", "few or none", "red"), ("1", "some", "yellow"), ("2", "all", "green")]),
    ];
    let fullest = vec![
        board.lines(
            "Connections",
            "percentunit",
            "Connections in use, of those that are not reserved: the ten fullest clusters, each by its fullest instance.",
            "max by (namespace, cluster) (pgsynth:connections:ratio)",
        ),
        board.lines(
            "Storage",
            "percentunit",
            "Used part of the fullest volume: the ten fullest clusters.",
            "max by (namespace, cluster) (pgsynth:volume_used:ratio)",
        ),
        board.lines(
            "Replication lag",
            "bytes",
            "WAL that the slowest replica has not replayed: the ten slowest clusters.",
            "max by (namespace, cluster) (pgsynth:replication_lag_bytes)",
        ),
        board.lines(
            "CPU",
            "short",
            "Cores in use: the ten busiest clusters.",
            "sum by (namespace, cluster) (pgsynth:cpu_usage_cores:rate5m)",
        ),
        board.lines(
            "Memory",
            "bytes",
            "Working set: the ten largest clusters.",
            "sum by (namespace, cluster) (pgsynth:memory_working_set_bytes)",
        ),
        board.lines(
            "Transactions",
            "ops",
            "Commits and rollbacks in a second: the ten busiest clusters.",
            "sum by (namespace, cluster) (pgsynth:transactions:rate5m)",
        ),
    ];
    let all = |title: &str, unit, description: &str, expr: &str| {
        Panel::new(Look::Lines, title, unit, description)
            .ask(format!("sum({})", board.of_chosen(expr)), "all clusters")
    };
    let sum = vec![
        all(
            "Size of all databases",
            "bytes",
            "Size on disk, of the chosen clusters together.",
            "sum by (namespace, cluster) (pgsynth:database_size_bytes:max)",
        ),
        all(
            "WAL of all clusters",
            "binBps",
            "WAL that is written in a second, and has to be archived.",
            "sum by (namespace, cluster) (pgsynth:wal_bytes:rate5m)",
        ),
        all(
            "Transactions of all clusters",
            "ops",
            "Commits and rollbacks in a second.",
            "sum by (namespace, cluster) (pgsynth:transactions:rate5m)",
        ),
    ];
    vec![("What is wrong", wrong), ("The fullest and busiest", fullest), ("All together", sum)]
}
