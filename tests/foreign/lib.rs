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
        vec![Object::of(self.stage(), scope.path(), ConfigMap { metadata, data, ..ConfigMap::default() })]
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pgsynth::constructs::{App, Past};
    use pgsynth::synth::{Manifest, synth};

    use super::*;

    fn repository() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
    }

    fn hetzner() -> App {
        let file = repository().join("tests/apps/hetzner.yaml");
        pgsynth::load::app("hetzner.yaml", &std::fs::read(file).unwrap()).unwrap()
    }

    fn rendered(app: &App) -> Vec<Manifest> {
        let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
        synth(app, &valid)
    }

    #[test]
    fn no_byte_depends_on_the_version_of_kubernetes() {
        for Manifest { name, bytes } in rendered(&hetzner()) {
            let committed = std::fs::read(repository().join("dist").join(&name)).unwrap();
            assert!(committed == bytes, "{name} differs");
        }
    }

    #[test]
    fn a_construct_of_ones_own_renders_beside_the_others() {
        let mut app = hetzner();
        let chart = app.charts.get_mut("shop").unwrap();
        chart.add("connection", Connection { cluster: "acme-orders".to_owned() }).unwrap();
        let files = rendered(&app);
        let file = files.iter().find(|file| file.name == "50-shop-connection.yaml").unwrap();
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        assert!(text.contains("host: acme-orders.shop.svc.cluster.local"), "{text}");
        assert!(text.contains("secret: shop.acme-orders.credentials.postgresql.acid.zalan.do"), "{text}");
    }

    #[test]
    fn its_problems_and_collisions_are_found_like_all_others() {
        let mut app = hetzner();
        let chart = app.charts.get_mut("shop").unwrap();
        chart.add("connection", Connection { cluster: "acme-ordrs".to_owned() }).unwrap();
        let problems = app.validate(&Past::default()).unwrap_err();
        assert_eq!(problems.errors[0].path, "charts.shop.connection.cluster");

        let mut app = hetzner();
        let chart = app.charts.get_mut("shop").unwrap();
        chart.add("one", Connection { cluster: "acme-orders".to_owned() }).unwrap();
        chart.add("two", Connection { cluster: "acme-orders".to_owned() }).unwrap();
        let problems = app.validate(&Past::default()).unwrap_err();
        assert!(problems.errors[0].message.contains("`charts.shop.one` renders ConfigMap"), "{problems}");
    }
}
