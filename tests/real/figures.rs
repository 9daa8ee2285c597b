//! The pinned exporter on a real PostgreSQL, read by a real Prometheus with the rendered rules: the series that rules and
//! panels name are there, and where something breaks the alerts for it fire, and the others do not.
//!
//! Class bench: no registry has postgres_exporter 0.20.1, so that it has to be on `PATH`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::monitoring::alerts::{GROUPS, Source, When};
use serde_yaml::Value;

use super::parts;
use super::postgres::{Instance, can_run, majors};
use super::prometheus::{Prometheus, documents, file, groups_of};
use super::queries::rendered;
use super::server::free_port;

const NEEDED: &[&str] = &["postgres_exporter", "prometheus"];

pub fn trials() -> Vec<Trial> {
    let runs = can_run() && !parts::missing(NEEDED);
    let trials = majors().into_iter().map(|(major, bin)| {
        let name = format!("figures::faults_raise_their_alerts_on_{major}");
        parts::bench(NEEDED, &name, move || faults(bin)).with_ignored_flag(!runs)
    });
    trials.collect()
}

/// Stopped when it is dropped.
struct Exporter(Child, u16);

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Alerts that these faults are for, with waits of seconds.
const ALERTS: &str = "PostgresArchiveErrors: {}, PostgresRpoViolated: {threshold: 30, for: 1s}, PostgresConnectionsExhausted: {for: 1s}, \
    PostgresLongTransaction: {threshold: 4, for: 1s}, PostgresInstanceDown: {for: 1s}, PostgresExporterErrors: {for: 1s}, \
    PostgresCollectorFailing: {for: 1s}, PostgresCustomQueriesNotLoaded: {for: 1s}, PostgresArchivingDisabled: {for: 1s}";

fn app(major: u32) -> String {
    format!(
        "pgsynth: v1\nrelease: '2026.11'\nname: figures\nplatform: other\naccept: {{T122: a test}}\n\
         externalOperator: {{namespace: postgres-operator, watch: all, podEnvironment: []}}\n\
         stores: {{s: {{hetzner: {{location: fsn1, bucket: acme}}, credentials: keys}}}}\n\
         backups: {{b: {{store: s, schedule: '0 1 * * *', keep: 14d, rpo: 1m}}}}\n\
         charts: {{shop: {{namespace: shop, clusters: {{main: {{team: a, postgres: {major}, volume: {{size: 1Gi}}, backup: b, monitoring: {{alerts: {{{ALERTS}}}}}}}}}}}}}\n"
    )
}

impl Exporter {
    /// With the flags of the rendered sidecar.
    fn start(instance: &Instance, queries: &Value, command: &[String]) -> Result<Self, Failed> {
        let path = instance.folder.join("queries.yaml");
        fs::write(&path, serde_yaml::to_string(queries)?)?;
        let port = free_port();
        let flags = command.iter().skip(1).filter(|flag| !flag.starts_with("--extend.query-path"));
        let [(_, host), (_, server), _] = instance.connection();
        let child = Command::new(parts::get("postgres_exporter"))
            .args(flags)
            .arg(format!("--extend.query-path={}", path.display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .env(
                "DATA_SOURCE_NAME",
                format!("host={host} port={server} user=monitoring dbname=postgres sslmode=disable"),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(instance.folder.join("exporter.log"))?)
            .spawn()?;
        Ok(Self(child, port))
    }
}

fn faults(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let instance = Instance::of(bin, folder.path().join("postgres"))?;
    instance.init()?;
    let settings = [
        ("archive_mode", "on"),
        ("max_connections", "20"),
        ("shared_preload_libraries", "pg_stat_statements"),
        ("archive_timeout", "5"),
    ];
    instance.start(&settings)?;
    instance.query("alter system set archive_command = 'test -f %p'")?;
    instance.query("select pg_reload_conf()")?;
    let (queries, sql) = rendered(instance.major(), "backup: {none: a test}")?;
    instance.query("create extension pg_stat_statements; create role monitoring login")?;
    instance.query(&sql)?;
    instance.query("select pg_switch_wal()")?;

    let groups = groups_of(&documents(&app(instance.major()))?);
    fs::write(folder.path().join("rules.yaml"), file(&groups.iter().collect::<Vec<_>>())?)?;
    let command = sidecar(instance.major())?;
    let exporter = Exporter::start(&instance, &queries, &command)?;
    let configuration = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [rules.yaml]\nscrape_configs:\n\
         - job_name: exporter\n  static_configs: [{{targets: ['127.0.0.1:{}'], labels: {{namespace: shop, cluster: main, pod: main-0}}}}]\n",
        exporter.1
    );
    fs::write(folder.path().join("prometheus.yaml"), configuration)?;
    let prometheus = Prometheus::start(folder.path())?;
    let firing = || prometheus.firing();
    let there = |expr: &str| prometheus.there(expr);
    let wait = |what: &str, longest: u64, done: &dyn Fn() -> Result<bool, Failed>| -> Result<(), Failed> {
        prometheus.wait(what, longest, |_| done()).map_err(|error| {
            let log = fs::read_to_string(instance.folder.join("exporter.log")).unwrap_or_default();
            let head: String = log.chars().take(2000).collect();
            format!("{}\n{head}", error.message().unwrap_or_default()).into()
        })
    };
    wait("series are read", 60, &|| {
        there("pgsynth_archiver_enabled{namespace=\"shop\",pod=\"main-0\"} == 1")
    })?;
    wait("series are recorded", 60, &|| there("pgsynth:rpo_exposure_seconds:max{cluster=\"main\"}"))?;
    series_are_there(&there, instance.major())?;

    // Healthy: nothing fires that has these series.
    std::thread::sleep(Duration::from_secs(5));
    let healthy = firing()?;
    let only = |set: &BTreeSet<String>| -> Vec<String> {
        set.iter().filter(|alert| ALERTS.contains(alert.as_str())).cloned().collect()
    };
    if !only(&healthy).is_empty() {
        return Err(format!("a healthy cluster raises {healthy:?}").into());
    }

    // A transaction that does not end.
    let mut session = instance.session("begin; select pg_sleep(600)")?;
    wait("PostgresLongTransaction", 40, &|| Ok(firing()?.contains("PostgresLongTransaction")))?;
    if only(&firing()?) != ["PostgresLongTransaction"] {
        return Err(format!("a long transaction raises {:?}", firing()?).into());
    }
    let _ = session.kill();
    let _ = session.wait();
    instance.query("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()")?;
    wait("it is resolved", 40, &|| Ok(only(&firing()?).is_empty()))?;

    // Connections that are all taken: 17 of 20 are for users.
    let mut sessions = vec![];
    while sessions.len() < 16 {
        sessions.push(instance.session("select pg_sleep(600)")?);
    }
    wait("PostgresConnectionsExhausted", 40, &|| Ok(firing()?.contains("PostgresConnectionsExhausted")))?;
    let raised = only(&firing()?);
    if raised.iter().any(|alert| alert.contains("Archive") || alert.contains("Rpo")) {
        return Err(format!("exhausted connections raise {raised:?}").into());
    }
    for mut session in sessions {
        let _ = session.kill();
        let _ = session.wait();
    }
    instance.query("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()")?;
    wait("they are resolved", 60, &|| Ok(only(&firing()?).is_empty()))?;

    // Archiving breaks, while something is written.
    instance.query("alter system set archive_command = '/bin/false'")?;
    instance.query("select pg_reload_conf()")?;
    instance.query("create table more as select generate_series(1, 100000)")?;
    wait("PostgresArchiveErrors", 60, &|| Ok(firing()?.contains("PostgresArchiveErrors")))?;
    wait("PostgresRpoViolated", 90, &|| Ok(firing()?.contains("PostgresRpoViolated")))?;
    // And nothing is archived at all, without a word of PostgreSQL's.
    instance.query("alter system set archive_command = '/bin/true'")?;
    instance.query("select pg_reload_conf()")?;
    wait("PostgresArchivingDisabled", 40, &|| Ok(firing()?.contains("PostgresArchivingDisabled")))?;
    Ok(())
}

/// Command of the rendered exporter.
fn sidecar(major: u32) -> Result<Vec<String>, Failed> {
    use pgsynth::constructs::Past;
    use pgsynth::constructs::crds::postgresql::Postgresql;
    let app =
        pgsynth::load::app("figures.yaml", app(major).as_bytes()).map_err(|problem| problem.to_string())?;
    let valid = app.validate(&Past::default()).map_err(|problems| problems.to_string())?;
    let resource =
        valid.objects().iter().find_map(|object| object.downcast::<Postgresql>()).ok_or("no cluster")?;
    let sidecars = resource.spec.sidecars.as_ref().ok_or("no sidecars")?;
    Ok(sidecars[0].command.clone().unwrap_or_default())
}

/// Every series of the exporter that an alert of every cluster names is there, on a primary without slots.
fn series_are_there(there: &dyn Fn(&str) -> Result<bool, Failed>, major: u32) -> Result<(), Failed> {
    let mut missing = vec![];
    for alert in GROUPS.iter().flat_map(|(_, alerts)| *alerts) {
        let ours = matches!(alert.source, Source::Exporter | Source::Queries)
            && matches!(alert.when, When::Always | When::Archive);
        if !ours {
            continue;
        }
        let name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
        for series in alert.expr.split(|letter: char| !name(letter)) {
            let of_exporter = series.starts_with("pg_") || series.starts_with("pgsynth_");
            let elsewhere = series.starts_with("pg_replication_slots") || series == "pg_dump"
                || (series.starts_with("pg_stat_checkpointer") && major < 17)
                || (series.starts_with("pg_stat_bgwriter_checkpoints") && major >= 17)
                // No base backup has been made here, and no setting waits for a restart.
                || series.starts_with("pgsynth_basebackup");
            if of_exporter && !elsewhere && !there(&format!("{series}{{namespace=\"shop\",pod=\"main-0\"}}"))?
            {
                missing.push(format!("{}: {series}", alert.name));
            }
        }
    }
    match missing.is_empty() {
        true => Ok(()),
        false => Err(missing.join("\n").into()),
    }
}
