//! `pgsynth list`: apps, constructs and objects, the Secrets that must exist, or the backups.

mod backups;

use anyhow::Result;
use pgsynth_constructs::Valid;
use pgsynth_constructs::rules::Level;
use pgsynth_constructs::secrets::{Copied, DOCKER, SecretNeed};
use serde_json::{Value, json};
use std::fmt::Write;

use super::choice::Choice;
use super::context::{Context, Run};
use super::project::Project;
use super::{Exit, terminal};
use crate::synth;

/// List apps, constructs and objects, the Secrets that must exist, or the backups
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    choice: Choice,

    /// List the Secrets that must exist before the output is applied, with the command that makes each
    #[arg(long)]
    secrets: bool,

    /// List where each cluster's archive is, how far back it reaches, and what it costs
    #[arg(long, conflicts_with = "secrets")]
    backups: bool,

    /// Output format
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

impl Run for Arguments {
    fn run(&self, context: Context) -> Result<Exit> {
        let project = match Project::load(context)? {
            Ok(project) => project,
            Err(account) => {
                terminal::tell(&account, &[Level::Warning, Level::Error]);
                return Ok(Exit::Invalid);
            }
        };
        let chosen = project.choose(&self.choice)?;
        let mut listed = vec![];
        for loaded in chosen {
            let (_, past) = loaded.past(&project.root, &loaded.output(&project.root), &[])?;
            let mut account = loaded.account();
            let valid = loaded.validate(&past, &mut account);
            terminal::tell(&account, &[Level::Warning, Level::Error]);
            let Some(valid) = valid else { return Ok(Exit::Invalid) };
            listed.push(valid);
        }
        let text = match self.format {
            Format::Json => {
                let apps: Vec<_> = listed.iter().map(|valid| json_app(valid, self)).collect();
                format!("{:#}\n", json!({ "apps": apps }))
            }
            Format::Text => {
                let list = match (self.secrets, self.backups) {
                    (true, _) => secrets,
                    (_, true) => backups::text,
                    _ => objects,
                };
                listed.iter().map(list).collect()
            }
        };
        terminal::out(&text)?;
        Ok(Exit::Done)
    }
}

fn objects(valid: &Valid) -> String {
    let app = valid.app();
    let mut text = format!(
        "app {} (release {}, platform {}, output {})\n",
        app.name,
        app.release,
        app.platform,
        app.output_folder()
    );
    for (name, _) in valid.crds() {
        let file = synth::crd(valid, name);
        let _ = writeln!(text, "  {file}\n    CustomResourceDefinition {name}.acid.zalan.do");
    }
    let mut rows: Vec<_> = valid
        .objects()
        .iter()
        .map(|object| (object.file(), object.origin.as_str(), &object.identity))
        .collect();
    rows.sort();
    let mut before = ("", "");
    for (file, origin, identity) in rows {
        if before.0 != file {
            let _ = writeln!(text, "  {file}.yaml");
        }
        if before != (file, origin) {
            let _ = writeln!(text, "    {origin}");
        }
        let namespace =
            identity.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let _ = writeln!(text, "      {} {namespace}{}", identity.kind, identity.name);
        before = (file, origin);
    }
    text
}

fn secrets(valid: &Valid) -> String {
    let mut text = format!("app {}\n", valid.app().name);
    let needs = valid.secrets();
    if needs.is_empty() {
        text += "  no Secret needs to exist beforehand; the operator creates those of its roles\n";
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
    let SecretNeed { namespace, name, keys, used_by: _, copied } = need;
    if let Some(Copied { source }) = copied {
        // Another password would be the standby's own, and nobody's after its promotion.
        let (from, secret) = match source {
            Some((from, secret)) => (from.as_str(), secret.as_str()),
            None => ("<namespace of the source>", "<the source's Secret of this role>"),
        };
        let value = |key: &str| {
            format!(
                " --from-file={key}=<(kubectl -n {from} get secret {secret} -o jsonpath='{{.data.{key}}}' | base64 -d)"
            )
        };
        let keys: String = keys.iter().map(|key| value(key)).collect();
        return format!("kubectl -n {namespace} create secret generic {name}{keys}");
    }
    if keys.contains("tls.key") && keys.contains("tls.crt") && keys.len() == 2 {
        return format!("kubectl -n {namespace} create secret tls {name} --cert=tls.crt --key=tls.key");
    }
    if keys.contains(DOCKER) && keys.len() == 1 {
        return format!(
            "kubectl -n {namespace} create secret generic {name} --type=kubernetes.io/dockerconfigjson --from-file={DOCKER}=<file>"
        );
    }
    let keys: Vec<_> = keys.iter().map(|key| format!(" --from-file={key}=<file>")).collect();
    let keys = if keys.is_empty() { " --from-env-file=<file>".to_owned() } else { keys.concat() };
    format!("kubectl -n {namespace} create secret generic {name}{keys}")
}

fn json_app(valid: &Valid, arguments: &Arguments) -> Value {
    let app = valid.app();
    let mut value = json!({
        "name": app.name.as_str(),
        "release": app.release.as_str(),
        "platform": app.platform.as_str(),
        "output": app.output_folder(),
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
