//! Continuous archiving: what turns it off, sends it elsewhere, or lets it fail.

use super::{Check, ClusterView, Found, FoundAmong, OperatorView};
use crate::archive::names;
use crate::crds::env::EnvVar;

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T21", Check::Operator(one_path_for_all)),
    ("T22", Check::Cluster(lower_case)),
    ("T23", Check::Cluster(switched_off)),
    ("T24", Check::Operator(bucket_without_keys)),
    ("T25", Check::Cluster(encryption_that_is_not_there)),
    ("T26", Check::Cluster(old_program)),
    ("T27", Check::Cluster(style_overwritten)),
    ("T28", Check::Cluster(dropped)),
    ("T32", Check::Operator(mount_over_settings)),
    ("T34", Check::Cluster(few_backups)),
    ("T37", Check::Clusters(all_at_once)),
    ("T38", Check::Cluster(operators_own)),
];

fn env<'a>(view: &'a ClusterView) -> impl Iterator<Item = (usize, &'a EnvVar)> {
    view.resource.spec.env.iter().flat_map(|list| list.iter()).enumerate()
}

fn value<'a>(view: &'a ClusterView, name: &str) -> Option<(usize, &'a str)> {
    env(view)
        .find(|(_, variable)| variable.name == name)
        .and_then(|(index, variable)| Some((index, variable.value.as_deref()?)))
}

fn pod_environment<'a>(view: &'a OperatorView) -> impl Iterator<Item = &'a str> {
    view.operator.pod_environment.iter().flatten().map(String::as_str)
}

fn one_path_for_all(view: &OperatorView, found: &mut Found) {
    for name in pod_environment(view).filter(|name| {
        matches!(*name, "WALG_S3_PREFIX" | "WALE_S3_PREFIX" | "WALG_GS_PREFIX" | "WALE_GS_PREFIX")
    }) {
        found.at("podEnvironment", format!("forbidden name `{name}`: every cluster would archive into one path, and none could be restored"));
    }
}

fn lower_case(view: &ClusterView, found: &mut Found) {
    for (index, EnvVar { name, .. }) in env(view) {
        if name.bytes().any(|byte| byte.is_ascii_lowercase()) && names::is_owned(name) {
            let upper = name.to_ascii_uppercase();
            found.at(&format!("env.{index}.name"), format!("invalid value `{name}`: it keeps `{upper}` out, and Spilo does not know it, so that nothing would be archived"));
        }
    }
}

fn switched_off(view: &ClusterView, found: &mut Found) {
    if let Some((index, "")) = value(view, "WAL_S3_BUCKET") {
        found.at(
            &format!("env.{index}"),
            "forbidden: an empty bucket switches archiving off; say `backup: {none: \"<why>\"}`",
        );
    }
    let parameters = view.resource.spec.postgresql.as_ref().and_then(|settings| settings.parameters.as_ref());
    for name in ["archive_command", "archive_mode", "archive_library"] {
        if parameters.is_some_and(|parameters| parameters.contains_key(name)) {
            found.at(
                &format!("postgresql.parameters.{name}"),
                "forbidden: it would replace Spilo's, and nothing would be archived that can be restored",
            );
        }
    }
}

fn bucket_without_keys(view: &OperatorView, found: &mut Found) {
    let bucket =
        view.operator.configuration.aws_or_gcp.as_ref().and_then(|section| section.wal_s3_bucket.as_deref());
    let profile = view
        .operator
        .configuration
        .aws_or_gcp
        .as_ref()
        .is_some_and(|section| section.kube_iam_role.is_some() || section.irsa_role_arn.is_some());
    let keys = pod_environment(view).any(|name| name == "AWS_ACCESS_KEY_ID");
    if bucket.is_some_and(|bucket| !bucket.is_empty()) && !profile && !keys {
        found.with_fix("aws_or_gcp.wal_s3_bucket", "forbidden: no keys come with it, so that archiving fails and the WAL fills the volumes", "list `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in `podEnvironment` where a Secret brings them; or use the app's `stores`");
    }
}

fn encryption_that_is_not_there(view: &ClusterView, found: &mut Found) {
    let said = |name| env(view).any(|(_, variable)| variable.name == name);
    if let Some((index, endpoint)) = value(view, "AWS_ENDPOINT").filter(|(_, endpoint)| !endpoint.is_empty())
        && value(view, "WALG_DISABLE_S3_SSE").is_none_or(|(_, value)| value != "true")
        && !said("WALG_S3_SSE")
    {
        found.at(&format!("env.{index}"), format!("required: `WALG_DISABLE_S3_SSE: \"true\"` beside the endpoint `{endpoint}`; Spilo 4.1 asks for encryption that a store need not have, and every upload fails"));
    }
}

fn old_program(view: &ClusterView, found: &mut Found) {
    let image = view.operator.image(&view.resource.spec);
    let old = image.rsplit(':').next().is_some_and(|tag| tag.starts_with("4.0") || tag.starts_with("3."));
    if let Some((index, _)) = value(view, "AWS_ENDPOINT")
        && old
        && value(view, "USE_WALG_BACKUP").is_none_or(|(_, value)| value != "true")
    {
        found.at(
            &format!("env.{index}"),
            "without `USE_WALG_BACKUP: \"true\"` this image archives by WAL-E, which drops the region",
        );
    }
}

fn style_overwritten(view: &ClusterView, found: &mut Found) {
    let convention = |name| value(view, name).is_some_and(|(_, value)| value.contains("+virtualhost://"));
    if let Some((index, "false")) = value(view, "AWS_S3_FORCE_PATH_STYLE")
        && value(view, "AWS_ENDPOINT").is_some()
        && !convention("WALE_S3_ENDPOINT")
        && !convention("WALG_S3_ENDPOINT")
    {
        found.at(&format!("env.{index}"), "it is overwritten beside `AWS_ENDPOINT`; a bucket in the host's name needs `style: virtualHost` of the store");
    }
}

fn dropped(view: &ClusterView, found: &mut Found) {
    for (index, variable) in env(view).filter(|(_, variable)| names::is_dropped(&variable.name)) {
        found.at(
            &format!("env.{index}.name"),
            format!("`{}` never reaches WAL-G: Spilo lets through what it knows", variable.name),
        );
    }
}

fn mount_over_settings(view: &OperatorView, found: &mut Found) {
    let section = view.operator.configuration.aws_or_gcp.as_ref();
    let path =
        section.and_then(|section| section.additional_secret_mount_path.as_deref()).unwrap_or_default();
    if path.starts_with("/run/etc/wal-e.d") || path.starts_with("/home/postgres/etc/wal-e.d") {
        found.at("aws_or_gcp.additional_secret_mount_path", format!("forbidden value `{path}`: Spilo writes its settings there, and would not start over a mount that it cannot write"));
    }
}

fn few_backups(view: &ClusterView, found: &mut Found) {
    if let Some((index, text)) = value(view, "BACKUP_NUM_TO_RETAIN")
        && text.parse::<u32>().is_ok_and(|number| number < 2)
    {
        found.at(
            &format!("env.{index}"),
            format!("`{text}` counts as 2, backups and days; `keep` of a policy says days"),
        );
    }
}

/// As many backups at one minute are felt by the network and by the store.
const MANY: usize = 4;

fn all_at_once(views: &[ClusterView], found: &mut FoundAmong) {
    let schedules: Vec<_> =
        views.iter().map(|view| value(view, "BACKUP_SCHEDULE").map(|(_, schedule)| schedule)).collect();
    for (index, schedule) in schedules.iter().enumerate() {
        let same = schedules.iter().filter(|other| schedule.is_some() && *other == schedule).count();
        let first = schedules.iter().position(|other| other == schedule) == Some(index);
        if let Some(schedule) = schedule
            && same >= MANY
            && first
        {
            found(
                index,
                "T37",
                "",
                format!(
                    "{same} clusters begin a base backup at once, at `{schedule}`; give their policy a `spread`, such as `spread: 2h`"
                ),
            );
        }
    }
}

/// What the operator writes into every pod; a variable of the same name is dropped (pkg/cluster/k8sres.go:940).
const OPERATORS: &[&str] = &[
    "DCS_ENABLE_KUBERNETES_API",
    "ENABLE_WAL_PATH_COMPAT",
    "ETCD_HOST",
    "HUMAN_ROLE",
    "KUBERNETES_BOOTSTRAP_LABELS",
    "KUBERNETES_LABELS",
    "KUBERNETES_ROLE_LABEL",
    "KUBERNETES_SCOPE_LABEL",
    "KUBERNETES_USE_CONFIGMAPS",
    "PAM_OAUTH2",
    "PGPASSWORD_STANDBY",
    "PGPASSWORD_SUPERUSER",
    "PGROOT",
    "PGUSER_STANDBY",
    "PGUSER_SUPERUSER",
    "PGVERSION",
    "POD_IP",
    "POD_NAMESPACE",
    "SCOPE",
    "SPILO_CONFIGURATION",
];

fn operators_own(view: &ClusterView, found: &mut Found) {
    for (index, variable) in env(view) {
        if OPERATORS.iter().any(|name| name.eq_ignore_ascii_case(&variable.name)) {
            found.at(
                &format!("env.{index}.name"),
                format!("`{}` is dropped: the operator sets it, and its value stays", variable.name),
            );
        }
    }
}
