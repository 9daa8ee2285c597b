//! Fields that earlier operators had and this one does not (CRDs of v1.6.0 to v1.15.1 against v2.0.1), and fields that
//! people take from pods: what to write instead.

/// What to write instead of a field that is not there any more, or never was; the path is that of the resource.
pub fn instead(kind: &str, path: &str) -> Option<&'static str> {
    let table = match kind {
        "postgresql" => CLUSTER,
        "OperatorConfiguration" => OPERATOR,
        _ => return None,
    };
    table.iter().find(|(former, _)| *former == path).map(|(_, instead)| *instead)
}

const CLUSTER: &[(&str, &str)] = &[
    ("spec.init_containers", "version 2 calls it `initContainers`"),
    ("spec.pod_priority_class_name", "version 2 calls it `podPriorityClassName`"),
    ("spec.useLoadBalancer", "version 2 calls it `enableMasterLoadBalancer`"),
    ("spec.replicaLoadBalancer", "version 2 calls it `enableReplicaLoadBalancer`"),
    (
        "spec.affinity",
        "the operator knows `nodeAffinity`, and for pods that keep away from each other its own `enable_pod_antiaffinity`",
    ),
    ("spec.nodeSelector", "write it as `nodeAffinity`"),
    ("spec.serviceAccountName", "the operator's `pod_service_account_name` is the account of all pods"),
    ("spec.image", "write `dockerImage`"),
    ("spec.parameters", "write it below `postgresql`"),
    ("spec.extraVolumes", "write it as `additionalVolumes`"),
    ("spec.securityContext", "write `spiloRunAsUser`, `spiloRunAsGroup` and `spiloFSGroup`"),
];

const OPERATOR: &[(&str, &str)] = &[
    (
        "configuration.aws_or_gcp.enable_ebs_gp3_migration",
        "version 2 does not migrate volumes of AWS; remove it",
    ),
    (
        "configuration.aws_or_gcp.enable_ebs_gp3_migration_max_size",
        "version 2 does not migrate volumes of AWS; remove it",
    ),
    (
        "configuration.enable_crd_validation",
        "version 2 always validates; `enable_crd_registration` says who writes the CRDs",
    ),
    ("configuration.patroni.failsafe_mode", "version 2 calls it `enable_patroni_failsafe_mode`"),
    ("configuration.debug.enable_debug_logging", "write `debug_logging`"),
];
