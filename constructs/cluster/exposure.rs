//! Reaching a cluster from outside the Kubernetes cluster.

use indexmap::IndexMap;

use super::Pooler;
use crate::base::{Problems, Scope, construct};
use crate::crds::postgresql::PostgresqlSpec;
use crate::values::{Cidr, GoDuration, Platform, Whole, choices};
use pgsynth_upstream::behaviour::services::HETZNER;

construct! {
    /// Reaching a cluster from outside the Kubernetes cluster. Default: not at all.
    pub struct Exposure {
        /// The primary.
        [optional] primary: Endpoint,

        /// The replicas.
        [optional] replicas: Endpoint,

        /// Addresses that may reach a load balancer; not on Hetzner, whose controller ignores them. Default: none may.
        [list] source_ranges: Vec<Cidr>,
    }
}

construct! {
    /// One way in.
    pub struct Endpoint {
        /// Whether it leads to PostgreSQL, to its pooler, or to both by a Service each. Default: `service`.
        [or service "service"] through: Through,

        /// A load balancer. Default: none.
        [optional] load_balancer: LoadBalancer,

        /// A port on every node, 30000 to 32767 unless the Kubernetes cluster is configured otherwise. Default: none.
        [optional] node_port: Whole<1, 65535>,

        /// Further annotations of the Service, stronger than those of the load balancer. Default: none.
        [map] annotations: IndexMap<String, String>,
    }
}

choices!(
    /// Which Services an endpoint opens.
    Through, "way", {
        /// PostgreSQL's own.
        Service = "service",
        /// The pooler's.
        Pooler = "pooler",
        /// Both.
        Both = "both",
    }
);

choices!(
    /// A location of Hetzner's.
    Location, "location", {
        /// Falkenstein.
        Fsn1 = "fsn1",
        /// Nuremberg.
        Nbg1 = "nbg1",
        /// Helsinki.
        Hel1 = "hel1",
        /// Ashburn.
        Ash = "ash",
        /// Hillsboro.
        Hil = "hil",
        /// Singapore.
        Sin = "sin",
    }
);

choices!(
    /// A network zone of Hetzner's.
    NetworkZone, "network zone", {
        /// Falkenstein, Nuremberg and Helsinki.
        EuCentral = "eu-central",
        /// Ashburn.
        UsEast = "us-east",
        /// Hillsboro.
        UsWest = "us-west",
        /// Singapore.
        ApSoutheast = "ap-southeast",
    }
);

choices!(
    /// How a load balancer chooses a node.
    LoadBalancerAlgorithm, "algorithm", {
        /// In turn.
        RoundRobin = "round_robin",
        /// The one with the fewest connections.
        LeastConnections = "least_connections",
    }
);

construct! {
    /// A load balancer. On Hetzner it is reachable from the private network alone, unless it is `public`; the controller
    /// must run with a network (`HCLOUD_NETWORK`). The fields but `public` are Hetzner's.
    pub struct LoadBalancer {
        /// Whether everybody on the Internet may reach it. Default: false.
        [flag] public: bool,

        /// Location; this or `networkZone` is required on Hetzner, and fixed once the load balancer is there.
        [optional] location: Location,

        /// Network zone, instead of a location.
        [optional] network_zone: NetworkZone,

        /// Type, such as `lb11`. Default: `lb11`.
        [optional] r#type as "type": String,

        /// DNS name that stands for its addresses. Default: none.
        [optional] hostname: String,

        /// Subnet of its private address. Default: any of the network.
        [optional] private_subnet: Cidr,

        /// How it chooses a node. Default: `round_robin`.
        [optional] algorithm: LoadBalancerAlgorithm,

        /// Labels of the nodes that it leads to. Default: all nodes.
        [optional] node_selector: String,

        /// How it asks whether a node answers. Default: the controller's, by TCP on the Service's node port.
        [optional] health_check: HealthCheck,
    }
}

construct! {
    /// How a load balancer asks whether a node answers.
    pub struct HealthCheck {
        /// Time between two checks, with its unit. Default: the controller's, 15s.
        [optional] interval: GoDuration,

        /// Time for an answer, with its unit. Default: the controller's, 10s.
        [optional] timeout: GoDuration,

        /// Failures in a row that count, 1 to 100. Default: 3.
        [optional] retries: Whole<1, 100>,
    }
}

fn service() -> Through {
    Through::Service
}

impl LoadBalancer {
    /// One that the private network of this location reaches.
    pub fn internal(location: Location) -> Self {
        Self { location: Some(location), ..Self::default() }
    }

    fn annotations(&self) -> IndexMap<String, String> {
        let Self {
            public,
            location,
            network_zone,
            r#type,
            hostname,
            private_subnet,
            algorithm,
            node_selector,
            health_check,
        } = self;
        let mut annotations = IndexMap::new();
        let mut set = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                annotations.insert(format!("{HETZNER}{key}"), value);
            }
        };
        set("location", location.map(|location| location.to_string()));
        set("network-zone", network_zone.map(|zone| zone.to_string()));
        set("type", Some(r#type.clone().unwrap_or_else(|| "lb11".to_owned())));
        // Always there, so that a public load balancer is one on purpose.
        set("disable-public-network", Some((!public).to_string()));
        set("use-private-ip", (!public).then(|| "true".to_owned()));
        set("hostname", hostname.clone());
        set("private-subnet-ip-range", private_subnet.as_ref().map(Cidr::to_string));
        set("algorithm-type", algorithm.map(|algorithm| algorithm.to_string()));
        set("node-selector", node_selector.clone());
        let HealthCheck { interval, timeout, retries } = health_check.clone().unwrap_or_default();
        set("health-check-interval", interval.map(|interval| interval.to_string()));
        set("health-check-timeout", timeout.map(|timeout| timeout.to_string()));
        set("health-check-retries", retries.map(|retries| retries.to_string()));
        annotations
    }

    fn validate(&self, scope: &Scope, problems: &mut Problems) {
        match scope.platform() {
            Platform::Hetzner if self.location.is_some() && self.network_zone.is_some() => {
                problems.forbidden(scope.at("networkZone"), "it replaces `location`; keep one of the two");
            }
            Platform::Hetzner => {}
            platform if *self != (Self { public: self.public, ..Self::default() }) => {
                problems.forbidden(
                    scope.path(),
                    format!(
                        "only `public` applies on platform `{platform}`; the other fields are for Hetzner"
                    ),
                );
            }
            _ => {}
        }
    }
}

impl Exposure {
    pub(super) fn validate(&self, pooler: Option<&Pooler>, scope: &Scope, problems: &mut Problems) {
        let Self { primary, replicas, source_ranges } = self;
        if !source_ranges.is_empty() && scope.platform() == Platform::Hetzner {
            problems
                .forbidden(
                    scope.at("sourceRanges"),
                    "Hetzner's load balancers ignore source ranges, so these protect nothing",
                )
                .help("leave the load balancer internal (the default), or say `public: true`");
        }
        for (field, endpoint, pooled) in [
            ("primary", primary, pooler.is_some()),
            ("replicas", replicas, pooler.is_some_and(|pooler| pooler.replicas)),
        ] {
            let Some(endpoint) = endpoint else { continue };
            let scope = scope.below(field);
            let Endpoint { through, load_balancer, node_port, annotations: _ } = endpoint;
            if *through != Through::Service && !pooled {
                let fix = if field == "primary" { "pooler: {}" } else { "pooler: {replicas: true}" };
                problems.invalid(scope.at("through"), through, format!("needs a pooler: `{fix}`"));
            }
            if load_balancer.is_none() && node_port.is_none() {
                problems.required(scope.path(), "`loadBalancer: {...}` or `nodePort: <port>`");
            }
            if load_balancer.is_some() && node_port.is_some() {
                problems.forbidden(
                    scope.at("nodePort"),
                    "it replaces `loadBalancer`; beside a node port the operator ignores the load balancer",
                );
            }
            if node_port.is_some() && *through == Through::Both {
                problems.forbidden(
                    scope.at("nodePort"),
                    "one port cannot point to two Services; write `through: service` or `through: pooler`",
                );
            }
            if let Some(balancer) = load_balancer {
                balancer.validate(&scope.below("loadBalancer"), problems);
            }
        }
    }

    pub(super) fn render(&self, scope: &Scope, spec: &mut PostgresqlSpec) {
        let Self { primary, replicas, source_ranges } = self;
        if !source_ranges.is_empty() {
            spec.allowed_source_ranges = Some(Some(source_ranges.clone()));
        }
        let annotations = |endpoint: &Endpoint| {
            let mut annotations = match &endpoint.load_balancer {
                Some(balancer) if scope.platform() == Platform::Hetzner => balancer.annotations(),
                _ => IndexMap::new(),
            };
            annotations.extend(endpoint.annotations.clone());
            (!annotations.is_empty()).then_some(annotations)
        };
        // The operator's settings of its four Services are four fields each.
        if let Some(endpoint) = primary {
            let (direct, pooled) =
                (endpoint.through != Through::Pooler, endpoint.through != Through::Service);
            let (balancer, port) = (endpoint.load_balancer.is_some(), endpoint.node_port.map(Whole::signed));
            spec.enable_master_load_balancer = (balancer && direct).then_some(true);
            spec.enable_master_pooler_load_balancer = (balancer && pooled).then_some(true);
            spec.enable_master_node_port = (port.is_some() && direct).then_some(true);
            spec.enable_master_pooler_node_port = (port.is_some() && pooled).then_some(true);
            spec.master_node_port = port.filter(|_| direct);
            spec.master_pooler_node_port = port.filter(|_| pooled);
            spec.master_service_annotations = annotations(endpoint);
        }
        if let Some(endpoint) = replicas {
            let (direct, pooled) =
                (endpoint.through != Through::Pooler, endpoint.through != Through::Service);
            let (balancer, port) = (endpoint.load_balancer.is_some(), endpoint.node_port.map(Whole::signed));
            spec.enable_replica_load_balancer = (balancer && direct).then_some(true);
            spec.enable_replica_pooler_load_balancer = (balancer && pooled).then_some(true);
            spec.enable_replica_node_port = (port.is_some() && direct).then_some(true);
            spec.enable_replica_pooler_node_port = (port.is_some() && pooled).then_some(true);
            spec.replica_node_port = port.filter(|_| direct);
            spec.replica_pooler_node_port = port.filter(|_| pooled);
            spec.replica_service_annotations = annotations(endpoint);
        }
    }
}
