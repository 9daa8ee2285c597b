//! The data volume of each instance.

use crate::base::construct;

use crate::base::Scope;
use crate::crds::postgresql as acid;
use crate::crds::scheduling::LabelSelector;
use crate::values::{Memory, Name};

construct! {
    /// The data volume of each instance: data, WAL and temporary files.
    pub struct Volume {
        /// Size, such as `50Gi`. It grows by whole GiB where the class allows it, and never shrinks.
        [required] size: Memory,

        /// StorageClass. Existing volumes keep theirs. Default: the platform's.
        [optional] class: Name,

        /// Folder of the volume instead of its root. Default: the root.
        [optional] sub_path: String,

        /// Labels that the volume must have. Default: none.
        [optional] selector: LabelSelector,
    }
}

impl Volume {
    /// A volume of this size and class.
    pub fn of_class(size: impl Into<Memory>, class: impl Into<Name>) -> Self {
        Self::new(size).class(class)
    }

    /// As it is asked for; an adopted cluster has no class but its own.
    pub(super) fn render(&self, adopted: bool, scope: &Scope) -> acid::Volume {
        let Self { size, class, sub_path, selector } = self;
        let platform = || (scope.release().pods.storage_class)(scope.platform());
        let class = class.as_ref().map(Name::as_str).or_else(|| platform().filter(|_| !adopted));
        acid::Volume {
            size: Some(size.clone()),
            storage_class: class.map(str::to_owned),
            sub_path: sub_path.clone(),
            selector: selector.clone(),
            ..acid::Volume::default()
        }
    }
}
