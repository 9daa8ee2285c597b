//! What every construct stands on: problems with their paths, the scope of a construct, and the objects it renders.

mod construct;
mod object;
mod parallel;
pub(crate) mod pod;
mod problems;
mod scope;

pub use construct::Construct;
pub(crate) use object::either;
pub use object::{Body, Identity, Object, Stage};
pub use parallel::{each, threads};
pub use problems::{Location, Problem, Problems};
pub use scope::{BackupFacts, ClusterFacts, OperatorFacts, Scope, Watch};
