//! The structural schema of a custom resource, as the API server reads it.

mod look;

pub use look::Shape;

use indexmap::IndexMap;
use serde::Serialize;

use super::Mirror;
use crate::release::OperatorVersion;

/// One node of an OpenAPI v3 schema, its keys in the order in which upstream writes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_properties: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    any_of: Vec<Schema>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<serde_yaml::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    r#enum: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    nullable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    properties: IndexMap<&'static str, Schema>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    #[serde(rename = "x-kubernetes-int-or-string", skip_serializing_if = "std::ops::Not::not")]
    int_or_string: bool,
    #[serde(rename = "x-kubernetes-list-map-keys", skip_serializing_if = "Vec::is_empty")]
    list_map_keys: Vec<&'static str>,
    #[serde(rename = "x-kubernetes-list-type", skip_serializing_if = "Option::is_none")]
    list_type: Option<&'static str>,
    #[serde(rename = "x-kubernetes-map-type", skip_serializing_if = "Option::is_none")]
    map_type: Option<&'static str>,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields", skip_serializing_if = "std::ops::Not::not")]
    preserve_unknown: bool,
    /// The default is the release's image of this program.
    #[serde(skip)]
    image: Option<Image>,
    /// The first operator that has the field.
    #[serde(skip)]
    since: Option<OperatorVersion>,
}

/// A program whose image a release names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// PostgreSQL with Patroni and WAL-G.
    Spilo,
    /// PgBouncer.
    Pooler,
    /// Dumps.
    LogicalBackup,
}

/// What a CRD takes from a release: the operator's version, and the images that are defaults.
#[derive(Clone, Copy, Debug)]
pub struct Edition {
    /// The operator that reads the resources.
    pub operator: OperatorVersion,
    /// Image of PostgreSQL's pods.
    pub spilo: &'static str,
    /// Image of connection poolers.
    pub pooler: &'static str,
    /// Image of dumps.
    pub logical_backup: &'static str,
}

impl Edition {
    fn image(&self, image: Image) -> &'static str {
        match image {
            Image::Spilo => self.spilo,
            Image::Pooler => self.pooler,
            Image::LogicalBackup => self.logical_backup,
        }
    }
}

impl Schema {
    /// A value of a plain type: `string`, `integer`, `boolean`, `object` or `array`.
    pub fn of(r#type: &'static str) -> Self {
        Self { r#type: Some(r#type), ..Self::default() }
    }

    /// A whole number of 32 or 64 bits.
    pub fn integer(format: &'static str) -> Self {
        Self { format: Some(format), ..Self::of("integer") }
    }

    /// A text that matches a pattern.
    pub fn pattern(pattern: &'static str) -> Self {
        Self { pattern: Some(pattern), ..Self::of("string") }
    }

    /// A text that is one of a few words.
    pub fn words(words: &'static [&'static str]) -> Self {
        Self { r#enum: words.to_vec(), ..Self::of("string") }
    }

    /// With a format that the API server checks.
    pub fn format(self, format: &'static str) -> Self {
        Self { format: Some(format), ..self }
    }

    /// A whole number of whatever size.
    pub fn unformatted(self) -> Self {
        Self { format: None, ..self }
    }

    /// A number or a text, with the pattern of the text if it has one.
    pub fn int_or_string(pattern: Option<&'static str>) -> Self {
        let any_of = vec![Self::of("integer"), Self::of("string")];
        Self { any_of, pattern, int_or_string: true, ..Self::default() }
    }

    /// A list of `items`.
    pub fn list(items: Self) -> Self {
        Self { items: Some(Box::new(items)), ..Self::of("array") }
    }

    /// A map from any key to `values`.
    pub fn map(values: Self) -> Self {
        Self { additional_properties: Some(Box::new(values)), ..Self::of("object") }
    }

    /// An object with these properties.
    pub fn object(properties: IndexMap<&'static str, Self>, required: Vec<&'static str>) -> Self {
        Self { properties, required, ..Self::of("object") }
    }

    /// With a text for `kubectl explain`.
    pub fn described(self, description: &str) -> Self {
        Self { description: Some(description.trim().to_owned()), ..self }
    }

    /// Without a text: the API server takes nothing but a type for `metadata`.
    pub fn undescribed(self) -> Self {
        Self { description: None, ..self }
    }

    /// With the value that the API server fills in.
    pub fn defaulted(self, default: impl Into<serde_yaml::Value>) -> Self {
        Self { default: Some(default.into()), ..self }
    }

    /// With the release's image of a program as the value that the API server fills in.
    pub fn image(self, image: Image) -> Self {
        Self { image: Some(image), ..self }
    }

    /// Of a field that operators before this one do not have.
    pub fn since(self, operator: OperatorVersion) -> Self {
        Self { since: Some(operator), ..self }
    }

    /// The schema as one release has it: without fields of later operators, with its images.
    pub fn of_edition(mut self, edition: &Edition) -> Self {
        if let Some(image) = self.image {
            self.default = Some(edition.image(image).into());
        }
        let whole = |schema: Box<Self>| Box::new(schema.of_edition(edition));
        self.additional_properties = self.additional_properties.map(whole);
        self.items = self.items.map(whole);
        self.properties.retain(|_, property| property.since.is_none_or(|since| since <= edition.operator));
        self.properties =
            self.properties.into_iter().map(|(key, property)| (key, property.of_edition(edition))).collect();
        self
    }

    /// Every leaf below this schema, as a path; `*` stands for an index or a key.
    pub fn leaves(&self) -> Vec<String> {
        let mut leaves = vec![];
        self.collect("", &mut leaves);
        leaves
    }

    fn collect(&self, path: &str, leaves: &mut Vec<String>) {
        let below = |key: &str| super::join(path, key);
        for (key, property) in &self.properties {
            property.collect(&below(key), leaves);
        }
        for inner in self.items.iter().chain(&self.additional_properties) {
            inner.collect(&below("*"), leaves);
        }
        if self.properties.is_empty() && self.items.is_none() && self.additional_properties.is_none() {
            leaves.push(path.to_owned());
        }
    }

    /// `null` may be written.
    pub fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// With bounds, where there are some.
    pub fn bounds(self, minimum: Option<i64>, maximum: Option<i64>) -> Self {
        Self { minimum, maximum, ..self }
    }

    /// A list that one field manager owns as a whole.
    pub fn atomic(self) -> Self {
        Self { list_type: Some("atomic"), ..self }
    }

    /// A list without duplicates.
    pub fn set(self) -> Self {
        Self { list_type: Some("set"), ..self }
    }

    /// A list whose items are told apart by `keys`.
    pub fn keyed(self, keys: &[&'static str]) -> Self {
        Self { list_type: Some("map"), list_map_keys: keys.to_vec(), ..self }
    }

    /// An object that one field manager owns as a whole.
    pub fn atomic_map(self) -> Self {
        Self { map_type: Some("atomic"), ..self }
    }

    /// An object whose further fields the API server keeps.
    pub fn preserve_unknown(self) -> Self {
        Self { preserve_unknown: true, ..self }
    }

    /// At least one of these fields must be there.
    pub fn any_required(self, fields: &[&'static str]) -> Self {
        let any_of = fields.iter().map(|field| Self { required: vec![field], ..Self::default() }).collect();
        Self { any_of, ..self }
    }

    /// Not all of these fields may be there.
    pub fn not_together(self, fields: &[&'static str]) -> Self {
        Self { not: Some(Box::new(Self { required: fields.to_vec(), ..Self::default() })), ..self }
    }

    /// The value that the API server fills in, typed.
    pub(super) fn default_value<T: Mirror>(self) -> Option<T> {
        self.default.map(|value| T::read(value).expect("a default fits its field"))
    }
}
