//! Labels of a cluster's pods.

use indexmap::IndexMap;

use crate::crds::operator_configuration::Kubernetes;

/// Label that names the cluster, unless `cluster_name_label` says otherwise.
pub const NAME_LABEL: &str = "cluster-name";

/// Key of the label that names the cluster.
pub fn name_label(kubernetes: Option<&Kubernetes>) -> &str {
    kubernetes.and_then(|section| section.cluster_name_label.as_deref()).unwrap_or(NAME_LABEL)
}

/// Labels by which a cluster's database pods are selected; the pooler's pods have another `application`
/// (`pkg/cluster/util.go:483`).
pub fn labels(cluster: &str, kubernetes: Option<&Kubernetes>) -> IndexMap<String, String> {
    let mut labels = kubernetes.and_then(|section| section.cluster_labels.clone()).unwrap_or_default();
    labels.insert(name_label(kubernetes).to_owned(), cluster.to_owned());
    labels
}

/// Keys of the labels by which pods are selected, which therefore must never change.
pub fn selector_keys(kubernetes: Option<&Kubernetes>) -> impl Iterator<Item = &str> {
    let own = kubernetes.and_then(|section| section.cluster_labels.as_ref()).into_iter().flatten();
    own.map(|(key, _)| key.as_str()).chain(["application", name_label(kubernetes)])
}
