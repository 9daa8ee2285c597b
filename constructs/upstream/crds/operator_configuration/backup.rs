//! Stores for WAL, logs and dumps.

use crate::crds::{Bounded, Image, mirror, words};
use crate::values::{Cpu, Cron, Memory};

mirror! {
    /// Stores for WAL and logs of every cluster, and identities at clouds.
    pub struct AwsOrGcp {
        /// Secret that is mounted in every pod of every cluster.
        additional_secret_mount: String,
        /// Where it is mounted.
        additional_secret_mount_path: String,
        /// Region of the EBS API; it does not reach PostgreSQL's pods.
        aws_region: String => defaulted("eu-central-1"),
        /// File with credentials of Google Cloud, in the pods.
        gcp_credentials: String,
        /// Role that the pods' ServiceAccount takes on at AWS.
        irsa_role_arn: String,
        /// Role for kube2iam.
        kube_iam_role: String,
        /// Bucket for PostgreSQL's logs.
        log_s3_bucket: String,
        /// Storage account for WAL, on Azure.
        wal_az_storage_account: String,
        /// Bucket for WAL, on Google Cloud.
        wal_gs_bucket: String,
        /// Bucket for WAL, on S3.
        wal_s3_bucket: String,
    }
}

mirror! {
    /// Dumps on a schedule, by a CronJob per cluster.
    pub struct LogicalBackup {
        /// Key of the storage account, in clear text.
        logical_backup_azure_storage_account_key: String,
        /// Storage account.
        logical_backup_azure_storage_account_name: String,
        /// Container of the storage account.
        logical_backup_azure_storage_container: String,
        /// At most this many cores.
        logical_backup_cpu_limit: Cpu,
        /// At least this many cores.
        logical_backup_cpu_request: Cpu,
        /// Secret in the cluster's namespace whose keys become variables of the job.
        logical_backup_cronjob_environment_secret: String,
        /// Image of the job.
        logical_backup_docker_image: String => image(Image::LogicalBackup),
        /// Failed jobs that are kept.
        logical_backup_failed_jobs_history_limit: Bounded<0, { i32::MAX }> => defaulted(3),
        /// File with credentials of Google Cloud.
        logical_backup_google_application_credentials: String,
        /// Text before the cluster's name in the CronJob's.
        logical_backup_job_prefix: String => defaulted("logical-backup-"),
        /// At most this much memory.
        logical_backup_memory_limit: Memory,
        /// At least this much memory.
        logical_backup_memory_request: Memory,
        /// Kind of store.
        logical_backup_provider: BackupProvider => defaulted("s3"),
        /// Key of the store, in clear text; use the Secret instead.
        logical_backup_s3_access_key_id: String,
        /// Bucket.
        logical_backup_s3_bucket: String,
        /// Folder in the bucket. Default: `spilo`.
        logical_backup_s3_bucket_prefix: String,
        /// Address of the store.
        logical_backup_s3_endpoint: String,
        /// Region of the store.
        logical_backup_s3_region: String,
        /// How long dumps are kept, as GNU date writes it (`2 week`). Default: for ever.
        logical_backup_s3_retention_time: String,
        /// Secret key of the store, in clear text; use the Secret instead.
        logical_backup_s3_secret_access_key: String,
        /// Encryption that the store is asked for; `AES256` breaks on stores without it.
        logical_backup_s3_sse: String,
        /// When dumps are made, in UTC.
        logical_backup_schedule: Cron => defaulted("30 00 * * *"),
        /// Finished jobs that are kept.
        logical_backup_successful_jobs_history_limit: Bounded<0, { i32::MAX }> => defaulted(3),
        /// Seconds until a finished job is deleted.
        logical_backup_ttl_seconds_after_finished: Bounded<0, { i32::MAX }> => defaulted(86400),
    }
}

words!(
    /// Kind of store for dumps.
    BackupProvider, "provider", ["az", "gcs", "s3"]
);
