//! A small reading of Spilo's start-up: from a pod's environment to the environment of WAL-G.
//!
//! Two snapshots of `postgres-appliance/scripts/configure_spilo.py`: 4.0-p3, and the branch that became 4.1 (August 2025).
//! The image 4.1-p2 itself is in no store; what the two do alike is what pgsynth builds on.

use std::collections::BTreeMap;

pub type Environment = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Snapshot {
    /// 4.0-p3: WAL-E beside WAL-G.
    V4_0,
    /// The branch that became 4.1: WAL-G alone.
    Before4_1,
}

pub const SNAPSHOTS: [Snapshot; 2] = [Snapshot::V4_0, Snapshot::Before4_1];

/// `s3_names` and `walg_names` of write_wale_environment (4.0) and write_walg_environment (before 4.1).
const THROUGH: &[&str] = &[
    "WALG_S3_PREFIX",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT",
    "AWS_REGION",
    "AWS_INSTANCE_PROFILE",
    "WALG_S3_SSE_KMS_ID",
    "WALG_S3_SSE",
    "WALG_DISABLE_S3_SSE",
    "AWS_S3_FORCE_PATH_STYLE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "WALG_DELTA_MAX_STEPS",
    "WALG_DELTA_ORIGIN",
    "WALG_DOWNLOAD_CONCURRENCY",
    "WALG_UPLOAD_CONCURRENCY",
    "WALG_UPLOAD_DISK_CONCURRENCY",
    "WALG_DISK_RATE_LIMIT",
    "WALG_NETWORK_RATE_LIMIT",
    "WALG_COMPRESSION_METHOD",
    "WALG_BACKUP_COMPRESSION_METHOD",
    "WALG_BACKUP_FROM_REPLICA",
    "WALG_SENTINEL_USER_DATA",
    "WALG_PREVENT_WAL_OVERWRITE",
    "WALG_S3_CA_CERT_FILE",
    "WALG_LIBSODIUM_KEY",
    "WALG_LIBSODIUM_KEY_PATH",
    "WALG_LIBSODIUM_KEY_TRANSFORM",
    "WALG_PGP_KEY",
    "WALG_PGP_KEY_PATH",
    "WALG_PGP_KEY_PASSPHRASE",
];

/// Whether `archive_command` archives (get_placeholders, `USE_WALE`), else it is `/bin/true`.
pub fn archives(pod: &Environment) -> bool {
    ["WAL_S3_BUCKET", "WALE_S3_PREFIX", "WALG_S3_PREFIX", "WALG_AZ_PREFIX", "WALG_SSH_PREFIX"]
        .iter()
        .any(|name| pod.get(*name).is_some_and(|value| !value.is_empty()))
}

/// The environment that WAL-G runs with: prefix "" for archiving, `CLONE_` for a restore, `STANDBY_` for a standby.
/// Nothing where Spilo would not run WAL-G, or would run WAL-E.
pub fn wal_g(pod: &Environment, prefix: &str, snapshot: Snapshot) -> Option<Environment> {
    let given = |name: &str| pod.get(&format!("{prefix}{name}")).filter(|value| !value.is_empty()).cloned();
    // set_extended_wale_placeholders: a path, or a bucket and a scope.
    let scope = given("SCOPE").unwrap_or_default();
    let path = given("WALG_S3_PREFIX");
    if path.is_none() && (given("WAL_S3_BUCKET").is_none() || scope.is_empty()) {
        return None;
    }
    let old = snapshot == Snapshot::V4_0;
    // set_walg_placeholders: 4.0 runs WAL-E unless it is told.
    if old && given("USE_WALG_RESTORE").as_deref() != Some("true") {
        return None;
    }
    let mut own: Environment =
        THROUGH.iter().filter_map(|name| Some(((*name).to_owned(), given(name)?))).collect();
    for name in ["AWS_ENDPOINT", "AWS_REGION"] {
        own.remove(name);
    }
    let endpoint = given("AWS_ENDPOINT");
    let conventional = given(if old { "WALE_S3_ENDPOINT" } else { "WALG_S3_ENDPOINT" });
    match (&endpoint, &conventional) {
        (None, None) => {
            // Without a region one is guessed from the bucket's name or from the machine.
            own.insert("AWS_REGION".to_owned(), given("AWS_REGION").unwrap_or_else(|| "guessed".to_owned()));
        }
        _ => {
            let convention = conventional
                .as_deref()
                .and_then(|endpoint| endpoint.split_once("://"))
                .and_then(|(scheme, _)| scheme.split_once('+'))
                .map_or("path", |(_, convention)| convention);
            own.insert("AWS_ENDPOINT".to_owned(), endpoint.unwrap_or_else(|| conventional.clone().unwrap()));
            own.insert("AWS_S3_FORCE_PATH_STYLE".to_owned(), (convention == "path").to_string());
            if old && given("WALG_DISABLE_S3_SSE").is_none() {
                own.insert("WALG_DISABLE_S3_SSE".to_owned(), "true".to_owned());
            }
            // 4.0 hands the region on only where WAL-G does the backups.
            if let Some(region) =
                given("AWS_REGION").filter(|_| !old || given("USE_WALG_BACKUP").as_deref() == Some("true"))
            {
                own.insert("AWS_REGION".to_owned(), region);
            }
        }
    }
    if given("AWS_ACCESS_KEY_ID").is_none() || given("AWS_SECRET_ACCESS_KEY").is_none() {
        own.insert("AWS_INSTANCE_PROFILE".to_owned(), "true".to_owned());
    }
    let encrypts = own.get("WALG_DISABLE_S3_SSE").map(String::as_str) != Some("true");
    if encrypts && !own.contains_key("WALG_S3_SSE") {
        own.insert("WALG_S3_SSE".to_owned(), "AES256".to_owned());
    }
    let rest = |name: &str| given(name).unwrap_or_default();
    own.entry("WALG_S3_PREFIX".to_owned()).or_insert_with(|| {
        format!(
            "s3://{}/spilo/{}{scope}{}/wal/{}",
            rest("WAL_S3_BUCKET"),
            rest("WAL_BUCKET_SCOPE_PREFIX"),
            rest("WAL_BUCKET_SCOPE_SUFFIX"),
            rest("PGVERSION")
        )
    });
    Some(own)
}

/// The paths that a restore looks for backups in, in their order (clone_with_wale.py, get_wale_environments).
pub fn restore_paths(environment: &Environment, own_major: u32) -> Vec<String> {
    let original = &environment["WALG_S3_PREFIX"];
    let value = original.trim_end_matches('/');
    let mut paths = vec![];
    if value.contains("/spilo/") && value.ends_with("/wal") {
        paths.extend((9..=own_major).rev().map(|major| format!("{value}/{major}/")));
    }
    paths.push(original.clone());
    paths
}
