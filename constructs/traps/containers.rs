//! Sidecars and certificates.

use super::{Check, ClusterView, Found};

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T81", Check::Cluster(sidecar_without_resources)),
    ("T83", Check::Cluster(broken_sidecar)),
    ("T91", Check::Cluster(unreadable_key)),
    ("T92", Check::Cluster(half_a_certificate)),
    ("T125", Check::Cluster(streams)),
];

fn sidecar_without_resources(view: &ClusterView, found: &mut Found) {
    for (index, sidecar) in view.resource.spec.sidecars.iter().flat_map(|list| list.iter()).enumerate() {
        if sidecar.resources.is_none() {
            found.at(&format!("sidecars.{index}"), "has no resources, and gets PostgreSQL's defaults");
        }
    }
}

fn broken_sidecar(view: &ClusterView, found: &mut Found) {
    let enabled = view.operator.configuration.kubernetes.as_ref().and_then(|section| section.enable_sidecars);
    let sidecars = view.resource.spec.sidecars.iter().flat_map(|list| list.iter());
    for (index, sidecar) in sidecars.enumerate() {
        let path = format!("sidecars.{index}");
        if enabled == Some(false) {
            found.at(
                &path,
                "forbidden: the operator's `enable_sidecars` is false, and it fails on a cluster with one",
            );
        }
        if sidecar.image.as_deref().is_none_or(str::is_empty) {
            found.at(&path, "required: `image`; the operator fails on a sidecar without one");
        }
        if sidecar.name.as_deref() == Some("postgres") {
            found.at(&format!("{path}.name"), "forbidden: `postgres` is PostgreSQL's own container");
        }
    }
}

fn unreadable_key(view: &ClusterView, found: &mut Found) {
    let spec = &view.resource.spec;
    let on =
        spec.tls.as_ref().and_then(|tls| tls.secret_name.as_deref()).is_some_and(|name| !name.is_empty());
    let group = spec.spilo_fs_group.or(view
        .operator
        .configuration
        .kubernetes
        .as_ref()
        .and_then(|section| section.spilo_fsgroup));
    if on && group != Some(103) {
        found.with_fix(
            "spiloFSGroup",
            format!(
                "invalid value `{}`: PostgreSQL cannot read the key of `tls` and does not start",
                group.map_or("none".to_owned(), |group| group.to_string())
            ),
            "leave `spiloFSGroup` out, or write 103",
        );
    }
}

fn half_a_certificate(view: &ClusterView, found: &mut Found) {
    let Some(tls) = &view.resource.spec.tls else { return };
    let secret = tls.secret_name.as_deref().unwrap_or_default();
    if secret.is_empty() {
        found.at("tls.secretName", "an empty name turns the section off: Spilo signs a certificate itself");
    }
    if secret.contains('.') {
        found.at("tls.secretName", format!("`{secret}` has a dot, and no volume can be named after it"));
    }
    if let Some(ca) = tls.ca_secret_name.as_deref().filter(|ca| !ca.is_empty()) {
        if tls.ca_file.as_deref().is_none_or(str::is_empty) {
            found.at("tls.caSecretName", "is ignored without `caFile`");
        }
        if ca == secret {
            found.at("tls.caSecretName", "is the Secret of the key: two volumes of one name; leave it out");
        }
    }
}

fn streams(view: &ClusterView, found: &mut Found) {
    if view.resource.spec.streams.as_ref().is_some_and(|streams| !streams.is_empty()) {
        found.at(
            "streams",
            "need a CRD and a controller that are not public; every sync fails late without them",
        );
    }
}
