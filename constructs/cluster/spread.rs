//! How instances keep apart.

use crate::base::construct;

use crate::base::Scope;
use pgsynth_upstream::behaviour::pods;

use crate::crds::scheduling::{LabelSelector, TopologySpreadConstraint};
use crate::values::Platform;
use crate::values::choices;

choices!(
    /// How strictly instances keep apart.
    SpreadMode, "spread", {
        /// An instance that finds no place of its own stays Pending.
        Required = "required",
        /// They share a place rather than not run.
        Preferred = "preferred",
        /// They are placed as it comes.
        None = "none",
    }
);

construct! {
    /// How instances keep apart. The label selector of the cluster is filled in; the operator does not do it.
    pub struct Spread {
        /// Over nodes. Default: `required` on Hetzner, `preferred` elsewhere, `none` on k3s and for one instance.
        [optional] nodes: SpreadMode,

        /// Over regions, which on Hetzner are locations. Default: `none`.
        [optional] regions: SpreadMode,

        /// Further constraints in Kubernetes' words; a selector that is left out is filled in. Default: none.
        [list] constraints: Vec<TopologySpreadConstraint>,
    }
}

impl Spread {
    pub(super) fn render(
        &self,
        cluster: &str,
        instances: u32,
        scope: &Scope,
    ) -> Option<Vec<TopologySpreadConstraint>> {
        let Self { nodes, regions, constraints } = self;
        let default = match scope.platform() {
            _ if instances < 2 => SpreadMode::None,
            Platform::Hetzner => SpreadMode::Required,
            Platform::K3s => SpreadMode::None,
            Platform::Other => SpreadMode::Preferred,
        };
        let labels = pods::labels(cluster, scope.operator().kubernetes());
        let selector = LabelSelector { match_expressions: None, match_labels: Some(labels) };
        let over = |key: &str, mode: SpreadMode| {
            let when = match mode {
                SpreadMode::Required => "DoNotSchedule",
                SpreadMode::Preferred => "ScheduleAnyway",
                SpreadMode::None => return None,
            };
            Some(TopologySpreadConstraint {
                label_selector: Some(selector.clone()),
                match_label_keys: None,
                max_skew: 1,
                min_domains: None,
                node_affinity_policy: None,
                // Nodes with taints, lost ones among them, would otherwise count as empty places that nobody can take.
                node_taints_policy: Some("Honor".to_owned()),
                topology_key: key.to_owned(),
                when_unsatisfiable: when.to_owned(),
            })
        };
        let own = constraints.iter().cloned().map(|mut constraint| {
            constraint.label_selector.get_or_insert_with(|| selector.clone());
            constraint
        });
        let all: Vec<_> = over("kubernetes.io/hostname", nodes.unwrap_or(default))
            .into_iter()
            .chain(over("topology.kubernetes.io/region", regions.unwrap_or(SpreadMode::None)))
            .chain(own)
            .collect();
        (!all.is_empty()).then_some(all)
    }
}
