//! For tests of apps and constructs in other repositories: render, look at objects, and hold the bytes.
//!
//! ```
//! use pgsynth::prelude::*;
//! use pgsynth::testing;
//!
//! let mut shop = Chart::new(Namespace::created("shop"));
//! shop.clusters.put("orders", Cluster::new("acme", "18", Volume::new("50Gi"), Backup::none("a test")));
//!
//! let rendered = testing::chart("shop", shop);
//! let orders = rendered.object("postgresql", "orders");
//! assert_eq!(orders["spec"]["volume"]["size"], "50Gi");
//! assert_eq!(rendered.files(), ["40-shop-orders.yaml", "00-namespaces.yaml"].map(str::to_owned).into());
//! testing::assert_deterministic(|| testing::app_of("shop", Chart::new(Namespace::existing("shop"))));
//! ```

use std::collections::BTreeSet;

use pgsynth_constructs::operator::WatchSetting;
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::values::Platform;
use pgsynth_constructs::{App, Chart, ExternalOperator, Past};
use serde::Deserialize;
use serde_yaml::Value;

use crate::synth::{Manifest, bundle};

/// What an app renders, to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered(Vec<Manifest>);

/// Renders an app.
///
/// # Panics
/// Where the app is invalid, with all that is wrong.
pub fn app(app: &App) -> Rendered {
    let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    Rendered(bundle(&valid).manifests())
}

/// An app of this chart alone, under an operator that watches everything, on no platform in particular.
pub fn app_of(id: &str, chart: Chart) -> App {
    let mut app = App::new("test", ReleaseName::NEWEST, Platform::Other);
    app.external_operator = Some(ExternalOperator::new("postgres-operator", WatchSetting::All));
    app.charts.put(id, chart);
    app
}

/// Renders one chart, in an app of its own.
///
/// # Panics
/// Where the chart is invalid, with all that is wrong.
pub fn chart(id: &str, chart: Chart) -> Rendered {
    app(&app_of(id, chart))
}

/// Holds that an app renders the same bytes each time it is composed.
///
/// # Panics
/// Where a file differs, with its name.
pub fn assert_deterministic(compose: impl Fn() -> App) {
    let first = app(&compose());
    for _ in 0..2 {
        let again = app(&compose());
        assert_eq!(first.files(), again.files(), "the files differ");
        for (one, other) in first.0.iter().zip(&again.0) {
            assert!(one == other, "`{}` differs", one.name);
        }
    }
}

impl Rendered {
    /// Names of the files.
    pub fn files(&self) -> BTreeSet<String> {
        self.0.iter().map(|file| file.name.clone()).collect()
    }

    /// The text of a file, such as for a snapshot.
    ///
    /// # Panics
    /// Where there is no such file, with those that there are.
    pub fn file(&self, name: &str) -> &str {
        let file = self.0.iter().find(|file| file.name == name);
        let file = file.unwrap_or_else(|| panic!("no file `{name}` among {:?}", self.files()));
        std::str::from_utf8(&file.bytes).expect("an output is UTF-8")
    }

    /// Every object, in the order of the files.
    pub fn objects(&self) -> Vec<Value> {
        let texts = self.0.iter().map(|file| std::str::from_utf8(&file.bytes).expect("an output is UTF-8"));
        texts
            .flat_map(|text| serde_yaml::Deserializer::from_str(text).collect::<Vec<_>>())
            .map(|document| Value::deserialize(document).expect("an output is YAML"))
            .collect()
    }

    /// The object of this kind and name.
    ///
    /// # Panics
    /// Where there is none.
    pub fn object(&self, kind: &str, name: &str) -> Value {
        let is = |object: &Value| object["kind"] == kind && object["metadata"]["name"] == name;
        self.objects().into_iter().find(is).unwrap_or_else(|| panic!("no {kind} `{name}` is rendered"))
    }
}
