//! Names of variables: those that the operator sets itself, and those that decide where archives are and how they are
//! written and read. The second are Spilo's list, which is what reaches WAL-G (`configure_spilo.py`,
//! `write_wale_environment`), and the switches around it.

use std::borrow::Cow;

/// What the operator writes into every pod; a variable of the same name is dropped (`pkg/cluster/k8sres.go:940`).
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

/// Whether the operator sets this variable itself, in whatever case.
pub fn is_operators(name: &str) -> bool {
    OPERATORS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Names that an archive is written and read by, or that would turn its meaning around.
const OWNED: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT",
    "AWS_INSTANCE_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_S3_FORCE_PATH_STYLE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_ENVIRONMENT_NAME",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_TENANT_ID",
    "BACKUP_NUM_TO_RETAIN",
    "BACKUP_SCHEDULE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "SSH_PORT",
    "SSH_PRIVATE_KEY_PATH",
    "SSH_USERNAME",
    "USE_WALE",
    "USE_WALG",
    "USE_WALG_BACKUP",
    "USE_WALG_RESTORE",
    "WALE_DISABLE_S3_SSE",
    "WALE_ENV_DIR",
    "WALE_GCS_PREFIX",
    "WALE_GS_PREFIX",
    "WALE_S3_ENDPOINT",
    "WALE_S3_PREFIX",
    "WALE_SWIFT_PREFIX",
    "WALG_AZ_PREFIX",
    "WALG_BACKUP_COMPRESSION_METHOD",
    "WALG_BACKUP_FROM_REPLICA",
    "WALG_COMPRESSION_METHOD",
    "WALG_DISABLE_S3_SSE",
    "WALG_DISK_RATE_LIMIT",
    "WALG_GS_PREFIX",
    "WALG_LIBSODIUM_KEY",
    "WALG_LIBSODIUM_KEY_PATH",
    "WALG_LIBSODIUM_KEY_TRANSFORM",
    "WALG_NETWORK_RATE_LIMIT",
    "WALG_PGP_KEY",
    "WALG_PGP_KEY_PASSPHRASE",
    "WALG_PGP_KEY_PATH",
    "WALG_PREVENT_WAL_OVERWRITE",
    "WALG_S3_CA_CERT_FILE",
    "WALG_S3_ENDPOINT",
    "WALG_S3_PREFIX",
    "WALG_S3_SSE",
    "WALG_S3_SSE_KMS_ID",
    "WALG_SSH_PREFIX",
    "WALG_UPLOAD_CONCURRENCY",
    "WAL_BUCKET_SCOPE_PREFIX",
    "WAL_BUCKET_SCOPE_SUFFIX",
    "WAL_GCS_BUCKET",
    "WAL_GS_BUCKET",
    "WAL_S3_BUCKET",
    "WAL_SWIFT_BUCKET",
];

/// Names that only the restore and the standby side have.
const OF_COPIES: &[&str] = &[
    "HOST",
    "METHOD",
    "PASSWORD",
    "PORT",
    "PRIMARY_SLOT_NAME",
    "SCOPE",
    "TARGET_INCLUSIVE",
    "TARGET_TIME",
    "TARGET_TIMELINE",
    "USER",
    "WITH_BASEBACKUP",
    "WITH_WALE",
    "WITH_WALG",
];

/// Names that Spilo lets through to WAL-G and that change nothing of where an archive is.
const TUNING: &[&str] = &[
    "WALG_DELTA_MAX_STEPS",
    "WALG_DELTA_ORIGIN",
    "WALG_DOWNLOAD_CONCURRENCY",
    "WALG_SENTINEL_USER_DATA",
    "WALG_UPLOAD_DISK_CONCURRENCY",
    // Azure's, which reach it there.
    "WALG_AZURE_BUFFER_SIZE",
    "WALG_AZURE_MAX_BUFFERS",
];

/// Whether this name decides how an archive is written or read, with or without `CLONE_` or `STANDBY_`, in whatever case: the operator compares
/// without regard to it.
pub fn is_owned(name: &str) -> bool {
    // Most names are of no interest, and there are many: nothing is copied for them.
    let upper = match name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        true => Cow::Owned(name.to_ascii_uppercase()),
        false => Cow::Borrowed(name),
    };
    let owned = |name: &str| OWNED.binary_search(&name).is_ok();
    match upper.strip_prefix("CLONE_").or_else(|| upper.strip_prefix("STANDBY_")) {
        Some(rest) => owned(rest) || OF_COPIES.contains(&rest),
        None => owned(&upper),
    }
}

/// Whether Spilo drops this variable of WAL-G's before WAL-G sees it.
pub fn is_dropped(name: &str) -> bool {
    let plain = name.strip_prefix("CLONE_").or_else(|| name.strip_prefix("STANDBY_")).unwrap_or(name);
    plain.starts_with("WALG_") && !OWNED.contains(&plain) && !TUNING.contains(&plain)
}

/// Whether Spilo archives with these variables: without any of them `archive_command` is `/bin/true`
/// (`configure_spilo.py`, get_placeholders).
pub fn archives(given: &dyn Fn(&str) -> bool) -> bool {
    ["WAL_S3_BUCKET", "WALE_S3_PREFIX", "WALG_S3_PREFIX"].iter().any(|name| given(name))
}

/// Variables of the restore side that PostgreSQL would go on archiving with, and what comes of each.
///
/// Spilo runs the restore inside `envdir` of the source, and Patroni passes that environment on to PostgreSQL, which stays
/// running after the promotion (`maybe_pg_upgrade.py`; spilo issue 1122). `archive_command` lays the cluster's own folder
/// over it, in which only variables stand that are not empty.
pub fn inherited(given: &dyn Fn(&str) -> bool) -> Vec<(&'static str, &'static str)> {
    let of_source = |name: &str| given(&format!("CLONE_{name}"));
    let endpoint = |given: &dyn Fn(&str) -> bool| {
        ["AWS_ENDPOINT", "WALE_S3_ENDPOINT", "WALG_S3_ENDPOINT"].iter().any(|name| given(name))
    };
    let kept = KEPT.iter().filter(|(name, _)| of_source(name) && !given(name)).copied();
    // One cause: a key and how it is read, an encryption and its key.
    let kept = kept.filter(|(name, _)| {
        !KEPT.iter().any(|(other, _)| {
            name.len() > other.len() && name.starts_with(other) && of_source(other) && !given(other)
        })
    });
    let address = (endpoint(&of_source) && !endpoint(given))
        .then_some(("AWS_ENDPOINT", "it archives to the source's store, or nowhere"));
    address.into_iter().chain(kept).collect()
}

/// What Spilo derives from nothing else, and lets through to WAL-G.
const KEPT: &[(&str, &str)] = &[
    (
        "WALG_LIBSODIUM_KEY",
        "what it archives is encrypted with the source's key, which its own policy does not have",
    ),
    (
        "WALG_LIBSODIUM_KEY_PATH",
        "what it archives is encrypted with the source's key, which its own policy does not have",
    ),
    (
        "WALG_LIBSODIUM_KEY_TRANSFORM",
        "its own key is read in another way, and its own policy cannot read what it archives",
    ),
    (
        "WALG_PGP_KEY",
        "what it archives is encrypted with the source's key, which its own policy does not have",
    ),
    (
        "WALG_PGP_KEY_PATH",
        "what it archives is encrypted with the source's key, which its own policy does not have",
    ),
    ("WALG_S3_SSE", "it asks its store for an encryption that this may not have, and is refused"),
    ("WALG_S3_SSE_KMS_ID", "it asks its store for an encryption that this may not have, and is refused"),
    ("WALG_S3_CA_CERT_FILE", "it trusts the CA of the source's store alone, and archives nothing"),
    ("AWS_ROLE_ARN", "it archives as the source, or is refused"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "it archives as the source, or is refused"),
    ("AWS_INSTANCE_PROFILE", "it archives as the source, or is refused"),
    ("WALG_COMPRESSION_METHOD", "it archives in the source's way"),
    ("WALG_PREVENT_WAL_OVERWRITE", "it archives in the source's way"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_read_without_case() {
        assert!(OWNED.is_sorted() && OF_COPIES.is_sorted());
        assert!(is_owned("wal_s3_bucket") && is_owned("CLONE_AWS_REGION") && is_owned("STANDBY_HOST"));
        assert!(!is_owned("HOST") && !is_owned("PGPASSWORD") && !is_owned("WALG_DELTA_MAX_STEPS"));
        assert!(is_dropped("WALG_S3_STORAGE_CLASS") && is_dropped("CLONE_WALG_TAR_SIZE_THRESHOLD"));
        assert!(
            !is_dropped("WALG_DELTA_MAX_STEPS")
                && !is_dropped("CLONE_WALG_LIBSODIUM_KEY")
                && !is_dropped("AWS_REGION")
        );
    }
}
