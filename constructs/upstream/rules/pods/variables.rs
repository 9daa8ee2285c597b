//! Variables of containers and where they come from.

use super::containers::{init_containers, sidecars};
use super::names::{amount, data_key, object, shown, word};
use super::{ClusterEvidence, Report};
use crate::crds::env::{EnvFromSource, EnvVar, EnvVarSource, FieldSelector, ResourceFieldSelector};
use crate::values::{check_key, one_of};

pub(super) fn ill_formed(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    variables(spec.env.iter().flat_map(|list| list.iter()), "env", report);
    sources(spec.env_from.iter().flatten(), "envFrom", report);
    for (path, sidecar) in sidecars(cluster) {
        variables(sidecar.env.iter().flat_map(|list| list.iter()), &format!("{path}.env"), report);
    }
    for (path, container) in init_containers(cluster) {
        variables(container.env.iter().flat_map(|list| list.iter()), &format!("{path}.env"), report);
        sources(container.env_from.iter().flatten(), &format!("{path}.envFrom"), report);
    }
}

fn variables<'a>(list: impl Iterator<Item = &'a EnvVar>, path: &str, report: &mut Report) {
    for (index, variable) in list.enumerate() {
        let path = format!("{path}.{index}");
        if let Err(rule) = name(&variable.name) {
            report.invalid(format!("{path}.name"), &variable.name, rule);
        }
        if let Some(source) = &variable.value_from {
            if variable.value.as_ref().is_some_and(|value| !value.is_empty()) {
                report
                    .forbidden(format!("{path}.valueFrom"), "`value` is given as well; keep one of the two");
            }
            self::source(source, &format!("{path}.valueFrom"), report);
        }
    }
}

/// Newer versions of Kubernetes take any printable text; older ones, and shells, take this.
fn name(name: &str) -> Result<(), String> {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let fits = name.bytes().all(inner)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !matches!(name, "" | "." | "..")
        && !name.starts_with("..");
    fits.then_some(()).ok_or_else(|| {
        "expected letters, digits, `_`, `-` and `.`, without a digit in front, such as `MY_NODE`".to_owned()
    })
}

fn source(source: &EnvVarSource, path: &str, report: &mut Report) {
    let EnvVarSource { config_map_key_ref, field_ref, file_key_ref, resource_field_ref, secret_key_ref } =
        source;
    if file_key_ref.is_some() {
        report.forbidden(format!("{path}.fileKeyRef"), "Kubernetes has it switched off, and takes it away");
    }
    let given = [
        config_map_key_ref.is_some(),
        field_ref.is_some(),
        file_key_ref.is_some(),
        resource_field_ref.is_some(),
        secret_key_ref.is_some(),
    ];
    match given.iter().filter(|given| **given).count() {
        1 => {}
        0 => {
            report.required(path, "where the value comes from: `secretKeyRef`, `configMapKeyRef`, `fieldRef` or `resourceFieldRef`");
        }
        _ => {
            report.forbidden(path, "a variable has one source only");
        }
    }
    let keys =
        [("configMapKeyRef", config_map_key_ref.as_deref()), ("secretKeyRef", secret_key_ref.as_ref())];
    for (field, selector) in keys {
        let Some(selector) = selector else { continue };
        let path = format!("{path}.{field}");
        data_key(&selector.key, &format!("{path}.key"), report);
        reference(selector.name.as_deref(), &format!("{path}.name"), report);
    }
    if let Some(field) = field_ref {
        field_of_pod(field, &format!("{path}.fieldRef"), report);
    }
    if let Some(resource) = resource_field_ref {
        resource_of_pod(resource, &format!("{path}.resourceFieldRef"), report);
    }
}

fn reference(name: Option<&str>, path: &str, report: &mut Report) {
    match name {
        None | Some("") => {
            report.required(path, "the name of the object");
        }
        Some(name) => object(name, path, report),
    }
}

const FIELDS: [&str; 8] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.podIP",
    "status.podIPs",
];

fn field_of_pod(field: &FieldSelector, path: &str, report: &mut Report) {
    word(field.api_version.as_deref(), &["v1"], &format!("{path}.apiVersion"), report);
    let path = format!("{path}.fieldPath");
    let of_map = field
        .field_path
        .strip_suffix("']")
        .and_then(|rest| rest.split_once("['"))
        .filter(|(map, _)| matches!(*map, "metadata.labels" | "metadata.annotations"));
    match of_map {
        Some((map, key)) => {
            let key = if map == "metadata.annotations" { key.to_ascii_lowercase() } else { key.to_owned() };
            if let Err(rule) = check_key(&key) {
                report.invalid(path, &field.field_path, rule);
            }
        }
        None if field.field_path == "status.hostIPs" => {}
        None if !FIELDS.contains(&field.field_path.as_str()) => {
            let rule =
                format!("the API server refuses or rewrites it; {}", one_of(&field.field_path, &FIELDS));
            report.invalid(path, &field.field_path, rule);
        }
        None => {}
    }
}

fn resource_of_pod(field: &ResourceFieldSelector, path: &str, report: &mut Report) {
    let ResourceFieldSelector { container_name: _, divisor, resource } = field;
    let bytes = ["ephemeral-storage", "memory"];
    let kind = resource.strip_prefix("limits.").or_else(|| resource.strip_prefix("requests."));
    let known =
        kind.is_some_and(|kind| kind == "cpu" || bytes.contains(&kind) || kind.starts_with("hugepages-"));
    if !known {
        let words = [
            "limits.cpu",
            "limits.ephemeral-storage",
            "limits.memory",
            "requests.cpu",
            "requests.ephemeral-storage",
            "requests.memory",
        ];
        word(Some(resource), &words, &format!("{path}.resource"), report);
        return;
    }
    // By what is written, not by what it comes to.
    let text = divisor.as_ref().map(shown);
    let Some(text) = text.filter(|_| divisor.as_ref().and_then(amount) != Some(0.0)) else { return };
    let cpu = ["1m", "1"];
    let sizes = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    let words: &[&str] = if kind == Some("cpu") { &cpu } else { &sizes };
    if !words.contains(&text.as_str()) {
        let rule = format!("the API server refuses or rewrites it; {}", one_of(&text, words));
        report.invalid(format!("{path}.divisor"), text, rule);
    }
}

fn sources<'a>(list: impl Iterator<Item = &'a EnvFromSource>, path: &str, report: &mut Report) {
    for (index, source) in list.enumerate() {
        let path = format!("{path}.{index}");
        let EnvFromSource { config_map_ref, prefix, secret_ref } = source;
        match (config_map_ref, secret_ref) {
            (None, None) => {
                report.required(&path, "`configMapRef` or `secretRef`");
            }
            (Some(_), Some(_)) => {
                report.forbidden(&path, "an entry has one source only: `configMapRef` or `secretRef`");
            }
            _ => {}
        }
        for (field, object) in [("configMapRef", config_map_ref), ("secretRef", secret_ref)] {
            if let Some(object) = object {
                reference(object.name.as_deref(), &format!("{path}.{field}.name"), report);
            }
        }
        if let Some(Err(rule)) = prefix.as_deref().filter(|prefix| !prefix.is_empty()).map(name) {
            report.invalid(format!("{path}.prefix"), prefix.as_deref().unwrap_or_default(), rule);
        }
    }
}
