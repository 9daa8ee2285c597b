//! A real Prometheus on loopback.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use crate::parts;
use crate::server::free_port;

/// Prometheus itself, stopped when it is dropped.
pub struct Prometheus(Child, u16);

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Prometheus {
    /// On `prometheus.yaml` of a folder.
    pub fn start(folder: &Path) -> Result<Self, Failed> {
        let port = free_port();
        let child = Command::new(parts::get("prometheus"))
            .current_dir(folder)
            .args([
                "--config.file=prometheus.yaml",
                "--storage.tsdb.path=data",
                &format!("--web.listen-address=127.0.0.1:{port}"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("log"))?)
            .spawn()?;
        Ok(Self(child, port))
    }

    pub fn ask(&self, path: &str) -> Result<String, Failed> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.1))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    pub fn query(&self, expr: &str) -> Result<serde_json::Value, Failed> {
        let encoded: String = expr.bytes().map(|byte| format!("%{byte:02X}")).collect();
        Ok(serde_json::from_str(&self.ask(&format!("/api/v1/query?query={encoded}"))?)?)
    }

    /// Alerts that fire, by name.
    pub fn firing(&self) -> Result<BTreeSet<String>, Failed> {
        let answer = self.query("ALERTS{alertstate=\"firing\"}")?;
        let results = answer["data"]["result"].as_array().cloned().unwrap_or_default();
        let names = results.iter().filter_map(|result| result["metric"]["alertname"].as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// Whether an expression has any result.
    pub fn there(&self, expr: &str) -> Result<bool, Failed> {
        Ok(self.query(expr)?["data"]["result"].as_array().is_some_and(|result| !result.is_empty()))
    }

    /// Waits for what should come true; says what fires where it does not.
    pub fn wait(
        &self,
        what: &str,
        longest: u64,
        done: impl Fn(&Self) -> Result<bool, Failed>,
    ) -> Result<(), Failed> {
        let start = Instant::now();
        while !done(self).unwrap_or(false) {
            if start.elapsed() > Duration::from_secs(longest) {
                return Err(format!("not within {longest} s: {what}; firing: {:?}", self.firing()).into());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        Ok(())
    }
}
