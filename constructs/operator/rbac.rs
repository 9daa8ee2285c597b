//! The operator's rights: none that its configuration does not need.

use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{
    ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::NAME;
use crate::base::{Object, OperatorFacts, Scope, Stage, Watch, either};
use crate::crds::operator_configuration::Configuration;

const EVERYTHING: [&str; 8] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

pub(super) fn objects(
    facts: &OperatorFacts,
    user_roles: bool,
    scope: &Scope,
    metadata: &dyn Fn(&str, Option<&str>) -> ObjectMeta,
) -> Vec<Object> {
    let namespace = scope.namespace();
    let configuration = &facts.configuration;
    let kubernetes = configuration.kubernetes.clone().unwrap_or_default();
    let pod = kubernetes.pod_service_account_name.unwrap_or_else(|| "postgres-pod".to_owned());
    let subject = || {
        Some(vec![Subject {
            kind: "ServiceAccount".to_owned(),
            name: NAME.to_owned(),
            namespace: Some(namespace.to_owned()),
            ..Subject::default()
        }])
    };
    let reference = |kind: &str, name: &str| RoleRef {
        api_group: either("rbac.authorization.k8s.io".to_owned()),
        kind: kind.to_owned(),
        name: name.to_owned(),
    };
    let role = |name: &str, rules: Vec<PolicyRule>| ClusterRole {
        metadata: metadata(name, None),
        rules: Some(rules),
        ..ClusterRole::default()
    };

    let account = ServiceAccount { metadata: metadata(NAME, Some(namespace)), ..ServiceAccount::default() };
    let mut objects = vec![Object::of(Stage::Operator, scope, account)];
    let mut add = |role: ClusterRole| objects.push(Object::of(Stage::Operator, scope, role));

    // Rights on objects of the whole Kubernetes cluster, and on those in namespaces, apart: where one namespace is
    // watched, the second kind is given there alone.
    let whole = "postgres-operator-cluster";
    add(role(whole, whole_cluster(configuration, &facts.watch)));
    add(role(NAME, in_namespaces(configuration)));
    add(role(&pod, pods(configuration)));
    if user_roles {
        for (name, verbs) in [
            ("admin", &EVERYTHING[..]),
            ("edit", &["create", "update", "patch", "get", "list", "watch"][..]),
            ("view", &["get", "list", "watch"][..]),
        ] {
            let mut role = role(
                &format!("postgres-operator-users-{name}"),
                vec![rule("acid.zalan.do", &["postgresqls", "postgresqls/status"], verbs)],
            );
            let label = format!("rbac.authorization.k8s.io/aggregate-to-{name}");
            role.metadata.labels.get_or_insert_default().insert(label, "true".to_owned());
            add(role);
        }
    }

    let binding = |name: &str| {
        let binding = ClusterRoleBinding {
            metadata: metadata(name, None),
            role_ref: reference("ClusterRole", name),
            subjects: subject(),
        };
        Object::of(Stage::Operator, scope, binding)
    };
    let bound = |watched: &str, kind: &str, name: &str| {
        let binding = RoleBinding {
            metadata: metadata(name, Some(watched)),
            role_ref: reference(kind, name),
            subjects: subject(),
        };
        Object::of(Stage::Operator, scope, binding)
    };
    objects.push(binding(whole));
    match &facts.watch {
        Watch::All => objects.push(binding(NAME)),
        Watch::Namespace(watched) => objects.push(bound(watched, "ClusterRole", NAME)),
    }

    // Its own configuration stands in its own namespace, whichever it watches.
    let own = "postgres-operator-configuration";
    let configuration_role = Role {
        metadata: metadata(own, Some(namespace)),
        rules: Some(vec![PolicyRule {
            resource_names: Some(vec![NAME.to_owned()]),
            ..rule("acid.zalan.do", &["operatorconfigurations"], &["get"])
        }]),
    };
    objects.push(Object::of(Stage::Operator, scope, configuration_role));
    objects.push(bound(namespace, "Role", own));
    objects
}

fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> PolicyRule {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    PolicyRule {
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(owned(resources)),
        verbs: owned(verbs),
        ..PolicyRule::default()
    }
}

fn on_aws(configuration: &Configuration) -> bool {
    let mode = configuration.kubernetes.as_ref().and_then(|section| section.storage_resize_mode.as_ref());
    mode.is_some_and(|mode| matches!(mode.as_str(), "ebs" | "mixed"))
}

fn uses_configmaps(configuration: &Configuration) -> bool {
    configuration.kubernetes_use_configmaps == Some(true)
}

fn whole_cluster(configuration: &Configuration, watch: &Watch) -> Vec<PolicyRule> {
    let mut rules = vec![rule("", &["nodes"], &["get", "list", "watch"])];
    if let Watch::Namespace(watched) = watch {
        // It looks the watched namespace up at its start (pkg/controller/controller.go:503).
        rules.push(PolicyRule {
            resource_names: Some(vec![watched.clone()]),
            ..rule("", &["namespaces"], &["get"])
        });
    }
    if on_aws(configuration) {
        rules.push(rule("", &["persistentvolumes"], &["get", "list", "update"]));
    }
    rules
}

fn in_namespaces(configuration: &Configuration) -> Vec<PolicyRule> {
    let kubernetes = configuration.kubernetes.clone().unwrap_or_default();
    let teams = configuration.teams_api.clone().unwrap_or_default();
    let upgrades = configuration.major_version_upgrade.clone().unwrap_or_default();
    let on = |flag: Option<bool>| flag == Some(true);
    let with = |verbs: &[&'static str], more: &[(&'static str, bool)]| {
        let mut verbs = verbs.to_vec();
        verbs.extend(more.iter().filter(|(_, needed)| *needed).map(|(verb, _)| *verb));
        verbs.sort_unstable();
        verbs
    };

    // It takes a finalizer away by `update`, also one that an earlier configuration has set, at every sync and at the end
    // of a cluster (pkg/util/k8sutil/k8sutil.go:226).
    let clusters = with(&["get", "list", "patch", "update", "watch"], &[]);
    let claims = with(
        &["get", "list", "patch", "update"],
        &[("delete", on(kubernetes.enable_persistent_volume_claim_deletion))],
    );
    let accounts = with(
        &["create", "get"],
        &[(
            "update",
            configuration.aws_or_gcp.as_ref().is_some_and(|section| section.irsa_role_arn.is_some()),
        )],
    );
    let mut rules = vec![
        rule("acid.zalan.do", &["postgresqls"], &clusters),
        rule("acid.zalan.do", &["postgresqls/status"], &["patch", "update"]),
    ];
    if on(teams.enable_postgres_team_crd) {
        rules.push(rule("acid.zalan.do", &["postgresteams"], &["get", "list", "watch"]));
    }
    rules.extend(pods(configuration));
    rules.extend([
        rule("", &["events"], &["create", "patch"]),
        rule("", &["persistentvolumeclaims"], &claims),
        rule("", &["pods"], &["delete"]),
        rule("", &["secrets"], &["create", "delete", "get", "patch", "update"]),
        rule("", &["serviceaccounts"], &accounts),
        rule("", &["services"], &["create", "delete", "get", "patch", "update"]),
        // What the source calls, and nothing else (pkg/cluster/connection_pooler.go, k8sres.go, resources.go, sync.go).
        rule("apps", &["deployments"], &["create", "delete", "get", "patch", "update"]),
        rule("apps", &["statefulsets"], &["create", "delete", "get", "list", "patch"]),
        rule("batch", &["cronjobs"], &["create", "delete", "get", "patch", "update"]),
        rule("policy", &["poddisruptionbudgets"], &["create", "delete", "get", "patch"]),
        rule("rbac.authorization.k8s.io", &["rolebindings"], &["create", "get"]),
    ]);
    // It runs commands in pods to upgrade a major version, and to grow a file system on AWS.
    let never = upgrades.major_version_upgrade_mode.is_some_and(|mode| mode.as_str() == "off")
        && upgrades.major_version_upgrade_team_allow_list.is_none_or(|teams| teams.is_empty());
    if !never || on_aws(configuration) {
        rules.push(rule("", &["pods/exec"], &["create"]));
    }
    rules
}

/// What Patroni needs in a pod. The operator must hold these rights itself, because it binds them to the pods' account.
fn pods(configuration: &Configuration) -> Vec<PolicyRule> {
    let mut rules = vec![
        rule("", &["configmaps"], &EVERYTHING),
        rule("", &["pods"], &["get", "list", "patch", "update", "watch"]),
    ];
    if !uses_configmaps(configuration) {
        rules.push(rule("", &["endpoints"], &EVERYTHING));
        rules.push(rule("", &["services"], &["create"]));
    }
    rules
}
