//! What every construct stands on: its scope, the objects it renders, and the trait for constructs of other repositories.

mod construct;
mod fields;
mod metadata;
mod object;
pub(crate) mod pod;
mod protection;
mod pulled;
mod reference;
mod scope;

pub use construct::Construct;
pub(crate) use fields::construct;
#[doc(hidden)]
pub use fields::{Emptiness, Entries, Items};
pub(crate) use metadata::{check_annotations, check_labels};
pub(crate) use object::either;
pub use object::{Body, Identity, Object, Stage};
pub use protection::PROTECTION;
pub(crate) use protection::annotations_of;
pub(crate) use pulled::Pulled;
pub(crate) use reference::unknown_reference;
pub use scope::{BackupFacts, ClusterFacts, Scope};

pub use pgsynth_upstream::behaviour::operator::{OperatorFacts, Watch};
pub use pgsynth_upstream::parallel::{each, threads};
pub use pgsynth_upstream::problems::{Code, Kind, Location, Problem, Problems};
