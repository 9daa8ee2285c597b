//! Environment of containers.

use super::{NamedItem, QuantityOrNumber, mirror};
use crate::values::Text;

mirror! {
    /// One variable of a container: a value, or where it comes from.
    pub struct EnvVar {
        /// Name of the variable; Spilo's names are upper case, and the operator compares without regard to case.
        [required] name: Text,
        /// Literal value; `$(NAME)` is replaced by a variable that stands before it.
        value: Text,
        /// Source of the value, instead of `value`.
        value_from as "valueFrom": Box<EnvVarSource>,
    }
}

impl NamedItem for EnvVar {
    fn name(&self) -> &str {
        &self.name
    }
}

impl EnvVar {
    /// A variable with a literal value.
    pub fn new(name: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self { name: name.into(), value: Some(value.into()), value_from: None }
    }

    /// A variable from a key of a Secret in the pod's namespace.
    pub fn from_secret(name: impl Into<Text>, secret: impl Into<Text>, key: impl Into<Text>) -> Self {
        let reference = KeySelector { key: key.into(), name: Some(secret.into()), optional: None };
        let source = Box::new(EnvVarSource { secret_key_ref: Some(reference), ..EnvVarSource::default() });
        Self { name: name.into(), value: None, value_from: Some(source) }
    }
}

mirror! {
    /// Where a variable's value comes from; exactly one of the fields.
    pub struct EnvVarSource {
        /// A key of a ConfigMap in the pod's namespace.
        config_map_key_ref as "configMapKeyRef": Box<KeySelector>,
        /// A field of the pod.
        field_ref as "fieldRef": Box<FieldSelector>,
        /// A key of a file in a volume.
        file_key_ref as "fileKeyRef": Box<FileKeySelector>,
        /// A resource of a container.
        resource_field_ref as "resourceFieldRef": Box<ResourceFieldSelector>,
        /// A key of a Secret in the pod's namespace.
        secret_key_ref as "secretKeyRef": KeySelector,
    }
}

mirror! {
    /// A key of a ConfigMap or a Secret.
    pub struct KeySelector => atomic_map() {
        /// The key.
        [required] key: Text,
        /// Name of the object.
        name: Text => defaulted(""),
        /// Whether the pod starts without it. Default: false.
        optional: bool,
    }
}

mirror! {
    /// A field of the pod, such as `metadata.name`.
    pub struct FieldSelector => atomic_map() {
        /// Version of the path's schema. Default: `v1`.
        api_version as "apiVersion": String,
        /// Path of the field.
        [required] field_path as "fieldPath": String,
    }
}

mirror! {
    /// A key of an environment file in a volume.
    pub struct FileKeySelector => atomic_map() {
        /// The key.
        [required] key: String,
        /// Whether the container starts without it. Default: false.
        optional: bool => defaulted(false),
        /// Path of the file in the volume.
        [required] path: String,
        /// Name of the volume.
        [required] volume_name as "volumeName": String,
    }
}

mirror! {
    /// A resource of a container, such as `limits.memory`.
    pub struct ResourceFieldSelector => atomic_map() {
        /// Name of the container. Default: the one that the variable is for.
        container_name as "containerName": String,
        /// Unit of the value. Default: `1`.
        divisor: QuantityOrNumber,
        /// The resource.
        [required] resource: String,
    }
}

mirror! {
    /// All keys of a ConfigMap or a Secret as variables; the lowest precedence that there is.
    pub struct EnvFromSource {
        /// The ConfigMap.
        config_map_ref as "configMapRef": ObjectReference,
        /// Text before every name.
        prefix: String,
        /// The Secret.
        secret_ref as "secretRef": ObjectReference,
    }
}

mirror! {
    /// A ConfigMap or Secret in the pod's namespace.
    pub struct ObjectReference => atomic_map() {
        /// Name of the object.
        name: String => defaulted(""),
        /// Whether the pod starts without it. Default: false.
        optional: bool,
    }
}
