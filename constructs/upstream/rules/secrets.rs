//! Credentials that stand where everybody reads them.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::crds::env::EnvVar;
use crate::problems::Problem;
use crate::values::{credential_by_name, credential_in};

pub(super) const RULES: &[Rule] = &[rule!(Warning "secret-in-plain-text", Cluster(in_plain_text))];

fn in_plain_text(cluster: &ClusterEvidence, report: &mut Report) {
    let spec = cluster.spec();
    variables(spec.env.iter().flat_map(|list| list.iter()), "env", report);
    for (index, sidecar) in spec.sidecars.iter().flat_map(|list| list.iter()).enumerate() {
        let path = format!("sidecars.{index}");
        variables(sidecar.env.iter().flat_map(|list| list.iter()), &format!("{path}.env"), report);
        words(sidecar.command.as_deref(), &format!("{path}.command"), report);
    }
    for (index, container) in spec.init_containers.iter().flat_map(|list| list.iter()).enumerate() {
        let path = format!("initContainers.{index}");
        variables(container.env.iter().flat_map(|list| list.iter()), &format!("{path}.env"), report);
        words(container.command.as_deref(), &format!("{path}.command"), report);
        words(container.args.as_deref(), &format!("{path}.args"), report);
    }
    let parameters = spec.postgresql.as_ref().and_then(|settings| settings.parameters.as_ref());
    for (name, value) in parameters.into_iter().flatten() {
        if let Some(what) = credential_in(value.as_str()) {
            tell(format!("postgresql.parameters.{name}"), what, report)
                .help("leave it out; PostgreSQL shows its settings to every role that may read them");
        }
    }
    for (field, map) in [
        ("podAnnotations", &spec.pod_annotations),
        ("serviceAnnotations", &spec.service_annotations),
        ("masterServiceAnnotations", &spec.master_service_annotations),
        ("replicaServiceAnnotations", &spec.replica_service_annotations),
    ] {
        for (key, value) in map.iter().flatten() {
            if let Some(what) = credential_in(value) {
                tell(format!("{field}.{key}"), what, report);
            }
        }
    }
}

fn tell<'a>(path: String, what: &str, report: &'a mut Report<'_>) -> &'a mut Problem {
    report.risky(
        path,
        format!("it looks like {what}, and stands in the output, in the `postgresql` object and in the pod"),
    )
}

fn variables<'a>(list: impl Iterator<Item = &'a EnvVar>, path: &str, report: &mut Report) {
    for (index, variable) in list.enumerate() {
        let Some(value) = variable.value.as_deref() else { continue };
        let by_name =
            || credential_by_name(&variable.name, value).then_some("a credential, by the variable's name");
        if let Some(what) = credential_in(value).or_else(by_name) {
            let name = &variable.name;
            tell(format!("{path}.{index}"), what, report).help(format!(
                "write `{{name: {name}, valueFrom: {{secretKeyRef: {{name: <secret>, key: {name}}}}}}}`"
            ));
        }
    }
}

fn words(words: Option<&[String]>, path: &str, report: &mut Report) {
    for (index, word) in words.unwrap_or_default().iter().enumerate() {
        if let Some(what) = credential_in(word) {
            tell(format!("{path}.{index}"), what, report)
                .help("read it from a variable that a Secret gives: `$(NAME)`");
        }
    }
}
