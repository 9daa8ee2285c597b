//! Images of a cluster's pods.

use super::pods::{init_containers, sidecars};
use super::{ClusterEvidence, Report, Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule!(Warning "image-of-closed-registry", Cluster(closed_registry)),
    rule!(Warning "image-without-tag", Cluster(without_tag)),
];

/// The registry of Zalando's earlier images, which answers no more.
const CLOSED: &str = "registry.opensource.zalan.do/";

/// Images with the paths that name them.
fn images<'a>(cluster: &ClusterEvidence<'a>) -> Vec<(String, &'a str)> {
    let spec = cluster.spec();
    let pooler = spec.connection_pooler.as_ref().and_then(|pooler| pooler.docker_image.as_deref());
    let own = [("dockerImage", spec.docker_image.as_deref()), ("connectionPooler.dockerImage", pooler)];
    let own = own.into_iter().filter_map(|(path, image)| Some((path.to_owned(), image?)));
    let sidecars =
        sidecars(cluster).filter_map(|(path, of)| Some((format!("{path}.image"), of.image.as_deref()?)));
    let before = init_containers(cluster)
        .filter_map(|(path, of)| Some((format!("{path}.image"), of.image.as_deref()?)));
    own.chain(sidecars).chain(before).collect()
}

fn closed_registry(cluster: &ClusterEvidence, report: &mut Report) {
    for (path, image) in images(cluster).into_iter().filter(|(_, image)| image.starts_with(CLOSED)) {
        report
            .risky(path, "the registry was closed: only nodes that have the image already start the pod")
            .value(image)
            .help("use the image of a release, from the registry of Zalando at GitHub");
    }
}

fn without_tag(cluster: &ClusterEvidence, report: &mut Report) {
    for (path, image) in images(cluster) {
        let name = image.rsplit('/').next().unwrap_or_default();
        let tag = name.split_once(':').map(|(_, tag)| tag);
        if !image.contains('@') && matches!(tag, None | Some("latest" | "")) {
            report
                .risky(path, "each node pulls what carries the name at that time: pods of one cluster may run different versions, and a restart may bring another")
                .value(image)
                .help("write a tag with a version, or a digest");
        }
    }
}
