//! Clusters that the app had and no longer has.

use serde::{Deserialize, Serialize};

use crate::values::{Id, Label, given};

/// A cluster that is gone from the app on purpose: without this entry its absence is a problem, because applying the
/// output does not say whether the cluster, its volumes and its archive may go.
///
/// ```
/// use pgsynth_constructs::Retired;
/// let mut retired = Retired::new("moved into acme-new");
/// retired.namespace = Some("shop".parse()?);
/// # Ok::<(), pgsynth_constructs::values::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Retired {
    /// Why it is gone.
    pub reason: String,

    /// Namespace that it was in. Default: not recorded.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Label>,

    /// The last history of its archive. Default: 1.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,

    /// The policy under which its data was written, for a restore from it. Default: not recorded.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub backup: Option<Id>,
}

impl Retired {
    /// A cluster that is gone for this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), namespace: None, generation: None, backup: None }
    }
}
