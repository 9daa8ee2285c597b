//! Backups of all clusters of an app: what could be restored now, and what was promised.

use super::panel::{Look, Panel};
use super::{Board, Row};
use crate::monitoring::alerts::When;

/// Nothing where no cluster has a backup.
pub(super) fn rows(board: &Board) -> Vec<Row> {
    if !board.set.members.iter().any(|member| member.has(When::Archive)) {
        return vec![];
    }
    let label = board.set.of.label;
    let exposure = "max by (namespace, cluster) (pgsynth:rpo_exposure_seconds:max)";
    let age = "max by (namespace, cluster) (pgsynth:base_backup_age_seconds)";
    let over = |expr: &str, name: &str| {
        let objective = board.set.of.series("objective", name);
        format!("count({} > on (namespace, {label}) {objective}) or vector(0)", board.of_chosen(expr))
    };
    let count = |title: &str, description: &str, expr: String| {
        Panel::new(Look::Number, title, "short", description).ask(expr, "").size(6, 4)
    };
    let archived = board.chosen().replace('}', ",policy!=\"\"}");
    let now = vec![
        count("Clusters with a backup", "Those of the chosen clusters that have a policy.", format!("count({archived}) or vector(0)")),
        count("Would lose more than promised", "Clusters whose loss now would cost more than the policy's rpo.", over(exposure, "rpo")).steps(1.0, 1.0),
        count("Base backup too old", "Clusters whose newest base backup is older than the schedule allows.", over(age, "base_backup_age")).steps(1.0, 1.0),
        Panel::new(Look::Number, "Held in the last day", "percentunit", "Part of the last day in which the rpo held, of the worst cluster.")
            .ask(format!("min(avg_over_time(pgsynth:rpo_compliant:bool[1d]) and on (namespace, {label}) {})", board.chosen()), "")
            .size(6, 4),
        Panel::new(Look::Table, "What could be restored", "s", "The fifty clusters that would lose most, with what their policies promise.")
            .ask(board.worst(50, exposure), "")
            .ask(format!("{} and on (namespace, {label}) ({})", board.set.of.series("objective", "rpo"), board.worst(50, exposure)), "")
            .ask(format!("({}) and on (namespace, {label}) ({})", board.of_chosen(age), board.worst(50, exposure)), "")
            .columns(board.columns(&[("namespace", "Namespace"), ("cluster", "Cluster"), ("Value #A", "Would be lost"), ("Value #B", "Promised"), ("Value #C", "Age of the base backup")]))
            .link(board.cluster.clone()),
        Panel::new(Look::States, "When the promise held", "short", "Whether no more than the rpo would have been lost, of the twenty clusters that kept it least in the last day.")
            .ask(
                format!(
                    "pgsynth:rpo_compliant:bool and on (namespace, {label}) bottomk(20, {})",
                    board.of_chosen("avg_over_time(pgsynth:rpo_compliant:bool[1d] @ end())")
                ),
                board.legend(),
            )
            .states(&[("0", "broken", "red"), ("1", "held", "green")]),
    ];
    let worst = vec![
        board.lines(
            "Would be lost",
            "s",
            "Upper bound of the age of the oldest WAL that is not archived: the ten worst clusters.",
            exposure,
        ),
        board.lines(
            "Age of the newest base backup",
            "s",
            "The ten oldest. A schedule of one a day stays below 30 hours.",
            age,
        ),
        board.lines(
            "WAL rate",
            "binBps",
            "WAL that is written in a second, and has to be archived: the ten busiest clusters.",
            "sum by (namespace, cluster) (pgsynth:wal_bytes:rate5m)",
        ),
    ];
    vec![("Now", now), ("The worst", worst)]
}
