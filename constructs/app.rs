//! The app: the root of everything that is rendered.

mod accept;
mod access;
mod archives;
mod chart;
mod collisions;
mod entry;
mod evidence;
mod fixed;
mod look;
mod monitoring;
mod named;
mod resolve;
mod unread;
mod valid;
mod validate;

pub use valid::{Past, Valid};

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::backup_policy::BackupPolicy;
use crate::base::{Problem, Problems, construct};
use crate::chart::Chart;
use crate::delivery::Delivery;
use crate::external_operator::ExternalOperator;
use crate::monitoring::MonitoringStack;
use crate::object_store::ObjectStore;

use crate::images::Images;
use crate::release::ReleaseName;
use crate::retired::Retired;
use crate::values::{Id, Platform, Section, choices};

construct! {
    /// The root of everything that is rendered: stores, backup policies and charts, and the operator that they run under.
    ///
    /// ```
    /// use pgsynth_constructs::operator::{Operator, WatchSetting};
    /// use pgsynth_constructs::release::ReleaseName;
    /// use pgsynth_constructs::values::Platform;
    /// use pgsynth_constructs::{App, Backup, Chart, Cluster, Namespace, Volume};
    ///
    /// let operator =
    ///     Chart::new(Namespace::created("postgres-operator")).operator(Operator::new(WatchSetting::All));
    /// let orders = Cluster::new("acme", "18", Volume::new("50Gi"), Backup::none("an example"));
    /// let shop = Chart::new(Namespace::created("shop")).clusters("orders", orders);
    /// let app = App::new("shop", ReleaseName::R2026_11, Platform::Hetzner)
    ///     .charts("operator", operator)
    ///     .charts("shop", shop);
    ///
    /// let valid = app.validate(&Default::default())?;
    /// assert!(valid.objects().iter().any(|object| object.identity.kind == "postgresql"));
    /// # Ok::<(), pgsynth_constructs::base::Problems>(())
    /// ```
    ///
    /// What cannot be read is reported by its path, all at once:
    ///
    /// ```
    /// # use pgsynth_constructs::operator::WatchSetting;
    /// # use pgsynth_constructs::release::ReleaseName;
    /// # use pgsynth_constructs::values::Platform;
    /// # use pgsynth_constructs::{App, Backup, Chart, Cluster, ExternalOperator, Namespace, Volume};
    /// let orders = Cluster::new("acme", "eighteen", Volume::new("50GB of it"), Backup::none("an example"));
    /// let app = App::new("shop", ReleaseName::R2026_11, Platform::Other)
    ///     .external_operator(ExternalOperator::new("postgres-operator", WatchSetting::All))
    ///     .charts("shop", Chart::new("shop").clusters("orders", orders));
    /// let problems = app.validate(&Default::default()).unwrap_err();
    /// assert_eq!(problems.errors[0].path, "charts.shop.clusters.orders.postgres");
    /// assert_eq!(problems.errors[1].path, "charts.shop.clusters.orders.volume.size");
    /// ```
    pub struct App {
        /// Schema of the file: `v1`. Required in a file.
        [fixed] pgsynth: FileVersion,

        /// Name of the app.
        [required] name: Id,

        /// Versions and defaults of everything that reaches a pod, such as `"2026.11"`.
        [required] release: ReleaseName,

        /// What the Kubernetes cluster runs on.
        [required] platform: Platform,

        /// Anchors for YAML's own reuse; nothing reads this.
        [read] templates: Templates,

        /// Folder of the output, below the project. Default: `dist`.
        [optional] output: OutputFolder,

        /// Former name of the app, whose output folder it takes over. Default: none.
        [optional] renamed_from: Id,

        /// Whether namespaces, StorageClasses and clusters carry the annotations that keep Argo CD and Flux from deleting
        /// them. Default: true; `false` for apps whose data may be lost.
        [or yes "yes"] protect: bool,

        /// Where images come from. Default: the release's own places.
        [default] images: Images,

        /// The operator that the app runs under, where no chart renders it. Default: none.
        [optional] external_operator: ExternalOperator,

        /// Object stores by id, for backups. Default: none.
        [map] stores: Section<ObjectStore>,

        /// Backup policies by id. Default: none.
        [map] backups: Section<BackupPolicy>,

        /// What collects and shows the figures of clusters with `monitoring`. Default: the Prometheus Operator and Grafana's
        /// sidecar.
        [default] monitoring: MonitoringStack,

        /// Who applies the output, where it is not a person with kubectl. Default: nobody else.
        [default] delivery: Delivery,

        /// Charts by id.
        [map] charts: Section<Chart>,

        /// Clusters that are gone on purpose, by `<chart>/<cluster>`. Default: none.
        [map] retired: IndexMap<String, Retired>,

        /// Warnings that are wanted anywhere in the app, by id, with the reason. Default: none.
        [map] accept: IndexMap<String, String>,
    }
}

choices!(
    /// Schema of an app file.
    #[derive(Default)]
    FileVersion, "schema of the file", {
        /// The first.
        #[default]
        V1 = "v1",
    }
);

/// A place for anchors. It is read over and never written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Templates;

impl<'de> Deserialize<'de> for Templates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl Serialize for Templates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

crate::values::checked_text!(
    /// A folder below the project: names joined by `/`, without `..` and not absolute.
    OutputFolder, "folder", |text| {
        let fits = !text.is_empty()
            && !text.contains('\\')
            && text.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains(|letter: char| letter.is_control() || letter == ':'));
        // The project's own folders: what is rendered there would be read as apps, or spoil the history.
        let taken = matches!(text.split('/').next(), Some("apps" | "src" | ".git"));
        (fits && !taken).then_some(()).ok_or_else(|| "expected a folder below the project, such as `dist`, without `..` and outside `apps`, `src` and `.git`".to_owned())
    }
);

fn yes() -> bool {
    true
}

impl App {
    /// Folder of the output, below the project.
    pub fn output_folder(&self) -> &str {
        self.output.as_ref().map_or("dist", OutputFolder::as_str)
    }

    /// Checks everything and renders the objects: all problems at once, or an app that can be synthesized.
    ///
    /// # Errors
    /// All that is wrong, each with its path; warnings among them.
    pub fn validate(&self, past: &Past) -> Result<Valid<'_>, Problems> {
        validate::validate(self, past)
    }
}

/// An app that was composed without anything that could fail.
impl From<App> for Result<App, Problem> {
    fn from(app: App) -> Self {
        Ok(app)
    }
}
