//! Clients of the cluster while a plan runs: sessions that ask or write, and connect again where theirs has ended.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::world::World;
use crate::postgres::as_postgres;

/// One session of psql.
struct Session {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a client reaches the cluster.
#[derive(Clone)]
pub struct Way {
    psql: std::path::PathBuf,
    host: String,
    port: u16,
    database: String,
    user: String,
}

impl Way {
    pub fn to(world: &World, database: &str, user: &str) -> Self {
        Self {
            psql: world.live.bin.join("psql"),
            host: world.live.folder.display().to_string(),
            port: world.live.port,
            database: database.to_owned(),
            user: user.to_owned(),
        }
    }

    fn connect(&self) -> Session {
        let mut command = as_postgres(&self.psql);
        command.args(["-AtXq"]).env("PGHOST", &self.host).env("PGPORT", self.port.to_string());
        command.env("PGDATABASE", &self.database).env("PGUSER", &self.user);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Session { child, input, output }
    }
}

impl Session {
    /// The answer, in a line; nothing where the session has ended.
    fn ask(&mut self, sql: &str) -> Option<String> {
        writeln!(self.input, "{sql};").ok()?;
        let mut line = String::new();
        (self.output.read_line(&mut line).ok()? > 0).then(|| line.trim().to_owned())
    }
}

/// What clients have seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Answers.
    pub answers: u64,
    /// What was answered.
    pub values: BTreeSet<String>,
    /// Connections.
    pub connects: u64,
    /// The longest time without an answer.
    pub outage: Duration,
}

/// Clients that run until they are stopped.
pub struct Clients {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Seen>>,
}

impl Clients {
    /// Starts so many, each asking the same again and again; `pause` is the time between.
    pub fn start(number: usize, way: &Way, sql: &str, pause: Duration) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let client = |_| {
            let (stop, way, sql) = (stop.clone(), way.clone(), sql.to_owned());
            std::thread::spawn(move || {
                let mut seen = Seen { connects: 1, ..Seen::default() };
                let (mut session, mut last) = (way.connect(), Instant::now());
                while !stop.load(Ordering::Relaxed) {
                    match session.ask(&sql) {
                        Some(answer) => {
                            seen.outage = seen.outage.max(last.elapsed());
                            last = Instant::now();
                            seen.answers += 1;
                            seen.values.insert(answer);
                        }
                        None => {
                            session = way.connect();
                            seen.connects += 1;
                        }
                    }
                    std::thread::sleep(pause);
                }
                seen
            })
        };
        let threads = (0..number).map(client).collect();
        Self { stop, threads }
    }

    /// Stops them; what each has seen.
    pub fn stop(self) -> Vec<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    }
}
