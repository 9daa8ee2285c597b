//! One cluster, which is chosen: whether it works, what it uses, what could be restored. Panels come from the table of metrics.

use super::panel::{Look, Panel, RIGHT};
use super::{Board, Row, Variable};
use crate::monitoring::alerts::{self, When};
use crate::monitoring::expressions::{APP, INFO};
use crate::monitoring::metrics::{METRICS, Metric, Only, Row as Section};

pub(super) fn variables(board: &Board) -> Vec<Variable> {
    let of = &board.set.of;
    let values = |name: &'static str, title: &'static str, series: String, label: &str, several: bool| {
        Variable { name, title, query: format!("label_values({series}, {label})"), several }
    };
    let info = |more: &str| format!(r#"{INFO}{{{APP}="{}"{more}}}"#, of.app);
    let members = format!(r#"patroni_postgres_running{{namespace="$namespace",{}="$cluster"}}"#, of.label);
    vec![
        values("namespace", "Namespace", info(""), "namespace", false),
        values("cluster", "Cluster", info(r#",namespace="$namespace""#), of.label, false),
        values("instance", "Instance", members, "pod", true),
    ]
}

pub(super) fn rows(board: &Board) -> Vec<Row> {
    let has = |metric: &&Metric| match metric.only {
        Only::Every => true,
        Only::Archived => board.set.members.iter().any(|member| member.has(When::Archive)),
        Only::Pooled => board.set.members.iter().any(|member| member.has(When::Pooler)),
    };
    let mut rows = vec![("Now", now(board))];
    for section in [Section::Health, Section::Resources, Section::Backups] {
        let metrics = METRICS.iter().filter(has).filter(|metric| metric.row == section);
        rows.push((section.title(), metrics.map(|metric| panel(board, metric)).collect()));
    }
    rows
}

/// An expression of the chosen cluster.
fn fill(board: &Board, expr: &str) -> String {
    let label = board.set.of.label;
    let cluster = format!(r#"namespace="$namespace",{label}="$cluster""#);
    let places = [
        ("$I", format!(r#"{cluster},pod=~"$instance""#)),
        ("$R", cluster.clone()),
        ("$P", cluster),
        ("$V", r#"namespace="$namespace",persistentvolumeclaim=~"pgdata-$cluster-[0-9]+""#.to_owned()),
    ];
    places.iter().fold(expr.to_owned(), |expr, (name, value)| expr.replace(name, value))
}

fn now(board: &Board) -> Vec<Panel> {
    let number = |title: &str, unit, description: &str, expr: &str| {
        Panel::new(Look::Number, title, unit, description).ask(fill(board, expr), "")
    };
    let alerts = |severity: &str| {
        format!(r#"count(ALERTS{{$R,alertstate="firing",severity="{severity}"}}) or vector(0)"#)
    };
    vec![
        number(
            "Has a leader",
            "short",
            "Whether a member leads: without one nothing can be written.",
            "max(max by (pod) (patroni_primary{$R}) + max by (pod) (patroni_standby_leader{$R}))",
        )
        .states(RIGHT),
        number(
            "Instances that run",
            "short",
            "Instances in which PostgreSQL runs.",
            "count(patroni_postgres_running{$R} == 1) or vector(0)",
        ),
        number("Critical", "short", "Alerts for which somebody must look now.", &alerts("critical"))
            .steps(1.0, 1.0),
        number("Warnings", "short", "Alerts for which somebody must look soon.", &alerts("warning"))
            .steps(1.0, 1000.0),
        number("Size", "bytes", "Size of all databases on disk.", "sum(pgsynth:database_size_bytes:max{$R})"),
        number(
            "Storage",
            "percentunit",
            "Used part of the fullest volume.",
            "max(pgsynth:volume_used:ratio{$R})",
        )
        .steps(0.8, 0.92),
        Panel::new(Look::States, "Who leads", "short", "The role of each instance over time.")
            .ask(fill(board, "patroni_primary{$I} + on (pod) patroni_standby_leader{$I}"), "{{pod}}")
            .states(&[("0", "replica", "blue"), ("1", "leader", "green")])
            .size(12, 6),
        Panel::new(
            Look::States,
            "Who answers",
            "short",
            "Whether PostgreSQL of each instance answers its exporter.",
        )
        .ask(fill(board, "pg_up{$I}"), "{{pod}}")
        .states(&[("0", "down", "red"), ("1", "up", "green")])
        .size(12, 6),
        Panel::new(Look::Table, "Alerts", "short", "What fires.")
            .ask(fill(board, r#"ALERTS{$R,alertstate="firing"}"#), "")
            .columns(board.columns(&[
                ("severity", "Severity"),
                ("alertname", "Alert"),
                ("pod", "Pod"),
                ("datname", "Database"),
                ("persistentvolumeclaim", "Volume"),
            ]))
            .size(24, 6),
    ]
}

fn panel(board: &Board, metric: &Metric) -> Panel {
    let panel = Panel::new(Look::Lines, metric.name, metric.unit, metric.description)
        .ask(fill(board, &board.set.of.named(metric.expr)), metric.legend);
    match alerts::find(metric.objective).and_then(|alert| board.set.objective(alert)) {
        None => panel,
        Some(objective) => panel.ask(fill(board, &objective), "objective"),
    }
}
