//! The data volume of each instance.

use serde::{Deserialize, Serialize};

use crate::base::Scope;
use crate::crds::postgresql as acid;
use crate::crds::scheduling::LabelSelector;
use crate::values::{Memory, Name, given};

/// The data volume of each instance: data, WAL and temporary files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Volume {
    /// Size, such as `50Gi`. It grows by whole GiB where the class allows it, and never shrinks.
    pub size: Memory,

    /// StorageClass. Existing volumes keep theirs. Default: the platform's.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub class: Option<Name>,

    /// Folder of the volume instead of its root. Default: the root.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sub_path: Option<String>,

    /// Labels that the volume must have. Default: none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

impl Volume {
    /// A volume of this size and the platform's class.
    pub fn new(size: Memory) -> Self {
        Self { size, class: None, sub_path: None, selector: None }
    }

    /// A volume of this size and class.
    pub fn of_class(size: Memory, class: Name) -> Self {
        Self { class: Some(class), ..Self::new(size) }
    }

    pub(super) fn render(&self, scope: &Scope) -> acid::Volume {
        let Self { size, class, sub_path, selector } = self;
        let class = class
            .as_ref()
            .map(Name::as_str)
            .or_else(|| (scope.release().pods.storage_class)(scope.platform()));
        acid::Volume {
            size: Some(size.clone()),
            storage_class: class.map(str::to_owned),
            sub_path: sub_path.clone(),
            selector: selector.clone(),
            ..acid::Volume::default()
        }
    }
}
