//! A chart: one namespace, common labels, and the constructs in it.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::base::Construct;
use crate::cluster::Cluster;
use crate::namespace::Namespace;
use crate::operator::Operator;
use crate::raw_object::RawObject;
use crate::storage::Storage;
use crate::values::{Id, Ref, Section, SectionError, given};

/// One namespace and what is in it.
///
/// ```
/// use pgsynth_constructs::{Chart, Namespace};
/// let chart = Chart::new(Namespace::created("shop".parse()?));
/// assert!(chart.clusters.is_empty());
/// # Ok::<(), pgsynth_constructs::values::Invalid>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Chart {
    /// The namespace: a name for one that is there, `{name: shop, create: true}` for one that the app makes.
    pub namespace: Namespace,

    /// Labels of every object of the chart. Default: `app.kubernetes.io/managed-by` and `app.kubernetes.io/part-of`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub labels: IndexMap<String, String>,

    /// The operator, in one chart of the app. Default: none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,

    /// StorageClasses by name. Default: none.
    #[serde(default, skip_serializing_if = "Section::is_empty")]
    pub storage: Section<Storage>,

    /// PostgreSQL clusters by name. Default: none.
    #[serde(default, skip_serializing_if = "Section::is_empty")]
    pub clusters: Section<Cluster>,

    /// Objects of any kind, emitted as they are written. Default: none.
    #[serde(default, skip_serializing_if = "Section::is_empty")]
    pub objects: Section<RawObject>,

    #[serde(skip)]
    constructs: Added,
}

/// Constructs of other repositories, by id.
#[derive(Clone, Default)]
pub(crate) struct Added(Section<Arc<dyn Construct>>);

impl fmt::Debug for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id.as_str())).finish()
    }
}

impl Chart {
    /// An empty chart in this namespace.
    pub fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            labels: IndexMap::new(),
            operator: None,
            storage: Section::default(),
            clusters: Section::default(),
            objects: Section::default(),
            constructs: Added::default(),
        }
    }

    /// Adds a construct of another repository.
    ///
    /// # Errors
    /// Where the id is ill-formed or taken.
    pub fn add(
        &mut self,
        id: &str,
        construct: impl Construct + 'static,
    ) -> Result<Ref<Arc<dyn Construct>>, SectionError> {
        self.constructs.0.add(id, Arc::new(construct))
    }

    /// Constructs of other repositories.
    pub(crate) fn added(&self) -> impl Iterator<Item = (&Id, &Arc<dyn Construct>)> {
        self.constructs.0.iter()
    }
}
