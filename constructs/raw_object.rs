//! Raw objects: what no construct renders, emitted as it was written.

use serde::{Deserialize, Serialize};
use serde_yaml::{Mapping, Value};

use crate::base::{Code, Identity, Object, Problems, Scope, Stage};
use crate::values::NameRule;

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
