//! The Job that gives the exporter's role what a resource of the operator's cannot say.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{Container, PodSpec, PodTemplateSpec, SecurityContext};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::Monitored;
use super::exporter::metadata;
use crate::access::HELPER;
use crate::base::{Object, Scope, Stage, pod};

/// Waits for the cluster and for the role that the operator makes, then runs the SQL in the exporter's database.
const SCRIPT: &str = r#"for try in $(seq 1 180); do
  if psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<<"$SQL"; then echo "done"; exit 0; fi
  sleep 10
done
echo "the cluster did not take the role's rights within half an hour" >&2
exit 1
"#;

/// The Job; none on a standby, whose roles come from its source. Its name changes with the cluster's history, so that a restore
/// runs it again, and with all of its pods' template: the API server changes no template of a Job that exists.
pub(super) fn job(cluster: &Monitored, scope: &Scope) -> Option<Object> {
    if cluster.facts.standby {
        return None;
    }
    let database = cluster.database();
    let generation = cluster.facts.backup.as_ref().map_or(0, |backup| backup.generation);
    let release = scope.release();
    let [_, restored] = release.exporter.restored;
    let sql = match cluster.restored_to {
        Some(_) => format!("{}{restored}", release.exporter.role),
        None => release.exporter.role.to_owned(),
    };
    let container = Container {
        name: "role".to_owned(),
        image: Some(cluster.image.to_owned()),
        command: Some(["bash", "-c", SCRIPT].map(str::to_owned).into()),
        env: Some(vec![
            pod::variable("PGHOST", cluster.facts.primary_service()),
            pod::variable("PGDATABASE", &database),
            pod::variable("PGSSLMODE", "require"),
            pod::variable("PGCONNECT_TIMEOUT", "10"),
            pod::from_secret("PGUSER", cluster.facts.secret(&cluster.facts.superuser), "username"),
            pod::from_secret("PGPASSWORD", cluster.facts.secret(&cluster.facts.superuser), "password"),
            pod::variable("SQL", &sql),
        ]),
        resources: Some(pod::resources(
            &[("cpu", "10m"), ("memory", "32Mi")],
            &[("cpu", "200m"), ("memory", "128Mi")],
        )),
        security_context: Some(SecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(101),
            ..pod::confined()
        }),
        ..Container::default()
    };
    let mut labels: std::collections::BTreeMap<_, _> = scope.labels().clone().into_iter().collect();
    if cluster.access.is_some() {
        labels.insert(HELPER.to_owned(), cluster.name.to_owned());
    }
    let spec = JobSpec {
        backoff_limit: Some(4),
        // Five tries of half an hour.
        active_deadline_seconds: Some(9000),
        template: PodTemplateSpec {
            // Not the cluster's labels: its Services and policies select by them.
            metadata: Some(ObjectMeta { labels: Some(labels), ..ObjectMeta::default() }),
            spec: Some(PodSpec {
                automount_service_account_token: Some(false),
                containers: vec![container],
                image_pull_secrets: scope.images.secrets(),
                restart_policy: Some("Never".to_owned()),
                security_context: Some(pod::restricted()),
                ..PodSpec::default()
            }),
        },
        ..JobSpec::default()
    };
    let template = serde_json::to_string(&spec.template).expect("a template of pods is JSON");
    let hash = short_hash(&format!("{template}\n{generation}"));
    let begin: String = cluster.name.chars().take(40).collect();
    let name = format!("{begin}-monitoring-{hash:08x}");
    let job = Job { metadata: metadata(&name, cluster, scope), spec: Some(spec), ..Job::default() };
    Some(Object::of(Stage::Jobs, scope, job))
}

/// FNV-1a of 32 bits: eight letters in the name of a Job, which a release must not change.
fn short_hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
