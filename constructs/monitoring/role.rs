//! The Job that gives the exporter's role what a resource of the operator's cannot say.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{
    Capabilities, Container, EnvVar, EnvVarSource, PodSpec, PodTemplateSpec, ResourceRequirements,
    SecretKeySelector, SecurityContext,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::Monitored;
use super::exporter::metadata;
use crate::base::{Object, Scope, Stage, either};

/// The one privileged step; it may run any number of times.
pub const SQL: &str = include_str!("role.sql");

/// Waits for the cluster and for the role that the operator makes, then runs the SQL in the exporter's database.
const SCRIPT: &str = r#"for try in $(seq 1 180); do
  if psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<<"$SQL"; then echo "done"; exit 0; fi
  sleep 10
done
echo "the cluster did not take the role's rights within half an hour" >&2
exit 1
"#;

/// The Job; none on a standby, whose roles come from its source. Its name changes with the SQL, the database and the
/// cluster's history, so that a restore runs it again.
pub(super) fn job(cluster: &Monitored, scope: &Scope) -> Option<Object> {
    if cluster.facts.standby {
        return None;
    }
    let database = cluster.database();
    let generation = cluster.facts.backup.as_ref().map_or(0, |backup| backup.generation);
    let hash = fnv1a(&format!("{SQL}\n{SCRIPT}\n{database}\n{generation}"));
    let begin: String = cluster.name.chars().take(40).collect();
    let name = format!("{begin}-monitoring-{hash:08x}");
    let plain = |name: &str, value: &str| EnvVar {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        ..EnvVar::default()
    };
    let secret = |name: &str, key: &str| EnvVar {
        name: name.to_owned(),
        value_from: Some(EnvVarSource {
            secret_key_ref: Some(SecretKeySelector {
                key: key.to_owned(),
                name: either(cluster.facts.secret("postgres")),
                ..SecretKeySelector::default()
            }),
            ..EnvVarSource::default()
        }),
        ..EnvVar::default()
    };
    let amounts = |cpu: &str, memory: &str| {
        Some(
            [
                ("cpu".to_owned(), Quantity(cpu.to_owned())),
                ("memory".to_owned(), Quantity(memory.to_owned())),
            ]
            .into(),
        )
    };
    let container = Container {
        name: "role".to_owned(),
        image: Some(cluster.image.to_owned()),
        command: Some(["bash", "-c", SCRIPT].map(str::to_owned).into()),
        env: Some(vec![
            plain("PGHOST", &cluster.facts.primary_service()),
            plain("PGDATABASE", &database),
            plain("PGSSLMODE", "require"),
            plain("PGCONNECT_TIMEOUT", "10"),
            secret("PGUSER", "username"),
            secret("PGPASSWORD", "password"),
            plain("SQL", SQL),
        ]),
        resources: Some(ResourceRequirements {
            requests: amounts("10m", "32Mi"),
            limits: amounts("200m", "128Mi"),
            ..ResourceRequirements::default()
        }),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            run_as_non_root: Some(true),
            run_as_user: Some(101),
            ..SecurityContext::default()
        }),
        ..Container::default()
    };
    let spec = JobSpec {
        backoff_limit: Some(4),
        template: PodTemplateSpec {
            // Not the cluster's labels: its Services and policies select by them.
            metadata: Some(ObjectMeta {
                labels: Some(scope.labels().clone().into_iter().collect()),
                ..ObjectMeta::default()
            }),
            spec: Some(PodSpec {
                automount_service_account_token: Some(false),
                containers: vec![container],
                restart_policy: Some("Never".to_owned()),
                ..PodSpec::default()
            }),
        },
        ..JobSpec::default()
    };
    let job = Job { metadata: metadata(&name, cluster, scope), spec: Some(spec), ..Job::default() };
    Some(Object::of(Stage::Jobs, scope.path(), job))
}

/// FNV-1a, 32 bits.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
