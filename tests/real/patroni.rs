//! Two real members of a Patroni cluster, read by a real Prometheus with the rendered rules: where replication stops, the
//! alerts for it fire and no other that Patroni's series can raise.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::monitoring::alerts::{GROUPS, Source, When};

use super::parts;
use super::postgres::{self, Instance, as_postgres, majors, run};
use super::prometheus::{Prometheus, documents, file, groups_of};
use super::server::{Server, free_port};

/// That of the parts with the programs that Patroni calls.
const MAJOR: u32 = 18;

pub fn trials() -> Vec<Trial> {
    let mut missing = parts::not_found(&["etcd", "patroni", "prometheus"]);
    missing.extend(postgres::missing(MAJOR));
    vec![parts::needing_all(&missing, "patroni::stopped_replication_raises_its_alerts", stopped)]
}

/// Patroni, and the PostgreSQL that it runs: stopped in this order.
struct Member {
    patroni: Child,
    rest: u16,
    instance: Instance,
}

impl Drop for Member {
    fn drop(&mut self) {
        // Without Patroni nobody starts again what the instance's own drop stops.
        let _ = self.patroni.kill();
        let _ = self.patroni.wait();
    }
}

impl Member {
    fn start(folder: &Path, etcd: &str, name: &str) -> Result<Self, Failed> {
        let bin = majors().remove(&MAJOR).ok_or("PostgreSQL is gone")?;
        let instance = Instance::of(bin, folder.join(name))?;
        let (rest, home) = (free_port(), instance.folder.display());
        let configuration = format!(
            "scope: main\nname: {name}\nrestapi: {{listen: '127.0.0.1:{rest}', connect_address: '127.0.0.1:{rest}'}}\n\
             etcd3: {{host: '{}'}}\n\
             bootstrap:\n  initdb: [encoding: UTF8, data-checksums]\n  dcs: {{ttl: 20, loop_wait: 1, retry_timeout: 3}}\n\
             postgresql:\n  listen: 127.0.0.1:{port}\n  connect_address: 127.0.0.1:{port}\n  data_dir: {home}/data\n\
             \x20 bin_dir: {bin}\n  pgpass: {home}/pgpass\n\
             \x20 authentication: {{superuser: {{username: postgres}}, replication: {{username: standby}}}}\n\
             \x20 pg_hba: [local all all trust, host all all 127.0.0.1/32 trust, host replication all 127.0.0.1/32 trust]\n\
             \x20 parameters: {{unix_socket_directories: {home}, fsync: 'off', autovacuum: 'off'}}\n",
            etcd.trim_start_matches("http://"),
            port = instance.port,
            bin = instance.bin.display(),
        );
        let path = instance.folder.join("patroni.yaml");
        fs::write(&path, configuration)?;
        let log = File::create(instance.folder.join("patroni.log"))?;
        let mut command = as_postgres(&parts::get("patroni"));
        command.arg(&path).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Self { patroni: command.spawn()?, rest, instance })
    }

    /// Waits until PostgreSQL says so.
    fn wait(&self, sql: &str) -> Result<(), Failed> {
        let start = Instant::now();
        while self.instance.query(sql).as_deref() != Ok("t") {
            if start.elapsed() > Duration::from_secs(60) {
                let log = fs::read_to_string(self.instance.folder.join("patroni.log")).unwrap_or_default();
                return Err(format!("not within 60 s: {sql}\n{log}").into());
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        Ok(())
    }
}

/// Alerts that Patroni's series can raise in such a cluster.
fn alerts() -> impl Iterator<Item = &'static str> {
    let ours = GROUPS.iter().flat_map(|(_, alerts)| *alerts).filter(|alert| {
        matches!(alert.source, Source::Patroni) && matches!(alert.when, When::Always | When::Replicas)
    });
    ours.map(|alert| alert.name)
}

/// The cluster, with waits of a second and limits that a test can reach.
fn app() -> String {
    let overrides = alerts().map(|name| {
        let threshold = match name {
            "PostgresReplicationLagBytes" | "PostgresNoFailoverCandidate" => "threshold: 1048576, ",
            "PostgresReplicationLagSeconds" => "threshold: 5, ",
            _ => "",
        };
        format!("{name}: {{{threshold}for: 1s}}")
    });
    format!(
        "pgsynth: v1\nrelease: '2026.11'\nname: figures\nplatform: other\naccept: {{T122: a test, no-backup: a test}}\n\
         externalOperator: {{namespace: postgres-operator, watch: all}}\n\
         charts: {{shop: {{namespace: shop, clusters: {{main: {{team: a, postgres: {MAJOR}, instances: 2, volume: {{size: 1Gi}}, backup: {{none: a test}}, monitoring: {{alerts: {{{}}}}}}}}}}}}}\n",
        overrides.collect::<Vec<_>>().join(", ")
    )
}

fn stopped() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let etcd = Server::etcd();
    let primary = Member::start(folder.path(), &etcd.url, "main-0")?;
    primary.wait("select not pg_is_in_recovery()")?;
    let replica = Member::start(folder.path(), &etcd.url, "main-1")?;
    primary.wait("select count(*) = 1 from pg_stat_replication where state = 'streaming'")?;

    let groups = groups_of(&documents(&app())?);
    fs::write(folder.path().join("rules.yaml"), file(&groups.iter().collect::<Vec<_>>())?)?;
    let targets = [("main-0", &primary), ("main-1", &replica)].map(|(pod, member)| {
        format!(
            "{{targets: ['127.0.0.1:{}'], labels: {{namespace: shop, cluster: main, pod: {pod}}}}}",
            member.rest
        )
    });
    let configuration = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [rules.yaml]\n\
         scrape_configs:\n- {{job_name: patroni, static_configs: [{}]}}\n",
        targets.join(", ")
    );
    fs::write(folder.path().join("prometheus.yaml"), configuration)?;
    let prometheus = Prometheus::start(folder.path())?;
    let ours = |prometheus: &Prometheus| -> Result<Vec<String>, Failed> {
        let firing = prometheus.firing()?;
        Ok(alerts().filter(|name| firing.contains(*name)).map(str::to_owned).collect())
    };

    prometheus.wait("lag is recorded", 60, |prometheus| {
        prometheus.there("pgsynth:replication_lag_bytes{cluster=\"main\",pod=\"main-1\"} == 0")
    })?;
    std::thread::sleep(Duration::from_secs(5));
    let healthy = ours(&prometheus)?;
    if !healthy.is_empty() {
        return Err(format!("healthy members raise {healthy:?}").into());
    }

    // The replica may not connect any more, and the primary goes on writing.
    primary.instance.query("alter role standby nologin")?;
    primary.instance.query("select pg_terminate_backend(pid) from pg_stat_replication")?;
    primary.instance.query("create table more as select generate_series(1, 100000)")?;
    let wanted = [
        "PostgresReplicaNotStreaming",
        "PostgresReplicationLagBytes",
        "PostgresReplicationLagSeconds",
        "PostgresNoFailoverCandidate",
    ];
    prometheus.wait("stopped replication raises its alerts", 60, |prometheus| {
        let firing = ours(prometheus)?;
        Ok(wanted.iter().all(|name| firing.iter().any(|fires| fires == name)))
    })?;
    let firing = ours(&prometheus)?;
    if firing != wanted {
        return Err(format!("stopped replication raises {firing:?}").into());
    }

    primary.instance.query("alter role standby login")?;
    prometheus.wait("they are resolved", 60, |prometheus| Ok(ours(prometheus)?.is_empty()))?;

    // What receives stands still, and its connection lives: it streams, and does not follow.
    let receiver = replica.instance.query("select pid from pg_stat_wal_receiver")?;
    run(Command::new("kill").args(["-STOP", &receiver]))?;
    primary.instance.query("insert into more select generate_series(1, 100000)")?;
    prometheus.wait("lag raises its alert", 40, |prometheus| {
        Ok(ours(prometheus)?.iter().any(|name| name == "PostgresReplicationLagBytes"))
    })?;
    let firing = ours(&prometheus)?;
    run(Command::new("kill").args(["-CONT", &receiver]))?;
    match firing.iter().any(|name| name == "PostgresReplicaNotStreaming" || !wanted.contains(&name.as_str()))
    {
        false => Ok(()),
        true => Err(format!("a replica that lags raises {firing:?}").into()),
    }
}
