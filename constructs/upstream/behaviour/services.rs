//! The Services of a cluster that lead out of the Kubernetes cluster.

use indexmap::IndexMap;

use super::pooler::Poolers;
use crate::crds::operator_configuration::LoadBalancers;
use crate::crds::postgresql::PostgresqlSpec;

/// Prefix of the annotations that Hetzner's controller reads.
pub const HETZNER: &str = "load-balancer.hetzner.cloud/";

/// One of the four Services of a cluster, as the operator would make it.
#[derive(Clone, Debug)]
pub struct ServiceView {
    /// Whether it is a load balancer.
    pub balancer: bool,
    /// Whether it has a port on every node.
    pub node_port: bool,
    /// Whether it leads to replicas.
    pub replicas: bool,
    /// Field that makes it a load balancer.
    pub field: &'static str,
    /// Field with its annotations.
    pub annotations_field: &'static str,
    /// Its annotations, the operator's defaults among them.
    pub annotations: IndexMap<String, String>,
}

impl ServiceView {
    /// An annotation of Hetzner's.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(&format!("{HETZNER}{key}")).map(String::as_str)
    }

    /// Whether an annotation of Hetzner's is true, as Go reads a boolean.
    pub fn is(&self, key: &str) -> bool {
        matches!(self.annotation(key), Some("1" | "t" | "T" | "true" | "True" | "TRUE"))
    }
}

/// A Service before its annotations are known: whether the operator makes it, and what the cluster and the operator's
/// defaults say of it.
struct Side {
    exists: bool,
    replicas: bool,
    field: &'static str,
    balancer: [Option<bool>; 2],
    node_port: [Option<bool>; 2],
}

/// The Services that the operator makes for a cluster. Most clusters open nothing, and there are many of them: then
/// there is nothing in the list.
pub fn services(spec: &PostgresqlSpec, defaults: Option<&LoadBalancers>) -> Vec<ServiceView> {
    let nothing = LoadBalancers::default();
    let defaults = defaults.unwrap_or(&nothing);
    let sides = sides(spec, defaults);
    let opened = |side: &Side| side.balancer.iter().chain(&side.node_port).any(|on| *on == Some(true));
    if !sides.iter().any(opened) {
        return vec![];
    }
    let view = |side: &Side| {
        let own = match side.replicas {
            true => &spec.replica_service_annotations,
            false => &spec.master_service_annotations,
        };
        let mut annotations = defaults.custom_service_annotations.clone().unwrap_or_default();
        annotations.extend(spec.service_annotations.clone().unwrap_or_default());
        annotations.extend(own.clone().unwrap_or_default());
        let [own_port, default_port] = side.node_port;
        let [own_balancer, default_balancer] = side.balancer;
        let node_port = own_port.or(default_port) == Some(true);
        ServiceView {
            // A node port wins over a load balancer (`pkg/cluster/k8sres.go:2019`).
            balancer: own_balancer.or(default_balancer) == Some(true) && !node_port,
            node_port,
            replicas: side.replicas,
            field: side.field,
            annotations_field: match side.replicas {
                true => "replicaServiceAnnotations",
                false => "masterServiceAnnotations",
            },
            annotations,
        }
    };
    sides.iter().filter(|side| side.exists).map(view).collect()
}

fn sides(spec: &PostgresqlSpec, defaults: &LoadBalancers) -> [Side; 4] {
    let poolers = Poolers::of(spec);
    [
        Side {
            exists: true,
            replicas: false,
            field: "enableMasterLoadBalancer",
            balancer: [spec.enable_master_load_balancer, defaults.enable_master_load_balancer],
            node_port: [spec.enable_master_node_port, defaults.enable_master_node_port],
        },
        Side {
            exists: true,
            replicas: true,
            field: "enableReplicaLoadBalancer",
            balancer: [spec.enable_replica_load_balancer, defaults.enable_replica_load_balancer],
            node_port: [spec.enable_replica_node_port, defaults.enable_replica_node_port],
        },
        Side {
            exists: poolers.primary,
            replicas: false,
            field: "enableMasterPoolerLoadBalancer",
            balancer: [spec.enable_master_pooler_load_balancer, defaults.enable_master_pooler_load_balancer],
            node_port: [spec.enable_master_pooler_node_port, defaults.enable_master_pooler_node_port],
        },
        Side {
            exists: poolers.replicas,
            replicas: true,
            field: "enableReplicaPoolerLoadBalancer",
            balancer: [
                spec.enable_replica_pooler_load_balancer,
                defaults.enable_replica_pooler_load_balancer,
            ],
            node_port: [spec.enable_replica_pooler_node_port, defaults.enable_replica_pooler_node_port],
        },
    ]
}
