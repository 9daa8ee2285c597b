//! Pods, Secrets, volumes and labels.

use indexmap::IndexMap;

use crate::crds::probes::Probe;
use crate::crds::{mirror, words};

mirror! {
    /// Pods, Secrets, volumes and labels. Without this section Secrets and PodDisruptionBudgets get empty names.
    pub struct Kubernetes {
        /// Linux capabilities of PostgreSQL's container.
        additional_pod_capabilities: Vec<String>,
        /// Domain of the Kubernetes cluster.
        cluster_domain: String => defaulted("cluster.local"),
        /// Labels of everything that the operator makes; the key `application` must stay.
        cluster_labels: IndexMap<String, String> => defaulted(crate::crds::default_map("application", "spilo")),
        /// Label with the cluster's name.
        cluster_name_label: String => defaulted("cluster-name"),
        /// Annotations of all pods.
        custom_pod_annotations: IndexMap<String, String>,
        /// Annotation that must hold the day's date before a cluster may be deleted.
        delete_annotation_date_key: String,
        /// Annotation that must hold the cluster's name before it may be deleted.
        delete_annotation_name_key: String,
        /// Annotations that are copied from a cluster to its StatefulSet and Deployments.
        downscaler_annotations: Vec<String>,
        /// Whether Secrets may be made in other namespaces.
        enable_cross_namespace_secret: bool,
        /// Whether a cluster's resource waits for its deletion to be done. Goes around the delete annotations.
        enable_finalizers: bool,
        /// Whether clusters may have init containers.
        enable_init_containers: bool => defaulted(true),
        /// Whether what the operator makes belongs to the cluster's resource. Goes around the delete annotations.
        enable_owner_references: bool,
        /// Whether volumes are deleted with their cluster.
        enable_persistent_volume_claim_deletion: bool => defaulted(true),
        /// Whether pods of a cluster keep apart.
        enable_pod_antiaffinity: bool,
        /// Whether the primary is protected from evictions.
        enable_pod_disruption_budget: bool => defaulted(true),
        /// Whether pods are asked whether they are ready.
        enable_readiness_probe: bool,
        /// Whether Secrets are deleted with their cluster.
        enable_secrets_deletion: bool => defaulted(true),
        /// Whether clusters may have sidecars.
        enable_sidecars: bool => defaulted(true),
        /// Annotations whose changes cause nothing.
        ignored_annotations: Vec<String>,
        /// Secret with roles for every cluster.
        infrastructure_roles_secret_name: String,
        /// Secrets with roles for every cluster.
        infrastructure_roles_secrets: Vec<InfrastructureRoles>,
        /// Annotations that are copied from a cluster to what is made for it.
        inherited_annotations: Vec<String>,
        /// Labels that are copied from a cluster to what is made for it; never `application` or `cluster-name`.
        inherited_labels: Vec<String>,
        /// Asks whether PostgreSQL's container is alive.
        liveness_probe: Probe,
        /// Time for which a primary is moved off a node that is drained.
        master_pod_move_timeout: String => defaulted("20m"),
        /// Labels of nodes that are ready for PostgreSQL.
        node_readiness_label: IndexMap<String, String>,
        /// How these labels and a cluster's node affinity go together; without it the labels are dropped.
        node_readiness_label_merge: MergeMode,
        /// Secret with the token for the teams API.
        oauth_token_secret_name: String => defaulted("postgres-operator"),
        /// Whether the PodDisruptionBudget covers the primary alone.
        pdb_master_label_selector: bool => defaulted(true),
        /// Name of the PodDisruptionBudget.
        pdb_name_format: String => defaulted("postgres-{cluster}-pdb"),
        /// What becomes of claims, by `when_deleted` and `when_scaled`: `delete` or `retain`.
        persistent_volume_claim_retention_policy: IndexMap<String, String>,
        /// Whether they keep apart only where that is possible.
        pod_antiaffinity_preferred_during_scheduling: bool,
        /// Label of nodes that makes a domain for it.
        pod_antiaffinity_topology_key: String => defaulted("kubernetes.io/hostname"),
        /// ConfigMap with variables of all pods, `namespace/name`.
        pod_environment_configmap: String,
        /// Secret with variables of all pods, in each cluster's namespace.
        pod_environment_secret: String,
        /// Whether pods start one after another.
        pod_management_policy: PodManagement => defaulted("ordered_ready"),
        /// PriorityClass of the pods; it must exist.
        pod_priority_class_name: String,
        /// Label with the Patroni role of a pod.
        pod_role_label: String => defaulted("spilo-role"),
        /// ServiceAccount of the pods, as JSON.
        pod_service_account_definition: String,
        /// Name of the pods' ServiceAccount, which the operator makes in every namespace.
        pod_service_account_name: String => defaulted("postgres-pod"),
        /// RoleBinding of the pods' ServiceAccount, as JSON.
        pod_service_account_role_binding_definition: String,
        /// Time that a pod gets for its end.
        pod_terminate_grace_period: String => defaulted("5m"),
        /// Names of Secrets, from `{username}`, `{cluster}`, `{tprkind}` and `{tprgroup}`.
        secret_name_template: String => defaulted("{username}.{cluster}.credentials.{tprkind}.{tprgroup}"),
        /// Whether sidecars get PostgreSQL's socket.
        share_pgsocket_with_sidecars: bool,
        /// Whether processes may gain rights; cron, and with it base backups, needs it.
        spilo_allow_privilege_escalation: bool => defaulted(true),
        /// Group of the files in the volumes; 103 lets PostgreSQL read a TLS key.
        spilo_fsgroup: i64,
        /// Whether PostgreSQL's container is privileged.
        spilo_privileged: bool,
        /// Group of the process.
        spilo_runasgroup: i64,
        /// User of the process.
        spilo_runasuser: i64,
        /// How volumes grow: by their claims, or not at all; `ebs` and `mixed` are for AWS.
        storage_resize_mode: ResizeMode => defaulted("pvc"),
        /// Taint that all pods bear: `key`, `operator`, `value`, `effect`.
        toleration: IndexMap<String, String>,
        /// Namespace that is watched, or `*` for all. Default: the operator's own.
        watched_namespace: String,
    }
}

mirror! {
    /// A Secret with roles for every cluster.
    pub struct InfrastructureRoles {
        /// Role of those that name none; not read by operator 2.0.1.
        defaultrolevalue: String,
        /// User of those that name none; not read by operator 2.0.1.
        defaultuservalue: String,
        /// Further settings; not read by operator 2.0.1.
        details: String,
        /// Key with the password.
        passwordkey: String,
        /// Key with the role to be a member of.
        rolekey: String,
        /// Name of the Secret.
        secretname: String,
        /// Whether the keys are templates; not read by operator 2.0.1.
        template: bool,
        /// Key with the name.
        userkey: String,
    }
}

words!(
    /// How labels of ready nodes and a cluster's node affinity go together.
    MergeMode, "merge mode", ["AND", "OR"]
);

words!(
    /// Whether pods start one after another.
    PodManagement, "pod management policy", ["ordered_ready", "parallel"]
);

words!(
    /// How volumes grow.
    ResizeMode, "resize mode", ["ebs", "mixed", "pvc", "off"]
);
