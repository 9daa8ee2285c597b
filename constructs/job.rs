//! Pods that plans and schedules run beside a cluster: PostgreSQL's own image and programs, a superuser's connection, and no
//! right on the API server.

use std::collections::BTreeMap;

use k8s_openapi::api::batch::v1::{
    CronJob, CronJobSpec, JobSpec, JobTemplateSpec, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement,
    PodFailurePolicyRule,
};
use k8s_openapi::api::core::v1::{
    Affinity, ConfigMap, ConfigMapVolumeSource, Container, EnvVar, EphemeralVolumeSource,
    PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate,
    PersistentVolumeClaimVolumeSource, PodSecurityContext, PodSpec, PodTemplateSpec, SecretKeySelector,
    SecurityContext, Volume, VolumeMount, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::access::HELPER;
use crate::archive::Archive;
use crate::base::{Object, Stage, either, pod};
use crate::crds::env;
use crate::view::View;

mod names;

pub(crate) use names::{beginning, short_hash, suffixed};

/// What every script begins with.
pub(crate) const COMMON: &str = include_str!("job/common.sh");

/// The scratch instance: PostgreSQL on a volume of its own, fetched from an archive.
pub(crate) const SCRATCH_INSTANCE: &str = include_str!("job/scratch.sh");

/// Where the scripts of a plan are in its pods.
const PLAN: &str = "/plan";

/// Where the scratch volume is.
pub(crate) const SCRATCH: &str = "/scratch";

/// Exit code of a script that stops at a doubt: nothing is gained by another try.
const DOUBT: i32 = 42;

/// The scripts of a plan, in a ConfigMap that is named by what it holds.
pub(crate) fn scripts(view: &View, prefix: &str, scripts: &[(&str, &str)]) -> (String, Object) {
    let texts: Vec<_> = scripts.iter().flat_map(|(name, text)| [*name, *text]).collect();
    let name = format!("{prefix}-{}", short_hash(&texts));
    let data = scripts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let object = ConfigMap {
        metadata: metadata(view, &name),
        data: Some(data),
        immutable: Some(true),
        ..ConfigMap::default()
    };
    (name, Object::of(Stage::Jobs, view.scope, object))
}

/// A volume that outlives the pods of a plan.
pub(crate) fn claim(view: &View, name: &str, size: &str, class: Option<&str>) -> Object {
    let object = PersistentVolumeClaim {
        metadata: metadata(view, name),
        spec: Some(claimed(size, class)),
        ..PersistentVolumeClaim::default()
    };
    Object::of(Stage::Jobs, view.scope, object)
}

fn claimed(size: &str, class: Option<&str>) -> PersistentVolumeClaimSpec {
    PersistentVolumeClaimSpec {
        access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
        storage_class_name: class.map(str::to_owned),
        resources: Some(VolumeResourceRequirements {
            requests: Some([("storage".to_owned(), Quantity(size.to_owned()))].into()),
            ..VolumeResourceRequirements::default()
        }),
        ..PersistentVolumeClaimSpec::default()
    }
}

/// The scratch volume of a pod.
pub(crate) enum Scratch<'a> {
    /// One that stays, by the name of its claim.
    Claim(&'a str),
    /// One that comes and goes with the pod: its size and class.
    OfPod(&'a str, Option<&'a str>),
}

impl Scratch<'_> {
    fn volume(&self) -> Volume {
        let volume = Volume { name: "scratch".to_owned(), ..Volume::default() };
        match self {
            Self::Claim(name) => Volume {
                persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                    claim_name: (*name).to_owned(),
                    ..PersistentVolumeClaimVolumeSource::default()
                }),
                ..volume
            },
            Self::OfPod(size, class) => Volume {
                ephemeral: Some(EphemeralVolumeSource {
                    volume_claim_template: Some(PersistentVolumeClaimTemplate {
                        spec: claimed(size, *class),
                        ..PersistentVolumeClaimTemplate::default()
                    }),
                }),
                ..volume
            },
        }
    }
}

pub(crate) fn metadata(view: &View, name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(view.facts.namespace.clone()),
        ..ObjectMeta::default()
    }
}

/// The superuser's connection to the primary, not through a pooler.
pub(crate) fn connection(view: &View) -> Vec<EnvVar> {
    let secret = view.facts.secret(&view.facts.superuser);
    vec![
        pod::variable("LIVE_HOST", view.facts.primary_service()),
        pod::variable("PGSSLMODE", "require"),
        pod::from_secret("PGUSER", &secret, "username"),
        pod::from_secret("PGPASSWORD", &secret, "password"),
    ]
}

/// How an archive is read, in WAL-G's own words, below a major version; with the keys of another Secret, where one is given.
pub(crate) fn reading(archive: &Archive, major: &str, keys: Option<&str>) -> Vec<EnvVar> {
    let mut variables = vec![pod::variable("WALG_S3_PREFIX", format!("{}/{major}", archive.root()))];
    variables.extend(access(archive, keys));
    variables
}

/// How its store is reached, and what is in it encrypted.
pub(crate) fn access(archive: &Archive, keys: Option<&str>) -> Vec<EnvVar> {
    // The other names are those of programs before WAL-G, which nobody runs here.
    let own = archive.access().into_iter().filter(|variable| {
        !variable.name.starts_with("WALE_")
            && !variable.name.starts_with("USE_WALG_")
            && variable.name != "WALG_S3_ENDPOINT"
    });
    let mut variables: Vec<_> = own.map(own_variable).collect();
    let of_store = |reference: &mut SecretKeySelector| reference.key.starts_with("AWS_");
    for variable in &mut variables {
        let reference = variable.value_from.as_mut().and_then(|source| source.secret_key_ref.as_mut());
        if let (Some(keys), Some(reference)) = (keys, reference)
            && of_store(reference)
        {
            reference.name = either(keys.to_owned());
        }
    }
    variables
}

/// A CronJob of a cluster: one at a time, at a time in UTC; of each outcome the last is kept, for its log.
pub(crate) fn scheduled(view: &View, name: &str, schedule: String, job: JobSpec) -> Object {
    let cron = CronJob {
        metadata: metadata(view, name),
        spec: either(CronJobSpec {
            concurrency_policy: Some("Forbid".to_owned()),
            failed_jobs_history_limit: Some(1),
            successful_jobs_history_limit: Some(1),
            schedule,
            starting_deadline_seconds: Some(3600),
            time_zone: Some("Etc/UTC".to_owned()),
            job_template: JobTemplateSpec { spec: Some(job), ..JobTemplateSpec::default() },
            ..CronJobSpec::default()
        }),
        ..CronJob::default()
    };
    Object::of(Stage::Jobs, view.scope, cron)
}

fn own_variable(variable: env::EnvVar) -> EnvVar {
    let value = serde_json::to_value(variable).expect("a variable is JSON");
    serde_json::from_value(value).expect("its own type reads it")
}

/// What a pod of a plan is made of.
#[derive(Default)]
pub(crate) struct Pod<'a> {
    /// Name of its container.
    pub(crate) name: &'a str,
    pub(crate) script: &'a str,
    pub(crate) scripts: &'a str,
    pub(crate) variables: Vec<EnvVar>,
    /// Its scratch volume, if it has one.
    pub(crate) scratch: Option<Scratch<'a>>,
    /// The archive that it reads, if it does.
    pub(crate) archive: Option<&'a Archive<'a>>,
    /// Seconds after which it is given up.
    pub(crate) deadline: i64,
    /// Memory that it asks for, and may use.
    pub(crate) memory: [&'a str; 2],
    /// Labels of its own, and where it may not run.
    pub(crate) labels: Vec<(&'a str, &'a str)>,
    pub(crate) affinity: Option<Affinity>,
}

impl Pod<'_> {
    /// A Job of this pod that tries again what was interrupted, and not what has stopped at a doubt.
    pub(crate) fn job(self, view: &View) -> JobSpec {
        let scope = view.scope;
        let mut volumes = vec![Volume {
            name: "plan".to_owned(),
            config_map: Some(ConfigMapVolumeSource {
                name: either(self.scripts.to_owned()),
                ..ConfigMapVolumeSource::default()
            }),
            ..Volume::default()
        }];
        let mount = |name: &str, path: &str| VolumeMount {
            name: name.to_owned(),
            mount_path: path.to_owned(),
            ..VolumeMount::default()
        };
        let mut mounts = vec![mount("plan", PLAN)];
        if let Some(scratch) = &self.scratch {
            volumes.push(scratch.volume());
            mounts.push(mount("scratch", SCRATCH));
        }
        if let Some((volume, path)) = self.archive.and_then(ca) {
            mounts.push(VolumeMount { read_only: Some(true), ..mount(&volume.name, &path) });
            volumes.push(volume);
        }
        let container = Container {
            name: self.name.to_owned(),
            image: Some(scope.operator().image(&view.resource.spec).to_owned()),
            command: Some(vec!["bash".to_owned(), format!("{PLAN}/{}", self.script)]),
            env: Some(self.variables),
            resources: Some(pod::resources(
                &[("cpu", "100m"), ("memory", self.memory[0])],
                &[("memory", self.memory[1])],
            )),
            security_context: Some(SecurityContext {
                run_as_non_root: Some(true),
                run_as_user: Some(101),
                run_as_group: Some(103),
                ..pod::confined()
            }),
            volume_mounts: Some(mounts),
            ..Container::default()
        };
        let mut labels: BTreeMap<_, _> = scope.labels().clone().into_iter().collect();
        // By it the cluster's policy lets the pod in, and lists of pods tell whom it helps.
        labels.insert(HELPER.to_owned(), view.facts.name.clone());
        labels.extend(self.labels.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
        let tolerations = view.resource.spec.tolerations.as_ref().map(|list| {
            let value = serde_json::to_value(list).expect("tolerations are JSON");
            serde_json::from_value(value).expect("their own type reads them")
        });
        JobSpec {
            backoff_limit: Some(2),
            active_deadline_seconds: Some(self.deadline),
            pod_failure_policy: Some(PodFailurePolicy {
                rules: vec![PodFailurePolicyRule {
                    action: "FailJob".to_owned(),
                    on_exit_codes: Some(PodFailurePolicyOnExitCodesRequirement {
                        operator: "In".to_owned(),
                        values: vec![DOUBT],
                        ..PodFailurePolicyOnExitCodesRequirement::default()
                    }),
                    ..PodFailurePolicyRule::default()
                }],
            }),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(labels), ..ObjectMeta::default() }),
                spec: Some(PodSpec {
                    affinity: self.affinity,
                    automount_service_account_token: Some(false),
                    containers: vec![container],
                    image_pull_secrets: scope.images.secrets(),
                    restart_policy: Some("Never".to_owned()),
                    security_context: Some(PodSecurityContext { fs_group: Some(103), ..pod::restricted() }),
                    tolerations,
                    volumes: Some(volumes),
                    ..PodSpec::default()
                }),
            },
            ..JobSpec::default()
        }
    }
}

/// The volume with the certificate of a store that has one of its own, and where it is mounted.
fn ca(archive: &Archive) -> Option<(Volume, String)> {
    let volume = archive.store.ca_volume(archive.store_id)?;
    let mut value = serde_json::to_value(&volume.volume_source).ok()?;
    value["name"] = volume.name.clone().into();
    Some((serde_json::from_value(value).ok()?, volume.mount_path))
}
