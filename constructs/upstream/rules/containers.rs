//! Sidecars and certificates.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::operator::OperatorFacts;
use crate::crds::containers::Sidecar;

pub(super) const RULES: &[Rule] = &[
    rule!(Warning "T81" "sidecar-without-resources", Cluster(sidecar_without_resources)),
    rule!(Error "T83" "broken-sidecar", Cluster(broken_sidecar)),
    rule!(Error "sidecars-off", ClusterUnder(sidecars_off)),
    rule!(Error "T91" "unreadable-tls-key", ClusterUnder(unreadable_key)),
    rule!(Warning "T92" "half-a-certificate", Cluster(half_a_certificate)),
    rule!(Warning "T125" "streams-need-a-controller", Cluster(streams)),
];

fn sidecars<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = (usize, &'a Sidecar)> {
    cluster.spec().sidecars.iter().flat_map(|list| list.iter()).enumerate()
}

fn sidecar_without_resources(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, _) in sidecars(cluster).filter(|(_, sidecar)| sidecar.resources.is_none()) {
        report.risky(
            format!("sidecars.{index}"),
            "it has no `resources`, and the operator gives it the default resources of PostgreSQL",
        );
    }
}

fn broken_sidecar(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, sidecar) in sidecars(cluster) {
        let path = format!("sidecars.{index}");
        if sidecar.image.as_deref().is_none_or(str::is_empty) {
            report.required(&path, "`image`; the operator fails on a sidecar without one");
        }
        if sidecar.name.as_deref() == Some("postgres") {
            report
                .forbidden(format!("{path}.name"), "PostgreSQL's own container has this name")
                .value("postgres");
        }
    }
}

fn sidecars_off(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if operator.kubernetes().and_then(|section| section.enable_sidecars) == Some(false) {
        for (index, _) in sidecars(cluster) {
            report.forbidden(
                format!("sidecars.{index}"),
                "the operator's `enable_sidecars` is false, and the operator fails on a cluster with a sidecar",
            );
        }
    }
}

fn unreadable_key(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let spec = cluster.spec();
    let on =
        spec.tls.as_ref().and_then(|tls| tls.secret_name.as_deref()).is_some_and(|name| !name.is_empty());
    let group = spec.spilo_fs_group.or(operator.kubernetes().and_then(|section| section.spilo_fsgroup));
    if on && group != Some(103) {
        report
            .invalid(
                "spiloFSGroup",
                group.map_or("none".to_owned(), |group| group.to_string()),
                "PostgreSQL cannot read the key of `tls`, and does not start",
            )
            .help("leave `spiloFSGroup` out, or write 103");
    }
}

fn half_a_certificate(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(tls) = &cluster.spec().tls else { return };
    let secret = tls.secret_name.as_deref().unwrap_or_default();
    if secret.is_empty() {
        report.ineffective(
            "tls.secretName",
            "an empty name turns the section off: Spilo signs a certificate itself",
        );
    }
    if secret.contains('.') {
        report.risky("tls.secretName", "it has a dot, and no volume can be named after it").value(secret);
    }
    if let Some(ca) = tls.ca_secret_name.as_deref().filter(|ca| !ca.is_empty()) {
        if tls.ca_file.as_deref().is_none_or(str::is_empty) {
            report.ineffective("tls.caSecretName", "it is ignored without `caFile`").value(ca);
        }
        if ca == secret {
            report
                .risky("tls.caSecretName", "it is also the Secret of the key: two volumes have the same name")
                .value(ca)
                .help("leave it out");
        }
    }
}

fn streams(cluster: &ClusterEvidence, report: &mut Report) {
    if cluster.spec().streams.as_ref().is_some_and(|streams| !streams.is_empty()) {
        report.risky(
            "streams",
            "they need a CRD and a controller that are not public; without them every sync fails late",
        );
    }
}
