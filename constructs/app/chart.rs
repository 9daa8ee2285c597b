//! Everything of a chart but its clusters.

use crate::base::{Code, Object, Problems, Scope, Stage, check_labels};
use crate::chart::Chart;
use crate::namespace::POD_SECURITY;

/// The rule of the same number, which looks at the operator.
const BEYOND_POD_SECURITY: Code = Code { id: Some("L21"), name: "beyond-pod-security" };

/// Everything of a chart but its clusters.
pub(super) fn render(chart: &Chart, scope: &Scope, objects: &mut Vec<Object>, problems: &mut Problems) {
    // The namespaces of clusters take pods of the standard `baseline`, which is the strictest that Spilo meets.
    let pods = if chart.clusters.is_empty() && chart.operator.is_some() { "restricted" } else { "baseline" };
    let here = scope.below("namespace");
    chart.namespace.validate(&here, problems);
    check_labels(&chart.labels, scope, "labels", problems);
    if let Some(level) = chart.namespace.labels.get(POD_SECURITY)
        && level == "restricted"
        && !chart.clusters.is_empty()
    {
        let at = here.at(&format!("labels.{POD_SECURITY}"));
        problems
            .invalid(
                at,
                level,
                "pods of PostgreSQL do not meet it; `baseline` is the strictest that they meet",
            )
            .code(BEYOND_POD_SECURITY);
    }
    objects.extend(chart.namespace.objects(&here, pods));
    if let Some(operator) = &chart.operator {
        let here = scope.below("operator");
        operator.validate(&here, problems);
        objects.extend(operator.objects(&here));
    }
    for (id, storage) in chart.storage.iter() {
        let here = scope.below(&format!("storage.{id}"));
        storage.validate(&here, problems);
        objects.extend(storage.objects(id.as_str(), &here));
    }
    for (id, object) in chart.objects.iter() {
        let here = scope.below(&format!("objects.{id}"));
        object.validate(&here, problems);
        objects.extend(object.objects(&here));
    }
    for (id, construct) in chart.added() {
        let here = scope.owning("", id.as_str());
        let mut own = Problems::default();
        construct.validate(&here, &mut own);
        if !matches!(construct.stage(), Stage::Storage | Stage::Chart | Stage::Jobs | Stage::Monitoring) {
            own.forbidden(
                here.path(),
                "an added construct must have the stage Storage, Chart, Jobs or Monitoring",
            );
        }
        if own.is_valid() {
            objects.extend(construct.objects(&here));
        }
        problems.extend(own);
    }
}
