//! An S3 server for one test, on loopback: versitygw over a folder.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::parts;

pub const REGION: &str = "fsn1";
pub const BUCKET: &str = "acme-postgres";

pub struct Store {
    child: Child,
    folder: tempfile::TempDir,
    pub url: String,
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The keys of a store, by their names in this Secret.
pub fn key_of(secret: &str, name: &str) -> &'static str {
    match (secret, name) {
        ("other-keys", "WALG_LIBSODIUM_KEY") => {
            "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
        }
        (_, name) => key(name),
    }
}

/// The same of the Secret that every test has.
pub fn key(name: &str) -> &'static str {
    match name {
        "AWS_ACCESS_KEY_ID" => "test-access",
        "WALG_LIBSODIUM_KEY" => "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        _ => "test-secret-test-secret",
    }
}

/// WAL-G 3.0.8's answers to `st ls`, as versitygw 1.8.0 made it give them: stdout, stderr and exit code.
pub const PLAYED_BACK: &str = r#"#!/bin/sh
head='type size last modified name'
case $STORE_STATE in
empty) echo "$head" ;;
used) echo "$head"; echo 'dir  0    0001-01-01 00:00:00 +0000 UTC 18/ ' ;;
wrong-key) echo "ERROR: 2026/11/24 12:54:07.167574 list folder: failed to list s3 folder: 'spilo/shop/acme-orders/1/wal/': SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method." >&2; exit 1 ;;
no-bucket) echo "ERROR: 2026/11/24 12:54:07.225352 list folder: failed to list s3 folder: 'spilo/': NoSuchBucket: The specified bucket does not exist." >&2; exit 1 ;;
unreachable) exec sleep 900 ;;
esac
"#;

impl Store {
    pub fn start() -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(text)?;
        let (data, meta) = (folder.path().join("data"), folder.path().join("meta"));
        fs::create_dir_all(data.join(BUCKET)).map_err(text)?;
        fs::create_dir_all(&meta).map_err(text)?;
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(text)?.port();
        let log = File::create(folder.path().join("log")).map_err(text)?;
        let child = Command::new(parts::get("versitygw"))
            .args(["--port", &format!("127.0.0.1:{port}"), "--region", REGION, "posix", "--sidecar"])
            .args([&meta, &data])
            .env("ROOT_ACCESS_KEY", key("AWS_ACCESS_KEY_ID"))
            .env("ROOT_SECRET_KEY", key("AWS_SECRET_ACCESS_KEY"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(text)?)
            .stderr(log)
            .spawn()
            .map_err(text)?;
        let store = Self { child, folder, url: format!("http://127.0.0.1:{port}") };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if start.elapsed() > Duration::from_secs(20) {
                return Err(format!(
                    "the S3 server does not answer: {}",
                    fs::read_to_string(store.folder.path().join("log")).unwrap_or_default()
                ));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(store)
    }

    /// The bucket's folder.
    pub fn bucket(&self) -> PathBuf {
        self.folder.path().join("data").join(BUCKET)
    }

    /// Puts an object into the archive of a history.
    pub fn put(&self, history: &str) {
        let folder = self.bucket().join("spilo").join(history).join("wal/18/wal_005");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("000000010000000000000001.lz4"), "x").unwrap();
    }

    /// Removes every object.
    pub fn empty(&self) {
        let _ = fs::remove_dir_all(self.bucket().join("spilo"));
    }

    /// Removes the archive of a history.
    pub fn remove(&self, history: &str) {
        let _ = fs::remove_dir_all(self.bucket().join("spilo").join(history));
    }

    /// `used` or `empty`: what a listing below this prefix would say.
    pub fn state(&self, prefix: &str) -> &'static str {
        let below = prefix.trim_start_matches("s3://").trim_start_matches(BUCKET).trim_start_matches('/');
        if self.bucket().join(below).exists() { "used" } else { "empty" }
    }
}
