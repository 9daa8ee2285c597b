//! Who may reach what of a cluster: one NetworkPolicy for its database pods, one for its poolers, one for the exporter before
//! them. Whatever is not said is closed, once there is a policy.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::base::{ClusterFacts, Object, Scope, Stage, construct, either};
use crate::crds::postgresql::PostgresqlSpec;
use crate::values::Label;
use pgsynth_upstream::behaviour::pods;
use pgsynth_upstream::behaviour::services::services;

construct! {
    /// Pods of a namespace.
    pub struct Peer {
        /// The namespace.
        [required] namespace: Label,

        /// Labels of the pods. Default: all pods of the namespace.
        [map] pods: IndexMap<String, String>,
    }
}

/// Port of PostgreSQL and of its poolers.
const POSTGRESQL: i32 = 5432;

/// Port of Patroni's HTTP API, by which anyone could restart or demote a member.
const PATRONI: i32 = 8008;

/// Ports of the exporters beside PostgreSQL and before its pooler.
pub(crate) const EXPORTER: i32 = 9187;
pub(crate) const POOLER_EXPORTER: i32 = 9127;

/// Label of pods that pgsynth runs for a cluster, by which its policy lets them in.
pub(crate) const HELPER: &str = "pgsynth/helps";

/// Labels of the exporter before a pooler.
pub(crate) fn pooler_exporter_labels(cluster: &str) -> BTreeMap<String, String> {
    [("app.kubernetes.io/name".to_owned(), format!("{cluster}-pooler-exporter"))].into()
}

/// What the policies of a cluster are made of.
pub(crate) struct Reach<'a> {
    pub(crate) facts: &'a ClusterFacts,
    pub(crate) spec: &'a PostgresqlSpec,
    /// Who uses the database; everybody where it is not said.
    pub(crate) clients: Option<&'a [Peer]>,
    /// Who reads the figures, where the cluster has some.
    pub(crate) monitored: bool,
    pub(crate) prometheus: Option<&'a Peer>,
}

fn selector(labels: BTreeMap<String, String>) -> LabelSelector {
    LabelSelector { match_labels: Some(labels), ..LabelSelector::default() }
}

fn in_namespace(name: &str) -> Option<LabelSelector> {
    Some(selector([("kubernetes.io/metadata.name".to_owned(), name.to_owned())].into()))
}

/// All pods of a namespace are no selector: an empty one the API server would not give back as it was written.
fn peer(Peer { namespace, pods }: &Peer) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: in_namespace(namespace.as_str()),
        pod_selector: (!pods.is_empty()).then(|| selector(pods.clone().into_iter().collect())),
        ..NetworkPolicyPeer::default()
    }
}

/// Pods of the cluster's own namespace.
fn own(labels: BTreeMap<String, String>) -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(selector(labels)), ..NetworkPolicyPeer::default() }
}

fn rule(port: i32, protocol: &str, from: Option<Vec<NetworkPolicyPeer>>) -> NetworkPolicyIngressRule {
    NetworkPolicyIngressRule {
        from,
        ports: Some(vec![NetworkPolicyPort {
            port: Some(IntOrString::Int(port)),
            protocol: Some(protocol.to_owned()),
            ..NetworkPolicyPort::default()
        }]),
    }
}

impl Reach<'_> {
    /// Labels of the cluster's database pods.
    fn members(&self, scope: &Scope) -> BTreeMap<String, String> {
        pods::labels(&self.facts.name, scope.operator().kubernetes()).into_iter().collect()
    }

    /// Labels of other pods of the cluster, by their application.
    fn of_application(&self, application: &str, scope: &Scope) -> BTreeMap<String, String> {
        let name = pods::name_label(scope.operator().kubernetes()).to_owned();
        [("application".to_owned(), application.to_owned()), (name, self.facts.name.clone())].into()
    }

    /// The operator: its own pods where the app renders it; of another the labels are not known.
    fn operator(&self, scope: &Scope) -> NetworkPolicyPeer {
        let own = [("name".to_owned(), "postgres-operator".to_owned())].into();
        NetworkPolicyPeer {
            namespace_selector: in_namespace(&scope.operator().namespace),
            pod_selector: scope.operator().rendered.then(|| selector(own)),
            ..NetworkPolicyPeer::default()
        }
    }

    /// Who may use the database; nothing where everybody may: also where it is reachable from outside, because those
    /// clients come from addresses of nodes.
    fn clients(&self, pooled: bool, scope: &Scope) -> Option<Vec<NetworkPolicyPeer>> {
        let defaults = scope.operator().configuration.load_balancer.as_ref();
        let outside = services(self.spec, defaults).iter().any(|service| {
            (service.balancer || service.node_port) && service.field.contains("Pooler") == pooled
        });
        if outside {
            return None;
        }
        Some(self.clients?.iter().map(peer).collect())
    }

    /// Every policy of the cluster. `name` is that of the first.
    pub(crate) fn policies(&self, name: &str, stage: Stage, scope: &Scope) -> Vec<Object> {
        let mut policies =
            vec![self.policy(name, self.members(scope), self.of_database(scope), stage, scope)];
        let exporter = self.monitored && self.facts.pooler_service().is_some();
        if self.clients.is_some() && self.facts.poolers.any() {
            let mut from = self.clients(true, scope);
            if let Some(from) = from.as_mut() {
                from.push(self.operator(scope));
                from.extend(exporter.then(|| own(self.exporter())));
            }
            let pooler = self.of_application("db-connection-pooler", scope);
            let name = format!("{}-pooler", self.facts.name);
            policies.push(self.policy(&name, pooler, vec![rule(POSTGRESQL, "TCP", from)], stage, scope));
        }
        if exporter && let Some(prometheus) = self.prometheus {
            let figures = rule(POOLER_EXPORTER, "TCP", Some(vec![peer(prometheus)]));
            let name = format!("{}-pooler-exporter", self.facts.name);
            policies.push(self.policy(&name, self.exporter(), vec![figures], stage, scope));
        }
        policies
    }

    /// Labels of the exporter before the pooler.
    fn exporter(&self) -> BTreeMap<String, String> {
        pooler_exporter_labels(&self.facts.name)
    }

    fn of_database(&self, scope: &Scope) -> Vec<NetworkPolicyIngressRule> {
        let members = || own(self.members(scope));
        let mut clients = self.clients(false, scope);
        if let Some(clients) = clients.as_mut() {
            clients.extend([members(), self.operator(scope)]);
            if self.facts.poolers.any() {
                clients.push(own(self.of_application("db-connection-pooler", scope)));
            }
            if self.spec.enable_logical_backup == Some(true) {
                clients.push(own(self.of_application("spilo-logical-backup", scope)));
            }
            clients.push(own([(HELPER.to_owned(), self.facts.name.clone())].into()));
        }
        let figures = self.prometheus.filter(|_| self.monitored).map(peer);
        let mut rules = vec![rule(POSTGRESQL, "TCP", clients)];
        if self.monitored {
            rules.push(rule(EXPORTER, "TCP", figures.clone().map(|peer| vec![peer])));
        }
        // Its figures stand on the same port as its switches.
        let patroni = figures.into_iter().chain([members(), self.operator(scope)]).collect();
        rules.push(rule(PATRONI, "TCP", Some(patroni)));
        // Ports that somebody has declared stay as they were.
        let declared = self.spec.sidecars.iter().flat_map(|list| list.iter());
        for port in declared.flat_map(|sidecar| sidecar.ports.iter().flatten()) {
            if port.container_port != EXPORTER || !self.monitored {
                rules.push(rule(port.container_port, port.protocol.as_deref().unwrap_or("TCP"), None));
            }
        }
        rules
    }

    fn policy(
        &self,
        name: &str,
        pods: BTreeMap<String, String>,
        ingress: Vec<NetworkPolicyIngressRule>,
        stage: Stage,
        scope: &Scope,
    ) -> Object {
        let spec = NetworkPolicySpec {
            pod_selector: either(selector(pods)),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: Some(ingress),
            ..NetworkPolicySpec::default()
        };
        let metadata = ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.facts.namespace.clone()),
            labels: Some(scope.labels().clone().into_iter().collect()),
            ..ObjectMeta::default()
        };
        Object::of(stage, scope, NetworkPolicy { metadata, spec: Some(spec) })
    }
}
