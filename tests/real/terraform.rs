//! The module of `synth --to terraform`, by Terraform itself: it reads every file, each body is the document of the output byte
//! for byte, and with stand-ins for the provider's resources order and protection are what they should be.
//!
//! No provider is needed: none can be had without a registry.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::Past;
use pgsynth::deliver::terraform::module;
use pgsynth::{load, synth};
use serde_json::{Map, Value, json};

use super::parts::{bench, get};

pub fn trials() -> Vec<Trial> {
    vec![
        bench(&["terraform"], "terraform::bodies_are_the_documents_of_the_output", bodies),
        bench(&["terraform"], "terraform::what_a_kept_cluster_needs_is_not_destroyed", protection),
    ]
}

/// The files of the module, and the documents of the output.
fn rendered(file: &str, change: impl Fn(String) -> String) -> Result<(Vec<Value>, Vec<String>), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps").join(file);
    let app = load::app(file, change(fs::read_to_string(path)?).as_bytes())
        .map_err(|problem| problem.to_string())?;
    let valid = app.validate(&Past::default()).map_err(|problems| problems.to_string())?;
    let module = module(&valid).map_err(|problems| format!("{problems:?}"))?;
    let files: Result<_, _> =
        module.manifests().iter().map(|file| serde_json::from_slice::<Value>(&file.bytes)).collect();
    let mut documents = vec![];
    for manifest in synth::bundle(&valid).manifests() {
        let text = String::from_utf8(manifest.bytes)?;
        let (_, text) = text.split_once('\n').ok_or("no first line")?;
        documents
            .extend(text.split("\n---\n").map(|document| format!("{}\n", document.trim_end_matches('\n'))));
    }
    Ok((files?, documents))
}

fn resources(files: &[Value]) -> Map<String, Value> {
    let all = files.iter().filter_map(|file| file["resource"]["kubectl_manifest"].as_object());
    all.flat_map(Clone::clone).collect()
}

/// Runs Terraform in a folder with this one file; what it says where it fails.
fn terraform(folder: &Path, module: &Value, arguments: &[&str]) -> Result<String, Failed> {
    fs::write(folder.join("main.tf.json"), module.to_string())?;
    let output = Command::new(get("terraform"))
        .current_dir(folder)
        .env("CHECKPOINT_DISABLE", "1")
        .args(arguments)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(said),
        false => Err(format!("{said}{}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-no-color"];

fn bodies() -> Result<(), Failed> {
    for file in ["hetzner.yaml", "valid/everything.yaml"] {
        let (files, documents) = rendered(file, |text| text)?;
        let resources = resources(&files);
        let outputs: Map<_, _> = (resources.iter().enumerate())
            .map(|(index, (_, resource))| {
                (format!("body_{index}"), json!({ "value": resource["yaml_body"] }))
            })
            .collect();
        let folder = tempfile::tempdir()?;
        let only = json!({ "output": outputs });
        terraform(folder.path(), &only, &["init", "-no-color"])?;
        terraform(folder.path(), &only, &APPLY)?;
        let said: Value = serde_json::from_str(&terraform(folder.path(), &only, &["output", "-json"])?)?;
        let mut bodies: Vec<_> = (said.as_object().ok_or("no outputs")?.values())
            .map(|output| {
                format!("{}\n", output["value"].as_str().unwrap_or_default().trim_end_matches('\n'))
            })
            .collect();
        let mut documents = documents;
        bodies.sort();
        documents.sort();
        if bodies != documents {
            let other = bodies.iter().find(|body| !documents.contains(body));
            return Err(format!(
                "{} bodies, {} documents; no document is {other:?}",
                bodies.len(),
                documents.len()
            )
            .into());
        }
        // Every file is one that Terraform reads, with outputs for other modules.
        let folder = tempfile::tempdir()?;
        for (index, file) in files.iter().enumerate() {
            fs::write(folder.path().join(format!("{index}.tf.json")), file.to_string())?;
        }
        terraform(folder.path(), &json!({}), &["providers"])?;
    }
    Ok(())
}

/// The module with stand-ins that every Terraform has.
fn standing_in(files: &[Value]) -> Value {
    let rename = |text: &str| text.replace("kubectl_manifest.", "terraform_data.");
    let resources: Map<_, _> = resources(files)
        .into_iter()
        .map(|(address, resource)| {
            let mut one = json!({ "input": resource["yaml_body"] });
            for key in ["lifecycle", "depends_on"] {
                if let Some(value) = resource.get(key) {
                    one[key] = serde_json::from_str(&rename(&value.to_string())).unwrap();
                }
            }
            (address, one)
        })
        .collect();
    let mut module = json!({ "resource": { "terraform_data": resources } });
    if let Some(removed) = files.iter().find(|file| file["removed"].is_array()) {
        module["removed"] = serde_json::from_str(&rename(&removed["removed"].to_string())).unwrap();
    }
    module
}

fn protection() -> Result<(), Failed> {
    let (files, _) = rendered("hetzner.yaml", |text| text)?;
    let all = resources(&files);
    // What is needed stands in the module, and no cluster is made before the operator runs.
    let needed = |address: &str| -> Vec<String> {
        let before = all[address]["depends_on"].as_array().into_iter().flatten();
        before
            .map(|to| to.as_str().unwrap_or_default().trim_start_matches("kubectl_manifest.").to_owned())
            .collect()
    };
    for (address, _) in &all {
        if let Some(missing) = needed(address).iter().find(|needed| !all.contains_key(*needed)) {
            return Err(format!("{address} needs {missing}, which is not there").into());
        }
    }
    for wanted in ["crd_postgresqls", "namespace_shop", "deployment_postgres-operator_postgres-operator"] {
        if !needed("postgresql_shop_acme-orders").iter().any(|address| address == wanted) {
            return Err(format!("a cluster does not wait for {wanted}").into());
        }
    }
    let kept: BTreeMap<_, _> = all.iter().filter(|(_, resource)| resource["apply_only"] == true).collect();
    let stopped = kept.values().all(|resource| resource["lifecycle"]["prevent_destroy"] == true);
    if !stopped || !kept.contains_key(&"priorityclass_postgres-pod".to_owned()) && kept.len() < 10 {
        return Err(format!("kept are {:?}", kept.keys()).into());
    }

    let folder = tempfile::tempdir()?;
    let module = standing_in(&files);
    terraform(folder.path(), &module, &["init", "-no-color"])?;
    terraform(folder.path(), &module, &APPLY)?;
    let destroyed = terraform(folder.path(), &module, &["destroy", "-auto-approve", "-no-color"]);
    if !destroyed
        .is_err_and(|error| error.message().is_some_and(|text| text.contains("Instance cannot be destroyed")))
    {
        return Err("`destroy` is not refused".into());
    }
    // A cluster that is retired is forgotten, and nothing of it is destroyed by name.
    let (files, _) = rendered("hetzner.yaml", |text| {
        let at = text.find("acme-reports:").unwrap_or_default();
        let line = text[..at].rfind('\n').unwrap_or_default();
        let rest = &text[at..];
        let indent = at - line - 1;
        let end = rest.match_indices('\n').map(|(at, _)| at + 1).find(|at| {
            let next = &rest[*at..];
            next.len() - next.trim_start_matches(' ').len() <= indent && !next.starts_with('\n')
        });
        format!(
            "{}\nretired: {{shop/acme-reports: {{reason: a test, namespace: shop}}}}\n{}",
            &text[..line],
            end.map_or("", |end| &rest[end..])
        )
    })?;
    let module = standing_in(&files);
    let said = terraform(folder.path(), &module, &APPLY)?;
    let forgotten =
        said.contains("terraform_data.postgresql_shop_acme-reports will no longer be managed by Terraform");
    match forgotten && !said.contains("terraform_data.postgresql_shop_acme-reports will be destroyed") {
        true => Ok(()),
        false => Err(said.into()),
    }
}
