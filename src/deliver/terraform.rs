//! A Terraform module of the objects of an app: one `kubectl_manifest` of provider `alekc/kubectl` for each, with the very bytes
//! of its document. Also read by OpenTofu.
//!
//! What a kept cluster needs is never destroyed: `apply_only` keeps an object whose resource has gone, and `prevent_destroy`
//! stops `terraform destroy`; either alone lets something through.

mod address;
mod order;

use std::collections::BTreeMap;

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::{Object, PROTECTION, Problem, Stage};
use serde_json::{Map, Value, json};

use crate::synth::{Bundle, Draft, Emitter, document};
use address::Addresses;
use order::Order;

/// The oldest Terraform that can forget a resource and keep its object.
const TERRAFORM: &str = ">= 1.7";
const PROVIDER: &str = "alekc/kubectl";
const PROVIDER_VERSION: &str = ">= 2.4, < 4.0";

/// The module of an app.
///
/// # Errors
/// Where two objects would have one address.
pub fn module<'a>(valid: &'a Valid) -> Result<Bundle<'a>, Vec<Problem>> {
    let owner = valid.app().name.as_str();
    let addresses = Addresses::of(valid)?;
    let mut files: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for ((_, text), (_, address)) in valid.crds().zip(addresses.crds()) {
        files.entry("crds".to_owned()).or_default().insert(address.to_owned(), crd(text));
    }
    let order = Order::of(valid, &addresses);
    let mut emitter = Emitter::default();
    for object in valid.objects() {
        emitter.clear();
        document(&mut emitter, object);
        let body = String::from_utf8_lossy(emitter.bytes());
        let resource = resource(object, &body, &order);
        files.entry(object.file().to_owned()).or_default().insert(addresses.get(object).to_owned(), resource);
    }
    let mut drafts = vec![
        file(
            owner,
            "versions",
            &json!({ "terraform": {
            "required_version": TERRAFORM,
            "required_providers": { "kubectl": { "source": PROVIDER, "version": PROVIDER_VERSION } },
        } }),
        ),
        file(owner, "variables", &variables()),
        file(owner, "outputs", &outputs(valid)),
    ];
    let removed = removed(valid, &addresses);
    if !removed.is_empty() {
        drafts.push(file(owner, "retired", &json!({ "removed": removed })));
    }
    drafts.extend(files.into_iter().map(|(name, resources)| {
        file(owner, &name, &json!({ "resource": { "kubectl_manifest": resources } }))
    }));
    drafts.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Bundle { owner, files: drafts, record: valid.record() })
}

/// What makes a module impossible.
pub fn collisions(valid: &Valid) -> Vec<Problem> {
    Addresses::of(valid).err().unwrap_or_default()
}

fn file<'a>(app: &'a str, name: &str, contents: &Value) -> Draft<'a> {
    let mut all = json!({ "//": Draft::notice(app) });
    if let (Some(all), Some(contents)) = (all.as_object_mut(), contents.as_object()) {
        all.extend(contents.clone());
    }
    Draft::page(app, &format!("{name}.tf.json"), format!("{all:#}\n"))
}

fn variables() -> Value {
    json!({ "variable": {
        "wait": {
            "type": "bool", "default": true,
            "description": "Whether to wait until the operator runs before the first cluster is made.",
        },
        "force_conflicts": {
            "type": "bool", "default": false,
            "description": "Whether to take back fields that somebody else has changed by hand; else such a change fails.",
        },
    } })
}

/// Text in which nothing is a template: `${` and `%{` are what Terraform would fill in.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

fn crd(text: &str) -> Value {
    json!({
        "yaml_body": literal(text),
        "server_side_apply": true,
        // An operator that registers its CRDs itself owns their fields.
        "force_conflicts": true,
        "apply_only": true,
        "wait_for": [{ "condition": [{ "type": "Established", "status": "True" }] }],
        "lifecycle": { "prevent_destroy": true },
    })
}

fn resource(object: &Object, body: &str, order: &Order) -> Value {
    let mut resource = json!({
        "yaml_body": literal(body),
        "server_side_apply": true,
        "force_conflicts": "${var.force_conflicts}",
    });
    // Other Deployments wait for Secrets that the operator makes, and nobody waits for them.
    if object.identity.kind == "Deployment" {
        let operator = object.stage == Stage::Operator;
        resource["wait_for_rollout"] = if operator { "${var.wait}".into() } else { false.into() };
    }
    if is_kept(body) {
        resource["apply_only"] = true.into();
        resource["lifecycle"] = json!({ "prevent_destroy": true });
    }
    let before = order.before(object);
    if !before.is_empty() {
        resource["depends_on"] = before.iter().map(|address| reference(address)).collect();
    }
    resource
}

/// What other tools are told not to prune: the document says it, whoever wrote it there.
fn is_kept(body: &str) -> bool {
    let metadata = body.split_once("\nmetadata:\n").map_or("", |(_, rest)| rest);
    let own = metadata.lines().take_while(|line| line.starts_with(' '));
    let [_, (key, value)] = PROTECTION;
    own.into_iter().any(|line| line == format!("    {key}: {value}"))
}

fn reference(address: &str) -> String {
    format!("kubectl_manifest.{address}")
}

/// Where each cluster answers, and the Secrets of its roles: names for other modules, and no values.
fn outputs(valid: &Valid) -> Value {
    let clusters: Map<_, _> = valid
        .clusters()
        .values()
        .map(|facts| {
            let secrets: Map<_, _> =
                facts.roles.iter().map(|role| (role.clone(), facts.secret(role).into())).collect();
            let service = |name: Option<String>| name.map(|name| facts.dns(&name));
            let of = json!({
                "namespace": facts.namespace,
                "primary": facts.dns(&facts.primary_service()),
                "replicas": facts.dns(&facts.replica_service()),
                "pooler": service(facts.pooler_service()),
                "secrets": secrets,
            });
            (format!("{}/{}", facts.namespace, facts.name), of)
        })
        .collect();
    json!({ "output": { "clusters": {
        "description": "Each cluster by namespace and name: DNS names of its Services, and the Secrets of its roles.",
        "value": clusters,
    } } })
}

/// Clusters that have been retired: Terraform forgets them, and says so, instead of planning to destroy them.
fn removed(valid: &Valid, addresses: &Addresses) -> Vec<Value> {
    let gone = valid.app().retired.iter().filter_map(|(id, retired)| {
        let name = id.rsplit('/').next().unwrap_or(id);
        Some(address::cluster(retired.namespace.as_ref()?.as_str(), name))
    });
    gone.filter(|address| !addresses.has(address))
        .map(|address| json!({ "from": reference(&address), "lifecycle": { "destroy": false } }))
        .collect()
}
