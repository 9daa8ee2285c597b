//! A chart: one namespace, common labels, and the constructs in it.

use std::fmt;
use std::sync::Arc;

use crate::base::construct;
use indexmap::IndexMap;

use crate::base::Construct;
use crate::cluster::Cluster;
use crate::namespace::Namespace;
use crate::operator::Operator;
use crate::raw_object::RawObject;
use crate::storage::Storage;
use crate::values::{Id, Ref, Section, SectionError};

construct! {
    /// One namespace and what is in it.
    ///
    /// ```
    /// use pgsynth_constructs::{Chart, Namespace};
    /// let chart = Chart::new(Namespace::created("shop"));
    /// assert!(chart.clusters.is_empty());
    /// ```
    pub struct Chart {
        /// The namespace: a name for one that is there, `{name: shop, create: true}` for one that the app makes.
        [required] namespace: Namespace,

        /// Labels of every object of the chart. Default: `app.kubernetes.io/managed-by` and `app.kubernetes.io/part-of`.
        [map] labels: IndexMap<String, String>,

        /// The operator, in one chart of the app. Default: none.
        [optional] operator: Operator,

        /// StorageClasses by name. Default: none.
        [map] storage: Section<Storage>,

        /// PostgreSQL clusters by name. Default: none.
        [map] clusters: Section<Cluster>,

        /// Objects of any kind, emitted as they are written. Default: none.
        [map] objects: Section<RawObject>,

        /// Constructs of other repositories.
        [hidden] constructs: Added,
    }
}

/// Constructs of other repositories, by id.
#[derive(Clone, Default)]
pub struct Added(Section<Arc<dyn Construct>>);

/// The same constructs, not only alike ones.
impl PartialEq for Added {
    fn eq(&self, other: &Self) -> bool {
        let both = self.0.iter().zip(other.0.iter());
        self.0.len() == other.0.len()
            && both
                .into_iter()
                .all(|((id, one), (other_id, other))| id == other_id && Arc::ptr_eq(one, other))
    }
}

impl fmt::Debug for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id.as_str())).finish()
    }
}

impl Chart {
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
