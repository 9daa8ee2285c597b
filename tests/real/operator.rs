//! The operator itself, with the rights that the app gives it, on the app's own objects: it makes StatefulSets, Services,
//! Secrets and disruption budgets, and roles and databases on a real PostgreSQL.
//!
//! Class bench: no registry has the operator, so that it has to be on `PATH`. It listens on all interfaces, therefore
//! the whole test runs in a network namespace that has nothing but loopback; clusters have loopback addresses there.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use super::parts;
use super::postgres::{as_postgres, postgresql};
use super::server::Server;

/// Set for the process inside the namespace.
const INSIDE: &str = "PGSYNTH_INSIDE_NAMESPACE";
const CLUSTERS: [(&str, &str); 2] = [("acme-orders", "127.0.0.2"), ("acme-reports", "127.0.0.3")];
const NEEDED: &[&str] = &[
    "postgres-operator",
    "kube-controller-manager",
    "etcd",
    "kube-apiserver",
    "kubectl",
    "openssl",
    "unshare",
    "setpriv",
    "psql",
];

pub fn trials() -> Vec<Trial> {
    if std::env::var_os(INSIDE).is_some() {
        return vec![Trial::test("operator::inside", || reconciles().map_err(Failed::from))];
    }
    // PostgreSQL never runs as root, and the namespace needs it.
    let postgres = postgresql().is_some();
    let trial = parts::bench(NEEDED, "operator::reconciles_the_app", in_a_namespace);
    vec![trial.with_ignored_flag(!postgres || parts::missing(NEEDED))]
}

fn in_a_namespace() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let hosts = folder.path().join("hosts");
    let lines: String = CLUSTERS
        .iter()
        .map(|(cluster, address)| format!("{address} {cluster}.shop.svc.cluster.local\n"))
        .collect();
    fs::write(&hosts, format!("127.0.0.1 localhost\n{lines}"))?;
    let script = format!(
        "ip link set lo up && mount --bind {} /etc/hosts && exec {} operator::inside --exact --nocapture",
        hosts.display(),
        std::env::current_exe()?.display()
    );
    let output =
        Command::new("unshare").args(["--net", "--mount", "sh", "-c", &script]).env(INSIDE, "1").output()?;
    // A run that found no test would be a success too.
    let passed = String::from_utf8_lossy(&output.stdout).contains("1 passed");
    match output.status.success() && passed {
        true => Ok(()),
        false => Err(format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
        .into()),
    }
}

fn reconciles() -> Result<(), String> {
    let mut server = Server::start();
    let folder = server.folder.path().to_owned();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
    let dist = rendered(&folder);
    server.spawn(
        "kube-controller-manager",
        &[
            "--kubeconfig=admin.kubeconfig",
            "--secure-port=0",
            "--leader-elect=false",
            "--service-account-private-key-file=accounts.key",
            "--root-ca-file=ca.crt",
        ],
    );
    super::apply::apply(&server, &dist)?;
    server.ok(&["create", "-f", &node(&folder)])?;

    // The operator has the rights of its ServiceAccount, and no others.
    server.user("operator", "/O=system:serviceaccounts/O=system:serviceaccounts:postgres-operator/CN=system:serviceaccount:postgres-operator:postgres-operator");
    server.spawn_with(
        "postgres-operator",
        &["-outofcluster", "-kubeconfig=operator.kubeconfig"],
        &[
            ("OPERATOR_NAMESPACE", "postgres-operator"),
            ("POSTGRES_OPERATOR_CONFIGURATION_OBJECT", "postgres-operator"),
        ],
    );
    let mut databases = vec![];
    for (cluster, address) in CLUSTERS {
        let secret = format!("postgres.{cluster}.credentials.postgresql.acid.zalan.do");
        server.wait(&format!("Secret {secret}"), Duration::from_secs(60), |server| {
            password(server, &secret).is_some()
        });
        let password = password(&server, &secret).ok_or("the Secret is gone")?;
        databases.push(Database::start(&folder, cluster, address, &password)?);
    }
    for (cluster, address) in CLUSTERS {
        server.wait(
            &format!("{cluster} is Running\n{}", tail(&server)),
            Duration::from_secs(150),
            |server| {
                play_the_kubelet(server, cluster, address);
                let status = [
                    "-n",
                    "shop",
                    "get",
                    "postgresql",
                    cluster,
                    "-o",
                    "jsonpath={.status.PostgresClusterStatus}",
                ];
                server.ok(&status).is_ok_and(|status| status == "Running")
            },
        );
    }

    // What it has made, and what of it stands in PostgreSQL.
    for object in [
        "statefulset/acme-orders",
        "service/acme-orders",
        "service/acme-orders-repl",
        "poddisruptionbudget/postgres-acme-orders-pdb",
        "secret/shop.acme-orders.credentials.postgresql.acid.zalan.do",
        "secret/standby.acme-orders.credentials.postgresql.acid.zalan.do",
        "statefulset/acme-reports",
        "serviceaccount/postgres-pod",
        "rolebinding/postgres-pod",
    ] {
        server.ok(&["-n", "shop", "get", object])?;
    }
    same_as_explained(&server, &folder.join("project"))?;
    let [orders, reports] = &databases[..] else { return Err("two databases were started".to_owned()) };
    expect(
        &orders.query("postgres", "select pg_get_userbyid(datdba) from pg_database where datname = 'shop'"),
        "shop",
    )?;
    expect(&orders.query("shop", "select n.nspname from pg_extension e join pg_namespace n on n.oid = extnamespace where extname = 'pgcrypto'"), "public")?;
    expect(
        &reports
            .query("postgres", "select pg_get_userbyid(datdba) from pg_database where datname = 'reports'"),
        "reports_owner",
    )?;
    expect(&reports.query("reports", "select count(*) from pg_roles where rolname in ('reports_reader', 'reports_writer', 'reports_data_owner') and not rolcanlogin"), "3")?;

    let log = server.log("postgres-operator");
    let complaints: Vec<_> = log.lines().filter(|line| complains(line)).collect();
    match complaints.is_empty() {
        true => Ok(()),
        false => Err(format!("the operator complains:\n{}", complaints.join("\n"))),
    }
}

/// What `explain` says that the operator makes of the clusters is what it has made, and nothing else.
fn same_as_explained(server: &Server, project: &Path) -> Result<(), String> {
    const KINDS: [&str; 8] = [
        "StatefulSet",
        "Service",
        "Secret",
        "PodDisruptionBudget",
        "Deployment",
        "CronJob",
        "ServiceAccount",
        "RoleBinding",
    ];
    let mut explained = BTreeSet::new();
    for (cluster, _) in CLUSTERS {
        let output = Command::new(env!("CARGO_BIN_EXE_pgsynth"))
            .args(["explain", cluster])
            .current_dir(project)
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for line in text.lines().filter(|line| line.contains("(operator: ")) {
            let mut words = line.split_whitespace();
            explained.extend(words.next().zip(words.next()).map(|(kind, name)| format!("{kind} {name}")));
        }
    }
    let mut made = BTreeSet::new();
    for kind in KINDS {
        // Without what the app itself renders, and what Kubernetes and the user put there.
        let names = ["-n", "shop", "get", kind, "-l", "!app.kubernetes.io/managed-by", "-o", "name"];
        let names = server.ok(&names)?;
        let names = names.lines().filter_map(|line| line.split_once('/')).map(|(_, name)| name);
        let own =
            names.filter(|name| kind != "Secret" || name.contains(".credentials.") || name.ends_with("-u"));
        made.extend(own.filter(|name| *name != "default").map(|name| format!("{kind} {name}")));
    }
    match explained == made {
        true => Ok(()),
        false => Err(format!("explained {explained:#?}\nmade {made:#?}")),
    }
}

/// Lines about our objects or our rights. There is no Patroni here, and the operator says so.
fn complains(line: &str) -> bool {
    let patroni = line.contains(":8008") || line.to_ascii_lowercase().contains("patroni");
    line.contains("forbidden") || (line.contains("level=error") || line.contains("level=fatal")) && !patroni
}

fn tail(server: &Server) -> String {
    let log = server.log("postgres-operator");
    let lines: Vec<_> = log.lines().rev().take(15).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

fn expect(found: &str, wanted: &str) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("`{found}`, and `{wanted}` was wanted")) }
}

/// The app `local`, with the major of the PostgreSQL that plays its part.
fn rendered(folder: &Path) -> PathBuf {
    let project = folder.join("project");
    fs::create_dir_all(project.join("apps")).unwrap();
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("apps/local.yaml")).unwrap();
    let bin = postgresql().unwrap();
    let major = bin.parent().and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
    fs::write(project.join("apps/local.yaml"), text.replace("postgres: 18", &format!("postgres: {major}")))
        .unwrap();
    super::apply::pgsynth(&project, &["synth"]);
    project.join("target/dist-local")
}

fn node(folder: &Path) -> String {
    let path = folder.join("node.yaml");
    fs::write(&path, "apiVersion: v1\nkind: Node\nmetadata: {name: node}\n").unwrap();
    path.display().to_string()
}

fn password(server: &Server, secret: &str) -> Option<String> {
    let template = "go-template={{.data.password | base64decode}}";
    server
        .ok(&["-n", "shop", "get", "secret", secret, "-o", template])
        .ok()
        .filter(|password| !password.is_empty())
}

/// There is no kubelet: pods are bound to a node, said to be ready, and told their role.
fn play_the_kubelet(server: &Server, cluster: &str, address: &str) {
    let pod = format!("{cluster}-0");
    let Ok(node) = server.ok(&["-n", "shop", "get", "pod", &pod, "-o", "jsonpath={.spec.nodeName}"]) else {
        return;
    };
    if node.is_empty() {
        let binding = server.folder.path().join("binding.json");
        let text = format!(
            r#"{{"apiVersion":"v1","kind":"Binding","metadata":{{"name":"{pod}"}},"target":{{"apiVersion":"v1","kind":"Node","name":"node"}}}}"#
        );
        fs::write(&binding, text).unwrap();
        let _ = server.kubectl(&[
            "create",
            "--raw",
            &format!("/api/v1/namespaces/shop/pods/{pod}/binding"),
            "-f",
            &binding.display().to_string(),
        ]);
    }
    let status = format!(
        r#"{{"status":{{"phase":"Running","podIP":"{address}","podIPs":[{{"ip":"{address}"}}],"conditions":[{{"type":"Ready","status":"True"}}],
            "containerStatuses":[{{"name":"postgres","ready":true,"restartCount":0,"image":"i","imageID":"i","state":{{"running":{{}}}}}}]}}}}"#
    );
    let _ = server.kubectl(&["-n", "shop", "patch", "pod", &pod, "--subresource=status", "-p", &status]);
    let _ = server.kubectl(&["-n", "shop", "label", "pod", &pod, "spilo-role=master", "--overwrite"]);
}

/// A PostgreSQL with TLS, the operator's password and the roles that Spilo makes.
struct Database {
    folder: PathBuf,
    address: &'static str,
    password: String,
}

impl Database {
    fn start(folder: &Path, cluster: &str, address: &'static str, password: &str) -> Result<Self, String> {
        let bin = postgresql().ok_or("PostgreSQL is gone")?;
        let folder = folder.join(format!("postgres-{cluster}"));
        let run = |command: &mut Command| -> Result<(), String> {
            let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
            match output.status.success() {
                true => Ok(()),
                false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
            }
        };
        fs::create_dir(&folder).map_err(|error| error.to_string())?;
        fs::write(folder.join("password"), password).map_err(|error| error.to_string())?;
        run(Command::new("chown").args(["-R", "nobody"]).arg(&folder))?;
        let data = folder.join("data");
        run(as_postgres(&bin.join("initdb"))
            .args(["--username=postgres", "--auth=scram-sha-256"])
            .arg("--pwfile")
            .arg(folder.join("password"))
            .arg("-D")
            .arg(&data))?;
        let (key, certificate) = (data.join("server.key"), data.join("server.crt"));
        run(as_postgres(Path::new("openssl"))
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test", "-keyout",
            ])
            .arg(&key)
            .arg("-out")
            .arg(&certificate))?;
        let options = format!(
            "-c listen_addresses={address} -c ssl=on -c unix_socket_directories={} -c fsync=off",
            folder.display()
        );
        run(as_postgres(&bin.join("pg_ctl"))
            .args(["-w", "start", "-o", &options, "-l"])
            .arg(folder.join("log"))
            .arg("-D")
            .arg(&data)
            .stdout(Stdio::null()))?;
        let database = Self { folder, address, password: password.to_owned() };
        for role in ["admin", "zalandos", "robot_zmon"] {
            database.query("postgres", &format!("create role {role}"));
        }
        Ok(database)
    }

    fn query(&self, database: &str, sql: &str) -> String {
        let connection = format!("host={} user=postgres dbname={database} sslmode=require", self.address);
        let output = Command::new("psql")
            .args(["-AtX", "-c", sql, &connection])
            .env("PGPASSWORD", &self.password)
            .output()
            .unwrap();
        let text = if output.status.success() { output.stdout } else { output.stderr };
        String::from_utf8_lossy(&text).trim().to_owned()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(bin) = postgresql() {
            let _ = as_postgres(&bin.join("pg_ctl"))
                .args(["-m", "immediate", "stop", "-D"])
                .arg(self.folder.join("data"))
                .output();
        }
    }
}
