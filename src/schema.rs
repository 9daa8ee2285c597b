//! JSON Schema of an app file, from the types that it is read into, for editors; and the field that a path leads to.

use pgsynth_constructs::App;
use pgsynth_constructs::values::Described;
use serde_json::{Map, Value, json};

/// The schema, JSON Schema 2020-12.
///
/// ```
/// let schema = pgsynth::schema::app();
/// assert_eq!(schema["properties"]["platform"]["enum"][0], "hetzner");
/// ```
pub fn app() -> Value {
    let mut schema = App::json_schema();
    taken_away(&mut schema);
    // An environment says what differs, and what is common need not be whole then.
    let required = schema.as_object_mut().and_then(|map| map.remove("required"));
    let overlay = without_required(schema.clone());
    schema["properties"]["environments"] = json!({
        "type": "object",
        "description": "What differs in each environment, laid over the rest: maps join, everything else is replaced, and `null` takes away. Each is an app of its own, with the environment's name behind the app's and an output below its.",
        "additionalProperties": overlay,
    });
    schema["anyOf"] = json!([{ "required": required }, { "required": ["environments"] }]);
    let mut whole = Map::from_iter([
        ("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema")),
        ("title".to_owned(), json!("pgsynth app")),
    ]);
    if let Value::Object(map) = schema {
        whole.extend(map);
    }
    Value::Object(whole)
}

fn without_required(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(map) => {
            map.remove("required");
            map.values_mut().for_each(|value| *value = without_required(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_required(item.take())),
        _ => {}
    }
    schema
}

/// Every value may be `null`, which takes away what an anchor brought.
fn taken_away(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    for key in ["properties", "additionalProperties", "items", "anyOf"] {
        match (key, map.get_mut(key)) {
            ("properties", Some(Value::Object(properties))) => {
                for property in properties.values_mut() {
                    taken_away(property);
                    or_null(property);
                }
            }
            ("anyOf", Some(Value::Array(schemas))) => schemas.iter_mut().for_each(taken_away),
            ("additionalProperties", Some(entry @ Value::Object(_))) => {
                taken_away(entry);
                or_null(entry);
            }
            ("items", Some(items)) => taken_away(items),
            _ => {}
        }
    }
}

fn or_null(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    match map.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(one) => *one = json!([one.clone(), "null"]),
        None => {}
    }
    if let Some(Value::Array(words)) = map.get_mut("enum") {
        words.push(Value::Null);
    }
    if let Some(Value::Array(schemas)) = map.get_mut("anyOf") {
        schemas.push(json!({ "type": "null" }));
    }
}

/// The schema as a document.
pub fn document() -> String {
    format!("{}\n", app())
}

/// A field of an app file.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its path, with `<id>` for ids that are free.
    pub path: String,
    /// What it is.
    pub doc: String,
    /// What it takes, in words.
    pub takes: String,
    /// Its default, in words.
    pub default: Option<String>,
    /// Whether it must be there.
    pub required: bool,
    /// Keys below it.
    pub keys: Vec<String>,
}

/// The fields that a path may mean: from the root of the app, or from a cluster, a policy and so on, where the path begins with
/// one of their keys.
pub fn find(path: &str) -> Vec<Field> {
    let schema = App::json_schema();
    let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    let Some(first) = steps.first() else { return vec![] };
    let mut found = vec![];
    if let Some(field) = walk(&schema, &steps, String::new()) {
        found.push(field);
        return found;
    }
    // The shortest ways to a key of this name.
    let mut starts = vec![];
    search(&schema, first, "", &mut starts);
    starts.sort_by_key(|(path, _)| (path.matches('.').count(), path.clone()));
    for (at, schema) in starts {
        found.extend(walk(schema, &steps, at));
    }
    let least = found.iter().map(|field| field.path.matches('.').count()).min().unwrap_or_default();
    found.retain(|field| field.path.matches('.').count() == least);
    found
}

/// Follows a path down; ids and indices are free.
fn walk(schema: &Value, steps: &[&str], at: String) -> Option<Field> {
    let join = |at: &str, key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    let (step, rest) = steps.split_first()?;
    for one in alternatives(schema) {
        if let Some(property) = one.get("properties").and_then(|properties| properties.get(*step)) {
            let path = join(&at, step);
            if rest.is_empty() {
                let required = one.get("required").and_then(Value::as_array);
                let required = required.is_some_and(|keys| keys.iter().any(|key| key == step));
                return Some(field(property, path, required));
            }
            if let Some(found) = walk(property, rest, path) {
                return Some(found);
            }
        }
        let entry = one.get("additionalProperties").filter(|entry| entry.is_object());
        if let Some(entry) = entry.or(one.get("items")) {
            let path = join(&at, "<id>");
            let found =
                if rest.is_empty() { Some(field(entry, path, false)) } else { walk(entry, rest, path) };
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

fn alternatives(schema: &Value) -> Vec<&Value> {
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(schemas) => schemas.iter().collect(),
        None => vec![schema],
    }
}

/// Objects that have a key of this name, with their paths; what the operator's own resource holds is found by `spec`.
fn search<'a>(schema: &'a Value, key: &str, at: &str, found: &mut Vec<(String, &'a Value)>) {
    let below = |step: &str| if at.is_empty() { step.to_owned() } else { format!("{at}.{step}") };
    for one in alternatives(schema) {
        if let Some(Value::Object(properties)) = one.get("properties") {
            if properties.contains_key(key) {
                found.push((at.to_owned(), one));
            }
            for (name, property) in properties {
                search(property, key, &below(name), found);
            }
        }
        if let Some(entry) = one.get("additionalProperties").filter(|entry| entry.is_object()) {
            search(entry, key, &below("<id>"), found);
        }
    }
}

fn field(schema: &Value, path: String, required: bool) -> Field {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    let keys = |schema: &Value| {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
    };
    let below: Vec<String> =
        alternatives(schema).into_iter().flat_map(|one| -> Vec<String> { keys(one) }).collect();
    let entries: Vec<String> = schema.get("additionalProperties").map(keys).unwrap_or_default();
    Field {
        path,
        doc: text("description").unwrap_or_default(),
        takes: takes(schema),
        default: text("x-default"),
        required,
        keys: if below.is_empty() { entries } else { below },
    }
}

/// What a schema takes, in words.
fn takes(schema: &Value) -> String {
    if let Some(schemas) = schema.get("anyOf").and_then(Value::as_array) {
        let each: Vec<_> = schemas.iter().map(takes).collect();
        return each.join(", or ");
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return format!("one of {}", words.join(", "));
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        _ => return "anything".to_owned(),
    };
    let title =
        schema.get("title").and_then(Value::as_str).map_or_else(String::new, |title| format!(" ({title})"));
    let bounds = match (schema.get("minimum"), schema.get("maximum")) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        _ => String::new(),
    };
    let word = |of: &str| match of {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "a map",
        _ => "nothing",
    };
    match &types[..] {
        // Whatever YAML makes of it, it is read as it is written.
        ["string", "number", "boolean"] => "a text".to_owned(),
        types => types.iter().map(|of| word(of)).collect::<Vec<_>>().join(" or ") + &title + &bounds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_field() {
        let one = |path: &str| {
            let found = find(path);
            assert_eq!(found.len(), 1, "{path}: {found:?}");
            found.into_iter().next().unwrap()
        };
        let size = one("charts.shop.clusters.orders.volume.size");
        assert_eq!((size.path.as_str(), size.required), ("charts.<id>.clusters.<id>.volume.size", true));
        assert_eq!(one("volume.size"), size);
        assert_eq!(one("highAvailability").keys[0], "synchronous");
        assert!(one("spec.patroni.ttl").doc.contains("Seconds"));
        assert_eq!(one("rpo").path, "backups.<id>.rpo");
        assert!(find("nothing.at.all").is_empty());
    }
}
