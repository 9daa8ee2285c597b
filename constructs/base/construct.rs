//! The trait that other repositories implement to add constructs of their own.

use super::{Object, Problems, Scope, Stage};

/// A typed value that renders to objects.
///
/// Its objects pass the same traps, name and collision checks as those of the built-in constructs. It is not
/// reachable from YAML: `chart.add("id", construct)`.
///
/// ```
/// use k8s_openapi::api::core::v1::ConfigMap;
/// use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
/// use pgsynth_constructs::base::{Construct, Object, Problems, Scope, Stage};
///
/// struct Motd(String);
///
/// impl Construct for Motd {
///     fn stage(&self) -> Stage {
///         Stage::Chart
///     }
///
///     fn validate(&self, scope: &Scope, problems: &mut Problems) {
///         if self.0.is_empty() {
///             problems.required(scope.at("text"), "a message has words");
///         }
///     }
///
///     fn objects(&self, scope: &Scope) -> Vec<Object> {
///         let metadata = ObjectMeta {
///             name: Some("motd".to_owned()),
///             namespace: Some(scope.namespace().to_owned()),
///             ..ObjectMeta::default()
///         };
///         let data = Some([("motd".to_owned(), self.0.clone())].into());
///         vec![Object::of(self.stage(), scope, ConfigMap { metadata, data, ..ConfigMap::default() })]
///     }
/// }
/// ```
pub trait Construct: Send + Sync {
    /// When its objects are applied: [`Stage::Storage`], [`Stage::Chart`], [`Stage::Jobs`] or [`Stage::Monitoring`].
    fn stage(&self) -> Stage;

    /// Reports what is wrong, all of it.
    fn validate(&self, scope: &Scope, problems: &mut Problems);

    /// Renders the objects; called only where `validate` found no errors, and cannot fail.
    fn objects(&self, scope: &Scope) -> Vec<Object>;
}
