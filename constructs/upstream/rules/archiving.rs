//! Continuous archiving: what turns it off, sends it elsewhere, or lets it fail.

use super::{ClusterEvidence, OperatorEvidence, Report, Rule, rule};
use crate::behaviour::image;
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::variables;
use crate::crds::env::EnvVar;

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T21" "one-archive-for-all", Operator(one_archive_for_all)),
    rule!(Error "T22" "lower-case-variable", Cluster(lower_case)),
    rule!(Error "T23" "archiving-switched-off", ClusterUnder(switched_off)),
    rule!(Error "T24" "bucket-without-keys", Operator(bucket_without_keys)),
    rule!(Error "T25" "encryption-not-offered", Cluster(encryption_not_offered)),
    rule!(Warning "T26" "wal-e-drops-region", ClusterUnder(wal_e)),
    rule!(Warning "T27" "path-style-forced", Cluster(style_overwritten)),
    rule!(Warning "T28" "variable-not-passed-on", Cluster(not_passed_on)),
    rule!(Error "T32" "mount-over-settings", Operator(mount_over_settings)),
    rule!(Warning "T34" "too-few-backups", Cluster(few_backups)),
    rule!(Warning "T37" "backups-all-at-once", Fleet(all_at_once)),
    rule!(Warning "T38" "operators-own-variable", Cluster(operators_own)),
];

fn env<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = (usize, &'a EnvVar)> {
    cluster.spec().env.iter().flat_map(|list| list.iter()).enumerate()
}

fn value<'a>(cluster: &ClusterEvidence<'a>, name: &str) -> Option<(usize, &'a str)> {
    env(cluster)
        .find(|(_, variable)| variable.name == name)
        .and_then(|(index, variable)| Some((index, variable.value.as_deref()?)))
}

fn pod_environment<'a>(operator: &OperatorEvidence<'a>) -> impl Iterator<Item = &'a str> {
    operator.facts.pod_environment.iter().flatten().map(String::as_str)
}

fn one_archive_for_all(operator: &OperatorEvidence, report: &mut Report) {
    for name in pod_environment(operator).filter(|name| {
        matches!(*name, "WALG_S3_PREFIX" | "WALE_S3_PREFIX" | "WALG_GS_PREFIX" | "WALE_GS_PREFIX")
    }) {
        report
            .forbidden(
                "podEnvironment",
                "every cluster archives to the same path, and none of them can be restored",
            )
            .value(name);
    }
}

fn lower_case(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, EnvVar { name, .. }) in env(cluster) {
        if name.bytes().any(|byte| byte.is_ascii_lowercase()) && variables::is_owned(name) {
            let upper = name.to_ascii_uppercase();
            report.invalid(
                format!("env.{index}.name"),
                name,
                format!("the operator then leaves `{upper}` out, and Spilo ignores the lower-case name: nothing is archived"),
            );
        }
    }
}

fn switched_off(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let stores = operator.configuration.aws_or_gcp.as_ref();
    let bucket = stores.is_some_and(|stores| {
        [&stores.wal_s3_bucket, &stores.wal_gs_bucket]
            .iter()
            .any(|name| name.as_deref().is_some_and(|name| !name.is_empty()))
    });
    let own = |name: &str| value(cluster, name).is_some_and(|(_, value)| !value.is_empty());
    let elsewhere = |name: &str| operator.pod_environment.iter().flatten().any(|known| known == name);
    // What archives nothing cannot be switched off.
    if !bucket && !variables::archives(&|name| own(name) || elsewhere(name)) {
        return;
    }
    if let Some((index, "")) = value(cluster, "WAL_S3_BUCKET") {
        report
            .forbidden(format!("env.{index}"), "an empty bucket name switches archiving off")
            .help("write `backup: {none: \"<why>\"}` for a cluster without an archive")
            .native("leave it out");
    }
    let parameters = cluster.spec().postgresql.as_ref().and_then(|settings| settings.parameters.as_ref());
    for name in ["archive_command", "archive_mode", "archive_library"] {
        if parameters.is_some_and(|parameters| parameters.contains_key(name)) {
            report.forbidden(
                format!("postgresql.parameters.{name}"),
                "it replaces Spilo's setting, and nothing that can be restored is archived",
            );
        }
    }
}

fn bucket_without_keys(operator: &OperatorEvidence, report: &mut Report) {
    let Some(section) = &operator.facts.configuration.aws_or_gcp else { return };
    let profile = section.kube_iam_role.is_some() || section.irsa_role_arn.is_some();
    let keys = pod_environment(operator).any(|name| name == "AWS_ACCESS_KEY_ID");
    let bucket = section.wal_s3_bucket.as_deref().filter(|bucket| !bucket.is_empty());
    if let Some(bucket) = bucket
        && !profile
        && !keys
    {
        if !operator.facts.rendered && operator.has_other_keys() {
            let why = "whether keys for the bucket come from the Secret or ConfigMap of the pods' environment, or from their account";
            report.undecided("aws_or_gcp.wal_s3_bucket", why);
            return;
        }
        report
            .forbidden("aws_or_gcp.wal_s3_bucket", "it comes without access keys: archiving fails, and WAL fills the volumes")
            .value(bucket)
            .help("if a Secret provides `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, list them in `podEnvironment`; otherwise use the app's `stores`")
            .native("lint the Secret in `pod_environment_secret` together with the cluster, or set the keys in `env` by `secretKeyRef`");
    }
}

fn encryption_not_offered(cluster: &ClusterEvidence, report: &mut Report) {
    let given = |name| env(cluster).any(|(_, variable)| variable.name == name);
    if let Some((index, endpoint)) =
        value(cluster, "AWS_ENDPOINT").filter(|(_, endpoint)| !endpoint.is_empty())
        && value(cluster, "WALG_DISABLE_S3_SSE").is_none_or(|(_, value)| value != "true")
        && !given("WALG_S3_SSE")
    {
        report.required(format!("env.{index}"), format!("`WALG_DISABLE_S3_SSE: \"true\"` next to the endpoint `{endpoint}`: Spilo 4.1 asks for encryption, and every upload fails if the store does not offer it"));
    }
}

fn wal_e(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    if let Some((index, _)) = value(cluster, "AWS_ENDPOINT")
        && image::knows_wal_e(operator.image(cluster.spec()))
        && value(cluster, "USE_WALG_BACKUP").is_none_or(|(_, value)| value != "true")
    {
        report.risky(
            format!("env.{index}"),
            "without `USE_WALG_BACKUP: \"true\"` this image archives with WAL-E, which drops the region",
        );
    }
}

fn style_overwritten(cluster: &ClusterEvidence, report: &mut Report) {
    let convention = |name| value(cluster, name).is_some_and(|(_, value)| value.contains("+virtualhost://"));
    if let Some((index, style @ "false")) = value(cluster, "AWS_S3_FORCE_PATH_STYLE")
        && value(cluster, "AWS_ENDPOINT").is_some()
        && !convention("WALE_S3_ENDPOINT")
        && !convention("WALG_S3_ENDPOINT")
    {
        report
            .ineffective(format!("env.{index}"), "Spilo overwrites it when `AWS_ENDPOINT` is set")
            .value(style)
            .help("to have the bucket in the host name, write `style: virtualHost` in the store")
            .native("to have the bucket in the host name, leave `AWS_S3_FORCE_PATH_STYLE` away");
    }
}

fn not_passed_on(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, variable) in env(cluster).filter(|(_, variable)| variables::is_dropped(&variable.name)) {
        report
            .ineffective(
                format!("env.{index}.name"),
                "it never reaches WAL-G: Spilo passes on only the variables that it knows",
            )
            .value(&variable.name);
    }
}

fn mount_over_settings(operator: &OperatorEvidence, report: &mut Report) {
    let section = operator.facts.configuration.aws_or_gcp.as_ref();
    let path =
        section.and_then(|section| section.additional_secret_mount_path.as_deref()).unwrap_or_default();
    if path.starts_with("/run/etc/wal-e.d") || path.starts_with("/home/postgres/etc/wal-e.d") {
        report
            .forbidden(
                "aws_or_gcp.additional_secret_mount_path",
                "Spilo writes its settings there, and does not start if it cannot write to the mount",
            )
            .value(path);
    }
}

fn few_backups(cluster: &ClusterEvidence, report: &mut Report) {
    if let Some((index, text)) = value(cluster, "BACKUP_NUM_TO_RETAIN")
        && text.parse::<u32>().is_ok_and(|number| number < 2)
    {
        report
            .ineffective(
                format!("env.{index}"),
                "Spilo treats it as 2, both as a count of backups and as days",
            )
            .value(text)
            .help("use `keep` of a backup policy, which is a time")
            .native("write a number of backups");
    }
}

/// As many backups at one minute are felt by the network and by the store.
const MANY: usize = 4;

fn all_at_once(clusters: &[ClusterEvidence], report: &mut Report) {
    let schedules: Vec<_> = clusters
        .iter()
        .map(|cluster| value(cluster, "BACKUP_SCHEDULE").map(|(_, schedule)| schedule))
        .collect();
    let mut counts = std::collections::BTreeMap::new();
    for schedule in schedules.iter().flatten() {
        *counts.entry(*schedule).or_insert(0_usize) += 1;
    }
    for (schedule, count) in counts.into_iter().filter(|(_, count)| *count >= MANY) {
        let first = schedules.iter().position(|other| *other == Some(schedule)).unwrap_or_default();
        report
            .of(first)
            .risky("", format!("{count} clusters begin a base backup in the same minute"))
            .value(schedule)
            .help("give their policy a `spread`, such as `spread: 2h`, or a longer one")
            .native("give the clusters different `BACKUP_SCHEDULE`s");
    }
}

fn operators_own(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, variable) in env(cluster).filter(|(_, variable)| variables::is_operators(&variable.name)) {
        report
            .ineffective(format!("env.{index}.name"), "the operator drops it: it sets this variable itself")
            .value(&variable.name);
    }
}
