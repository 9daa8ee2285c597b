//! StorageClasses.

use std::collections::BTreeMap;

use super::{Report, Rule, rule};
use crate::behaviour::classes::ClassView;
use crate::values::nearest;

pub(super) const RULES: &[Rule] = &[
    rule!(Error "L1" "strict-local-replicas", Class(strict_local_replicas)),
    rule!(Error "L2" "strict-local-topology", Class(strict_local_topology)),
    rule!(Error "L3" "unknown-longhorn-parameter", Class(unknown_parameter)),
    rule!(Error "L4" "unreadable-longhorn-selector", Class(unreadable_selectors)),
    rule!(Warning "L7" "default-recurring-jobs", Class(default_jobs)),
    rule!(Error "L16" "volume-bound-too-early", Class(bound_too_early)),
];

fn strict_local_replicas(class: &ClassView, report: &mut Report) {
    if !class.strict_local() {
        return;
    }
    let replicas = class.get("numberOfReplicas").unwrap_or("3");
    if replicas != "1" {
        report.invalid(
            "parameters.numberOfReplicas",
            replicas,
            "`dataLocality: strict-local` takes exactly one replica; with any other number no volume is created",
        );
    }
    if class.get("dataEngine") == Some("v2") {
        report.invalid(
            "parameters.dataEngine",
            "v2",
            "this engine does not support `dataLocality: strict-local`",
        );
    }
}

fn strict_local_topology(class: &ClassView, report: &mut Report) {
    if class.strict_local() && class.topologies {
        report.forbidden(
            "allowedTopologies",
            "it and `dataLocality: strict-local` bind the volume to different nodes",
        );
    }
}

/// Parameters that Longhorn 1.12 reads and that suit a volume of PostgreSQL.
const PARAMETERS: &[&str] = &[
    "backupBlockSize",
    "backupTargetName",
    "csi.storage.k8s.io/fstype",
    "csi.storage.k8s.io/node-expand-secret-name",
    "csi.storage.k8s.io/node-expand-secret-namespace",
    "csi.storage.k8s.io/node-publish-secret-name",
    "csi.storage.k8s.io/node-publish-secret-namespace",
    "csi.storage.k8s.io/node-stage-secret-name",
    "csi.storage.k8s.io/node-stage-secret-namespace",
    "csi.storage.k8s.io/provisioner-secret-name",
    "csi.storage.k8s.io/provisioner-secret-namespace",
    "dataEngine",
    "dataLocality",
    "disableRevisionCounter",
    "diskSelector",
    "encrypted",
    "freezeFilesystemForSnapshot",
    "fsType",
    "migratable",
    "mkfsParams",
    "nodeSelector",
    "numberOfReplicas",
    "recurringJobSelector",
    "replicaAutoBalance",
    "replicaDiskSoftAntiAffinity",
    "replicaSoftAntiAffinity",
    "replicaZoneSoftAntiAffinity",
    "staleReplicaTimeout",
    "strictTopology",
    "unmapMarkSnapChainRemoved",
];

/// Parameters that Longhorn reads, for volumes of other purposes.
const FOR_OTHERS: &[&str] = &[
    "backingImage",
    "exclusive",
    "fromBackup",
    "nfsOptions",
    "shareManagerNodeSelector",
    "shareManagerTolerations",
];

fn unknown_parameter(class: &ClassView, report: &mut Report) {
    for (key, value) in class.parameters.iter().filter(|_| class.longhorn()) {
        let path = format!("parameters.{key}");
        if value.is_none() {
            report.required(&path, "a string; put the value in quotes");
        }
        let known = PARAMETERS.contains(&key.as_str()) || FOR_OTHERS.contains(&key.as_str());
        if key == "freezeFSForSnapshot" {
            report.unknown(
                &path,
                key,
                "Longhorn reads `freezeFilesystemForSnapshot`, whatever its documentation says",
            );
        } else if !known && !key.starts_with("csi.storage.k8s.io/") {
            let rule = nearest(key, PARAMETERS).map_or_else(
                || "Longhorn silently ignores it".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            report.unknown(&path, key, rule);
        }
    }
}

fn unreadable_selectors(class: &ClassView, report: &mut Report) {
    if !class.longhorn() {
        return;
    }
    if let Some(selector) = class.get("recurringJobSelector")
        && !is_job_selector(selector)
    {
        report.invalid(
            "parameters.recurringJobSelector",
            selector,
            "expected JSON, such as `[{\"name\":\"postgres\",\"isGroup\":true}]`",
        );
    }
    for key in ["nodeSelector", "diskSelector"] {
        if let Some(tags) = class.get(key).filter(|tags| tags.contains(' ')) {
            report.invalid(
                format!("parameters.{key}"),
                tags,
                "it must not contain spaces: Longhorn looks for a tag with the space in it",
            );
        }
    }
}

/// Whether Longhorn reads it as a list of jobs and groups.
fn is_job_selector(text: &str) -> bool {
    let jobs: Option<Vec<BTreeMap<String, serde_json::Value>>> = serde_json::from_str(text).ok();
    let fits = |job: &BTreeMap<String, serde_json::Value>| {
        job.get("name").is_some_and(serde_json::Value::is_string)
            && job.get("isGroup").is_none_or(serde_json::Value::is_boolean)
    };
    jobs.is_some_and(|jobs| jobs.iter().all(fits))
}

fn default_jobs(class: &ClassView, report: &mut Report) {
    if class.longhorn() && !class.parameters.contains_key("recurringJobSelector") {
        report.risky("parameters", "it names no recurring jobs: those of Longhorn's group `default`, including snapshots, run on its volumes");
    }
}

fn bound_too_early(class: &ClassView, report: &mut Report) {
    if class.provisioner == "csi.hetzner.cloud" && class.binding.as_deref() != Some("WaitForFirstConsumer") {
        report.required("volumeBindingMode", "`WaitForFirstConsumer`: without it a volume is made where the controller runs, and pods elsewhere cannot use it");
    }
}
