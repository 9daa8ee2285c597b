//! Services that lead out of the Kubernetes cluster.

use std::collections::BTreeSet;

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::services::{self, HETZNER, ServiceView};
use crate::crds::postgresql::PostgresqlSpec;
use crate::values::{GoDuration, Platform};

pub(super) const RULES: &[Rule] = &[
    rule!(Warning "T57" "replica-service-without-replicas", ClusterUnder(nobody_behind)),
    rule!(Warning "T106" "load-balancer-without-source-ranges", ClusterOn(source_ranges)),
    rule!(Warning "T107" "node-port-ignored", Cluster(node_ports)),
    rule!(Error "L9" "load-balancer-without-location", ClusterOn(no_location)),
    rule!(Error "L10" "load-balancer-open-to-all", ClusterOn(open_to_the_world)),
    rule!(Error "L11" "proxy-protocol", ClusterOn(proxy_protocol)),
    rule!(Error "L12" "duration-without-unit", ClusterOn(duration_without_unit)),
    rule!(Error "L13" "shared-load-balancer", FleetOn(one_balancer_for_two)),
    rule!(Error "L14" "unreachable-load-balancer", ClusterOn(unreachable)),
    rule!(Warning "L15" "zone-label", ClusterOn(zones)),
    rule!(Error "L19" "k3s-port-taken", FleetOn(one_port_for_two)),
    rule!(Error "k3s-load-balancer-closed", ClusterOn(closed_balancer)),
];

fn services(cluster: &ClusterEvidence, operator: &OperatorFacts) -> Vec<ServiceView> {
    services::services(cluster.spec(), operator.configuration.load_balancer.as_ref())
}

fn balancers(cluster: &ClusterEvidence, operator: &OperatorFacts) -> Vec<ServiceView> {
    services(cluster, operator).into_iter().filter(|service| service.balancer).collect()
}

fn on_hetzner(cluster: &ClusterEvidence, operator: &OperatorFacts, platform: Platform) -> Vec<ServiceView> {
    if platform == Platform::Hetzner { balancers(cluster, operator) } else { vec![] }
}

/// Path of an annotation of Hetzner's.
fn annotation(service: &ServiceView, key: &str) -> String {
    format!("{}.{HETZNER}{key}", service.annotations_field)
}

fn has_source_ranges(spec: &PostgresqlSpec) -> bool {
    spec.allowed_source_ranges.iter().flatten().any(|ranges| !ranges.is_empty())
}

fn nobody_behind(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if cluster.instances() != 1 {
        return;
    }
    const WHY: &str = "it points to replicas, and a cluster of one instance has none";
    let opened = |service: &&ServiceView| service.replicas && (service.balancer || service.node_port);
    for service in services(cluster, operator).iter().filter(opened) {
        report.ineffective(service.field, WHY);
    }
    if cluster.spec().enable_replica_connection_pooler == Some(true) {
        report.ineffective("enableReplicaConnectionPooler", WHY);
    }
}

fn source_ranges(
    cluster: &ClusterEvidence,
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    // Hetzner ignores them (L10), and on k3s they are required.
    if platform == Platform::Other && !has_source_ranges(cluster.spec()) {
        for service in balancers(cluster, operator) {
            report.risky(
                service.field,
                "without source ranges the operator admits only 127.0.0.1/32, and nobody can connect",
            );
        }
    }
}

fn node_ports(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    for (field, port, enabled) in [
        ("masterNodePort", spec.master_node_port, spec.enable_master_node_port),
        ("replicaNodePort", spec.replica_node_port, spec.enable_replica_node_port),
        ("masterPoolerNodePort", spec.master_pooler_node_port, spec.enable_master_pooler_node_port),
        ("replicaPoolerNodePort", spec.replica_pooler_node_port, spec.enable_replica_pooler_node_port),
    ] {
        let Some(port) = port else { continue };
        if enabled != Some(true) {
            report
                .ineffective(field, "it is ignored unless the matching `enable...NodePort` is set here")
                .value(port);
        }
        if !(30000..=32767).contains(&port) {
            report
                .risky(
                    field,
                    "Kubernetes allows node ports from 30000 to 32767, unless the cluster is configured otherwise",
                )
                .value(port);
        }
    }
    for (port, balancer, field) in [
        (spec.enable_master_node_port, spec.enable_master_load_balancer, "enableMasterLoadBalancer"),
        (spec.enable_replica_node_port, spec.enable_replica_load_balancer, "enableReplicaLoadBalancer"),
    ] {
        if port == Some(true) && balancer == Some(true) {
            report.ineffective(field, "it is ignored when a node port is set");
        }
    }
}

fn no_location(cluster: &ClusterEvidence, operator: &OperatorFacts, platform: Platform, report: &mut Report) {
    for service in on_hetzner(cluster, operator, platform) {
        if service.annotation("location").is_none() && service.annotation("network-zone").is_none() {
            report
                .required(
                    service.field,
                    "a location or a network zone; Hetzner's controller never makes the load balancer without one",
                )
                .help("write `location: fsn1`, for example")
                .native("write the annotation `load-balancer.hetzner.cloud/location: fsn1`, for example");
        }
    }
}

fn open_to_the_world(
    cluster: &ClusterEvidence,
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    for service in on_hetzner(cluster, operator, platform) {
        // A load balancer that is public on purpose says so: `disable-public-network: "false"`.
        if service.annotation("disable-public-network").is_none() {
            report
                .forbidden(service.field, "the load balancer is neither internal nor declared public, and source ranges protect nothing at Hetzner")
                .help("write `public: true`, or leave it internal")
                .native("leave the annotation `load-balancer.hetzner.cloud/use-private-ip` at `true`, or allow this rule");
        }
    }
}

fn proxy_protocol(
    cluster: &ClusterEvidence,
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    for service in on_hetzner(cluster, operator, platform) {
        if service.is("uses-proxyprotocol") {
            report.forbidden(
                annotation(&service, "uses-proxyprotocol"),
                "PostgreSQL does not speak the proxy protocol, and no connection works",
            );
        }
        if let Some(protocol) = service.annotation("protocol").filter(|protocol| *protocol != "tcp") {
            report.invalid(annotation(&service, "protocol"), protocol, "PostgreSQL speaks `tcp`");
        }
    }
}

fn duration_without_unit(
    cluster: &ClusterEvidence,
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    for service in on_hetzner(cluster, operator, platform) {
        for key in ["health-check-interval", "health-check-timeout"] {
            if let Some(value) = service.annotation(key)
                && value.parse::<GoDuration>().is_err()
            {
                report.invalid(
                    annotation(&service, key),
                    value,
                    format!(
                        "a duration needs a unit, such as `{value}s`; without one the controller fails on the Service"
                    ),
                );
            }
        }
    }
}

fn one_balancer_for_two(
    clusters: &[ClusterEvidence],
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    let mut seen: BTreeSet<(&str, String)> = BTreeSet::new();
    for (index, cluster) in clusters.iter().enumerate() {
        for service in on_hetzner(cluster, operator, platform) {
            for key in ["name", "private-ipv4"] {
                let Some(value) = service.annotation(key) else { continue };
                if !seen.insert((key, value.to_owned())) {
                    report.of(index).duplicate(annotation(&service, key), value, "two Services take one load balancer from each other; a pooler's Service has the same annotations as the Service of its role");
                }
            }
        }
    }
}

fn unreachable(cluster: &ClusterEvidence, operator: &OperatorFacts, platform: Platform, report: &mut Report) {
    for service in on_hetzner(cluster, operator, platform) {
        if !service.is("disable-public-network") {
            continue;
        }
        let path = annotation(&service, "disable-public-network");
        if !service.is("use-private-ip") {
            report.forbidden(
                &path,
                "without `use-private-ip: \"true\"` the load balancer does not reach the nodes",
            );
        }
        if service.is("disable-private-ingress") {
            report.forbidden(
                &path,
                "with `disable-private-ingress: \"true\"` the load balancer has no address",
            );
        }
    }
}

fn zones(cluster: &ClusterEvidence, _: &OperatorFacts, platform: Platform, report: &mut Report) {
    const ZONE: &str = "topology.kubernetes.io/zone";
    const HELP: &str = "use `topology.kubernetes.io/region`";
    if platform != Platform::Hetzner {
        return;
    }
    let spec = cluster.spec();
    for (index, constraint) in spec.topology_spread_constraints.iter().flatten().enumerate() {
        if constraint.topology_key == ZONE {
            report
                .ineffective(
                    format!("topologySpreadConstraints.{index}"),
                    "all nodes of a Hetzner location have the same zone, and the label is about to be removed",
                )
                .help(HELP);
        }
    }
    let affinity = spec.node_affinity.clone().unwrap_or_default();
    let required = affinity.required.into_iter().flat_map(|selector| selector.node_selector_terms);
    let preferred = affinity.preferred.into_iter().flatten().map(|term| term.preference);
    let mut expressions =
        required.chain(preferred).flat_map(|term| term.match_expressions.unwrap_or_default());
    if expressions.any(|expression| expression.key == ZONE) {
        report.risky("nodeAffinity", "the zone label on Hetzner's nodes is about to be removed").help(HELP);
    }
}

fn one_port_for_two(
    clusters: &[ClusterEvidence],
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    if platform != Platform::K3s {
        return;
    }
    let mut taken = false;
    for (index, cluster) in clusters.iter().enumerate() {
        for service in balancers(cluster, operator) {
            if std::mem::replace(&mut taken, true) {
                report.of(index).forbidden(
                    service.field,
                    "k3s binds port 5432 of the node for each load balancer, and the second stays Pending",
                );
            }
        }
    }
}

fn closed_balancer(
    cluster: &ClusterEvidence,
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    if platform == Platform::K3s
        && !has_source_ranges(cluster.spec())
        && let Some(first) = balancers(cluster, operator).first()
    {
        report
            .required(
                first.field,
                "source ranges; without them the operator admits only 127.0.0.1/32, and k3s enforces it",
            )
            .help("write `exposure: {sourceRanges: [192.168.0.0/16]}`, for example")
            .native("write `allowedSourceRanges: [192.168.0.0/16]`, for example");
    }
}
