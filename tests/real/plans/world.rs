//! A cluster with an archive, and a rendered plan whose steps run beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::apply::pgsynth;
use crate::postgres::{Instance, as_postgres, run};
use crate::store;

pub const APP: &str = "{pgsynth: v1, release: '2026.11', name: shop, platform: other,
  externalOperator: {namespace: postgres-operator, watch: all, podEnvironment: []},
  stores: {offsite: {hetzner: {location: fsn1, bucket: acme-postgres}, credentials: pg-backup-s3}},
  backups: {nightly: {store: offsite, schedule: '0 1 * * *', keep: 14d, rpo: 5m}},
  charts: {shop: {namespace: shop, clusters: {acme-orders: {team: acme, postgres: MAJOR, volume: {size: 1Gi, class: local},
    users: {shop: []}, databases: {shop: {owner: shop}}, backup: nightly}}}}}";

/// The cluster, its archive, and the folders of what runs beside it.
pub struct World {
    pub live: Instance,
    pub folder: PathBuf,
    archive: PathBuf,
    base: PathBuf,
    finished: String,
}

/// A rendered plan, beside the cluster of a world.
pub struct Plan<'a> {
    world: &'a World,
    rendered: Rendered,
}

impl World {
    /// A running cluster with an archive and without a base backup.
    pub fn start(bin: PathBuf, folder: &Path) -> Result<Self, String> {
        let live = Instance::of(bin, folder.join("live"))?;
        live.init()?;
        let archive = live.folder.join("archive");
        run(as_postgres(Path::new("mkdir")).arg(&archive))?;
        let archive_command = format!("cp %p {}/%f", archive.display());
        live.start(&[
            ("archive_mode", "on"),
            ("archive_command", &archive_command),
            ("wal_level", "logical"),
            ("max_prepared_transactions", "5"),
            ("max_connections", "200"),
            ("listen_addresses", "127.0.0.1"),
            ("max_wal_size", "256MB"),
        ])?;
        let base = live.folder.join("base");
        Ok(Self { live, folder: folder.to_owned(), archive, base, finished: String::new() })
    }

    /// A session's worth of SQL in a database, from a text; what it prints.
    pub fn sql(&self, database: &str, sql: &str) -> Result<String, String> {
        self.psql(database, &["-c", sql])
    }

    pub fn psql(&self, database: &str, arguments: &[&str]) -> Result<String, String> {
        let mut command = as_postgres(&self.live.bin.join("psql"));
        command.args(["-AtXq", "-v", "ON_ERROR_STOP=1"]).args(arguments);
        command.envs(self.live.connection()).env("PGDATABASE", database);
        let output = run(&mut command)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// A base backup, as WAL-G would have it.
    pub fn back_up(&mut self) -> Result<(), String> {
        let mut command = as_postgres(&self.live.bin.join("pg_basebackup"));
        command.args(["--checkpoint=fast", "--wal-method=none", "-D"]).arg(&self.base);
        run(command.envs(self.live.connection()).stderr(Stdio::null()))?;
        self.finished = self.now()?;
        Ok(())
    }

    /// The cluster's clock, in UTC.
    pub fn now(&self) -> Result<String, String> {
        self.sql("postgres", "SET timezone = 'UTC'; SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')")
    }

    /// The file of WAL that is written now.
    pub fn segment(&self) -> Result<PathBuf, String> {
        let name = self.sql("postgres", "SELECT pg_walfile_name(pg_current_wal_insert_lsn())")?;
        Ok(self.archive.join(name))
    }

    /// Gives a step the archive: a folder stands for the store, and `cp` for WAL-G.
    pub fn archive_for(&self, command: &mut Command, scratch: &Path) {
        let list = json!([{ "backup_name": "base_1", "finish_time": self.finished, "uncompressed_size": 1000, "pg_version": self.live.major() * 10000 }]);
        command
            .env("BACKUP_LIST", format!("echo '{list}'"))
            .env("BASE_COMMAND", format!("cp -a {}/. {}/data", self.base.display(), scratch.display()))
            .env("RESTORE_COMMAND", self.restore_command());
    }

    /// The data directory of the base backup.
    pub fn base(&self) -> &Path {
        &self.base
    }

    pub fn restore_command(&self) -> String {
        format!("cp {}/%f %p", self.archive.display())
    }

    /// The file of a table in the base backup.
    pub fn base_file(&self, database: &str, table: &str) -> Result<PathBuf, String> {
        Ok(self.base.join(self.sql(database, &format!("SELECT pg_relation_filepath('{table}')"))?))
    }

    /// Everything that is committed until now goes to the archive.
    pub fn archive_all(&self) -> Result<(), String> {
        let segment = self.sql("postgres", "SELECT pg_walfile_name(pg_switch_wal())")?;
        self.live.wait(&format!("SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver"), "t")
    }

    /// The plan for this database at this time.
    pub fn plan(&self, database: &str, at: &str, options: &[&str]) -> Plan<'_> {
        let folder = self.folder.join(format!("project-{}", fs::read_dir(&self.folder).unwrap().count()));
        let app = APP.replace("MAJOR", &self.live.major().to_string());
        let own = ["--unlisted", "--now", "2999-01-01T00:00:00Z"];
        let options: Vec<_> = own.into_iter().chain(options.iter().copied()).collect();
        Plan { world: self, rendered: Rendered::of(&folder, &app, database, at, &options) }
    }
}

impl Plan<'_> {
    pub fn scratch(&self) -> PathBuf {
        self.world.live.folder.join("scratch")
    }

    pub fn variable(&self, name: &str) -> String {
        self.rendered.jobs["restore"][name].clone()
    }

    /// A step as its Job runs it; only places are those of the test.
    pub fn command(&self, step: &str, changes: &[(&str, &str)]) -> Command {
        let mut command = self.rendered.command(step, &self.world.live, &self.scratch());
        self.world.archive_for(&mut command, &self.scratch());
        command.envs(changes.iter().copied());
        command
    }

    pub fn run(&self, step: &str, changes: &[(&str, &str)]) -> Output {
        self.command(step, changes).output().unwrap()
    }

    pub fn script(&self, step: &str) -> PathBuf {
        self.rendered.scripts.join(format!("{step}.sh"))
    }

    /// Gives a database what the plan says of it, as the copy does.
    pub fn properties(&self, world: &World, database: &str) -> Result<(), String> {
        let facts = self.scratch().join("work/facts.json");
        let mut command = as_postgres(&world.live.bin.join("psql"));
        command.args(["-AtXq", "-v", "ON_ERROR_STOP=1", "-v"]).arg(format!("new={database}")).arg("-f");
        command
            .arg(self.rendered.scripts.join("properties.sql"))
            .envs(world.live.connection())
            .env("FACTS", facts);
        run(command.env("PGDATABASE", "postgres")).map(|_| ())
    }

    /// Runs a step to its end; its last line.
    pub fn done(&self, step: &str) -> Result<Value, String> {
        said(step, &self.run(step, &[]), "done")
    }

    /// Runs a step that has to stop, and says why.
    pub fn stopped(&self, step: &str) -> Result<String, String> {
        let line = said(step, &self.run(step, &[]), "stopped")?;
        Ok(line["why"].as_str().unwrap_or_default().to_owned())
    }
}

impl Drop for Plan<'_> {
    fn drop(&mut self) {
        halt(&self.world.live, &self.scratch());
    }
}

/// Stops what a step that was killed has left running.
pub fn halt(live: &Instance, scratch: &Path) {
    let data = scratch.join("data");
    if data.join("postmaster.pid").exists() {
        let mut command = as_postgres(&live.bin.join("pg_ctl"));
        let _ = command.args(["-m", "immediate", "-w", "stop", "-D"]).arg(data).output();
    }
}

/// What `pgsynth restore` has written: scripts, and the variables of each Job.
pub struct Rendered {
    scripts: PathBuf,
    jobs: BTreeMap<String, BTreeMap<String, String>>,
}

impl Rendered {
    /// The plan of the cluster `acme-orders` of this app.
    pub fn of(folder: &Path, app: &str, database: &str, at: &str, options: &[&str]) -> Self {
        fs::create_dir_all(folder.join("apps")).unwrap();
        fs::write(folder.join("apps/shop.yaml"), app).unwrap();
        let mut arguments = vec!["restore", "acme-orders", "--database", database, "--at", at];
        arguments.extend(options);
        pgsynth(folder, &arguments);
        let plan = fs::read_dir(folder.join("restore")).unwrap().next().unwrap().unwrap().path();
        let mut objects = vec![];
        for file in [&plan, &plan.join("after")].into_iter().flat_map(|folder| fs::read_dir(folder).unwrap())
        {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = fs::read_to_string(&path).unwrap();
                let documents = serde_yaml::Deserializer::from_str(&text);
                objects.extend(documents.map(|document| Value::deserialize(document).unwrap()));
            }
        }
        Self::from_objects(folder, &objects)
    }

    /// The scripts and the pods of these objects.
    pub fn from_objects(folder: &Path, objects: &[Value]) -> Self {
        let scripts = folder.join("scripts");
        fs::create_dir_all(&scripts).unwrap();
        let mut jobs = BTreeMap::new();
        for object in objects {
            for (name, script) in object["data"].as_object().into_iter().flatten() {
                fs::write(scripts.join(name), script.as_str().unwrap()).unwrap();
            }
            let template = match object["kind"].as_str() {
                Some("Job") => &object["spec"]["template"],
                Some("CronJob") => &object["spec"]["jobTemplate"]["spec"]["template"],
                _ => continue,
            };
            let container = &template["spec"]["containers"][0];
            let Some(script) = container["command"][1].as_str().and_then(|path| path.strip_prefix("/plan/"))
            else {
                continue;
            };
            let variables = container["env"].as_array().unwrap().iter().map(given).collect();
            jobs.insert(script.trim_end_matches(".sh").to_owned(), variables);
        }
        Self { scripts, jobs }
    }

    /// A step as its Job runs it, beside this cluster; only places are those of the test.
    pub fn command(&self, step: &str, live: &Instance, scratch: &Path) -> Command {
        let path = std::env::var("PATH").unwrap();
        let mut command = as_postgres(Path::new("bash"));
        command.arg(self.scripts.join(format!("{step}.sh"))).env_clear().envs(&self.jobs[step]);
        command
            .env("PATH", format!("{}:{path}", live.bin.display()))
            .env("LIVE_HOST", &live.folder)
            .env("LIVE_PORT", live.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGSSLMODE", "disable")
            .env("SCRATCH", scratch)
            .env("TERMINATION_LOG", "/dev/null")
            .env("COMPARED_WAIT", "0");
        command.stdin(Stdio::null());
        command
    }
}

/// A variable as the kubelet gives it to the pod.
fn given(variable: &Value) -> (String, String) {
    let name = variable["name"].as_str().unwrap().to_owned();
    let secret = &variable["valueFrom"]["secretKeyRef"];
    let value = match secret["name"].as_str() {
        Some(of) => store::key_of(of, secret["key"].as_str().unwrap()).to_owned(),
        None => variable["value"].as_str().unwrap_or_default().replace("$$(", "$("),
    };
    (name, value)
}

/// The last line of a step, which has to have ended so.
pub fn said(step: &str, output: &Output, outcome: &str) -> Result<Value, String> {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let line = out.lines().last().unwrap_or_default();
    match serde_json::from_str::<Value>(line) {
        Ok(value) if value["outcome"] == outcome => Ok(value),
        _ => Err(format!("{step} should be {outcome}: {out}{err}")),
    }
}
