//! `pgsynth list`: apps, constructs and objects, the Secrets that must exist, or the backups.

mod backups;

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use pgsynth_constructs::base::Problem;
use pgsynth_constructs::secrets::SecretNeed;
use pgsynth_constructs::{App, Valid};
use serde_json::{Value, json};

use super::Exit;
use super::project::{Loaded, Project};
use super::terminal;

/// List apps, constructs and objects, the Secrets that must exist, or the backups
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// List this app only (repeatable)
    #[arg(long, value_name = "NAME")]
    app: Vec<String>,

    /// List the Secrets that must exist before the output is applied, with the command that makes each
    #[arg(long)]
    secrets: bool,

    /// List where each cluster's archive is, how far back it reaches, and what it costs
    #[arg(long, conflicts_with = "secrets")]
    backups: bool,

    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(super) fn run(
    arguments: &Arguments,
    project: Option<&Path>,
    apps: Vec<Result<App, Problem>>,
) -> Result<Exit> {
    let Some(mut project) = Project::load(project, apps)? else { return Ok(Exit::Invalid) };
    project.select(&arguments.app)?;
    let mut listed = vec![];
    for loaded in &project.apps {
        let Some((valid, _)) = loaded.validate(&project.root, &[])? else { return Ok(Exit::Invalid) };
        listed.push((loaded, valid));
    }
    let text = match arguments.format {
        Format::Json => {
            let apps: Vec<_> =
                listed.iter().map(|(loaded, valid)| json_app(loaded, valid, arguments)).collect();
            format!("{:#}\n", json!({ "apps": apps }))
        }
        Format::Text => {
            let list = match (arguments.secrets, arguments.backups) {
                (true, _) => secrets,
                (_, true) => backups::text,
                _ => objects,
            };
            listed.iter().map(|(loaded, valid)| list(loaded, valid)).collect()
        }
    };
    terminal::out(&text)?;
    Ok(Exit::Done)
}

fn objects(loaded: &Loaded, valid: &Valid) -> String {
    let app = &loaded.app;
    let mut text = format!(
        "app {} (release {}, platform {}, output {})\n",
        app.name,
        app.release,
        app.platform,
        app.output()
    );
    for (name, _) in valid.crds() {
        let _ = writeln!(text, "  crds/{name}.yaml\n    CustomResourceDefinition {name}.acid.zalan.do");
    }
    let mut rows: Vec<_> =
        valid.objects().iter().map(|object| (object.file(), &object.origin, &object.identity)).collect();
    rows.sort();
    let mut before = (String::new(), String::new());
    for (file, origin, identity) in rows {
        if before.0 != file {
            let _ = writeln!(text, "  {file}.yaml");
        }
        if (&before.0, &before.1) != (&file, origin) {
            let _ = writeln!(text, "    {origin}");
        }
        let namespace =
            identity.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let _ = writeln!(text, "      {} {namespace}{}", identity.kind, identity.name);
        before = (file, origin.clone());
    }
    text
}

fn secrets(loaded: &Loaded, valid: &Valid) -> String {
    let mut text = format!("app {}\n", loaded.app.name);
    let needs = valid.secrets();
    if needs.is_empty() {
        text += "  no Secret has to exist; the operator makes those of its roles\n";
    }
    for need in &needs {
        let users: Vec<_> = need.used_by.iter().map(String::as_str).collect();
        let _ = writeln!(
            text,
            "  {}/{} for {}\n    {}",
            need.namespace,
            need.name,
            users.join(", "),
            command(need)
        );
    }
    text
}

/// The command that makes a Secret; its values come from files, so that none stands in a shell's history.
fn command(need: &SecretNeed) -> String {
    let SecretNeed { namespace, name, keys, used_by: _ } = need;
    if keys.contains("tls.key") && keys.contains("tls.crt") && keys.len() == 2 {
        return format!("kubectl -n {namespace} create secret tls {name} --cert=tls.crt --key=tls.key");
    }
    let keys: Vec<_> = keys.iter().map(|key| format!(" --from-file={key}=<file>")).collect();
    let keys = if keys.is_empty() { " --from-env-file=<file>".to_owned() } else { keys.concat() };
    format!("kubectl -n {namespace} create secret generic {name}{keys}")
}

fn json_app(loaded: &Loaded, valid: &Valid, arguments: &Arguments) -> Value {
    let app = &loaded.app;
    let mut value = json!({
        "name": app.name.as_str(),
        "release": app.release.as_str(),
        "platform": app.platform.as_str(),
        "output": app.output(),
    });
    if arguments.backups {
        value["backups"] = backups::json(valid);
        return value;
    }
    if arguments.secrets {
        let needs = valid.secrets();
        let needs = needs.iter().map(|need| {
            json!({ "namespace": need.namespace, "name": need.name, "keys": need.keys, "usedBy": need.used_by, "command": command(need) })
        });
        value["secrets"] = needs.collect();
        return value;
    }
    let clusters = valid.clusters().iter().map(|(id, facts)| {
        let roles = facts.roles.iter().map(|role| json!({ "role": role, "secret": facts.secret(role) }));
        let cluster = json!({
            "id": id,
            "namespace": facts.namespace,
            "primary": facts.dns(&facts.primary_service()),
            "replicas": facts.dns(&facts.replica_service()),
            "pooler": facts.pooler_service().map(|service| facts.dns(&service)),
            "replicaPooler": facts.replica_pooler_service().map(|service| facts.dns(&service)),
            "roles": roles.collect::<Value>(),
        });
        cluster
    });
    value["clusters"] = clusters.collect();
    let mut objects: Vec<_> = valid.objects().iter().map(|object| (object.file(), object)).collect();
    objects.sort_by(|(file, object), (other_file, other)| {
        (file, &object.identity).cmp(&(other_file, &other.identity))
    });
    let objects = objects.iter().map(|(file, object)| {
        let identity = &object.identity;
        json!({
            "apiVersion": identity.api_version,
            "kind": identity.kind,
            "namespace": identity.namespace,
            "name": identity.name,
            "file": format!("{file}.yaml"),
            "construct": object.origin,
        })
    });
    value["objects"] = objects.collect();
    value
}
