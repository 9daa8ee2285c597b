//! An S3 server inside the Kubernetes cluster, so that backup and restore can be tried on one machine.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, HTTPGetAction, PersistentVolumeClaim, PersistentVolumeClaimSpec,
    PersistentVolumeClaimVolumeSource, PodSecurityContext, PodSpec, PodTemplateSpec, Probe, SecurityContext,
    Service, ServicePort, ServiceSpec, Volume, VolumeMount, VolumeResourceRequirements,
};
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{Bucket, ObjectStore, Region};
use crate::base::{Object, Problems, Scope, Stage, construct, either, pod};
use crate::namespace::Namespace;
use crate::values::{Memory, Name};

construct! {
    /// An S3 server with one volume, in a namespace of its own. Region and bucket are those of production, so that the same
    /// archive is written here and there. The Secret with its keys must be in its namespace as well.
    ///
    /// ```
    /// use pgsynth_constructs::Namespace;
    /// use pgsynth_constructs::object_store::LocalStore;
    /// let namespace = Namespace::created("s3");
    /// let store = LocalStore::new(namespace, "fsn1", "acme-postgres");
    /// ```
    pub struct LocalStore {
        /// Its namespace.
        [required] namespace: Namespace,

        /// Region that it answers to.
        [required] region: Region,

        /// The bucket, which it makes.
        [required] bucket: Bucket,

        /// Size of its volume. Default: `10Gi`.
        [optional] size: Memory,

        /// StorageClass of its volume. Default: the platform's.
        [optional] class: Name,
    }
}

const PORT: i32 = 7070;
const LABEL: &str = "app.kubernetes.io/name";

impl LocalStore {
    pub(super) fn validate(&self, external: bool, scope: &Scope, problems: &mut Problems) {
        let Self { namespace, region: _, bucket: _, size: _, class: _ } = self;
        namespace.validate(&scope.below("local.namespace"), problems);
        if external {
            problems.forbidden(
                scope.at("externalSecret"),
                "a local store is for a throwaway machine; create its Secret by hand, as `pgsynth list --secrets` shows",
            );
        }
    }

    /// Address of the server, for pods of the Kubernetes cluster.
    pub(super) fn endpoint(&self, id: &str, domain: &str) -> String {
        format!("http://{id}.{}.svc.{domain}:{PORT}", self.namespace.name)
    }

    pub(super) fn objects(&self, id: &str, store: &ObjectStore, scope: &Scope) -> Vec<Object> {
        let Self { namespace, region, bucket, size, class } = self;
        let metadata = || ObjectMeta {
            name: Some(id.to_owned()),
            namespace: Some(namespace.name.to_string()),
            labels: Some(scope.labels().clone().into_iter().collect()),
            ..ObjectMeta::default()
        };
        let selector = BTreeMap::from([(LABEL.to_owned(), id.to_owned())]);
        let class = class
            .as_ref()
            .map(Name::as_str)
            .or_else(|| (scope.release().pods.storage_class)(scope.platform()));
        let size = size.clone().unwrap_or_else(|| Memory::gibibytes(10));
        let claim = PersistentVolumeClaim {
            metadata: metadata(),
            spec: Some(PersistentVolumeClaimSpec {
                access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
                storage_class_name: class.map(str::to_owned),
                resources: Some(VolumeResourceRequirements {
                    requests: Some(BTreeMap::from([("storage".to_owned(), Quantity(size.to_string()))])),
                    ..VolumeResourceRequirements::default()
                }),
                ..PersistentVolumeClaimSpec::default()
            }),
            ..PersistentVolumeClaim::default()
        };
        let mut labels = metadata().labels.unwrap_or_default();
        labels.extend(selector.clone());
        let spec = DeploymentSpec {
            replicas: Some(1),
            // Two servers on one volume would wait for each other.
            strategy: Some(DeploymentStrategy { type_: Some("Recreate".to_owned()), ..Default::default() }),
            selector: LabelSelector { match_labels: Some(selector.clone()), ..LabelSelector::default() },
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(labels), ..ObjectMeta::default() }),
                spec: Some(server(id, region, bucket, store, scope)),
            },
            ..DeploymentSpec::default()
        };
        let deployment = Deployment { metadata: metadata(), spec: either(spec), ..Deployment::default() };
        let service = Service {
            metadata: metadata(),
            spec: Some(ServiceSpec {
                selector: Some(selector.clone()),
                ports: Some(vec![ServicePort {
                    name: Some("s3".to_owned()),
                    port: PORT,
                    protocol: Some("TCP".to_owned()),
                    target_port: Some(IntOrString::String("s3".to_owned())),
                    ..ServicePort::default()
                }]),
                ..ServiceSpec::default()
            }),
            ..Service::default()
        };
        let mut objects = namespace.objects(&scope.below("local.namespace"), "restricted");
        objects.push(Object::of(Stage::Storage, scope, claim));
        objects.push(Object::of(Stage::Storage, scope, deployment));
        objects.push(Object::of(Stage::Storage, scope, service));
        objects.push(Object::of(Stage::Storage, scope, policy(metadata(), selector, scope)));
        objects
    }
}

/// The server: versitygw over a folder, in which every folder is a bucket.
fn server(id: &str, region: &Region, bucket: &Bucket, store: &ObjectStore, scope: &Scope) -> PodSpec {
    let key = |name, key| pod::from_secret(name, store.credentials.as_str(), key);
    let mounts = || {
        Some(vec![VolumeMount {
            name: "data".to_owned(),
            mount_path: "/data".to_owned(),
            ..VolumeMount::default()
        }])
    };
    let security = || Some(SecurityContext { read_only_root_filesystem: Some(true), ..pod::confined() });
    let resources = || Some(pod::resources(&[("cpu", "50m"), ("memory", "64Mi")], &[("memory", "512Mi")]));
    let image = Some(scope.images.s3.clone());
    let make_bucket = Container {
        name: "bucket".to_owned(),
        image: image.clone(),
        command: Some(
            ["mkdir", "-p", &format!("/data/buckets/{bucket}"), "/data/meta"].map(str::to_owned).into(),
        ),
        resources: resources(),
        security_context: security(),
        volume_mounts: mounts(),
        ..Container::default()
    };
    let server = Container {
        name: "s3".to_owned(),
        image,
        args: Some(["posix", "/data/buckets"].map(str::to_owned).into()),
        env: Some(vec![
            pod::variable("VGW_PORT", format!(":{PORT}")),
            pod::variable("VGW_REGION", region.to_string()),
            pod::variable("VGW_HEALTH", "/_/health".to_owned()),
            pod::variable("VGW_META_SIDECAR", "/data/meta".to_owned()),
            key("ROOT_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
            key("ROOT_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
        ]),
        ports: Some(vec![ContainerPort {
            name: Some("s3".to_owned()),
            container_port: PORT,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        readiness_probe: Some(Probe {
            http_get: Some(HTTPGetAction {
                path: Some("/_/health".to_owned()),
                port: IntOrString::String("s3".to_owned()),
                ..HTTPGetAction::default()
            }),
            ..Probe::default()
        }),
        resources: resources(),
        security_context: security(),
        volume_mounts: mounts(),
        ..Container::default()
    };
    PodSpec {
        automount_service_account_token: Some(false),
        init_containers: Some(vec![make_bucket]),
        containers: vec![server],
        image_pull_secrets: scope.images.secrets(),
        security_context: Some(PodSecurityContext {
            run_as_user: Some(1000),
            run_as_group: Some(1000),
            fs_group: Some(1000),
            ..pod::restricted()
        }),
        volumes: Some(vec![Volume {
            name: "data".to_owned(),
            persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                claim_name: id.to_owned(),
                ..PersistentVolumeClaimVolumeSource::default()
            }),
            ..Volume::default()
        }]),
        ..PodSpec::default()
    }
}

/// Only PostgreSQL's pods reach the server.
fn policy(metadata: ObjectMeta, selector: BTreeMap<String, String>, scope: &Scope) -> NetworkPolicy {
    let kubernetes = scope.operator().configuration.kubernetes.clone().unwrap_or_default();
    let clusters = kubernetes.cluster_labels.unwrap_or_default();
    let rule = NetworkPolicyIngressRule {
        from: Some(vec![NetworkPolicyPeer {
            namespace_selector: Some(LabelSelector::default()),
            pod_selector: Some(LabelSelector {
                match_labels: Some(clusters.into_iter().collect()),
                ..LabelSelector::default()
            }),
            ..NetworkPolicyPeer::default()
        }]),
        ports: Some(vec![NetworkPolicyPort {
            port: Some(IntOrString::String("s3".to_owned())),
            protocol: Some("TCP".to_owned()),
            ..NetworkPolicyPort::default()
        }]),
    };
    let spec = NetworkPolicySpec {
        pod_selector: either(LabelSelector { match_labels: Some(selector), ..LabelSelector::default() }),
        policy_types: Some(vec!["Ingress".to_owned()]),
        ingress: Some(vec![rule]),
        ..NetworkPolicySpec::default()
    };
    NetworkPolicy { metadata, spec: Some(spec) }
}
