//! The CronJob that tries a cluster's restore: the policy's drill, rendered.

use k8s_openapi::api::core::v1::{Affinity, PodAffinityTerm, PodAntiAffinity};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::backup_policy::Drill;
use crate::base::{Object, pod};
use crate::job::{self, COMMON, Pod, SCRATCH, SCRATCH_INSTANCE, Scratch};
use crate::values::{Name, fnv1a};
use crate::view::View;

/// The script, and what it stands on.
pub(crate) const SCRIPTS: &[(&str, &str)] =
    &[("common.sh", COMMON), ("drill.sh", include_str!("drills/drill.sh")), ("scratch.sh", SCRATCH_INSTANCE)];

/// Label of the pods, of which a node runs one at a time.
const DRILL: &str = "pgsynth/drill";

/// The objects of a cluster's drill; none where its policy has none, and none of a standby, which writes no archive.
pub(crate) fn objects(view: &View) -> Vec<Object> {
    let drill = || {
        let backup = view.facts.backup.as_ref().filter(|_| !view.facts.standby)?;
        let archive = view.archive(backup.generation)?;
        Some((archive.policy.drill.as_ref()?, backup, archive))
    };
    let Some((drill, backup, archive)) = drill() else { return vec![] };
    let Drill { schedule: _, checks, credentials, class, size } = drill;
    let name = Drill::job(&view.facts.name);
    let (scripts, config_map) = job::scripts(view, &name, SCRIPTS);
    let size = match size {
        Some(size) => size.to_string(),
        None => format!("{}Gi", (view.volume() * 13 / 10).div_ceil(1 << 30).max(1)),
    };
    let checks: Vec<_> = checks.iter().map(|(name, check)| [name, &check.database, &check.sql]).collect();
    let checks = serde_json::to_string(&checks).expect("texts are JSON");
    let mut variables = vec![
        pod::variable("PLAN", "drill"),
        pod::variable("MAJOR", view.cluster.postgres.to_string()),
        pod::variable("SCRATCH", SCRATCH),
        pod::variable("ROOM_PERCENT", "110"),
        pod::variable("WORKERS", "2"),
        pod::variable("RPO", backup.rpo.to_string()),
        pod::literal("CHECKS", &checks),
    ];
    variables.extend(job::connection(view));
    let major = view.cluster.postgres.to_string();
    variables.extend(job::reading(&archive, &major, credentials.as_ref().map(Name::as_str)));
    let pod = Pod {
        name: "drill",
        script: "drill.sh",
        scripts: &scripts,
        variables,
        scratch: Some(Scratch::OfPod(&size, class.as_ref().map(Name::as_str).or(view.class()))),
        archive: Some(&archive),
        deadline: 86_400,
        memory: ["512Mi", "2Gi"],
        labels: vec![(DRILL, "true")],
        affinity: Some(one_at_a_time()),
    };
    let mut spec = pod.job(view);
    // What has failed is looked at, not tried again the same night.
    spec.backoff_limit = Some(0);
    let id = format!("{}/{}", view.facts.namespace, view.facts.name);
    let schedule = drill.schedule_of(fnv1a(id.as_bytes())).to_string();
    vec![config_map, job::scheduled(view, &name, schedule, spec)]
}

/// Two restores on one node would take its disk and its network from the databases.
fn one_at_a_time() -> Affinity {
    let selector = LabelSelector {
        match_labels: Some([(DRILL.to_owned(), "true".to_owned())].into()),
        ..LabelSelector::default()
    };
    let term = PodAffinityTerm {
        label_selector: Some(selector),
        namespace_selector: Some(LabelSelector::default()),
        topology_key: "kubernetes.io/hostname".to_owned(),
        ..PodAffinityTerm::default()
    };
    Affinity {
        pod_anti_affinity: Some(PodAntiAffinity {
            required_during_scheduling_ignored_during_execution: Some(vec![term]),
            ..PodAntiAffinity::default()
        }),
        ..Affinity::default()
    }
}
