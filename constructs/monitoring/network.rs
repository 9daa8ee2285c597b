//! Who may reach a cluster's figures.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Monitored;
use super::exporter::{PORT, metadata};
use crate::base::{Object, Scope, Stage, construct, either};
use crate::values::Label;
use pgsynth_upstream::behaviour::pods;

construct! {
    /// Pods of a namespace.
    pub struct Peer {
        /// The namespace.
        [required] namespace: Label,

        /// Labels of the pods. Default: all pods of the namespace.
        [map] pods: IndexMap<String, String>,
    }
}

/// Port of Patroni's HTTP API, by which anyone could restart or demote a member.
const PATRONI: i32 = 8008;

fn selector(labels: BTreeMap<String, String>) -> LabelSelector {
    LabelSelector { match_labels: Some(labels), ..LabelSelector::default() }
}

/// Labels of a cluster's pods.
pub(super) fn pods(cluster: &str, scope: &Scope) -> BTreeMap<String, String> {
    pods::labels(cluster, scope.operator().kubernetes()).into_iter().collect()
}

/// PostgreSQL for everyone, the exporter for Prometheus, Patroni for Prometheus, the members and the operator; only where
/// it is said who Prometheus is.
pub(super) fn policy(cluster: &Monitored, scope: &Scope) -> Option<Object> {
    let Peer { namespace, pods: prometheus } = cluster.stack.prometheus.as_ref()?;
    let in_namespace =
        |name: &str| Some(selector([("kubernetes.io/metadata.name".to_owned(), name.to_owned())].into()));
    let peer = NetworkPolicyPeer {
        namespace_selector: in_namespace(namespace.as_str()),
        pod_selector: Some(selector(prometheus.clone().into_iter().collect())),
        ..NetworkPolicyPeer::default()
    };
    let members = NetworkPolicyPeer {
        pod_selector: Some(selector(pods(cluster.name, scope))),
        ..NetworkPolicyPeer::default()
    };
    let operator = NetworkPolicyPeer {
        namespace_selector: in_namespace(&scope.operator().namespace),
        ..NetworkPolicyPeer::default()
    };
    let rule = |port: i32, from: Option<Vec<NetworkPolicyPeer>>| NetworkPolicyIngressRule {
        from,
        ports: Some(vec![NetworkPolicyPort {
            port: Some(IntOrString::Int(port)),
            protocol: Some("TCP".to_owned()),
            ..NetworkPolicyPort::default()
        }]),
    };
    let spec = NetworkPolicySpec {
        pod_selector: either(selector(pods(cluster.name, scope))),
        policy_types: Some(vec!["Ingress".to_owned()]),
        ingress: Some(vec![
            rule(5432, None),
            rule(PORT, Some(vec![peer.clone()])),
            rule(PATRONI, Some(vec![peer, members, operator])),
        ]),
        ..NetworkPolicySpec::default()
    };
    let policy = NetworkPolicy {
        metadata: metadata(&format!("{}-figures", cluster.name), cluster, scope),
        spec: Some(spec),
    };
    Some(Object::of(Stage::Monitoring, scope, policy))
}
