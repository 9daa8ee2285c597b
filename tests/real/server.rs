//! A Kubernetes API server for one test, on an empty etcd, on loopback.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::parts;

pub struct Server {
    /// Last started, first stopped.
    children: Vec<Child>,
    pub folder: tempfile::TempDir,
    pub url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn run(program: &str, folder: &Path, arguments: &[&str]) {
    let output = Command::new(program).current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A certificate for `subject`, signed by the folder's CA.
fn certificate(folder: &Path, name: &str, subject: &str, alternatives: Option<&str>) {
    let (key, request, made, extensions) =
        (format!("{name}.key"), format!("{name}.csr"), format!("{name}.crt"), format!("{name}.ext"));
    run(
        "openssl",
        folder,
        &["req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &request, "-subj", subject],
    );
    fs::write(
        folder.join(&extensions),
        alternatives.map(|names| format!("subjectAltName={names}\n")).unwrap_or_default(),
    )
    .unwrap();
    run(
        "openssl",
        folder,
        &[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "1",
            "-extfile",
            &extensions,
            "-out",
            &made,
        ],
    );
}

impl Server {
    /// etcd alone.
    pub fn etcd() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (client, peer) = (free_port(), free_port());
        let url = format!("http://127.0.0.1:{client}");
        let peer_url = format!("http://127.0.0.1:{peer}");
        let mut server = Self { children: vec![], folder, url };
        let url = server.url.clone();
        server.spawn(
            "etcd",
            &[
                "--unsafe-no-fsync",
                "--data-dir",
                "etcd",
                "--listen-client-urls",
                &url,
                "--advertise-client-urls",
                &url,
                "--listen-peer-urls",
                &peer_url,
                "--initial-advertise-peer-urls",
                &peer_url,
                "--initial-cluster",
                &format!("default={peer_url}"),
            ],
        );
        server
    }

    pub fn start() -> Self {
        let mut server = Self::etcd();
        let secure = free_port();
        let etcd_url = std::mem::replace(&mut server.url, format!("https://127.0.0.1:{secure}"));
        let path = server.folder.path();
        run(
            "openssl",
            path,
            &[
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt",
                "-days", "1", "-subj", "/CN=test",
            ],
        );
        certificate(
            path,
            "server",
            "/CN=server",
            Some("IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes.default.svc"),
        );
        certificate(path, "admin", "/O=system:masters/CN=admin", None);
        run("openssl", path, &["genrsa", "-out", "accounts.key", "2048"]);
        server.spawn(
            "kube-apiserver",
            &[
                &format!("--etcd-servers={etcd_url}"),
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                &format!("--secure-port={secure}"),
                "--endpoint-reconciler-type=none",
                "--service-cluster-ip-range=10.0.0.0/16",
                "--authorization-mode=RBAC",
                "--allow-privileged=true",
                "--client-ca-file=ca.crt",
                "--tls-cert-file=server.crt",
                "--tls-private-key-file=server.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=accounts.key",
                "--service-account-signing-key-file=accounts.key",
                "--enable-priority-and-fairness=false",
                "--profiling=false",
            ],
        );
        server.kubeconfig("admin");
        server.wait("the API server is ready", Duration::from_secs(90), |server| {
            server.kubectl(&["get", "--raw=/readyz"]).status.success()
        });
        server
    }

    pub fn spawn(&mut self, program: &str, arguments: &[&str]) {
        self.spawn_with(program, arguments, &[]);
    }

    pub fn spawn_with(&mut self, program: &str, arguments: &[&str], environment: &[(&str, &str)]) {
        let log = File::create(self.folder.path().join(format!("{program}.log"))).unwrap();
        let child = Command::new(parts::get(program))
            .current_dir(self.folder.path())
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.children.push(child);
    }

    pub fn log(&self, program: &str) -> String {
        fs::read_to_string(self.folder.path().join(format!("{program}.log"))).unwrap_or_default()
    }

    /// Writes `<name>.kubeconfig` for the certificate of this name.
    pub fn kubeconfig(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().display();
        let path = self.folder.path().join(format!("{name}.kubeconfig"));
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\ncontexts:\n- name: test\n  context: {{cluster: test, user: test}}\n\
             clusters:\n- name: test\n  cluster: {{server: '{}', certificate-authority: '{folder}/ca.crt'}}\n\
             users:\n- name: test\n  user: {{client-certificate: '{folder}/{name}.crt', client-key: '{folder}/{name}.key'}}\n",
            self.url
        );
        fs::write(&path, text).unwrap();
        path
    }

    /// A certificate and a kubeconfig for a user.
    pub fn user(&self, name: &str, subject: &str) -> PathBuf {
        certificate(self.folder.path(), name, subject, None);
        self.kubeconfig(name)
    }

    pub fn kubectl(&self, arguments: &[&str]) -> Output {
        Command::new(parts::get("kubectl"))
            .arg("--kubeconfig")
            .arg(self.folder.path().join("admin.kubeconfig"))
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Runs kubectl and returns what it wrote; fails where it does.
    pub fn ok(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.kubectl(arguments);
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => {
                Err(format!("kubectl {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
            }
        }
    }

    pub fn wait(&self, what: &str, longest: Duration, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < longest, "not in {longest:?}: {what}");
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}
