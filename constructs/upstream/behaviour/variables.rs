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
