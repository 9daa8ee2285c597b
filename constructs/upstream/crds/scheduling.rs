//! Where pods may run.

use indexmap::IndexMap;

use super::mirror;

mirror! {
    /// Rules for the nodes of a pod.
    pub struct NodeAffinity {
        /// Nodes that are better than others.
        preferred as "preferredDuringSchedulingIgnoredDuringExecution": Vec<PreferredTerm> => atomic(),
        /// Nodes that are possible at all.
        required as "requiredDuringSchedulingIgnoredDuringExecution": NodeSelector,
    }
}

mirror! {
    /// A wish, with its weight.
    pub struct PreferredTerm {
        /// The nodes.
        [required] preference: NodeSelectorTerm,
        /// Weight, 1 to 100.
        [required] weight: i32,
    }
}

mirror! {
    /// Nodes that match one of the terms.
    pub struct NodeSelector => atomic_map() {
        /// The terms, of which one must match.
        [required] node_selector_terms as "nodeSelectorTerms": Vec<NodeSelectorTerm> => atomic(),
    }
}

mirror! {
    /// Nodes that match all of the expressions.
    pub struct NodeSelectorTerm => atomic_map() {
        /// Conditions on labels.
        match_expressions as "matchExpressions": Vec<Requirement> => atomic(),
        /// Conditions on fields.
        match_fields as "matchFields": Vec<Requirement> => atomic(),
    }
}

mirror! {
    /// A condition on a label or a field.
    pub struct Requirement {
        /// The label.
        [required] key: String,
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`, for nodes also `Gt` and `Lt`.
        [required] operator: String,
        /// The values to compare with.
        values: Vec<String> => atomic(),
    }
}

mirror! {
    /// Objects by their labels.
    pub struct LabelSelector => atomic_map() {
        /// Conditions, all of which must hold.
        match_expressions as "matchExpressions": Vec<Requirement> => atomic(),
        /// Labels that must be there with these values.
        match_labels as "matchLabels": IndexMap<String, String>,
    }
}

mirror! {
    /// A taint that pods bear. A list here replaces the operator's own toleration.
    pub struct Toleration {
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`; none for all.
        effect: String,
        /// Key of the taint; none for all.
        key: String,
        /// `Equal` or `Exists`. Default: `Equal`.
        operator: String,
        /// Seconds for which `NoExecute` is borne. Default: for ever.
        toleration_seconds as "tolerationSeconds": i64,
        /// Value of the taint.
        value: String,
    }
}

mirror! {
    /// How pods are spread. The operator adds no selector of its own: without one the constraint counts nothing.
    pub struct TopologySpreadConstraint {
        /// The pods that are counted.
        label_selector as "labelSelector": LabelSelector,
        /// Labels of the pod whose values join the selector.
        match_label_keys as "matchLabelKeys": Vec<String> => atomic(),
        /// Largest difference between two domains, at least 1.
        [required] max_skew as "maxSkew": i32,
        /// Domains that there must be, for `DoNotSchedule`.
        min_domains as "minDomains": i32,
        /// Whether nodes outside the pod's affinity count. Default: `Honor` leaves them out.
        node_affinity_policy as "nodeAffinityPolicy": String,
        /// Whether nodes with taints count. Default: `Ignore` counts them.
        node_taints_policy as "nodeTaintsPolicy": String,
        /// Label of nodes that makes a domain.
        [required] topology_key as "topologyKey": String,
        /// `DoNotSchedule` or `ScheduleAnyway`.
        [required] when_unsatisfiable as "whenUnsatisfiable": String,
    }
}
