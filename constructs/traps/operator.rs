//! The operator that the app renders.

use super::{Check, Found, OperatorView};
use crate::crds::operator_configuration::Kubernetes;

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T30", Check::Operator(labels_without_application)),
    ("T68", Check::Operator(deletes_data)),
    ("T69", Check::Operator(protection_bypassed)),
    ("T75", Check::Operator(unknown_policy)),
    ("T105", Check::Operator(inherited_selectors)),
    ("T112", Check::Operator(sidecars)),
    ("T118", Check::Operator(secret_names)),
    ("T119", Check::Operator(lazy_upgrade)),
    ("T120", Check::Operator(configmap_without_namespace)),
    ("L21", Check::Operator(beyond_baseline)),
    ("L22", Check::Operator(no_cron)),
];

fn kubernetes(view: &OperatorView) -> Kubernetes {
    view.operator.configuration.kubernetes.clone().unwrap_or_default()
}

fn labels_without_application(view: &OperatorView, found: &mut Found) {
    if kubernetes(view).cluster_labels.is_some_and(|labels| !labels.contains_key("application")) {
        found.at("kubernetes.cluster_labels", "required: the key `application`; without it Services and disruption budgets of a cluster also match its pooler's pods");
    }
}

fn deletes_data(view: &OperatorView, found: &mut Found) {
    if !view.rendered {
        return;
    }
    let kubernetes = kubernetes(view);
    for (field, on, what) in [
        (
            "enable_persistent_volume_claim_deletion",
            kubernetes.enable_persistent_volume_claim_deletion,
            "volumes",
        ),
        ("enable_secrets_deletion", kubernetes.enable_secrets_deletion, "passwords"),
    ] {
        if view.protect && on == Some(true) {
            found.with_fix(
                &format!("kubernetes.{field}"),
                format!("forbidden: deleting a cluster's resource would delete its {what}"),
                "an app whose data may be lost says `protect: false`",
            );
        }
    }
}

fn protection_bypassed(view: &OperatorView, found: &mut Found) {
    let kubernetes = kubernetes(view);
    let set = |key: &Option<String>| key.as_ref().is_some_and(|key| !key.is_empty());
    let protected = view.protect
        && (set(&kubernetes.delete_annotation_date_key) || set(&kubernetes.delete_annotation_name_key));
    for (field, on) in [
        ("enable_finalizers", kubernetes.enable_finalizers),
        ("enable_owner_references", kubernetes.enable_owner_references),
    ] {
        if protected && on == Some(true) {
            found.at(&format!("kubernetes.{field}"), "forbidden beside `delete_annotation_date_key` and `delete_annotation_name_key`: deletion would go around them");
        }
    }
}

fn unknown_policy(view: &OperatorView, found: &mut Found) {
    for (key, value) in kubernetes(view).persistent_volume_claim_retention_policy.iter().flatten() {
        if !matches!(key.as_str(), "when_deleted" | "when_scaled")
            || !matches!(value.as_str(), "delete" | "retain")
        {
            found.at(&format!("kubernetes.persistent_volume_claim_retention_policy.{key}"), format!("`{key}: {value}` is read as retain; keys are `when_deleted` and `when_scaled`, values `delete` and `retain`"));
        }
    }
}

fn inherited_selectors(view: &OperatorView, found: &mut Found) {
    let kubernetes = kubernetes(view);
    let mut selectors: Vec<String> =
        kubernetes.cluster_labels.iter().flatten().map(|(key, _)| key.clone()).collect();
    selectors.push("application".to_owned());
    selectors.push(kubernetes.cluster_name_label.unwrap_or_else(|| "cluster-name".to_owned()));
    for label in kubernetes.inherited_labels.iter().flatten().filter(|label| selectors.contains(label)) {
        found.at(
            "kubernetes.inherited_labels",
            format!(
                "forbidden value `{label}`: the label of the pods would change and the selectors would not"
            ),
        );
    }
}

fn sidecars(view: &OperatorView, found: &mut Found) {
    if view.operator.configuration.sidecars.is_some() {
        found.with_fix("sidecars", "forbidden: the operator 2.0.1 does not start with it, because its schema wants a map and its code a list", "use `sidecars` of each cluster, or `sidecar_docker_images`");
    }
}

fn secret_names(view: &OperatorView, found: &mut Found) {
    let template = kubernetes(view).secret_name_template.unwrap_or_default();
    let mut rest = template.clone();
    for placeholder in ["{username}", "{cluster}", "{tprkind}", "{tprgroup}"] {
        rest = rest.replace(placeholder, "x");
    }
    if rest.contains(['{', '}']) {
        found.at("kubernetes.secret_name_template", format!("invalid value `{template}`: the operator knows `{{username}}`, `{{cluster}}`, `{{tprkind}}` and `{{tprgroup}}`; braces that stay make no name"));
    }
    for placeholder in ["{username}", "{cluster}"] {
        if !template.contains(placeholder) {
            found.at(
                "kubernetes.secret_name_template",
                format!("invalid value `{template}`: without `{placeholder}` Secrets would have one name"),
            );
        }
    }
}

fn lazy_upgrade(view: &OperatorView, found: &mut Found) {
    if view.operator.configuration.enable_lazy_spilo_upgrade == Some(true) {
        found.at(
            "enable_lazy_spilo_upgrade",
            "a new image, security updates among them, waits for the next restart by chance",
        );
    }
}

fn configmap_without_namespace(view: &OperatorView, found: &mut Found) {
    if let Some(name) = kubernetes(view).pod_environment_configmap.filter(|name| !name.contains('/')) {
        found.at("kubernetes.pod_environment_configmap", format!("`{name}` is looked for in the operator's namespace, then in the cluster's; write `namespace/{name}`"));
    }
}

/// The pod security standard `baseline`, which pgsynth's namespaces of clusters have, takes neither.
fn beyond_baseline(view: &OperatorView, found: &mut Found) {
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
    let kubernetes = kubernetes(view);
    if !view.baseline {
        return;
    }
    for capability in kubernetes
        .additional_pod_capabilities
        .iter()
        .flatten()
        .filter(|capability| !BASELINE.contains(&capability.as_str()))
    {
        found.at("kubernetes.additional_pod_capabilities", format!("forbidden value `{capability}`: the pod security standard `baseline` does not take it, and no pod would be made"));
    }
    if kubernetes.spilo_privileged == Some(true) {
        found.at(
            "kubernetes.spilo_privileged",
            "forbidden: the pod security standard `baseline` does not take it, and no pod would be made",
        );
    }
}

fn no_cron(view: &OperatorView, found: &mut Found) {
    if kubernetes(view).spilo_allow_privilege_escalation == Some(false) {
        found.at(
            "kubernetes.spilo_allow_privilege_escalation",
            "forbidden value `false`: cron needs it, and without cron there are no base backups",
        );
    }
}
