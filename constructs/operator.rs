//! The operator itself: its rights, its configuration, its Deployment.

mod deployment;
mod rbac;

use std::fmt;

use indexmap::IndexMap;
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::api::scheduling::v1::PriorityClass;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::base::{
    Identity, Object, OperatorFacts, Problems, Scope, Stage, Watch, annotations_of, construct, either,
};
use crate::cluster::Resources;
use crate::crds::operator_configuration::{Configuration, Kubernetes, OperatorConfiguration};
use crate::crds::postgresql::Metadata;
use crate::crds::{CustomResource, Mirror};
use crate::images::Images;
use crate::release::{PRIORITY_CLASS, Release};
use crate::values::{Described, Label, Platform};
use pgsynth_upstream::behaviour::filled::fill_probe;

construct! {
    /// The Zalando Postgres Operator, of the app's release, in the namespace of its chart.
    ///
    /// Renders its ServiceAccount and rights, an OperatorConfiguration with every setting written out, a Deployment that
    /// restarts when the configuration changes, a NetworkPolicy before its HTTP API, a PriorityClass for PostgreSQL's pods,
    /// and the CRDs.
    ///
    /// ```
    /// use pgsynth_constructs::operator::{Operator, WatchSetting};
    /// let mut operator = Operator::new(WatchSetting::All);
    /// operator.configuration.workers = Some(4.try_into()?);
    /// # Ok::<(), String>(())
    /// ```
    pub struct Operator {
        /// Which namespaces it looks at: `all`, or the name of one; it knows no list.
        [required] watch: WatchSetting,

        /// Every setting of the operator, in its own words. Default: settings for production, see the README.
        [default] configuration: Configuration,

        /// Names of the variables in the sources of `pod_environment_configmap` and `pod_environment_secret`, and what
        /// `additional_secret_mount` is for: they must be known where a cluster has a backup. Default: not known.
        [optional] pod_environment: Vec<String>,

        /// Cores and memory of the operator. Default: 100m and 250Mi, at most 500Mi.
        [default] resources: Resources,

        /// Labels of the pods, in any namespace, that may call its HTTP API, which asks nobody for a password; there is a
        /// Service for them. Default: none may.
        [map] api_clients: IndexMap<String, String>,

        /// Whether its log is JSON. Default: false.
        [flag] json_log: bool,

        /// Whether there are ClusterRoles that let people see or edit clusters, joined to `view`, `edit` and `admin`.
        /// Default: false.
        [flag] user_roles: bool,

        /// Warnings that are wanted, by id, with the reason. Default: none.
        [map] accept: IndexMap<String, String>,
    }
}

/// Which namespaces the operator looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchSetting {
    /// Every namespace: `all`.
    All,
    /// One namespace, by its name.
    Namespace(Label),
}

impl Serialize for WatchSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::All => "all",
            Self::Namespace(name) => name.as_str(),
        })
    }
}

impl<'de> Deserialize<'de> for WatchSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl de::Visitor<'_> for Word {
            type Value = WatchSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`all`, or the name of one namespace; the operator accepts no list")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<WatchSetting, E> {
                match text {
                    "all" => Ok(WatchSetting::All),
                    name => name.parse().map(WatchSetting::Namespace).map_err(E::custom),
                }
            }
        }
        deserializer.deserialize_any(Word)
    }
}

/// What the CRD fills in, section by section, as if every section stood there.
pub fn upstream_defaults(release: &Release) -> Configuration {
    let mut defaults = Configuration::defaults(true).unwrap_or_default();
    // These are a release's own.
    defaults.docker_image = Some(release.images.spilo.to_owned());
    defaults.connection_pooler.get_or_insert_default().connection_pooler_image =
        Some(release.images.pooler.to_owned());
    defaults.logical_backup.get_or_insert_default().logical_backup_docker_image =
        Some(release.images.logical_backup.to_owned());
    defaults
}

/// Name of everything that belongs to the operator.
pub(crate) const NAME: &str = "postgres-operator";

impl Operator {
    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self {
            watch: _,
            configuration,
            pod_environment: _,
            resources: _,
            api_clients: _,
            json_log: _,
            user_roles: _,
            accept: _,
        } = self;
        for (path, field) in [("kubernetes.watched_namespace", "watch"), ("enable_crd_registration", "")] {
            if configuration.contains(&path.split('.').collect::<Vec<_>>()) {
                let rule = match field {
                    "" => "pgsynth renders the CRDs, which can have only one owner".to_owned(),
                    field => format!("`{field}` sets it; set it there"),
                };
                problems.forbidden(scope.at(&format!("configuration.{path}")), rule);
            }
        }
        for secret in [
            "logical_backup.logical_backup_s3_access_key_id",
            "logical_backup.logical_backup_s3_secret_access_key",
            "logical_backup.logical_backup_azure_storage_account_key",
            "scalyr.scalyr_api_key",
        ] {
            if configuration.contains(&secret.split('.').collect::<Vec<_>>()) {
                problems.forbidden(
                    scope.at(&format!("configuration.{secret}")),
                    "the key appears in the output, in the operator's log and in its HTTP API; put it into a Secret and name that in `logical_backup_cronjob_environment_secret`",
                );
            }
        }
    }

    /// The operator as its clusters see it, with every setting filled in.
    pub(crate) fn facts(
        &self,
        namespace: &str,
        platform: Platform,
        release: &Release,
        images: &Images,
    ) -> OperatorFacts {
        let watch = match &self.watch {
            WatchSetting::All => Watch::All,
            WatchSetting::Namespace(watched) => Watch::Namespace(watched.to_string()),
        };
        let mut configuration = self.configuration.clone();
        configuration.kubernetes.get_or_insert_with(Kubernetes::default).watched_namespace =
            Some(match &watch {
                Watch::All => "*".to_owned(),
                Watch::Namespace(watched) => watched.clone(),
            });
        configuration.enable_crd_registration = Some(false);
        images.pulled(&release.images).configure(&mut configuration);
        configuration.fill((release.operator)(platform, &release.images));
        configuration.fill(upstream_defaults(release));
        let probe = configuration.kubernetes.as_mut().and_then(|section| section.liveness_probe.as_mut());
        probe.into_iter().for_each(fill_probe);
        if self.configuration.scalyr.is_none() {
            // Deprecated, and without the section nothing comes of it.
            configuration.scalyr = None;
        }
        OperatorFacts {
            namespace: namespace.to_owned(),
            watch,
            rendered: true,
            configuration,
            pod_environment: self.pod_environment.clone(),
        }
    }

    pub(crate) fn objects(&self, scope: &Scope) -> Vec<Object> {
        let Self {
            watch: _,
            configuration: _,
            pod_environment: _,
            resources,
            api_clients,
            json_log,
            user_roles,
            accept: _,
        } = self;
        let facts = scope.operator();
        let metadata = |name: &str, namespace: Option<&str>| ObjectMeta {
            name: Some(name.to_owned()),
            namespace: namespace.map(str::to_owned),
            labels: Some(scope.labels().clone().into_iter().collect()),
            ..ObjectMeta::default()
        };
        let mut objects = rbac::objects(facts, *user_roles, scope, &metadata);
        objects.push(self.configuration_object(facts, scope));
        objects.push(Object::of(
            Stage::Operator,
            scope,
            PriorityClass {
                metadata: metadata(PRIORITY_CLASS, None),
                value: either(1_000_000),
                global_default: Some(false),
                preemption_policy: Some("PreemptLowerPriority".to_owned()),
                description: Some("PostgreSQL, above applications and below storage".to_owned()),
            },
        ));
        objects.push(Object::of(
            Stage::Operator,
            scope,
            network_policy(facts, api_clients, metadata(NAME, Some(scope.namespace()))),
        ));
        objects.extend(deployment::objects(
            facts,
            resources,
            *json_log,
            !api_clients.is_empty(),
            scope,
            &metadata,
        ));
        objects
    }

    fn configuration_object(&self, facts: &OperatorFacts, scope: &Scope) -> Object {
        let identity = Identity {
            api_version: format!("{}/v1", OperatorConfiguration::GROUP),
            kind: OperatorConfiguration::KIND.to_owned(),
            namespace: Some(scope.namespace().to_owned()),
            name: NAME.to_owned(),
        };
        let resource = OperatorConfiguration {
            api_version: Some(identity.api_version.clone()),
            configuration: facts.configuration.clone(),
            kind: Some(identity.kind.clone()),
            metadata: Metadata {
                labels: Some(scope.labels().clone()),
                name: Some(identity.name.clone()),
                namespace: identity.namespace.clone(),
                annotations: annotations_of(Stage::Operator, scope, &IndexMap::new())
                    .map(|annotations| annotations.into_iter().collect()),
                ..Metadata::default()
            },
        };
        Object::new(Stage::Operator, scope, identity, resource)
    }
}

/// Port of the operator's HTTP API.
fn api_port(facts: &OperatorFacts) -> i32 {
    let port = facts.configuration.logging_rest_api.as_ref().and_then(|section| section.api_port);
    port.and_then(|port| i32::try_from(port).ok()).unwrap_or(8080)
}

/// Nobody reaches the operator but its clients; the kubelet's probes are not subject to policies.
fn network_policy(
    facts: &OperatorFacts,
    clients: &IndexMap<String, String>,
    metadata: ObjectMeta,
) -> NetworkPolicy {
    let rule = NetworkPolicyIngressRule {
        from: Some(vec![NetworkPolicyPeer {
            namespace_selector: Some(LabelSelector::default()),
            pod_selector: Some(LabelSelector {
                match_labels: Some(clients.clone().into_iter().collect()),
                ..LabelSelector::default()
            }),
            ..NetworkPolicyPeer::default()
        }]),
        ports: Some(vec![NetworkPolicyPort {
            port: Some(IntOrString::Int(api_port(facts))),
            protocol: Some("TCP".to_owned()),
            ..NetworkPolicyPort::default()
        }]),
    };
    let spec = NetworkPolicySpec {
        pod_selector: Some(LabelSelector {
            match_labels: Some(deployment::selector()),
            ..LabelSelector::default()
        }),
        policy_types: Some(vec!["Ingress".to_owned()]),
        ingress: (!clients.is_empty()).then(|| vec![rule]),
        ..NetworkPolicySpec::default()
    };
    NetworkPolicy { metadata, spec: Some(spec) }
}

impl Described for WatchSetting {
    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "title": "`all`, or the name of one namespace" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::ReleaseName;

    #[test]
    fn the_crds_defaults_are_read_from_the_schema() {
        let defaults = upstream_defaults(ReleaseName::R2026_11.release());
        assert_eq!(defaults.workers.unwrap().get(), 8);
        assert_eq!(defaults.kubernetes_use_configmaps, Some(true));
        assert_eq!(defaults.kubernetes.unwrap().pdb_name_format.as_deref(), Some("postgres-{cluster}-pdb"));
        assert_eq!(defaults.users.unwrap().password_rotation_interval, Some(90));
    }
}
