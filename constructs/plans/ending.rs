//! Ending a cluster on purpose: what the operator asks for before it deletes one.

use crate::base::OperatorFacts;

/// The commands that delete a cluster.
pub fn commands(namespace: &str, name: &str, operator: &OperatorFacts) -> Vec<String> {
    let kubernetes = operator.kubernetes();
    let set = |key: Option<&String>| key.filter(|key| !key.is_empty()).cloned();
    let by_name = set(kubernetes.and_then(|section| section.delete_annotation_name_key.as_ref()));
    let by_date = set(kubernetes.and_then(|section| section.delete_annotation_date_key.as_ref()));
    let mut annotations: Vec<String> = vec![];
    annotations.extend(by_date.map(|key| format!("{key}=$(date -u +%Y-%m-%d)")));
    annotations.extend(by_name.map(|key| format!("{key}={name}")));
    let mut commands = vec![];
    if !annotations.is_empty() {
        let annotations = annotations.join(" ");
        commands.push(format!("kubectl -n {namespace} annotate postgresql {name} --overwrite {annotations}"));
    }
    commands.push(format!("kubectl -n {namespace} delete postgresql {name}"));
    commands
}
