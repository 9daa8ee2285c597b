//! Names that the operator and Patroni derive from a cluster's.

use crate::crds::operator_configuration::LogicalBackup;

/// Endings of the objects that are made beside the cluster's own Service.
pub const DERIVED: [&str; 7] =
    ["-repl", "-pooler", "-pooler-repl", "-config", "-leader", "-failover", "-sync"];

/// The longest name of a cluster: Service `<name>-pooler-repl` has at most 63 characters.
pub const LONGEST: usize = 51;

/// CronJob of the operator's dumps of a cluster (`pkg/cluster/k8sres.go`, `getLogicalBackupJobName`): at most 52 characters.
pub fn logical_backup(cluster: &str, settings: Option<&LogicalBackup>) -> String {
    let prefix = settings.and_then(|settings| settings.logical_backup_job_prefix.as_deref());
    let name: String = format!("{}{cluster}", prefix.unwrap_or("logical-backup-")).chars().take(52).collect();
    name.trim_end_matches('-').to_owned()
}

/// Service of the primary, port 5432.
pub fn primary_service(cluster: &str) -> String {
    cluster.to_owned()
}

/// Service of the replicas, port 5432; without endpoints where there is one instance.
pub fn replica_service(cluster: &str) -> String {
    format!("{cluster}-repl")
}

/// Service of the primary's pooler.
pub fn pooler_service(cluster: &str) -> String {
    format!("{cluster}-pooler")
}

/// Service of the replicas' pooler.
pub fn replica_pooler_service(cluster: &str) -> String {
    format!("{cluster}-pooler-repl")
}
