//! Infrastructure of somebody else's: an app from a crate of theirs, with a construct of their own.

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pgsynth::constructs::base::{Construct, Object, Problems, Scope, Stage};

/// Where an application finds its database, as a ConfigMap.
pub struct Connection {
    /// Id of the cluster, in the same chart.
    pub cluster: String,
}

impl Construct for Connection {
    fn stage(&self) -> Stage {
        Stage::Jobs
    }

    fn validate(&self, scope: &Scope, problems: &mut Problems) {
        if scope.cluster(&self.cluster).is_none() {
            problems.invalid(scope.at("cluster"), &self.cluster, "must be a cluster of the chart");
        }
    }

    fn objects(&self, scope: &Scope) -> Vec<Object> {
        let Some(facts) = scope.cluster(&self.cluster) else { return vec![] };
        let metadata = ObjectMeta {
            name: Some(format!("{}-connection", self.cluster)),
            namespace: Some(scope.namespace().to_owned()),
            ..ObjectMeta::default()
        };
        let data = [("host", facts.dns(&facts.primary_service())), ("secret", facts.secret("shop"))];
        let data = Some(data.map(|(key, value)| (key.to_owned(), value)).into());
        vec![Object::of(self.stage(), scope, ConfigMap { metadata, data, ..ConfigMap::default() })]
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pgsynth::constructs::crds::postgresql::Postgresql;
    use pgsynth::constructs::upstream::release::{OperatorVersion, Versions};
    use pgsynth::constructs::{App, Past};
    use pgsynth::rules::{self, ClusterEvidence, Evidence, Subject};
    use pgsynth::synth::{Manifest, bundle};
    use pgsynth::testing;

    use super::*;

    fn repository() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
    }

    fn hetzner() -> App {
        let file = repository().join("tests/apps/hetzner.yaml");
        pgsynth::load::app("hetzner.yaml", &std::fs::read(file).unwrap()).unwrap()
    }

    fn with_connections(connections: &[(&str, &str)]) -> App {
        let mut app = hetzner();
        let chart = app.charts.get_mut("shop").unwrap();
        chart.labels.insert("example.org/cost".parse().unwrap(), "shop".parse().unwrap());
        for (id, cluster) in connections {
            chart.add(id, Connection { cluster: (*cluster).to_owned() }).unwrap();
        }
        app
    }

    #[test]
    fn no_byte_depends_on_the_version_of_kubernetes() {
        let app = hetzner();
        let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
        for Manifest { name, bytes } in bundle(&valid).manifests() {
            let committed = std::fs::read(repository().join("dist").join(&name)).unwrap();
            assert!(committed == bytes, "{name} differs");
        }
    }

    #[test]
    fn a_construct_of_another_repository_renders_beside_the_others() {
        let rendered = testing::app(&with_connections(&[("connection", "acme-orders")]));
        let text = rendered.file("50-shop-connection.yaml");
        assert!(text.contains("host: acme-orders.shop.svc.cluster.local"), "{text}");
        assert!(text.contains("secret: shop.acme-orders.credentials.postgresql.acid.zalan.do"), "{text}");
        let object = rendered.object("ConfigMap", "acme-orders-connection");
        assert_eq!(object["metadata"]["labels"]["example.org/cost"], "shop", "the chart's labels");
    }

    #[test]
    fn its_problems_and_collisions_are_found_like_all_others() {
        let problems = with_connections(&[("connection", "acme-ordrs")]).validate(&Past::default()).unwrap_err();
        assert_eq!(problems.errors[0].path, "charts.shop.connection.cluster");

        let twice = with_connections(&[("one", "acme-orders"), ("two", "acme-orders")]);
        let problems = twice.validate(&Past::default()).unwrap_err();
        assert_eq!(problems.errors[0].path, "charts.shop.two", "{problems}");
        assert!(problems.errors[0].message.contains("`charts.shop.one`"), "{problems}");
    }

    #[test]
    fn the_rules_answer_about_a_manifest_without_any_app() {
        let manifest = "
            metadata: {name: acme-orders, namespace: shop}
            spec:
              teamId: acme
              numberOfInstances: 1
              postgresql: {version: '18'}
              volume: {size: 50Gi}
              users: {shop: []}
              databases: {shop: shpo}
              clone: {cluster: old, timestamp: '2026-11-24T10:00:00+00:00'}";
        let resource: Postgresql = serde_yaml::from_str(manifest).unwrap();
        let evidence = Evidence { clusters: vec![ClusterEvidence::of(&resource)], ..Evidence::default() };
        let versions = Versions { operator: OperatorVersion(2, 0, 1), postgres: &["18"] };
        let findings = rules::check(&evidence, &versions);
        let clone = findings.found.iter().find(|finding| finding.problem.code.is("clone-without-uid"));
        let clone = clone.unwrap_or_else(|| panic!("{findings:?}"));
        assert_eq!(clone.subject, Subject::Cluster(0));
        assert_eq!(clone.problem.path, "clone.uid");
        // Who may own a database is a question to the operator as well, and no operator is given.
        let owner = findings.undecided.iter().find(|undecided| undecided.code.is("unknown-owner")).unwrap();
        assert!(owner.why.contains("operator"), "{owner:?}");
    }
}
