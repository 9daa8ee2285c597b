//! Credentials in manifests: none goes into an app. A variable is read from a Secret instead, which has to be made.

use pgsynth_constructs::crds::Named;
use pgsynth_constructs::crds::env::EnvVar;
use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::upstream::values::{credential_in, is_credential};

use serde_yaml::Value;

use super::Row;

/// Replaces what looks like a credential, and says what has to be done.
pub(super) fn take(resource: &mut Postgresql, row: &mut Row) {
    let name = resource.metadata.name.clone().unwrap_or_default();
    let namespace = resource.metadata.namespace.clone().unwrap_or_else(|| "default".to_owned());
    let secret = format!("{name}-env");
    let mut keys = vec![];
    let spec = &mut resource.spec;
    let mut lists: Vec<(String, &mut Option<Named<EnvVar>>)> = vec![("spec.env".to_owned(), &mut spec.env)];
    for (index, sidecar) in spec.sidecars.iter_mut().flat_map(|list| list.iter_mut()).enumerate() {
        lists.push((format!("spec.sidecars.{index}.env"), &mut sidecar.env));
    }
    for (index, container) in spec.init_containers.iter_mut().flat_map(|list| list.iter_mut()).enumerate() {
        lists.push((format!("spec.initContainers.{index}.env"), &mut container.env));
    }
    for (path, list) in lists {
        let Some(list) = list else { continue };
        for variable in list.iter_mut().filter(|variable| holds_one(variable)) {
            let key = variable.name.to_string();
            *variable = EnvVar::from_secret(key.as_str(), secret.as_str(), key.as_str());
            row.lost.push(format!("{path}: `{key}` looks like a credential, and is read from Secret `{secret}` now, which is one rolling update"));
            keys.push(key);
        }
    }
    if let Some(clone) = &mut spec.clone {
        for (field, value) in [
            ("s3_access_key_id", clone.s3_access_key_id.take()),
            ("s3_secret_access_key", clone.s3_secret_access_key.take()),
        ] {
            if value.is_some_and(|value| !value.is_empty()) {
                row.lost.push(format!("spec.clone.{field}: a credential, which is left out: it was needed at the first start only, and taking it away is one rolling update"));
            }
        }
    }
    if !keys.is_empty() {
        keys.dedup();
        let literals: String = keys.iter().map(|key| format!(" --from-literal={key}=<value>")).collect();
        row.lost.push(format!(
            "to make it: kubectl --namespace {namespace} create secret generic {secret}{literals}"
        ));
    }
}

/// The path of a text that looks like a credential and that no reference can take the place of.
pub(super) fn left(resource: &Postgresql) -> Option<String> {
    let spec = serde_yaml::to_value(&resource.spec).ok()?;
    let annotations = serde_yaml::to_value(&resource.metadata.annotations).ok()?;
    search(&spec, "spec").or_else(|| search(&annotations, "metadata.annotations"))
}

fn search(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::String(text) => credential_in(text).map(|_| path.to_owned()),
        Value::Sequence(items) => {
            items.iter().enumerate().find_map(|(index, item)| search(item, &format!("{path}.{index}")))
        }
        Value::Mapping(map) => map
            .iter()
            .find_map(|(key, value)| search(value, &format!("{path}.{}", key.as_str().unwrap_or_default()))),
        _ => None,
    }
}

fn holds_one(variable: &EnvVar) -> bool {
    is_credential(&variable.name, variable.value.as_deref().unwrap_or_default())
}
