//! Services outside the Kubernetes cluster.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Check, ClusterView, Found, FoundAmong};
use crate::cluster::HETZNER;
use crate::crds::operator_configuration::LoadBalancers;
use crate::platform::Platform;
use crate::values::GoDuration;

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T57", Check::Cluster(nobody_behind)),
    ("T106", Check::Cluster(source_ranges)),
    ("T107", Check::Cluster(node_ports)),
    ("L9", Check::Cluster(no_location)),
    ("L10", Check::Cluster(open_to_the_world)),
    ("L11", Check::Cluster(proxy_protocol)),
    ("L12", Check::Cluster(duration_without_unit)),
    ("L13", Check::Clusters(one_balancer_for_two)),
    ("L14", Check::Cluster(unreachable)),
    ("L15", Check::Cluster(zones)),
    ("L19", Check::Cluster(closed_balancer)),
    ("L19", Check::Clusters(one_port_for_two)),
];

/// One of the four Services of a cluster, as the operator would make it.
struct ServiceView {
    balancer: bool,
    node_port: bool,
    replicas: bool,
    /// Field that makes it a load balancer.
    field: &'static str,
    /// Field with its annotations.
    annotations_field: &'static str,
    annotations: IndexMap<String, String>,
}

impl ServiceView {
    fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(&format!("{HETZNER}{key}")).map(String::as_str)
    }

    fn is(&self, key: &str) -> bool {
        // As Go reads a boolean.
        matches!(self.annotation(key), Some("1" | "t" | "T" | "true" | "True" | "TRUE"))
    }
}

fn services(view: &ClusterView) -> Vec<ServiceView> {
    let spec = &view.resource.spec;
    let defaults = view.operator.configuration.load_balancer.as_ref();
    let exposed = [
        spec.enable_master_load_balancer,
        spec.enable_replica_load_balancer,
        spec.enable_master_pooler_load_balancer,
        spec.enable_replica_pooler_load_balancer,
        spec.enable_master_node_port,
        spec.enable_replica_node_port,
        spec.enable_master_pooler_node_port,
        spec.enable_replica_pooler_node_port,
    ];
    // Most clusters open nothing, and there are many of them.
    if defaults.is_none_or(opens_nothing) && !exposed.contains(&Some(true)) {
        return vec![];
    }
    let defaults = defaults.cloned().unwrap_or_default();
    let pooled = (
        spec.enable_connection_pooler.unwrap_or(spec.connection_pooler.is_some()),
        spec.enable_replica_connection_pooler == Some(true),
    );
    let service = |exists: bool,
                   replicas: bool,
                   field,
                   balancer: Option<bool>,
                   default: Option<bool>,
                   port: Option<bool>,
                   default_port: Option<bool>| {
        let mut annotations = defaults.custom_service_annotations.clone().unwrap_or_default();
        annotations.extend(spec.service_annotations.clone().unwrap_or_default());
        let own = if replicas { &spec.replica_service_annotations } else { &spec.master_service_annotations };
        annotations.extend(own.clone().unwrap_or_default());
        let node_port = port.or(default_port) == Some(true);
        exists.then(|| ServiceView {
            // A node port wins over a load balancer (pkg/cluster/k8sres.go:2019).
            balancer: balancer.or(default) == Some(true) && !node_port,
            node_port,
            replicas,
            field,
            annotations_field: if replicas {
                "replicaServiceAnnotations"
            } else {
                "masterServiceAnnotations"
            },
            annotations,
        })
    };
    [
        service(
            true,
            false,
            "enableMasterLoadBalancer",
            spec.enable_master_load_balancer,
            defaults.enable_master_load_balancer,
            spec.enable_master_node_port,
            defaults.enable_master_node_port,
        ),
        service(
            true,
            true,
            "enableReplicaLoadBalancer",
            spec.enable_replica_load_balancer,
            defaults.enable_replica_load_balancer,
            spec.enable_replica_node_port,
            defaults.enable_replica_node_port,
        ),
        service(
            pooled.0,
            false,
            "enableMasterPoolerLoadBalancer",
            spec.enable_master_pooler_load_balancer,
            defaults.enable_master_pooler_load_balancer,
            spec.enable_master_pooler_node_port,
            defaults.enable_master_pooler_node_port,
        ),
        service(
            pooled.1,
            true,
            "enableReplicaPoolerLoadBalancer",
            spec.enable_replica_pooler_load_balancer,
            defaults.enable_replica_pooler_load_balancer,
            spec.enable_replica_pooler_node_port,
            defaults.enable_replica_pooler_node_port,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn opens_nothing(defaults: &LoadBalancers) -> bool {
    ![
        defaults.enable_master_load_balancer,
        defaults.enable_replica_load_balancer,
        defaults.enable_master_pooler_load_balancer,
        defaults.enable_replica_pooler_load_balancer,
        defaults.enable_master_node_port,
        defaults.enable_replica_node_port,
        defaults.enable_master_pooler_node_port,
        defaults.enable_replica_pooler_node_port,
    ]
    .contains(&Some(true))
}

fn balancers(view: &ClusterView) -> Vec<ServiceView> {
    services(view).into_iter().filter(|service| service.balancer).collect()
}

fn on_hetzner(view: &ClusterView) -> Vec<ServiceView> {
    if view.platform == Platform::Hetzner { balancers(view) } else { vec![] }
}

fn nobody_behind(view: &ClusterView, found: &mut Found) {
    let spec = &view.resource.spec;
    if view.instances() != 1 {
        return;
    }
    for service in
        services(view).iter().filter(|service| service.replicas && (service.balancer || service.node_port))
    {
        found.at(service.field, "leads to replicas, and one instance has none");
    }
    if spec.enable_replica_connection_pooler == Some(true) {
        found.at("enableReplicaConnectionPooler", "leads to replicas, and one instance has none");
    }
}

fn source_ranges(view: &ClusterView, found: &mut Found) {
    let ranges = view.resource.spec.allowed_source_ranges.clone().flatten().unwrap_or_default();
    // Hetzner ignores them (L10), and on k3s they are required (L19).
    if view.platform == Platform::Other && ranges.is_empty() {
        for service in balancers(view) {
            found.at(service.field, "without source ranges the operator lets in 127.0.0.1/32 alone");
        }
    }
}

fn node_ports(view: &ClusterView, found: &mut Found) {
    let spec = &view.resource.spec;
    for (field, port, enabled) in [
        ("masterNodePort", spec.master_node_port, spec.enable_master_node_port),
        ("replicaNodePort", spec.replica_node_port, spec.enable_replica_node_port),
        ("masterPoolerNodePort", spec.master_pooler_node_port, spec.enable_master_pooler_node_port),
        ("replicaPoolerNodePort", spec.replica_pooler_node_port, spec.enable_replica_pooler_node_port),
    ] {
        let Some(port) = port else { continue };
        if enabled != Some(true) {
            found.at(field, "is ignored unless the matching `enable...NodePort` is set here");
        }
        if !(30000..=32767).contains(&port) {
            found.at(field, format!("`{port}` is outside 30000 to 32767, the node ports of a Kubernetes cluster unless it says otherwise"));
        }
    }
    for (port, balancer, field) in [
        (spec.enable_master_node_port, spec.enable_master_load_balancer, "enableMasterLoadBalancer"),
        (spec.enable_replica_node_port, spec.enable_replica_load_balancer, "enableReplicaLoadBalancer"),
    ] {
        if port == Some(true) && balancer == Some(true) {
            found.at(field, "is ignored beside a node port");
        }
    }
}

fn no_location(view: &ClusterView, found: &mut Found) {
    for service in on_hetzner(view) {
        if service.annotation("location").is_none() && service.annotation("network-zone").is_none() {
            found.with_fix(service.field, "required: a location or a network zone; Hetzner's controller would never make the load balancer", "write `location: fsn1`, for example");
        }
    }
}

fn open_to_the_world(view: &ClusterView, found: &mut Found) {
    for service in on_hetzner(view) {
        // A load balancer that is public on purpose says so: `disable-public-network: "false"`.
        if service.annotation("disable-public-network").is_none() {
            found.with_fix(
                service.field,
                "forbidden: a load balancer that is neither internal nor declared public; source ranges protect nothing at Hetzner",
                "write `public: true`, or leave it internal",
            );
        }
    }
}

fn proxy_protocol(view: &ClusterView, found: &mut Found) {
    for service in on_hetzner(view) {
        if service.is("uses-proxyprotocol") {
            found.at(
                &format!("{}.{HETZNER}uses-proxyprotocol", service.annotations_field),
                "forbidden: PostgreSQL does not speak the proxy protocol, and no connection would work",
            );
        }
        if let Some(protocol) = service.annotation("protocol").filter(|protocol| *protocol != "tcp") {
            found.at(
                &format!("{}.{HETZNER}protocol", service.annotations_field),
                format!("invalid value `{protocol}`: PostgreSQL speaks `tcp`"),
            );
        }
    }
}

fn duration_without_unit(view: &ClusterView, found: &mut Found) {
    for service in on_hetzner(view) {
        for key in ["health-check-interval", "health-check-timeout"] {
            if let Some(value) = service.annotation(key)
                && value.parse::<GoDuration>().is_err()
            {
                found.at(&format!("{}.{HETZNER}{key}", service.annotations_field), format!("invalid value `{value}`: a duration has a unit, such as `{value}s`; the controller would fail on the Service"));
            }
        }
    }
}

fn one_balancer_for_two(views: &[ClusterView], found: &mut FoundAmong) {
    let mut seen: BTreeMap<(&str, String), ()> = BTreeMap::new();
    for (index, view) in views.iter().enumerate() {
        for service in on_hetzner(view) {
            for key in ["name", "private-ipv4"] {
                let Some(value) = service.annotation(key) else { continue };
                if seen.insert((key, value.to_owned()), ()).is_some() {
                    found(
                        index,
                        "L13",
                        &format!("{}.{HETZNER}{key}", service.annotations_field),
                        format!(
                            "duplicate value `{value}`: two Services would take one load balancer from each other; a pooler's Service has the annotations of its role"
                        ),
                    );
                }
            }
        }
    }
}

fn unreachable(view: &ClusterView, found: &mut Found) {
    for service in on_hetzner(view) {
        let path = format!("{}.{HETZNER}disable-public-network", service.annotations_field);
        if service.is("disable-public-network") && !service.is("use-private-ip") {
            found.at(
                &path,
                "forbidden without `use-private-ip: \"true\"`: the load balancer would not reach the nodes",
            );
        }
        if service.is("disable-public-network") && service.is("disable-private-ingress") {
            found.at(&path, "forbidden beside `disable-private-ingress: \"true\"`: the load balancer would have no address");
        }
    }
}

fn zones(view: &ClusterView, found: &mut Found) {
    const ZONE: &str = "topology.kubernetes.io/zone";
    if view.platform != Platform::Hetzner {
        return;
    }
    let spec = &view.resource.spec;
    for (index, constraint) in spec.topology_spread_constraints.iter().flatten().enumerate() {
        if constraint.topology_key == ZONE {
            found.at(&format!("topologySpreadConstraints.{index}"), "all nodes of a location of Hetzner's have one zone, and the label is about to go: use `topology.kubernetes.io/region`");
        }
    }
    let affinity = spec.node_affinity.clone().unwrap_or_default();
    let required = affinity.required.into_iter().flat_map(|selector| selector.node_selector_terms);
    let preferred = affinity.preferred.into_iter().flatten().map(|term| term.preference);
    if required
        .chain(preferred)
        .flat_map(|term| term.match_expressions.unwrap_or_default())
        .any(|expression| expression.key == ZONE)
    {
        found.at(
            "nodeAffinity",
            "the zone label of Hetzner's nodes is about to go: use `topology.kubernetes.io/region`",
        );
    }
}

fn one_port_for_two(views: &[ClusterView], found: &mut FoundAmong) {
    let mut taken = false;
    for (index, view) in views.iter().enumerate().filter(|(_, view)| view.platform == Platform::K3s) {
        for service in balancers(view) {
            if std::mem::replace(&mut taken, true) {
                found(
                    index,
                    "L19",
                    service.field,
                    "forbidden: k3s binds port 5432 of the node for each load balancer, and the app's second stays Pending".to_owned(),
                );
            }
        }
    }
}

fn closed_balancer(view: &ClusterView, found: &mut Found) {
    let ranges = view.resource.spec.allowed_source_ranges.clone().flatten().unwrap_or_default();
    if view.platform == Platform::K3s
        && ranges.is_empty()
        && let Some(first) = balancers(view).first()
    {
        found.with_fix(
            first.field,
            "required: source ranges; without them the operator lets in 127.0.0.1/32 alone, and k3s keeps to it",
            "write `exposure: {sourceRanges: [192.168.0.0/16]}`, for example",
        );
    }
}
