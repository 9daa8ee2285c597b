//! Further volumes: what they are, and who mounts them where.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

use super::containers::init_containers;
use super::names::{amount_of, data_key, inner_path, label, object, word};
use super::{ClusterEvidence, Report};
use crate::crds::postgresql::AdditionalVolume;
use crate::values::one_of;

/// Volumes that the operator gives to every pod, or to some.
const OWN: [&str; 3] = ["pgdata", "dshm", "postgresql-run"];

pub(super) fn ill_formed(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    let list: Vec<&AdditionalVolume> = spec.additional_volumes.iter().flat_map(|list| list.iter()).collect();
    let mut names = BTreeSet::new();
    for (index, volume) in list.iter().enumerate() {
        let at = |field: &str| format!("additionalVolumes.{index}.{field}");
        label(&volume.name, &at("name"), report);
        if OWN.contains(&volume.name.as_str()) {
            report.duplicate(at("name"), &volume.name, "the operator gives the pod a volume of this name");
        } else if !names.insert(volume.name.as_str()) {
            report.duplicate(at("name"), &volume.name, "another volume of the pod has this name");
        }
        if volume.mount_path.is_empty() {
            report.required(at("mountPath"), "the place of the volume in the container");
        }
        // The operator leaves out a volume that has the data's place.
        if let Some(path) = volume.sub_path.as_deref().filter(|path| !path.is_empty()) {
            inner_path(path, &at("subPath"), report);
        }
        source(&volume.volume_source.0, &at("volumeSource"), report);
    }
    if let Some(path) =
        spec.volume.as_ref().and_then(|volume| volume.sub_path.as_deref()).filter(|path| !path.is_empty())
    {
        inner_path(path, "volume.subPath", report);
    }
    for (path, container) in init_containers(cluster) {
        for (index, mount) in container.volume_mounts.iter().flatten().enumerate() {
            let known = names.contains(mount.name.as_str()) || OWN.contains(&mount.name.as_str());
            let of_tls = spec.tls.as_ref().is_some_and(|tls| {
                [&tls.secret_name, &tls.ca_secret_name]
                    .iter()
                    .any(|name| name.as_deref() == Some(&mount.name))
            });
            if !known && !of_tls {
                let words: Vec<&str> = names.iter().copied().chain(["pgdata"]).collect();
                report.invalid(
                    format!("{path}.volumeMounts.{index}.name"),
                    &mount.name,
                    format!("the pod has no volume of this name; {}", one_of(&mount.name, &words)),
                );
            }
        }
    }
}

/// A field by its name; the operator reads them with Go's decoder, which does not mind the case.
fn field<'a>(of: &'a Mapping, key: &str) -> Option<&'a Value> {
    let found =
        of.iter().find(|(known, _)| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(key)));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

fn text<'a>(of: &'a Mapping, key: &str) -> Option<&'a str> {
    field(of, key).and_then(Value::as_str)
}

/// The sources that people use, of which `T76` knows the fields; others are left to the API server.
const USED: [&str; 8] =
    ["secret", "configMap", "emptyDir", "hostPath", "persistentVolumeClaim", "nfs", "csi", "projected"];

fn source(source: &Mapping, path: &str, report: &mut Report) {
    for kind in USED {
        if let Some(Value::Mapping(of)) = field(source, kind) {
            one(kind, of, &format!("{path}.{kind}"), report);
        }
    }
}

fn one(kind: &str, of: &Mapping, path: &str, report: &mut Report) {
    let name = match kind {
        "secret" => Some("secretName"),
        "configMap" => Some("name"),
        "persistentVolumeClaim" => Some("claimName"),
        _ => None,
    };
    if let Some(field) = name {
        match text(of, field) {
            None | Some("") => {
                report.required(format!("{path}.{field}"), "the name of the object");
            }
            Some(name) => object(name, &format!("{path}.{field}"), report),
        }
    }
    for field in match kind {
        "hostPath" => &["path"][..],
        "nfs" => &["path", "server"],
        "csi" => &["driver"],
        _ => &[],
    } {
        if text(of, field).is_none_or(str::is_empty) {
            report.required(format!("{path}.{field}"), "it must be given");
        }
    }
    if kind == "hostPath" {
        let types = [
            "",
            "Directory",
            "DirectoryOrCreate",
            "File",
            "FileOrCreate",
            "Socket",
            "CharDevice",
            "BlockDevice",
        ];
        word(text(of, "type"), &types, &format!("{path}.type"), report);
        if text(of, "path").is_some_and(|text| text.split('/').any(|part| part == "..")) {
            report.invalid(
                format!("{path}.path"),
                text(of, "path").unwrap_or_default(),
                "it may not contain `..`",
            );
        }
    }
    if kind == "emptyDir" {
        let medium = text(of, "medium").unwrap_or_default();
        if !matches!(medium, "" | "Memory" | "HugePages") && !medium.starts_with("HugePages-") {
            report.invalid(
                format!("{path}.medium"),
                medium,
                format!("the pod would never start; {}", one_of(medium, &["Memory", "HugePages"])),
            );
        }
        let limit = field(of, "sizeLimit").map(|limit| match limit {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => "nothing".to_owned(),
        });
        if let Some(limit) = limit.filter(|limit| amount_of(limit).is_none_or(|limit| limit < 0.0)) {
            report.invalid(format!("{path}.sizeLimit"), limit, "expected a size, such as `1Gi`");
        }
    }
    mode(field(of, "defaultMode"), &format!("{path}.defaultMode"), report);
    for (index, item) in field(of, "items").and_then(Value::as_sequence).into_iter().flatten().enumerate() {
        let path = format!("{path}.items.{index}");
        let Value::Mapping(item) = item else { continue };
        match (text(item, "key"), text(item, "path")) {
            (Some(key), Some(place)) if !place.is_empty() => {
                data_key(key, &format!("{path}.key"), report);
                inner_path(place, &format!("{path}.path"), report);
            }
            _ => {
                report.required(&path, "`key` and `path`");
            }
        }
        mode(field(item, "mode"), &format!("{path}.mode"), report);
    }
}

fn mode(mode: Option<&Value>, path: &str, report: &mut Report) {
    let Some(mode) = mode else { return };
    if !mode.as_i64().is_some_and(|mode| (0..=0o777).contains(&mode)) {
        let shown = serde_yaml::to_string(mode).unwrap_or_default();
        report.invalid(path, shown.trim(), "a mode is a number from 0 to 511 (0777); YAML reads `0400` as decimal 400 or octal 256, by its version: write 256");
    }
}
