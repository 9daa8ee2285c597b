//! The operator's own settings.

use super::{OperatorEvidence, Report, Rule, rule};
use crate::behaviour::pods;
use crate::crds::operator_configuration::Kubernetes;
use crate::release::{Applies, OperatorVersion};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T30" "cluster-labels-without-application", Operator(labels_without_application)),
    rule!(Error "T68" "deletion-takes-data", Operator(deletion_takes_data)),
    rule!(Warning "running-operator-deletes-data", Operator(running_deletes_data)),
    rule!(Warning "T56" "no-readiness-probe", Operator(no_readiness_probe)),
    rule!(Warning "no-disruption-budget", Operator(no_disruption_budget)),
    rule!(Error "T69" "deletion-guard-bypassed", Operator(guard_bypassed)),
    rule!(Warning "T75" "unknown-retention-policy", Operator(unknown_policy)),
    rule!(Error "T105" "inherited-selector-label", Operator(inherited_selectors)),
    // A known fault of operators 2.0.0 and 2.0.1.
    rule!(Error "T112" "operator-sidecars", Operator(operator_sidecars))
        .applying(Applies { since: Some(OperatorVersion(2, 0, 0)), mended: Some(OperatorVersion(2, 0, 2)) }),
    rule!(Error "T118" "secret-name-template", Operator(secret_names)),
    rule!(Warning "T119" "lazy-image-upgrade", Operator(lazy_upgrade)),
    rule!(Warning "T120" "config-map-without-namespace", Operator(config_map_without_namespace)),
    rule!(Error "L21" "beyond-pod-security", Operator(beyond_baseline)),
    rule!(Error "L22" "no-cron", Operator(no_cron)),
];

fn kubernetes(operator: &OperatorEvidence) -> Kubernetes {
    operator.facts.configuration.kubernetes.clone().unwrap_or_default()
}

fn labels_without_application(operator: &OperatorEvidence, report: &mut Report) {
    if kubernetes(operator).cluster_labels.is_some_and(|labels| !labels.contains_key("application")) {
        report.required("kubernetes.cluster_labels", "the key `application`; without it Services and disruption budgets of a cluster also match the pods of its pooler");
    }
}

/// The settings by which a deleted resource takes something along, and what that is.
fn deleted(operator: &OperatorEvidence) -> Vec<(String, String)> {
    let kubernetes = kubernetes(operator);
    let settings = [
        (
            "enable_persistent_volume_claim_deletion",
            kubernetes.enable_persistent_volume_claim_deletion,
            "volumes",
        ),
        ("enable_secrets_deletion", kubernetes.enable_secrets_deletion, "passwords"),
    ];
    let on = settings.into_iter().filter(|(_, on, _)| operator.protect && *on == Some(true));
    let said = |what| format!("deleting a cluster's resource also deletes its {what}");
    on.map(|(field, _, what)| (format!("kubernetes.{field}"), said(what))).collect()
}

fn deletion_takes_data(operator: &OperatorEvidence, report: &mut Report) {
    for (path, message) in deleted(operator).into_iter().filter(|_| operator.facts.rendered) {
        report.forbidden(path, message).help("if the app's data may be lost, write `protect: false`");
    }
}

/// The same of an operator that is not rendered: it runs like that, and by its defaults.
fn running_deletes_data(operator: &OperatorEvidence, report: &mut Report) {
    for (path, message) in deleted(operator).into_iter().filter(|_| !operator.facts.rendered) {
        report.risky(path, message).help("write `false`; by default both are on");
    }
}

fn no_readiness_probe(operator: &OperatorEvidence, report: &mut Report) {
    if kubernetes(operator).enable_readiness_probe != Some(true) {
        report
            .risky("kubernetes.enable_readiness_probe", "the operator adds no readiness probe: Services route to instances that accept no connections")
            .help("write `true`");
    }
}

fn no_disruption_budget(operator: &OperatorEvidence, report: &mut Report) {
    if kubernetes(operator).enable_pod_disruption_budget == Some(false) {
        report
            .risky(
                "kubernetes.enable_pod_disruption_budget",
                "draining nodes may evict the primary and all of its replicas at the same time",
            )
            .value(false)
            .help("leave it on");
    }
}

fn guard_bypassed(operator: &OperatorEvidence, report: &mut Report) {
    let kubernetes = kubernetes(operator);
    let set = |key: &Option<String>| key.as_ref().is_some_and(|key| !key.is_empty());
    let guarded = operator.protect
        && (set(&kubernetes.delete_annotation_date_key) || set(&kubernetes.delete_annotation_name_key));
    for (field, on) in [
        ("enable_finalizers", kubernetes.enable_finalizers),
        ("enable_owner_references", kubernetes.enable_owner_references),
    ] {
        if guarded && on == Some(true) {
            report.forbidden(
                format!("kubernetes.{field}"),
                "a deletion bypasses `delete_annotation_date_key` and `delete_annotation_name_key`",
            );
        }
    }
}

fn unknown_policy(operator: &OperatorEvidence, report: &mut Report) {
    for (key, value) in kubernetes(operator).persistent_volume_claim_retention_policy.iter().flatten() {
        if !matches!(key.as_str(), "when_deleted" | "when_scaled")
            || !matches!(value.as_str(), "delete" | "retain")
        {
            report
                .ineffective(
                    format!("kubernetes.persistent_volume_claim_retention_policy.{key}"),
                    "it is read as `retain`; keys are `when_deleted` and `when_scaled`, values `delete` and `retain`",
                )
                .value(format!("{key}: {value}"));
        }
    }
}

fn inherited_selectors(operator: &OperatorEvidence, report: &mut Report) {
    let kubernetes = kubernetes(operator);
    let selected = |label: &&String| pods::selector_keys(Some(&kubernetes)).any(|key| key == label.as_str());
    for label in kubernetes.inherited_labels.iter().flatten().filter(selected) {
        report
            .forbidden(
                "kubernetes.inherited_labels",
                "the label on the pods changes, and the selectors do not",
            )
            .value(label);
    }
}

fn operator_sidecars(operator: &OperatorEvidence, report: &mut Report) {
    if operator.facts.configuration.sidecars.is_some() {
        report
            .forbidden(
                "sidecars",
                "operator 2.0.1 does not start with it, because its schema takes a map and its code a list",
            )
            .help("use `sidecars` of each cluster, or `sidecar_docker_images`");
    }
}

fn secret_names(operator: &OperatorEvidence, report: &mut Report) {
    const FIELD: &str = "kubernetes.secret_name_template";
    let template = kubernetes(operator).secret_name_template.unwrap_or_default();
    let mut rest = template.clone();
    for placeholder in ["{username}", "{cluster}", "{tprkind}", "{tprgroup}"] {
        rest = rest.replace(placeholder, "x");
    }
    if rest.contains(['{', '}']) {
        report.invalid(FIELD, &template, "the operator fills in `{username}`, `{cluster}`, `{tprkind}` and `{tprgroup}`; other braces are not allowed");
    }
    for placeholder in ["{username}", "{cluster}"] {
        if !template.contains(placeholder) {
            report.invalid(
                FIELD,
                &template,
                format!("without `{placeholder}` several Secrets have the same name"),
            );
        }
    }
}

fn lazy_upgrade(operator: &OperatorEvidence, report: &mut Report) {
    if operator.facts.configuration.enable_lazy_spilo_upgrade == Some(true) {
        report
            .risky(
                "enable_lazy_spilo_upgrade",
                "a new image, including security updates, waits until a pod happens to restart",
            )
            .value(true);
    }
}

fn config_map_without_namespace(operator: &OperatorEvidence, report: &mut Report) {
    if let Some(name) = kubernetes(operator).pod_environment_configmap.filter(|name| !name.contains('/')) {
        report
            .risky(
                "kubernetes.pod_environment_configmap",
                "the operator looks for it in its own namespace, then in the cluster's",
            )
            .value(&name)
            .help(format!("write `<namespace>/{name}`"));
    }
}

/// Capabilities that the pod security standard `baseline` admits, which the namespaces of clusters have.
const BASELINE: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn beyond_baseline(operator: &OperatorEvidence, report: &mut Report) {
    let kubernetes = kubernetes(operator);
    if !operator.baseline {
        return;
    }
    const WHY: &str = "the pod security standard `baseline` does not admit it, and no pod is created";
    let capabilities = kubernetes.additional_pod_capabilities.iter().flatten();
    for capability in capabilities.filter(|capability| !BASELINE.contains(&capability.as_str())) {
        report.forbidden("kubernetes.additional_pod_capabilities", WHY).value(capability);
    }
    if kubernetes.spilo_privileged == Some(true) {
        report.forbidden("kubernetes.spilo_privileged", WHY).value(true);
    }
}

fn no_cron(operator: &OperatorEvidence, report: &mut Report) {
    if kubernetes(operator).spilo_allow_privilege_escalation == Some(false) {
        report
            .forbidden(
                "kubernetes.spilo_allow_privilege_escalation",
                "cron needs it, and without cron there are no base backups",
            )
            .value(false);
    }
}
