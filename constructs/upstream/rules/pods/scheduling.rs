//! Tolerations, affinity and spread: the operator deletes the StatefulSet before it makes the one that is refused.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::names::{at_least, word};
use super::{ClusterEvidence, Report};
use crate::crds::scheduling::{
    LabelSelector, NodeAffinity, NodeSelectorTerm, Requirement, Toleration, TopologySpreadConstraint,
};
use crate::values::{NameRule, check_key, check_value};

pub(super) fn ill_formed_tolerations(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, toleration) in cluster.spec().tolerations.iter().flatten().enumerate() {
        self::toleration(toleration, &format!("tolerations.{index}"), report);
    }
}

fn toleration(toleration: &Toleration, path: &str, report: &mut Report) {
    let Toleration { effect, key, operator, toleration_seconds, value } = toleration;
    let at = |field: &str| format!("{path}.{field}");
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (effect, key, value) = (given(effect), given(key), given(value));
    let operator = given(operator).unwrap_or_else(|| "Equal".to_owned());
    word(effect.as_deref(), &["NoSchedule", "PreferNoSchedule", "NoExecute"], &at("effect"), report);
    word(Some(&operator), &["Equal", "Exists"], &at("operator"), report);
    match &key {
        Some(key) => {
            if let Err(rule) = check_key(key) {
                report.invalid(at("key"), key, rule);
            }
        }
        None if operator != "Exists" => {
            report.required(
                at("key"),
                "the key of the taint; only `operator: Exists` does without, and bears every taint",
            );
        }
        None => {}
    }
    match (operator.as_str(), &value) {
        ("Exists", Some(value)) => {
            report.forbidden(
                at("value"),
                format!("`operator: Exists` takes no value; write `operator: Equal` for `{value}`"),
            );
        }
        ("Equal", Some(value)) => {
            if let Err(rule) = check_value(value) {
                report.invalid(at("value"), value, rule);
            }
        }
        _ => {}
    }
    if toleration_seconds.is_some() && effect.as_deref() != Some("NoExecute") {
        report.forbidden(at("tolerationSeconds"), "it is only for `effect: NoExecute`");
    }
}

/// The operator's own toleration, a map of texts of which it reads four.
pub(super) fn operator_toleration(map: &IndexMap<String, String>, path: &str, report: &mut Report) {
    for key in map.keys() {
        word(Some(key), &["key", "operator", "value", "effect"], &format!("{path}.{key}"), report);
    }
    let of = |key: &str| map.get(key).cloned();
    let own = Toleration {
        effect: of("effect"),
        key: of("key"),
        operator: of("operator"),
        toleration_seconds: None,
        value: of("value"),
    };
    toleration(&own, path, report);
}

pub(super) fn ill_formed_affinity(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(NodeAffinity { preferred, required }) = &cluster.spec().node_affinity else { return };
    for (index, wish) in preferred.iter().flatten().enumerate() {
        let path = format!("nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.{index}");
        if !(1..=100).contains(&wish.weight) {
            report.invalid(format!("{path}.weight"), wish.weight, "a weight is a number from 1 to 100");
        }
        term(&wish.preference, false, &format!("{path}.preference"), report);
    }
    if let Some(selector) = required {
        let path = "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
        if selector.node_selector_terms.is_empty() {
            report.required(path, "at least one term");
        }
        for (index, own) in selector.node_selector_terms.iter().enumerate() {
            term(own, true, &format!("{path}.{index}"), report);
        }
    }
}

fn term(term: &NodeSelectorTerm, required: bool, path: &str, report: &mut Report) {
    for (index, expression) in term.match_expressions.iter().flatten().enumerate() {
        let path = format!("{path}.matchExpressions.{index}");
        requirement(expression, true, &path, report);
        // Wishes may name values that no label has.
        if required {
            values(expression, &path, report);
        }
    }
    for (index, field) in term.match_fields.iter().flatten().enumerate() {
        let path = format!("{path}.matchFields.{index}");
        word(Some(&field.key), &["metadata.name"], &format!("{path}.key"), report);
        word(Some(&field.operator), &["In", "NotIn"], &format!("{path}.operator"), report);
        let names = field.values.as_deref().unwrap_or_default();
        if names.len() != 1 {
            report.required(format!("{path}.values"), "exactly one name of a node");
        }
        for (at, name) in names.iter().enumerate() {
            if let Err(rule) = NameRule::Subdomain.check(name, 253) {
                report.invalid(format!("{path}.values.{at}"), name, rule);
            }
        }
    }
}

/// A condition: its key, its operator, and as many values as that takes. Nodes also have numbers to compare with.
fn requirement(of: &Requirement, node: bool, path: &str, report: &mut Report) {
    if let Err(rule) = check_key(&of.key) {
        report.invalid(format!("{path}.key"), &of.key, rule);
    }
    let words: &[&str] = &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
    word(Some(&of.operator), if node { words } else { &words[..4] }, &format!("{path}.operator"), report);
    let count = of.values.as_ref().map_or(0, Vec::len);
    let path = format!("{path}.values");
    match of.operator.as_str() {
        "In" | "NotIn" if count == 0 => {
            report.required(path, format!("`{}` needs at least one value", of.operator));
        }
        "Exists" | "DoesNotExist" if count > 0 => {
            report.forbidden(path, format!("`{}` takes no values", of.operator));
        }
        "Gt" | "Lt" if node => {
            let number = of.values.iter().flatten().next().and_then(|value| value.parse::<i64>().ok());
            if count != 1 || number.is_none() {
                report.required(path, format!("`{}` needs one value, a whole number in quotes", of.operator));
            }
        }
        _ => {}
    }
}

fn values(of: &Requirement, path: &str, report: &mut Report) {
    for (index, value) in of.values.iter().flatten().enumerate() {
        if let Err(rule) = check_value(value) {
            report.invalid(format!("{path}.values.{index}"), value, rule);
        }
    }
}

/// A selector of objects by their labels.
pub(super) fn selector(of: &LabelSelector, path: &str, report: &mut Report) {
    for (key, value) in of.match_labels.iter().flatten() {
        let path = format!("{path}.matchLabels.{key}");
        if let Err(rule) = check_key(key) {
            report.invalid(&path, key, rule);
        }
        if let Err(rule) = check_value(value) {
            report.invalid(&path, value, rule);
        }
    }
    for (index, expression) in of.match_expressions.iter().flatten().enumerate() {
        let path = format!("{path}.matchExpressions.{index}");
        requirement(expression, false, &path, report);
        values(expression, &path, report);
    }
}

pub(super) fn ill_formed_spread(cluster: &ClusterEvidence, report: &mut Report) {
    let mut domains = BTreeSet::new();
    for (index, of) in cluster.spec().topology_spread_constraints.iter().flatten().enumerate() {
        let at = |field: &str| format!("topologySpreadConstraints.{index}.{field}");
        let TopologySpreadConstraint {
            label_selector,
            match_label_keys,
            max_skew,
            min_domains,
            node_affinity_policy,
            node_taints_policy,
            topology_key,
            when_unsatisfiable,
        } = of;
        at_least(Some((*max_skew).into()), 1, &at("maxSkew"), report);
        at_least(min_domains.map(i64::from), 1, &at("minDomains"), report);
        if let Err(rule) = check_key(topology_key) {
            report.invalid(at("topologyKey"), topology_key, format!("no node can have this label; {rule}"));
        }
        word(
            Some(when_unsatisfiable),
            &["DoNotSchedule", "ScheduleAnyway"],
            &at("whenUnsatisfiable"),
            report,
        );
        if min_domains.is_some() && when_unsatisfiable != "DoNotSchedule" {
            report.forbidden(at("minDomains"), "it is only for `whenUnsatisfiable: DoNotSchedule`");
        }
        word(node_affinity_policy.as_deref(), &["Honor", "Ignore"], &at("nodeAffinityPolicy"), report);
        word(node_taints_policy.as_deref(), &["Honor", "Ignore"], &at("nodeTaintsPolicy"), report);
        if !domains.insert((topology_key, when_unsatisfiable)) {
            report.duplicate(
                at("topologyKey"),
                topology_key,
                "another constraint spreads by it in the same way",
            );
        }
        if let Some(own) = label_selector {
            selector(own, &at("labelSelector"), report);
        }
        let keys = match_label_keys.as_deref().unwrap_or_default();
        if !keys.is_empty() && label_selector.is_none() {
            report.forbidden(at("matchLabelKeys"), "it needs a `labelSelector`");
        }
        for (number, key) in keys.iter().enumerate() {
            if let Err(rule) = check_key(key) {
                report.invalid(at(&format!("matchLabelKeys.{number}")), key, rule);
            }
        }
    }
}
