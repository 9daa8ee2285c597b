//! Clusters that leave the output: they keep running, and somebody has to say what becomes of them.

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::OperatorFacts;
use pgsynth_constructs::upstream::record::{ClusterKey, Record};

use crate::cli::project::Loaded;
use crate::report::Leaving;

/// The clusters of the record that the app no longer renders.
pub(super) fn gone(before: Record, valid: &Valid) -> Vec<ClusterKey> {
    before.clusters.into_keys().filter(|key| !valid.record().clusters.contains_key(key)).collect()
}

/// What becomes of a cluster that leaves the output of an app.
pub(super) fn cluster(key: &ClusterKey, valid: &Valid, apps: &[(&Loaded, &Valid)]) -> Leaving {
    let renders = |(_, app): &&(&Loaded, &Valid)| app.record().clusters.contains_key(key);
    let now = apps.iter().find(renders).map(|(loaded, _)| loaded.app.name.to_string());
    let end = if now.is_some() { vec![] } else { commands(key, valid.operator()) };
    Leaving { cluster: key.to_string(), now, end }
}

/// The commands that delete a cluster, with what the operator asks for before it does.
fn commands(key: &ClusterKey, operator: &OperatorFacts) -> Vec<String> {
    let ClusterKey { namespace, name } = key;
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
