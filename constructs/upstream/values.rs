//! Checked single values: whether a text is a schedule, a size or a name is decided here, once.
//!
//! A value that is wrong is refused where it is read, so that the error stands at its line and column.
//! Nothing in here knows constructs.

mod checked;
mod choices;
mod credentials;
mod described;
mod duration;
mod hash;
mod id;
mod image;
mod labels;
mod moment;
mod nearest;
mod parameter;
mod patterns;
mod platform;
mod schedule;
mod section;
mod span;
mod whole;

pub use checked::checked_text;
pub use checked::{Checked, Invalid};
pub use choices::choices;
pub use credentials::{credential_by_name, credential_in, is_credential};
pub use described::{Described, Fields, camel, either, or_number, snake};
pub use duration::GoDuration;
pub use hash::fnv1a;
pub use id::{Id, Label, LabelValue, Name, NameRule};
pub use image::{Image, Registry, image_name};
pub use labels::{check_key, check_value};
pub use moment::{Flaw, check as check_time};
pub use moment::{Moment, UtcTime};
pub use nearest::{MEANT, nearest, one_of};
pub use parameter::{Parameter, Parameters, from_number, given, number_or_text};
pub use patterns::{Cidr, Cpu, Cron, IntOrText, Memory, Quantity, Timestamp, Uuid, Window};
pub use platform::Platform;
pub use schedule::Schedule;
pub use section::{Ref, Section, SectionError};
pub use span::{Span, in_words};
pub use whole::Whole;

/// A text of which there are many and most are short: up to 23 bytes stand in place, without an allocation.
pub use smol_str::SmolStr as Text;
