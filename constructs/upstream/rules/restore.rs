//! Restores and standbys in the operator's own words, and what constructs report of theirs.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::operator::OperatorFacts;
use crate::crds::env::EnvVar;
use crate::crds::postgresql::{CloneSource, StandbySource};
use crate::values::{Flaw, Text, Timestamp, check_time};

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T01" "clone-without-uid", Cluster(no_path)),
    rule!(Error "T02" "time-without-zone", Cluster(time_without_zone)),
    rule!(Error "T04" "impossible-time", Cluster(impossible_time)),
    rule!(Error "T05" "nameless-clone-source", Cluster(nameless_source)),
    rule!(Warning "T06" "clone-of-running-cluster", Cluster(copy_of_the_running)),
    rule!(Warning "T07" "clone-uid-ignored", Cluster(two_paths)),
    rule!(Warning "T08" "clone-path-of-one-major", Cluster(one_major_only)),
    rule!(Error "T09" "keys-in-clear-text", Cluster(keys_in_clear_text)),
    rule!(Error "T10" "variable-set-twice", Cluster(set_twice)),
    rule!(Error "T11" "clone-without-access", ClusterUnder(nothing_inherited)),
    rule!(Warning "T12" "clone-left-behind", Cluster(restored_again)),
    rule!(Error "T14" "clone-and-standby", Cluster(clone_and_standby)),
    rule!(Error "T17" "standby-of-nothing", Cluster(standby_of_nothing)),
    rule!(Warning "T19" "standby-with-roles", Cluster(standby_with_roles)),
    rule!(Warning "clone-variables-unused", Cluster(unused_variables)),
];

fn clone<'a>(cluster: &ClusterEvidence<'a>) -> Option<&'a CloneSource> {
    cluster.spec().clone.as_deref()
}

fn standby<'a>(cluster: &ClusterEvidence<'a>) -> Option<&'a StandbySource> {
    cluster.spec().standby.as_ref()
}

fn env<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = &'a EnvVar> {
    cluster.spec().env.iter().flat_map(|list| list.iter())
}

fn given(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.is_empty())
}

fn target_time(cluster: &ClusterEvidence) -> Option<(Text, usize)> {
    let position = env(cluster).position(|variable| variable.name == "CLONE_TARGET_TIME")?;
    let value = env(cluster).nth(position)?.value.clone().filter(|value| !value.is_empty())?;
    Some((value, position))
}

fn no_path(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(clone) = clone(cluster) else { return };
    if clone.timestamp.is_some() && clone.uid.is_none() && !given(&clone.s3_wal_path) {
        report
            .required("clone.uid", "without the source's UID the operator looks for the archive in a place where it never was, and the bootstrap fails forever")
            .help("use `restore` of the cluster: its paths hold no UID")
            .native("write the source's `metadata.uid`, or `s3_wal_path` with the whole path");
    }
}

fn time_without_zone(cluster: &ClusterEvidence, report: &mut Report) {
    if let Some((value, position)) = target_time(cluster)
        && let Err(Flaw::NoZone(_)) = check_time(&value)
    {
        report
            .invalid(format!("env.{position}"), &value, "a time without a zone aborts the restore")
            .help(format!("write `{value}+00:00` for UTC"));
    }
}

fn impossible_time(cluster: &ClusterEvidence, report: &mut Report) {
    let wrong = |text: &str| match check_time(text) {
        Err(Flaw::Other(rule)) => Some(rule),
        Ok(()) | Err(Flaw::NoZone(_)) => None,
    };
    if let Some((value, position)) = target_time(cluster)
        && let Some(rule) = wrong(&value)
    {
        report.invalid(format!("env.{position}"), value, rule);
    }
    if let Some(time) = clone(cluster).and_then(|clone| clone.timestamp.as_ref()).map(Timestamp::as_str)
        && let Some(rule) = wrong(time)
    {
        report.invalid(
            "clone.timestamp",
            time,
            format!("{rule}; the API server accepts it, and the bootstrap fails forever"),
        );
    }
}

fn nameless_source(cluster: &ClusterEvidence, report: &mut Report) {
    if clone(cluster).is_some_and(|clone| clone.cluster.as_deref() == Some("")) {
        report.required(
            "clone.cluster",
            "with an empty name the operator ignores the restore, and an empty database starts",
        );
    }
}

fn copy_of_the_running(cluster: &ClusterEvidence, report: &mut Report) {
    if clone(cluster).is_some_and(|clone| clone.timestamp.is_none() && given(&clone.cluster)) {
        report.risky("clone", "without `timestamp` it copies a running cluster of the same namespace: this is not a restore, and it fails if the source is gone");
    }
}

fn two_paths(cluster: &ClusterEvidence, report: &mut Report) {
    if clone(cluster).is_some_and(|clone| clone.uid.is_some() && given(&clone.s3_wal_path)) {
        report.ineffective("clone.uid", "the operator ignores it when `s3_wal_path` is set");
    }
}

fn one_major_only(cluster: &ClusterEvidence, report: &mut Report) {
    let path = clone(cluster).and_then(|clone| clone.s3_wal_path.clone()).filter(|path| !path.is_empty());
    let Some(path) = path else { return };
    let end = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let own = cluster.spec().postgresql.as_ref().and_then(|settings| settings.version.clone());
    if end != "wal" && own.is_none_or(|own| own.as_str() != end) {
        report
            .risky(
                "clone.s3_wal_path",
                "only this path is tried; one that ends in `/wal` finds every major up to the cluster's own",
            )
            .value(&path);
    }
}

fn keys_in_clear_text(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(clone) = clone(cluster) else { return };
    for (field, value) in
        [("s3_access_key_id", &clone.s3_access_key_id), ("s3_secret_access_key", &clone.s3_secret_access_key)]
    {
        if given(value) {
            report
                .forbidden(
                    format!("clone.{field}"),
                    "the key appears in the output, in the StatefulSet and in the operator's log",
                )
                .help("name a Secret in `credentials` of a store, and use the cluster's `restore`")
                .native("give the pods `CLONE_AWS_ACCESS_KEY_ID` and `CLONE_AWS_SECRET_ACCESS_KEY` by `valueFrom.secretKeyRef`");
        }
    }
}

/// What the operator appends to the environment for these sections, without looking whether it is given already.
fn appended(cluster: &ClusterEvidence) -> Vec<&'static str> {
    let mut names = vec![];
    if let Some(clone) = clone(cluster).filter(|clone| given(&clone.cluster)) {
        names.extend(["CLONE_SCOPE", "CLONE_METHOD"]);
        if clone.timestamp.is_some() {
            names.extend(["CLONE_TARGET_TIME", "CLONE_WAL_BUCKET_SCOPE_PREFIX"]);
            names.push(match given(&clone.s3_wal_path) {
                true => "CLONE_WALE_S3_PREFIX",
                false => "CLONE_WAL_BUCKET_SCOPE_SUFFIX",
            });
            if given(&clone.s3_endpoint) {
                names.extend(["CLONE_AWS_ENDPOINT", "CLONE_WALE_S3_ENDPOINT"]);
            }
            if clone.s3_force_path_style.is_some() {
                names.push("CLONE_AWS_S3_FORCE_PATH_STYLE");
            }
        } else {
            names.extend(["CLONE_HOST", "CLONE_PORT", "CLONE_USER", "CLONE_PASSWORD"]);
        }
    }
    if let Some(standby) = standby(cluster) {
        if given(&standby.standby_host) {
            names.extend(["STANDBY_HOST", "STANDBY_PORT", "STANDBY_PRIMARY_SLOT_NAME"]);
        }
        if given(&standby.s3_wal_path) || given(&standby.gs_wal_path) {
            names.extend([
                "STANDBY_METHOD",
                "STANDBY_WAL_BUCKET_SCOPE_PREFIX",
                "STANDBY_WALE_S3_PREFIX",
                "STANDBY_WALE_GS_PREFIX",
            ]);
        }
    }
    names
}

fn set_twice(cluster: &ClusterEvidence, report: &mut Report) {
    let appended = appended(cluster);
    for (index, variable) in env(cluster).enumerate() {
        if appended.iter().any(|name| name.eq_ignore_ascii_case(&variable.name)) {
            report
                .forbidden(format!("env.{index}"), "the operator also sets it, for `clone` or `standby`: the operator's value wins, and every sync restarts the pods")
                .value(&variable.name);
        }
    }
}

fn nothing_inherited(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(clone) = clone(cluster) else { return };
    if clone.timestamp.is_none() || !given(&clone.s3_endpoint) {
        return;
    }
    let known = |name: &str| {
        env(cluster).any(|variable| variable.name == name)
            || operator.pod_environment.iter().flatten().any(|known| known == name)
    };
    let missing: Vec<_> = ["CLONE_AWS_REGION", "CLONE_AWS_ACCESS_KEY_ID", "CLONE_AWS_SECRET_ACCESS_KEY"]
        .into_iter()
        .filter(|name| !known(name))
        .collect();
    if !missing.is_empty() {
        report
            .required(
                "clone",
                format!("`{}`: a restore inherits nothing from the archive side", missing.join("`, `")),
            )
            .help("use the cluster's `restore`: it takes its variables from the archive")
            .native("give the pods what is missing in `env`");
    }
}

fn restored_again(cluster: &ClusterEvidence, report: &mut Report) {
    if clone(cluster).is_some_and(|clone| clone.timestamp.is_some()) {
        report
            .risky(
                "clone",
                "if all volumes are lost later, the cluster is silently restored to the same old time again",
            )
            .help("use the cluster's `restore`: it may stay, because its guard makes it inert")
            .native("take `clone` away once the cluster runs");
    }
}

fn clone_and_standby(cluster: &ClusterEvidence, report: &mut Report) {
    if clone(cluster).is_some() && standby(cluster).is_some() {
        report.forbidden("clone", "`standby` also says where the data comes from; keep one of the two");
    }
}

fn standby_of_nothing(cluster: &ClusterEvidence, report: &mut Report) {
    let Some(standby) = standby(cluster) else { return };
    if !given(&standby.standby_host) && !given(&standby.s3_wal_path) && !given(&standby.gs_wal_path) {
        report.required("standby", "a host or an archive that is not empty; the API server accepts an empty one, and an ordinary primary starts");
    }
}

fn standby_with_roles(cluster: &ClusterEvidence, report: &mut Report) {
    if standby(cluster).is_none() {
        return;
    }
    let spec = cluster.spec();
    for (field, given) in [
        ("users", spec.users.as_ref().is_some_and(|map| !map.is_empty())),
        ("databases", spec.databases.as_ref().is_some_and(|map| !map.is_empty())),
        ("preparedDatabases", spec.prepared_databases.as_ref().is_some_and(|map| !map.is_empty())),
    ] {
        if given {
            report.ineffective(
                field,
                "a standby takes roles and databases from its source, until it is promoted",
            );
        }
    }
    if cluster.instances() > 1 {
        report
            .risky("numberOfInstances", "more instances only follow the standby leader: they add no safety beyond the source's, and the operator only warns")
            .value(cluster.instances());
    }
}

/// Variables of a clone, where nothing says that the cluster is one.
fn unused_variables(cluster: &ClusterEvidence, report: &mut Report) {
    let is = |name: &str| env(cluster).any(|variable| variable.name == name);
    if cluster.spec().clone.is_some() || is("CLONE_METHOD") || is("CLONE_HOST") {
        return;
    }
    for (index, variable) in
        env(cluster).enumerate().filter(|(_, variable)| variable.name.starts_with("CLONE_"))
    {
        report
            .ineffective(format!("env.{index}"), "neither `clone` nor `CLONE_METHOD` says that the cluster is restored: Spilo makes an empty one")
            .value(&variable.name)
            .help("leave it out, or restore: `restore`")
            .native("leave it out, or write `clone`");
    }
}
