//! PostgreSQL on loopback: of any major that the machine or the parts have, as a user that may run it, stopped when it
//! is dropped.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::parts;
use super::server::free_port;

/// Folder of PostgreSQL's programs, of the newest major that the machine itself has: with TLS and every client program.
pub fn postgresql() -> Option<PathBuf> {
    Some(programs("/usr/lib/postgresql".into()).pop_last()?.1)
}

/// Folders of PostgreSQL's programs by major: of the parts, and of the machine itself.
pub fn majors() -> BTreeMap<u32, PathBuf> {
    let mut majors = pinned();
    majors.extend(programs("/usr/lib/postgresql".into()));
    majors
}

/// Those of the parts, whose versions are the same everywhere.
pub fn pinned() -> BTreeMap<u32, PathBuf> {
    parts::folder("postgresql").map(programs).unwrap_or_default()
}

/// Those below a folder whose folders are named by their majors.
fn programs(folder: PathBuf) -> BTreeMap<u32, PathBuf> {
    let majors = fs::read_dir(folder).into_iter().flatten().flatten();
    let majors = majors
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))));
    majors.filter(|(_, bin)| bin.join("initdb").is_file()).collect()
}

/// `psql` of that folder; else the newest that is there, which talks to every older server.
fn psql(bin: &Path) -> PathBuf {
    let own = std::iter::once(bin.to_owned());
    let folders = own.chain(majors().into_values().rev());
    folders.map(|bin| bin.join("psql")).find(|psql| psql.is_file()).unwrap_or_else(|| "psql".into())
}

/// Whether PostgreSQL can be run: not as root, so that root has to be able to become somebody else.
pub fn can_run() -> bool {
    let may = as_postgres(Path::new("true")).stdout(Stdio::null()).stderr(Stdio::null()).status();
    may.is_ok_and(|status| status.success())
}

/// What is missing to run PostgreSQL of this major.
pub fn missing(major: u32) -> Vec<String> {
    let there = majors().contains_key(&major);
    let program = (!there).then(|| format!("PostgreSQL {major}"));
    program.into_iter().chain((!can_run()).then(|| "setpriv, as root".to_owned())).collect()
}

/// Whether the machine's own PostgreSQL is there and may be run.
pub fn runs() -> bool {
    postgresql().is_some() && can_run()
}

/// PostgreSQL never runs as root: root becomes `nobody`, who still reads what root has installed.
pub fn as_postgres(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
        // `access` asks for the real user alone, unless the fix-up of capabilities is off.
        command.arg("--securebits=+no_setuid_fixup");
        command.args(["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|of| std::os::unix::fs::MetadataExt::uid(&of) == 0)
}

/// A data directory, and the server on it.
pub struct Instance {
    pub bin: PathBuf,
    pub folder: PathBuf,
    pub port: u16,
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.stop("immediate");
    }
}

impl Instance {
    /// A folder for a data directory that is not made yet, of the machine's own PostgreSQL.
    pub fn at(folder: PathBuf) -> Result<Self, String> {
        Self::of(postgresql().ok_or("PostgreSQL is gone")?, folder)
    }

    /// The same, of the PostgreSQL whose programs are in this folder.
    pub fn of(bin: PathBuf, folder: PathBuf) -> Result<Self, String> {
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
        if is_root() {
            run(Command::new("chown").arg("nobody").arg(&folder))?;
        }
        Ok(Self { bin, folder, port: free_port() })
    }

    pub fn major(&self) -> u32 {
        let folder = self.bin.parent().and_then(Path::file_name).unwrap_or_default();
        folder.to_string_lossy().parse().unwrap_or(0)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn init(&self) -> Result<(), String> {
        let initdb = self.bin.join("initdb");
        run(as_postgres(&initdb)
            .args(["--username=postgres", "--auth=trust", "--data-checksums", "-D"])
            .arg(self.data()))
        .map(|_| ())
    }

    /// Starts the server with these settings; does not wait for a recovery to end.
    pub fn start(&self, settings: &[(&str, &str)]) -> Result<(), String> {
        self.start_in(&BTreeMap::new(), settings)
    }

    /// The same inside this environment, which every command of the server inherits.
    pub fn start_in(
        &self,
        environment: &BTreeMap<String, String>,
        settings: &[(&str, &str)],
    ) -> Result<(), String> {
        let mut options = format!(
            "-c listen_addresses= -c port={} -c unix_socket_directories={} -c fsync=off",
            self.port,
            self.folder.display()
        );
        for (name, value) in settings {
            options += &format!(" -c {name}='{}'", value.replace('\'', "''"));
        }
        let mut command = as_postgres(&self.bin.join("pg_ctl"));
        // What the server inherits of a pipe would keep the test waiting for it.
        command
            .args(["-w", "-t", "60", "start", "-o", &options, "-l"])
            .arg(self.folder.join("log"))
            .arg("-D")
            .arg(self.data());
        command.envs(environment);
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        match status.map_err(|error| error.to_string())?.success() {
            true => Ok(()),
            false => Err(format!("PostgreSQL does not start: {}", self.log())),
        }
    }

    /// Starts it as it was started before.
    pub fn restart(&self) -> Result<(), String> {
        let mut command = as_postgres(&self.bin.join("pg_ctl"));
        command.args(["-w", "-t", "60", "restart", "-m", "immediate", "-l"]).arg(self.folder.join("log"));
        command.arg("-D").arg(self.data()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.status().map_err(|error| error.to_string())?.success() {
            true => Ok(()),
            false => Err(format!("PostgreSQL does not start: {}", self.log())),
        }
    }

    pub fn stop(&self, mode: &str) {
        let mut command = as_postgres(&self.bin.join("pg_ctl"));
        command.args(["-w", "stop", "-m", mode, "-D"]).arg(self.data());
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub fn query(&self, sql: &str) -> Result<String, String> {
        self.query_in("postgres", sql)
    }

    pub fn query_in(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut command = as_postgres(&psql(&self.bin));
        command.args(["-AtXq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-c", sql, "-h"]).arg(&self.folder);
        let output = run(command.args(["-p", &self.port.to_string()]).env("PGDATABASE", database))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// A session that runs this, to be killed.
    pub fn session(&self, sql: &str) -> Result<std::process::Child, String> {
        let mut command = as_postgres(&psql(&self.bin));
        command
            .args([
                "-AtXq",
                "-U",
                "postgres",
                "-d",
                "postgres",
                "-c",
                sql,
                "-p",
                &self.port.to_string(),
                "-h",
            ])
            .arg(&self.folder);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())
    }

    /// Waits until a query says what it should.
    pub fn wait(&self, sql: &str, wanted: &str) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let said = self.query(sql);
            if said.as_deref() == Ok(wanted) {
                return Ok(());
            }
            let gone = !self.data().join("postmaster.pid").exists();
            if gone || start.elapsed() > Duration::from_secs(60) {
                return Err(format!("`{sql}` says {said:?}, not `{wanted}`\n{}", self.log()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Variables by which a program reaches the server.
    pub fn connection(&self) -> [(String, String); 3] {
        [
            ("PGHOST".to_owned(), self.folder.display().to_string()),
            ("PGPORT".to_owned(), self.port.to_string()),
            ("PGUSER".to_owned(), "postgres".to_owned()),
        ]
    }
}

pub fn run(command: &mut Command) -> Result<Output, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(output),
        false => Err(format!(
            "{:?}: {}{}",
            command.get_program(),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
