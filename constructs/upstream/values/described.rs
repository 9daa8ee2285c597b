//! JSON Schema of what an app file holds: each type describes itself, where it is defined.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Section, Whole};

/// A type that an app file is read into, and its JSON Schema (2020-12), inlined.
pub trait Described {
    /// The schema.
    fn json_schema() -> Value;
}

macro_rules! described {
    ($($ty:ty => $schema:expr;)*) => { $(
        impl Described for $ty {
            fn json_schema() -> Value {
                $schema
            }
        }
    )* };
}

described! {
    // What is a number or a boolean elsewhere is the text that was written where a text is wanted.
    String => json!({ "type": ["string", "number", "boolean"] });
    bool => json!({ "type": "boolean" });
    i32 => json!({ "type": "integer" });
    i64 => json!({ "type": "integer" });
    f64 => json!({ "type": "number" });
    super::Text => String::json_schema();
    super::Parameter => String::json_schema();
    super::IntOrText => json!({ "type": ["string", "integer"] });
}

impl<const LOWEST: u32, const HIGHEST: u32> Described for Whole<LOWEST, HIGHEST> {
    fn json_schema() -> Value {
        json!({ "type": "integer", "minimum": LOWEST, "maximum": HIGHEST })
    }
}

impl<T: Described> Described for Option<T> {
    fn json_schema() -> Value {
        T::json_schema()
    }
}

impl<T: Described> Described for Vec<T> {
    fn json_schema() -> Value {
        json!({ "type": "array", "items": T::json_schema() })
    }
}

impl<T: Described> Described for IndexMap<String, T> {
    fn json_schema() -> Value {
        json!({ "type": "object", "additionalProperties": T::json_schema() })
    }
}

impl<T: Described> Described for Section<T> {
    fn json_schema() -> Value {
        json!({
            "type": "object",
            "propertyNames": { "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63 },
            "additionalProperties": T::json_schema(),
        })
    }
}

/// The schema of a text that may be written as a number as well.
pub fn or_number(schema: Value) -> Value {
    let text = schema.get("type").is_some_and(|of| of == "string");
    match (text, schema) {
        (true, Value::Object(mut map)) => {
            map.insert("type".to_owned(), json!(["string", "number"]));
            Value::Object(map)
        }
        (_, schema) => either([schema, json!({ "type": "number" })]),
    }
}

/// Schemas that a value may have one of.
pub fn either(schemas: impl IntoIterator<Item = Value>) -> Value {
    json!({ "anyOf": schemas.into_iter().collect::<Value>() })
}

/// The schema of a construct, put together field by field.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    properties: Map<String, Value>,
    required: Vec<String>,
}

impl Fields {
    /// Adds a field: its key, its documentation, what it takes, and whether it must be there.
    pub fn field(mut self, key: &str, doc: &str, schema: Value, required: bool) -> Self {
        let mut schema = schema;
        if let Value::Object(map) = &mut schema {
            let doc = words(doc);
            if let Some((_, default)) = doc.rsplit_once("Default: ") {
                map.insert("x-default".to_owned(), default.trim_end_matches('.').into());
            }
            map.insert("description".to_owned(), doc.into());
        }
        self.properties.insert(key.to_owned(), schema);
        if required {
            self.required.push(key.to_owned());
        }
        self
    }

    /// The schema of the construct with this documentation.
    pub fn object(self, doc: &str) -> Value {
        let mut schema = json!({
            "type": "object",
            "description": words(doc),
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema["required"] = self.required.into();
        }
        schema
    }
}

/// A key as serde writes a field's name: `pod_annotations` is `podAnnotations`.
pub fn camel(field: &str) -> String {
    let mut key = String::with_capacity(field.len());
    let mut upper = false;
    for letter in field.chars() {
        match letter {
            '_' => upper = true,
            letter if upper => {
                key.extend(letter.to_uppercase());
                upper = false;
            }
            letter => key.push(letter),
        }
    }
    key
}

/// The other way round: `podAnnotations` is `pod_annotations`.
pub fn snake(key: &str) -> String {
    let mut name = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// Documentation in one paragraph after the other, without examples.
fn words(doc: &str) -> String {
    let mut text = String::new();
    let mut example = false;
    for line in doc.lines().map(str::trim) {
        if line.starts_with("```") {
            example = !example;
            continue;
        }
        match (example, line) {
            (true, _) => {}
            (false, "") if text.is_empty() || text.ends_with('\n') => {}
            (false, "") => text += "\n",
            (false, line) => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text += line;
            }
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_is_text_with_its_default() {
        let doc =
            " Folder of the output.\n It lies below the project. Default: `dist`.\n\n ```yaml\n a: b\n ```\n";
        let schema = Fields::default().field("output", doc, String::json_schema(), true).object(" An app.");
        insta::assert_snapshot!(schema.to_string(), @r#"{"type":"object","description":"An app.","properties":{"output":{"type":["string","number","boolean"],"x-default":"`dist`","description":"Folder of the output. It lies below the project. Default: `dist`."}},"additionalProperties":false,"required":["output"]}"#);
        assert_eq!(camel("hugepages_2mi"), "hugepages2mi");
        assert_eq!(camel("pod_service_annotations"), "podServiceAnnotations");
        assert_eq!(
            (snake("podServiceAnnotations"), snake("LoadBalancer")),
            ("pod_service_annotations".into(), "load_balancer".into())
        );
    }
}
