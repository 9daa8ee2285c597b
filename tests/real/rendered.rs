//! Clusters as pgsynth renders them for a store of the test's, and the environment that their pods would have.

use pgsynth::constructs::Past;
use pgsynth::constructs::crds::env::EnvVar;
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::load;

use super::spilo::Environment;
use super::store::{self, Store};

/// The source of every test.
pub const CLUSTER: &str = "acme-orders";

/// The resources of these clusters, written as lines of an app's `clusters:`, which may merge `*base` and name the policies
/// `b` and `e`, the second encrypted; `operator` is configuration of the operator.
pub fn resources(store: &Store, clusters: &str, operator: &str) -> Vec<Postgresql> {
    resources_of_two(store, store, clusters, operator)
}

/// The same with two stores: policy `o` writes into the other one, and `k` is encrypted with another key.
pub fn resources_of_two(store: &Store, other: &Store, clusters: &str, operator: &str) -> Vec<Postgresql> {
    let app = app(store, other, clusters, operator);
    let app = load::app("test.yaml", app.as_bytes()).unwrap_or_else(|problem| panic!("{problem}\n{app}"));
    let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    valid.objects().iter().filter_map(|object| object.downcast::<Postgresql>()).cloned().collect()
}

/// The app of these clusters, as a file.
pub fn app(store: &Store, other: &Store, clusters: &str, operator: &str) -> String {
    format!(
        "pgsynth: v1\nrelease: \"2026.11\"\nname: test\nplatform: other\n\
         templates: {{base: &base {{team: acme, postgres: 18, volume: {{size: 1Gi}}}}}}\n\
         externalOperator: {{namespace: postgres-operator, watch: all, podEnvironment: [], configuration: {{{operator}}}}}\n\
         stores:\n  s: {{s3: {{endpoint: '{}', region: {region}, bucket: {bucket}}}, credentials: keys}}\n\
         \x20 t: {{s3: {{endpoint: '{}', region: {region}, bucket: {bucket}}}, credentials: other-keys}}\n\
         backups:\n  b: &b {{store: s, schedule: \"0 1 * * *\", keep: 7d, rpo: 5m}}\n\
         \x20 e: {{<<: *b, encryption: {{secret: keys, transform: hex, escrow: a test}}}}\n\
         \x20 k: {{<<: *b, encryption: {{secret: other-keys, transform: hex, escrow: a test}}}}\n\
         \x20 o: {{<<: *b, store: t}}\n\
         charts:\n  shop:\n    namespace: shop\n    clusters:\n{clusters}",
        store.url,
        other.url,
        region = store::REGION,
        bucket = store::BUCKET
    )
}

/// The one cluster of an app, with these fields.
pub fn resource(store: &Store, fields: &str, operator: &str) -> Postgresql {
    resources(store, &format!("      {CLUSTER}: {{<<: *base, {fields}}}\n"), operator).remove(0)
}

/// The value that a variable has in a pod of this name.
pub fn value(variable: &EnvVar, pod: &str) -> String {
    let source = variable.value_from.as_ref();
    if let Some(secret) = source.and_then(|source| source.secret_key_ref.as_ref()) {
        return store::key_of(secret.name.as_deref().unwrap_or_default(), &secret.key).to_owned();
    }
    match source.and_then(|source| source.field_ref.as_ref()).map(|field| field.field_path.as_str()) {
        None => variable.value.as_ref().map(ToString::to_string).unwrap_or_default(),
        Some("metadata.namespace") => "shop".to_owned(),
        Some("metadata.name") => pod.to_owned(),
        Some(_) => "127.0.0.1".to_owned(),
    }
}

/// The environment of PostgreSQL's container: the resource's, and what the operator writes.
pub fn pod(resource: &Postgresql) -> Environment {
    let variables = resource.spec.env.iter().flat_map(|list| list.iter());
    let mut environment: Environment =
        variables.map(|variable| (variable.name.to_string(), value(variable, "p-0"))).collect();
    environment.insert("SCOPE".to_owned(), resource.metadata.name.clone().unwrap());
    let settings = resource.spec.postgresql.as_ref().unwrap();
    environment.insert("PGVERSION".to_owned(), settings.version.as_ref().unwrap().as_str().to_owned());
    environment
}
