//! The archive guard as it is rendered: every row of its table and the walks over it, on a real file system, with Patroni's
//! state in a real API server and the rights of the pods' ServiceAccount.
//!
//! WAL-G lists a real S3 server where it is on `PATH`. Where it is not, its recorded answers are played back, and the name
//! of the test says so.

mod walks;

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::crds::containers::InitContainer;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::parts::{self, needing};
use super::rendered::{CLUSTER, resource, value};
use super::server::Server;
use super::store::{self, Store};

pub const PARTS: &[&str] =
    &["etcd", "kube-apiserver", "kubectl", "openssl", "versitygw", "bash", "curl", "jq", "timeout"];

pub fn trials() -> Vec<Trial> {
    let name = match parts::find("wal-g") {
        Some(_) => "guard::table_and_walks",
        None => "guard::table_and_walks (answers of wal-g played back: it is not on PATH)",
    };
    // A full volume needs the right to mount one.
    let mounts = Command::new("unshare").args(["--mount", "--map-root-user", "true"]).status();
    let mounts = mounts.is_ok_and(|status| status.success());
    let full_volume = match mounts {
        true => needing(PARTS, "guard::full_volume", || with_a_world(walks::full_volume)),
        false => Trial::test("guard::full_volume (needs the right to mount one)", || Ok(()))
            .with_ignored_flag(true),
    };
    vec![
        needing(PARTS, name, || with_a_world(walks::all)),
        full_volume,
        needing(&["shellcheck"], "guard::shellcheck", shellcheck),
    ]
}

fn shellcheck() -> Result<(), Failed> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("constructs/release/r2026_11/archive-guard.sh");
    let output = Command::new(parts::get("shellcheck")).arg(script).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stdout).into_owned().into()),
    }
}

/// What stands in a cluster's way or not.
pub struct World<'a> {
    pub server: &'a Server,
    pub store: &'a Store,
    pub folder: PathBuf,
    programs: PathBuf,
}

/// One pod of the cluster, about to start.
pub struct Pod<'a> {
    world: &'a World<'a>,
    name: &'static str,
    container: InitContainer,
    pub root: PathBuf,
}

/// The guard of the cluster in an app with these fields.
pub fn guard(store: &Store, fields: &str, operator: &str) -> InitContainer {
    let resource = resource(store, fields, operator);
    let containers = resource.spec.init_containers.as_ref().unwrap();
    containers.iter().find(|container| container.name == "archive-guard").unwrap().clone()
}

impl Pod<'_> {
    /// The command of the rendered container with its rendered environment; only places are those of the test.
    fn command(&self, changes: &[(&str, &str)]) -> Command {
        let words = self.container.command.as_ref().unwrap();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().stdin(Stdio::null());
        for variable in self.container.env.iter().flat_map(|list| list.iter()) {
            command.env(variable.name.as_str(), value(variable, self.name));
        }
        let (host, port) = self.world.server.url.trim_start_matches("https://").split_once(':').unwrap();
        let path = std::env::var("PATH").unwrap();
        command
            .env("PATH", format!("{}:{path}", self.world.programs.display()))
            .env("STORE_STATE", self.world.store.state(&self.environment("WALG_S3_PREFIX")))
            .env("PGROOT", &self.root)
            .env("SERVICE_ACCOUNT", self.world.folder.join("account"))
            .env("SPILO_SCRIPTS", self.world.folder.join("scripts"))
            .env("ARCHIVE_PATIENCE", "5")
            .env("KUBERNETES_SERVICE_HOST", host)
            .env("KUBERNETES_SERVICE_PORT", port)
            .envs(changes.iter().copied());
        command
    }

    fn environment(&self, name: &str) -> String {
        let variables = self.container.env.iter().flat_map(|list| list.iter());
        variables
            .filter(|variable| variable.name == name)
            .find_map(|variable| variable.value.as_ref().map(ToString::to_string))
            .unwrap_or_default()
    }

    /// Runs the guard and holds its end against what it should be: `Ok` with a word of its sentence, or `Err` with one.
    pub fn start(
        &self,
        what: &str,
        expected: Result<&str, &str>,
        changes: &[(&str, &str)],
    ) -> Result<(), String> {
        let output = self.command(changes).output().map_err(|error| error.to_string())?;
        ended(what, &output, expected)
    }

    fn data(&self) {
        fs::create_dir_all(self.root.join("data")).unwrap();
        fs::write(self.root.join("data/PG_VERSION"), "18\n").unwrap();
    }

    fn marker(&self, text: &str) {
        fs::create_dir_all(&self.root).unwrap();
        fs::write(self.root.join(".pgsynth-generation"), text).unwrap();
    }

    pub fn marked(&self) -> Option<String> {
        fs::read_to_string(self.root.join(".pgsynth-generation")).ok()
    }
}

fn ended(what: &str, output: &Output, expected: Result<&str, &str>) -> Result<(), String> {
    let (code, out, err) = (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    let right = match expected {
        Ok(word) => code == Some(0) && out.contains(word),
        Err(word) => code == Some(1) && err.contains(word) && err.lines().count() == 1,
    };
    // No key in an error or in a log.
    let secret = store::key("AWS_SECRET_ACCESS_KEY");
    match right && !out.contains(secret) && !err.contains(secret) {
        true => Ok(()),
        false => Err(format!("{what}: expected {expected:?}, exit {code:?}\n{out}{err}")),
    }
}

impl World<'_> {
    pub fn pod<'a>(&'a self, name: &'static str, container: &InitContainer) -> Pod<'a> {
        let root = self.folder.join(name).join("pgroot");
        Pod { world: self, name, container: container.clone(), root }
    }

    /// An empty Kubernetes namespace.
    pub fn forget(&self) -> Result<(), String> {
        for kind in ["configmaps", "endpoints", "pods"] {
            self.server.ok(&["-n", "shop", "delete", kind, "--all", "--force", "--grace-period=0"])?;
        }
        Ok(())
    }

    /// An empty Kubernetes namespace, empty volumes and an empty store.
    pub fn clean(&self) -> Result<(), String> {
        self.forget()?;
        for pod in ["p-0", "p-1", "p-2"] {
            let _ = fs::remove_dir_all(self.folder.join(pod));
        }
        self.store.empty();
        Ok(())
    }

    /// Patroni's state: the annotations of one of its objects.
    fn state(&self, kind: &str, name: &str, annotations: &str) -> Result<(), String> {
        let object = format!(
            "{{apiVersion: v1, kind: {kind}, metadata: {{name: {name}, namespace: shop, annotations: {{{annotations}}}}}}}\n"
        );
        self.apply(name, &object)
    }

    pub fn initialize(&self, value: &str) -> Result<(), String> {
        self.state("ConfigMap", &format!("{CLUSTER}-config"), &format!("initialize: '{value}'"))
    }

    fn leads(&self, pod: &str) -> Result<(), String> {
        self.state("ConfigMap", &format!("{CLUSTER}-leader"), &format!("leader: {pod}"))
    }

    /// A pod that is there, with the guard of this history, or without one.
    fn runs(&self, pod: &str, history: Option<&str>) -> Result<(), String> {
        let guard = history.map(|history| format!("initContainers: [{{name: archive-guard, image: i, env: [{{name: GENERATION, value: {history}}}]}}], "));
        let object = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {pod}, namespace: shop}}, spec: {{serviceAccountName: postgres-pod, {}containers: [{{name: postgres, image: i}}]}}}}\n",
            guard.unwrap_or_default()
        );
        self.server.kubectl(&["-n", "shop", "delete", "pod", pod, "--force", "--grace-period=0"]);
        self.apply(pod, &object)
    }

    fn apply(&self, name: &str, object: &str) -> Result<(), String> {
        let file = self.folder.join(format!("{name}.yaml"));
        fs::write(&file, object).map_err(|error| error.to_string())?;
        self.server.ok(&["apply", "-f", &file.display().to_string()]).map(|_| ())
    }
}

/// Runs walks with a server and a store of their own.
pub fn with_a_world(walks: fn(&World) -> Result<(), String>) -> Result<(), Failed> {
    let server = Server::start();
    let store = Store::start()?;
    let folder = tempfile::tempdir()?;
    // PostgreSQL's user has to reach its own folders below this one.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let programs = folder.path().join("bin");
    let world = World { server: &server, store: &store, folder: folder.path().to_owned(), programs };
    prepare(&world)?;
    walks(&world)?;
    Ok(())
}

/// The pods' account with the rights that the operator gives it, its token, and WAL-G or its recorded answers.
fn prepare(world: &World) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let rbac = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: postgres-pod, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: postgres-pod, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: postgres-pod}
subjects: [{kind: ServiceAccount, name: postgres-pod, namespace: shop}]
";
    // With Endpoints, so that one account serves both ways of Patroni's; the rules are pgsynth's own.
    let app = world.folder.join("project/apps");
    fs::create_dir_all(&app).map_err(text)?;
    fs::write(app.join("rights.yaml"), "{pgsynth: v1, release: '2026.11', name: rights, platform: other, charts: {operator: {namespace: {name: postgres-operator, create: true}, operator: {watch: all, configuration: {kubernetes_use_configmaps: false}}}}}").map_err(text)?;
    super::apply::pgsynth(&world.folder.join("project"), &["synth", "--quiet"]);
    let rendered = fs::read_to_string(world.folder.join("project/dist/10-operator.yaml")).map_err(text)?;
    let role = rendered
        .split("---\n")
        .find(|document| {
            document.contains("kind: ClusterRole\n") && document.contains("name: postgres-pod\n")
        })
        .ok_or("no ClusterRole postgres-pod")?;
    world.apply("rbac", &format!("{role}---\n{rbac}"))?;

    let account = world.folder.join("account");
    fs::create_dir_all(&account).map_err(text)?;
    let token = world.server.ok(&["-n", "shop", "create", "token", "postgres-pod"])?;
    fs::write(account.join("token"), token.trim()).map_err(text)?;
    fs::copy(world.server.folder.path().join("ca.crt"), account.join("ca.crt")).map_err(text)?;

    fs::create_dir_all(world.folder.join("scripts")).map_err(text)?;
    fs::write(
        world.folder.join("scripts/configure_spilo.py"),
        "if placeholders['CLONE_METHOD'] == 'CLONE_WITH_WALG':\n",
    )
    .map_err(text)?;
    fs::create_dir_all(&world.programs).map_err(text)?;
    std::os::unix::fs::symlink(parts::get("jq"), world.programs.join("jq")).map_err(text)?;
    let wal_g = world.programs.join("wal-g");
    match parts::find("wal-g") {
        Some(real) => std::os::unix::fs::symlink(real, wal_g).map_err(text)?,
        None => {
            fs::write(&wal_g, store::PLAYED_BACK).map_err(text)?;
            fs::set_permissions(&wal_g, fs::Permissions::from_mode(0o755)).map_err(text)?;
        }
    }
    Ok(())
}
