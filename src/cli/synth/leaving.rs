//! Clusters that leave the output: they keep running, and somebody has to say what becomes of them.

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::OperatorFacts;
use pgsynth_constructs::upstream::record::{ClusterKey, Record};

/// What to do about the clusters of the record that the app no longer renders; nothing where there are none.
pub(super) fn words(before: &Record, valid: &Valid) -> Option<String> {
    let gone = before.clusters.keys().filter(|key| !valid.record().clusters.contains_key(*key));
    let words: String = gone.map(|key| of_cluster(key, valid.operator())).collect();
    (!words.is_empty()).then_some(words)
}

fn of_cluster(key: &ClusterKey, operator: &OperatorFacts) -> String {
    let ClusterKey { namespace, name } = key;
    let kubernetes = operator.kubernetes();
    let set = |key: Option<&String>| key.filter(|key| !key.is_empty()).cloned();
    let by_name = set(kubernetes.and_then(|section| section.delete_annotation_name_key.as_ref()));
    let by_date = set(kubernetes.and_then(|section| section.delete_annotation_date_key.as_ref()));
    let mut annotations: Vec<String> = vec![];
    annotations.extend(by_date.map(|key| format!("{key}=$(date -u +%Y-%m-%d)")));
    annotations.extend(by_name.map(|key| format!("{key}={name}")));
    let annotate = match annotations.is_empty() {
        true => String::new(),
        false => format!(
            "\n    kubectl -n {namespace} annotate postgresql {name} --overwrite {}",
            annotations.join(" ")
        ),
    };
    format!(
        "cluster `{key}` leaves the output and keeps running. To delete it:{annotate}\n    kubectl -n {namespace} delete postgresql {name}\n  to keep it, do nothing: nothing renders or deletes it any more\n"
    )
}
