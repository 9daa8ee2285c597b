//! Restores and standbys in the operator's own words.

use super::{Check, ClusterView, Found};
use crate::crds::env::EnvVar;
use crate::crds::postgresql::{CloneSource, StandbySource};
use crate::values::{Flaw, Text, Timestamp, check_time};

pub(super) const CHECKS: &[(&str, Check)] = &[
    ("T01", Check::Cluster(no_path)),
    ("T02", Check::Cluster(time_without_zone)),
    ("T04", Check::Cluster(impossible_time)),
    ("T05", Check::Cluster(nameless_source)),
    ("T06", Check::Cluster(copy_of_the_running)),
    ("T07", Check::Cluster(two_paths)),
    ("T08", Check::Cluster(one_major_only)),
    ("T09", Check::Cluster(keys_in_clear_text)),
    ("T10", Check::Cluster(set_twice)),
    ("T11", Check::Cluster(nothing_inherited)),
    ("T12", Check::Cluster(restored_again)),
    ("T14", Check::Cluster(clone_and_standby)),
    ("T17", Check::Cluster(standby_of_nothing)),
    ("T19", Check::Cluster(standby_with_roles)),
];

fn clone<'a>(view: &'a ClusterView) -> Option<&'a CloneSource> {
    view.resource.spec.clone.as_deref()
}

fn standby<'a>(view: &'a ClusterView) -> Option<&'a StandbySource> {
    view.resource.spec.standby.as_ref()
}

fn env<'a>(view: &'a ClusterView) -> impl Iterator<Item = &'a EnvVar> {
    view.resource.spec.env.iter().flat_map(|list| list.iter())
}

fn given(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.is_empty())
}

fn target_time(view: &ClusterView) -> Option<(Text, usize)> {
    let position = env(view).position(|variable| variable.name == "CLONE_TARGET_TIME")?;
    let value = env(view).nth(position)?.value.clone().filter(|value| !value.is_empty())?;
    Some((value, position))
}

fn no_path(view: &ClusterView, found: &mut Found) {
    let Some(clone) = clone(view) else { return };
    if clone.timestamp.is_some() && clone.uid.is_none() && !given(&clone.s3_wal_path) {
        found.with_fix("clone.uid", "required: without the source's UID the operator looks for its archive where it never was, and the bootstrap fails for ever", "let `restore` of the cluster say it: its paths hold no UID");
    }
}

fn time_without_zone(view: &ClusterView, found: &mut Found) {
    if let Some((value, position)) = target_time(view)
        && let Err(Flaw::NoZone(_)) = check_time(&value)
    {
        found.at(
            &format!("env.{position}"),
            format!(
                "invalid value `{value}`: a time without a zone aborts the restore; write `{value}+00:00`"
            ),
        );
    }
}

fn impossible_time(view: &ClusterView, found: &mut Found) {
    let wrong = |text: &str| match check_time(text) {
        Err(Flaw::Other(rule)) => Some(rule),
        Ok(()) | Err(Flaw::NoZone(_)) => None,
    };
    if let Some((value, position)) = target_time(view)
        && let Some(rule) = wrong(&value)
    {
        found.at(&format!("env.{position}"), format!("invalid value `{value}`: {rule}"));
    }
    if let Some(time) = clone(view).and_then(|clone| clone.timestamp.as_ref()).map(Timestamp::as_str)
        && let Some(rule) = wrong(time)
    {
        found.at(
            "clone.timestamp",
            format!(
                "invalid value `{time}`: {rule}; the API server takes it, and the bootstrap fails for ever"
            ),
        );
    }
}

fn nameless_source(view: &ClusterView, found: &mut Found) {
    if clone(view).is_some_and(|clone| clone.cluster.as_deref() == Some("")) {
        found.at(
            "clone.cluster",
            "required: with an empty name the operator forgets the restore, and an empty database comes up",
        );
    }
}

fn copy_of_the_running(view: &ClusterView, found: &mut Found) {
    if clone(view).is_some_and(|clone| clone.timestamp.is_none() && given(&clone.cluster)) {
        found.at("clone", "without `timestamp` this copies a running cluster of the same namespace; it is no restore, and fails where the source is gone");
    }
}

fn two_paths(view: &ClusterView, found: &mut Found) {
    if clone(view).is_some_and(|clone| clone.uid.is_some() && given(&clone.s3_wal_path)) {
        found.at("clone.uid", "it is not looked at beside `s3_wal_path`");
    }
}

fn one_major_only(view: &ClusterView, found: &mut Found) {
    let path = clone(view).and_then(|clone| clone.s3_wal_path.clone()).filter(|path| !path.is_empty());
    let Some(path) = path else { return };
    let end = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let own = view.resource.spec.postgresql.as_ref().and_then(|settings| settings.version.clone());
    if end != "wal" && own.is_none_or(|own| own.as_str() != end) {
        found.at("clone.s3_wal_path", format!("`{path}` is looked at as it is: one major, or none; a path that ends in `/wal` finds every major up to the cluster's own"));
    }
}

fn keys_in_clear_text(view: &ClusterView, found: &mut Found) {
    let Some(clone) = clone(view) else { return };
    for (field, value) in
        [("s3_access_key_id", &clone.s3_access_key_id), ("s3_secret_access_key", &clone.s3_secret_access_key)]
    {
        if given(value) {
            found.with_fix(
                &format!("clone.{field}"),
                "forbidden: the key would stand in the output, in the StatefulSet and in the operator's log",
                "name a Secret: `credentials` of a store, and `restore` of the cluster",
            );
        }
    }
}

/// What the operator appends to the environment for these sections, without looking whether it is there.
fn set_twice(view: &ClusterView, found: &mut Found) {
    let mut appended = vec![];
    if let Some(clone) = clone(view).filter(|clone| given(&clone.cluster)) {
        appended.push("CLONE_SCOPE");
        appended.push("CLONE_METHOD");
        if clone.timestamp.is_some() {
            appended.extend(["CLONE_TARGET_TIME", "CLONE_WAL_BUCKET_SCOPE_PREFIX"]);
            appended.push(if given(&clone.s3_wal_path) {
                "CLONE_WALE_S3_PREFIX"
            } else {
                "CLONE_WAL_BUCKET_SCOPE_SUFFIX"
            });
            if given(&clone.s3_endpoint) {
                appended.extend(["CLONE_AWS_ENDPOINT", "CLONE_WALE_S3_ENDPOINT"]);
            }
            if clone.s3_force_path_style.is_some() {
                appended.push("CLONE_AWS_S3_FORCE_PATH_STYLE");
            }
        } else {
            appended.extend(["CLONE_HOST", "CLONE_PORT", "CLONE_USER", "CLONE_PASSWORD"]);
        }
    }
    if let Some(standby) = standby(view) {
        if given(&standby.standby_host) {
            appended.extend(["STANDBY_HOST", "STANDBY_PORT", "STANDBY_PRIMARY_SLOT_NAME"]);
        }
        if given(&standby.s3_wal_path) || given(&standby.gs_wal_path) {
            appended.extend([
                "STANDBY_METHOD",
                "STANDBY_WAL_BUCKET_SCOPE_PREFIX",
                "STANDBY_WALE_S3_PREFIX",
                "STANDBY_WALE_GS_PREFIX",
            ]);
        }
    }
    for (index, variable) in env(view).enumerate() {
        if appended.iter().any(|name| name.eq_ignore_ascii_case(&variable.name)) {
            found.at(&format!("env.{index}"), format!("forbidden: the operator sets `{}` as well, for `clone` or `standby`; its value wins, and it restarts the pods at every sync", variable.name));
        }
    }
}

fn nothing_inherited(view: &ClusterView, found: &mut Found) {
    let Some(clone) = clone(view) else { return };
    if clone.timestamp.is_none() || !given(&clone.s3_endpoint) {
        return;
    }
    let known = |name: &str| {
        env(view).any(|variable| variable.name == name)
            || view.operator.pod_environment.iter().flatten().any(|known| known == name)
    };
    let missing: Vec<_> = ["CLONE_AWS_REGION", "CLONE_AWS_ACCESS_KEY_ID", "CLONE_AWS_SECRET_ACCESS_KEY"]
        .into_iter()
        .filter(|name| !known(name))
        .collect();
    if !missing.is_empty() {
        found.with_fix(
            "clone",
            format!("required: {}: a restore inherits nothing from the archive side", missing.join(", ")),
            "let `restore` of the cluster say it: its variables are the archive's own",
        );
    }
}

fn restored_again(view: &ClusterView, found: &mut Found) {
    if clone(view).is_some_and(|clone| clone.timestamp.is_some()) {
        found.with_fix(
            "clone",
            "if all volumes are lost later, the same old time is restored once more, without a word",
            "`restore` of the cluster stays, and its guard makes it inert",
        );
    }
}

fn clone_and_standby(view: &ClusterView, found: &mut Found) {
    if clone(view).is_some() && standby(view).is_some() {
        found.at("clone", "forbidden beside `standby`: each says where the data comes from");
    }
}

fn standby_of_nothing(view: &ClusterView, found: &mut Found) {
    let Some(standby) = standby(view) else { return };
    if !given(&standby.standby_host) && !given(&standby.s3_wal_path) && !given(&standby.gs_wal_path) {
        found.at("standby", "required: a host or an archive that is not empty; the API server takes an empty one, and an ordinary primary comes up");
    }
}

fn standby_with_roles(view: &ClusterView, found: &mut Found) {
    if standby(view).is_none() {
        return;
    }
    let spec = &view.resource.spec;
    for (field, there) in [
        ("users", spec.users.as_ref().is_some_and(|map| !map.is_empty())),
        ("databases", spec.databases.as_ref().is_some_and(|map| !map.is_empty())),
        ("preparedDatabases", spec.prepared_databases.as_ref().is_some_and(|map| !map.is_empty())),
    ] {
        if there {
            found.at(
                field,
                "not applied: a standby takes roles and databases from its source, until it is promoted",
            );
        }
    }
    if view.instances() > 1 {
        found.at("numberOfInstances", "further instances follow the standby leader; the operator only warns, and they give no more safety than the source does");
    }
}
