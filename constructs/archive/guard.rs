//! The init container that keeps a second history out of an archive.

use indexmap::IndexMap;

use super::Archive;
use crate::crds::QuantityOrNumber;
use crate::crds::containers::{ContainerResources, InitContainer, VolumeMount};
use crate::crds::env::{EnvVar, EnvVarSource, FieldSelector};
use crate::crds::postgresql::Volume;
use crate::values::IntOrText;

/// Name of the init container; it finds the leader's history by it.
const GUARD: &str = "archive-guard";

/// What the guard must know of a cluster.
pub(crate) struct Guard<'a> {
    /// What it does, and why, stands in the script; a release never changes it, because that restarts every database.
    pub(crate) script: &'a str,
    pub(crate) image: &'a str,
    pub(crate) scope: &'a str,
    /// `<namespace>/<cluster>/<n>`, or `none`.
    pub(crate) generation: String,
    /// The archive that this generation writes.
    pub(crate) archive: Option<Archive<'a>>,
    /// `CLONE_METHOD`, where the cluster's first data comes from an archive.
    pub(crate) method: Option<&'a str>,
    pub(crate) config_maps: bool,
    pub(crate) volume: Option<&'a Volume>,
}

impl Guard<'_> {
    pub(crate) fn container(&self) -> InitContainer {
        let Self { script, image, scope, generation, archive, method, config_maps, volume } = self;
        let mut env = vec![
            EnvVar::new("GENERATION", generation),
            EnvVar::new("SCOPE", *scope),
            field("POD_NAMESPACE", "metadata.namespace"),
            field("POD_NAME", "metadata.name"),
            field("POD_IP", "status.podIP"),
            EnvVar::new("PGROOT", "/home/postgres/pgdata/pgroot"),
            EnvVar::new("USE_CONFIGMAPS", config_maps.to_string()),
        ];
        env.extend(method.map(|method| EnvVar::new("RESTORE_METHOD", method)));
        let mut mounts = vec![data(*volume)];
        if let Some(archive) = archive {
            env.push(EnvVar::new("WALG_S3_PREFIX", archive.root()));
            let known = |variable: &EnvVar| {
                variable.name.starts_with("AWS_") || variable.name == "WALG_S3_CA_CERT_FILE"
            };
            env.extend(archive.access().into_iter().filter(known));
            mounts.extend(archive.store.ca_mount(archive.store_id));
        }
        let amounts = |amounts: &[(&str, &str)]| {
            let amount = |(name, amount): &(&str, &str)| {
                ((*name).to_owned(), QuantityOrNumber(IntOrText::Text((*amount).to_owned())))
            };
            Some(amounts.iter().map(amount).collect::<IndexMap<_, _>>())
        };
        InitContainer {
            command: Some(["bash", "-c", script].map(str::to_owned).into()),
            env: Some(env.into()),
            image: Some((*image).to_owned()),
            resources: Some(ContainerResources {
                claims: None,
                limits: amounts(&[("memory", "256Mi")]),
                requests: amounts(&[("cpu", "50m"), ("memory", "64Mi")]),
            }),
            // Its sentence stands in `kubectl describe pod`.
            termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
            volume_mounts: Some(mounts),
            ..InitContainer::named(GUARD)
        }
    }
}

/// The data volume as PostgreSQL's container mounts it.
fn data(volume: Option<&Volume>) -> VolumeMount {
    let mount = VolumeMount::at("pgdata", "/home/postgres/pgdata");
    let Some(path) = volume.and_then(|volume| volume.sub_path.clone()) else { return mount };
    match volume.and_then(|volume| volume.is_sub_path_expr) {
        Some(true) => VolumeMount { sub_path_expr: Some(path), ..mount },
        _ => VolumeMount { sub_path: Some(path), ..mount },
    }
}

fn field(name: &str, path: &str) -> EnvVar {
    let reference = FieldSelector { api_version: Some("v1".to_owned()), field_path: path.to_owned() };
    let source = EnvVarSource { field_ref: Some(Box::new(reference)), ..EnvVarSource::default() };
    EnvVar { name: name.into(), value: None, value_from: Some(Box::new(source)) }
}
