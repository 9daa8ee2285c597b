//! Checked single values: whether a text is a schedule, a size or a name is decided here, once.
//!
//! A value that is wrong is refused where it is read, so that the error stands at its line and column.
//! Nothing in here knows constructs.

mod checked;
mod choices;
mod duration;
mod id;
mod nearest;
mod parameter;
mod patterns;
mod section;

pub use checked::Invalid;
pub(crate) use checked::checked_text;
pub(crate) use choices::choices;
pub use duration::GoDuration;
pub use id::{Id, Label, LabelValue, Name, NameRule};
pub use nearest::{nearest, one_of};
pub use parameter::{Parameter, Parameters, from_number, given, number_or_text};
pub use patterns::{Cidr, Cpu, Cron, IntOrText, Memory, Quantity, Timestamp, Uuid, Window};
pub use section::{Ref, Section, SectionError};
