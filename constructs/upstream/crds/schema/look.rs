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
