//! Looking into a schema: what may stand where, as a reader of manifests asks it.

use super::Schema;

/// What a schema takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A map with known keys, or with any.
    Map,
    /// A list.
    List,
    /// A text.
    Text,
    /// A whole number.
    Whole,
    /// `true` or `false`.
    Boolean,
    /// A whole number or a text.
    WholeOrText,
}

impl Schema {
    /// What it takes.
    pub fn shape(&self) -> Shape {
        match self.r#type {
            Some("object") => Shape::Map,
            Some("array") => Shape::List,
            Some("integer") => Shape::Whole,
            Some("boolean") => Shape::Boolean,
            None => Shape::WholeOrText,
            Some(_) => Shape::Text,
        }
    }

    /// Its known keys, in order.
    pub fn keys(&self) -> Vec<&'static str> {
        self.properties.keys().copied().collect()
    }

    /// What stands under a known key.
    pub fn property(&self, key: &str) -> Option<&Self> {
        self.properties.get(key)
    }

    /// What every item of a list is, or what stands under the keys of a map that takes any.
    pub fn element(&self) -> Option<&Self> {
        self.items.as_deref().or(self.additional_properties.as_deref())
    }

    /// Whether the API server keeps whatever stands there: it is told so, or told nothing of the keys, as of `metadata`.
    pub fn keeps_all(&self) -> bool {
        let silent = self.properties.is_empty() && self.additional_properties.is_none();
        self.preserve_unknown || (self.shape() == Shape::Map && silent)
    }

    /// Whether `null` may stand there.
    pub fn takes_null(&self) -> bool {
        self.nullable
    }

    /// Whether any text will do.
    pub fn any_text(&self) -> bool {
        self.r#type == Some("string")
            && self.pattern.is_none()
            && self.r#enum.is_empty()
            && self.format.is_none()
    }

    /// As JSON Schema for what people write. Which keys must be there is not said: others may give them.
    pub fn json(&self) -> serde_json::Value {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        plain(&mut json, false);
        json
    }

    /// The paths below this schema that end in a key.
    pub fn paths_to(&self, key: &str) -> Vec<String> {
        let mut found = vec![];
        self.search(key, "", &mut found);
        found
    }

    fn search(&self, wanted: &str, path: &str, found: &mut Vec<String>) {
        for (key, property) in &self.properties {
            let below = crate::crds::join(path, key);
            if *key == wanted {
                found.push(below.clone());
            }
            property.search(wanted, &below, found);
        }
    }
}

/// From the words of a CRD to those of JSON Schema: what is only Kubernetes' goes, and unknown keys are refused.
fn plain(json: &mut serde_json::Value, keys: bool) {
    match json {
        serde_json::Value::Object(map) if keys => map.values_mut().for_each(|value| plain(value, false)),
        serde_json::Value::Object(map) => {
            let keeps = map.remove("x-kubernetes-preserve-unknown-fields").is_some();
            if map.remove("x-kubernetes-int-or-string").is_some() {
                map.remove("anyOf");
                map.remove("pattern");
                map.insert("type".to_owned(), serde_json::json!(["string", "integer"]));
            }
            map.retain(|key, _| {
                !key.starts_with("x-kubernetes-")
                    && !matches!(key.as_str(), "required" | "nullable" | "format")
            });
            // At least one of some keys, or not both of them: what remains of it says nothing.
            map.retain(|key, _| !matches!(key.as_str(), "anyOf" | "not"));
            if map.contains_key("properties") && !keeps && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".to_owned(), false.into());
            }
            for (key, value) in map.iter_mut() {
                plain(value, key == "properties");
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| plain(item, false)),
        _ => {}
    }
}
