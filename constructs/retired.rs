//! Clusters that the app had and no longer has.

use crate::base::construct;

use crate::archive::Generation;
use crate::values::{Id, Label};

construct! {
    /// A cluster that is gone from the app on purpose: without this entry its absence is a problem, because applying the
    /// output does not say whether the cluster, its volumes and its archive may go.
    ///
    /// ```
    /// use pgsynth_constructs::Retired;
    /// let retired = Retired::new("moved into acme-new").namespace("shop");
    /// ```
    pub struct Retired {
        /// Why it is gone.
        [required] reason: String,

        /// Namespace that it was in. Default: not recorded.
        [optional] namespace: Label,

        /// The last history of its archive, 1 to 999. Default: 1.
        [optional] generation: Generation,

        /// The policy under which its data was written, for a restore from it. Default: not recorded.
        [optional] backup: Id,
    }
}
