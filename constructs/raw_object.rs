//! Raw objects: what no construct renders, emitted as it was written.

use serde::{Deserialize, Serialize};
use serde_yaml::{Mapping, Value};

use crate::base::{Code, Identity, Kind, Object, Problem, Problems, Scope, Stage};
use crate::rules::{SECRET_IN_OBJECT, report};
use crate::values::{Described, NameRule, credential_by_name, credential_in};

/// An object of any kind, in the order in which it was written.
///
/// It needs `apiVersion`, `kind` and `metadata.name`. A namespace that it names is its own; where it names none, one is
/// not added, because pgsynth cannot know which kinds have one.
///
/// ```
/// use pgsynth_constructs::raw_object::RawObject;
/// let object: RawObject = serde_yaml::from_str("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}")?;
/// assert_eq!(object.0["kind"], "ConfigMap");
/// # Ok::<(), serde_yaml::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawObject(pub Mapping);

const SECRET_IN_OUTPUT: Code = Code::named("secret-in-output");

impl RawObject {
    fn text(&self, path: &[&str]) -> Option<&str> {
        let (last, folders) = path.split_last()?;
        let mut map = &self.0;
        for folder in folders {
            map = map.get(*folder)?.as_mapping()?;
        }
        map.get(*last)?.as_str()
    }

    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        for path in [&["apiVersion"][..], &["kind"], &["metadata", "name"]] {
            if self.text(path).is_none_or(str::is_empty) {
                problems.required(
                    scope.at(&path.join(".")),
                    "an object needs an `apiVersion`, a `kind` and a `metadata.name`, each a string",
                );
            }
        }
        // The strictest that holds for all kinds: those of RBAC take what is no DNS name.
        if let Some(name) = self.text(&["metadata", "name"])
            && (name.len() > 253
                || name.contains(|letter: char| !letter.is_ascii_graphic() || "/%".contains(letter)))
        {
            let rule = "expected at most 253 characters, without spaces, `/` and `%`";
            problems.invalid(scope.at("metadata.name"), name, rule);
        }
        if let Some(namespace) = self.text(&["metadata", "namespace"])
            && let Err(rule) = NameRule::Label.check(namespace, 63)
        {
            problems.invalid(scope.at("metadata.namespace"), namespace, rule);
        }
        if self.text(&["kind"]) == Some("Secret")
            && ["data", "stringData"].iter().any(|key| self.0.contains_key(*key))
        {
            // The values are left out of the message: they are what must not be seen.
            problems
                .forbidden(scope.path(), "a Secret with its contents puts them into the output")
                .code(SECRET_IN_OUTPUT)
                .help("create the Secret outside the app, and refer to it by name");
        }
        let ours = match self.text(&["kind"]) {
            Some("postgresql") => Some("clusters"),
            Some("OperatorConfiguration") => Some("operator"),
            _ => None,
        };
        if let Some(section) = ours
            && self.text(&["apiVersion"]).is_some_and(|version| version.starts_with("acid.zalan.do/"))
        {
            problems
                .forbidden(scope.at("kind"), "a raw object escapes the checks, the record and the protection")
                .help(format!("write it under `{section}`, where every field is available"));
        }
        if self.text(&["kind"]) == Some("List") {
            problems.forbidden(
                scope.at("kind"),
                "a List hides its objects from the checks; write each as an object of its own",
            );
        }
        if self.text(&["kind"]) != Some("Secret") {
            credentials(&Value::Mapping(self.0.clone()), scope.path(), problems);
        }
        nulls(&Value::Mapping(self.0.clone()), scope.path(), problems);
    }

    pub(crate) fn objects(&self, scope: &Scope) -> Vec<Object> {
        let text = |path: &[&str]| self.text(path).map(str::to_owned);
        let identity = Identity {
            api_version: text(&["apiVersion"]).unwrap_or_default(),
            kind: text(&["kind"]).unwrap_or_default(),
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"]).unwrap_or_default(),
        };
        let stage = match identity.kind.as_str() {
            "Namespace" => Stage::Namespaces,
            _ => Stage::Chart,
        };
        vec![Object::new(stage, scope, identity, self.clone())]
    }
}

/// Credentials that stand in an object as they are: by their shape anywhere, by their name in maps and variables.
fn credentials(value: &Value, path: &str, problems: &mut Problems) {
    match value {
        Value::String(text) => {
            if let Some(what) = credential_in(text) {
                tell(path, what, problems);
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                credentials(item, &format!("{path}.{index}"), problems);
            }
        }
        Value::Mapping(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            if let (Some(name), Some(value)) = (text("name"), text("value"))
                && credential_by_name(name, value)
                && credential_in(value).is_none()
            {
                tell(&format!("{path}.value"), "a credential, by the variable's name", problems);
            }
            let data = path.ends_with(".data");
            for (key, item) in map.iter().filter_map(|(key, item)| Some((key.as_str()?, item))) {
                let by_name = item.as_str().is_some_and(|value| {
                    data && credential_in(value).is_none() && credential_by_name(key, value)
                });
                let path = format!("{path}.{key}");
                match by_name {
                    true => tell(&path, "a credential, by its key", problems),
                    false => credentials(item, &path, problems),
                }
            }
        }
        _ => {}
    }
}

fn tell(path: &str, what: &str, problems: &mut Problems) {
    let message =
        format!("it looks like {what}, and everybody who may read the output or this object sees it");
    report(&SECRET_IN_OBJECT, Problem::new(Kind::Risky, path, message), problems)
        .help("put it into a Secret that is created outside the app, and refer to it by name");
}

// The API server drops some nulls and refuses others, and every delivery tool has its own opinion.
fn nulls(value: &Value, path: &str, problems: &mut Problems) {
    match value {
        Value::Null => {
            problems.invalid(
                path,
                "null",
                "leave the key out; delivery tools disagree about what `null` means",
            );
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                nulls(item, &format!("{path}.{index}"), problems);
            }
        }
        Value::Mapping(map) => {
            for (key, item) in map {
                match key.as_str() {
                    Some(key) => nulls(item, &format!("{path}.{key}"), problems),
                    None => {
                        problems.invalid(
                            path,
                            serde_yaml::to_string(key).unwrap_or_default().trim(),
                            "a key is a string; put it in quotes",
                        );
                    }
                }
            }
        }
        _ => {}
    }
}

impl Described for RawObject {
    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "object", "required": ["apiVersion", "kind", "metadata"] })
    }
}
