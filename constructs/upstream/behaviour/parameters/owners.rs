//! Settings that are somebody else's: what Patroni 4.1, Spilo 4.1 and the operator really do with a value of the
//! resource. Nobody reports any of it but a line in the pod's log.
//!
//! Sources: `patroni/config.py:406` and `patroni/postgresql/config.py:355` of Patroni 4.1.0; Spilo's `configure_spilo.py`,
//! TEMPLATE; `pkg/cluster/k8sres.go:649` of the operator.

use super::Setting;

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It takes effect.
    Works,
    /// Another value takes its place.
    Replaced(&'static str),
    /// PostgreSQL does not start, or the cluster falls apart.
    Breaks(&'static str),
}

/// Names that are in Spilo's local configuration, which wins over what the operator passes on under any other spelling.
const LOCAL: [&str; 20] = [
    "archive_command",
    "bg_mon.history_buckets",
    "bg_mon.listen_address",
    "extwlist.custom_path",
    "extwlist.extensions",
    "log_destination",
    "log_directory",
    "log_file_mode",
    "log_filename",
    "log_rotation_age",
    "log_truncate_on_rotation",
    "logging_collector",
    "pg_stat_statements.track_utility",
    "shared_buffers",
    "shared_preload_libraries",
    "ssl",
    "ssl_ca_file",
    "ssl_cert_file",
    "ssl_crl_file",
    "ssl_key_file",
];

/// Numbers that Patroni takes only from a bound on; below it, its own default counts, not Spilo's.
const LEAST: [(&str, f64, &str); 6] = [
    ("max_connections", 25.0, "below 25 Patroni puts 100 in its place"),
    ("max_locks_per_transaction", 32.0, "below 32 Patroni puts 64 in its place"),
    ("max_replication_slots", 4.0, "below 4 Patroni puts 10 in its place"),
    ("max_wal_senders", 3.0, "below 3 Patroni puts 10 in its place"),
    ("max_worker_processes", 2.0, "below 2 Patroni puts 8 in its place"),
    ("wal_keep_size", 16.0 * 1_048_576.0, "below 16MB Patroni puts 128MB in its place"),
];

const RECOVERY: &str = "Patroni writes recovery itself and ignores it; beside that it takes away Spilo's `restore_command`, and a replica that fell behind finds no WAL in the archive";

/// What becomes of a setting's value.
pub fn fate(major: u32, name: &str, value: &str) -> Fate {
    let lower = name.to_ascii_lowercase();
    if LOCAL.contains(&lower.as_str()) && lower != name {
        return Fate::Replaced(
            "in this spelling the operator passes it on in a way that Spilo's own value wins over; write it in lower case",
        );
    }
    let off = || ["off", "false", "no", "0"].iter().any(|word| word.eq_ignore_ascii_case(value));
    match lower.as_str() {
        "listen_addresses" => Fate::Replaced("Spilo listens on every address"),
        "port" => Fate::Replaced("Spilo listens on 5432, which the operator's Services expect"),
        "cluster_name" => Fate::Replaced("Patroni writes the name of the cluster"),
        "config_file" => {
            Fate::Breaks("Patroni names the file, and PostgreSQL wants to be restarted after every reload")
        }
        "data_directory" => {
            Fate::Breaks("the next start fails: the data is where the operator mounts the volume")
        }
        "hba_file" => Fate::Breaks(
            "Patroni then writes no pg_hba.conf at all, neither Spilo's lines nor `patroni.pg_hba`",
        ),
        "ident_file" => Fate::Replaced("Patroni then writes no pg_ident.conf"),
        "hot_standby" if off() => {
            Fate::Replaced("Patroni keeps it on, because replicas answer its questions")
        }
        "wal_level"
            if !["replica", "logical", "hot_standby"].iter().any(|word| word.eq_ignore_ascii_case(value)) =>
        {
            Fate::Replaced("Patroni takes `replica` and `logical` only, and puts `replica` in its place")
        }
        "wal_keep_segments" => Fate::Replaced("PostgreSQL 13 and later have `wal_keep_size`"),
        "ssl" if off() => Fate::Breaks(
            "the operator, the pooler, replicas and dumps connect by TLS only, and none of them comes in",
        ),
        "ssl_cert_file" | "ssl_key_file" | "ssl_ca_file" => Fate::Breaks(
            "the operator and Spilo do not know of it: the file is readable to nobody or not there when PostgreSQL starts, and a new certificate is never loaded",
        ),
        "unix_socket_directories"
            if !value.split(',').any(|folder| folder.trim() == "/var/run/postgresql") =>
        {
            Fate::Breaks(
                "Spilo's scripts look into /var/run/postgresql: no base backup is made, and a promotion does not end",
            )
        }
        "cron.database_name" if value != "postgres" => Fate::Breaks(
            "Spilo makes pg_cron in `postgres`, which then fails: the first start never ends, and neither does a promotion",
        ),
        "recovery_min_apply_delay" => Fate::Breaks(
            "every replica lags by it, also the one that is promoted; and a replica that fell behind finds no WAL in the archive",
        ),
        "primary_conninfo"
        | "primary_slot_name"
        | "standby_mode"
        | "pause_at_recovery_target"
        | "trigger_file"
        | "promote_trigger_file" => Fate::Breaks(RECOVERY),
        "restore_command" | "archive_cleanup_command" | "recovery_end_command" => Fate::Breaks(
            "it takes the place of all that Spilo writes for recovery: a replica that fell behind finds no WAL in the archive",
        ),
        recovery if recovery.starts_with("recovery_target") => Fate::Breaks(RECOVERY),
        _ => below(major, &lower, value),
    }
}

fn below(major: u32, name: &str, value: &str) -> Fate {
    let Some((_, least, rule)) = LEAST.iter().find(|(own, ..)| *own == name) else { return Fate::Works };
    match Setting::of(major, name).and_then(|setting| setting.number(value)) {
        Some(number) if number < *least => Fate::Replaced(rule),
        _ => Fate::Works,
    }
}

/// Switches that PostgreSQL has for the lost, and what they do to data that is not.
pub fn unsafe_value(name: &str, value: &str) -> Option<&'static str> {
    let off = ["off", "false", "no", "0"].iter().any(|word| word.eq_ignore_ascii_case(value));
    match (name.to_ascii_lowercase().as_str(), off) {
        ("fsync", true) => {
            Some("after a crash of the node the data is corrupt, and so may be what is archived")
        }
        ("full_page_writes", true) => {
            Some("after a crash of the node pages may be torn, and neither WAL nor a base backup mends them")
        }
        ("autovacuum" | "track_counts", true) => {
            Some("tables grow without bound, and PostgreSQL stops when its transaction numbers run out")
        }
        ("zero_damaged_pages", false) => Some("a damaged page is emptied without a word"),
        ("ignore_checksum_failure", false) => {
            Some("damaged pages are read as if they were whole, and spread into backups")
        }
        ("ignore_invalid_pages", false) => Some("recovery goes on past data that is missing"),
        ("data_sync_retry", false) => Some("a write that failed may count as written"),
        ("allow_system_table_mods" | "ignore_system_indexes", false) => {
            Some("it is for repairs by hand, in one session")
        }
        _ => None,
    }
}
