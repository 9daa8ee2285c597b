//! Images of a cluster's pods.

use super::pods::{init_containers, sidecars};
use super::{ClusterEvidence, OperatorEvidence, Report, Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule!(Warning "image-of-closed-registry", Cluster(closed_registry)),
    rule!(Warning "operator-image-of-closed-registry", Operator(closed_registry_of_operator)),
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

fn closed_registry_of_operator(operator: &OperatorEvidence, report: &mut Report) {
    let configuration = &operator.facts.configuration;
    let pooler =
        configuration.connection_pooler.as_ref().and_then(|of| of.connection_pooler_image.as_deref());
    let dump = configuration.logical_backup.as_ref().and_then(|of| of.logical_backup_docker_image.as_deref());
    let sidecars = configuration.sidecar_docker_images.iter().flatten();
    let images = [
        ("docker_image", configuration.docker_image.as_deref()),
        ("connection_pooler.connection_pooler_image", pooler),
        ("logical_backup.logical_backup_docker_image", dump),
    ];
    let own = images.into_iter().filter_map(|(path, image)| Some((path.to_owned(), image?)));
    let all =
        own.chain(sidecars.map(|(name, image)| (format!("sidecar_docker_images.{name}"), image.as_str())));
    for (path, image) in all.filter(|(_, image)| image.starts_with(CLOSED)) {
        report
            .risky(
                path,
                "the registry was closed: only nodes that have the image already start a pod with it",
            )
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
