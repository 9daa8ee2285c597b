//! The Secret of a store's keys, made by the External Secrets Operator.

use indexmap::IndexMap;
use serde::Serialize;

use crate::base::annotations_of;
use crate::base::{Identity, Object, Scope, Stage, construct};
use crate::crds::postgresql::Metadata;
use crate::values::{GoDuration, Name, choices};

construct! {
    /// Where the External Secrets Operator finds a store's keys. It makes the Secret in every namespace in which the store is
    /// used; removing the ExternalSecret leaves the Secret.
    ///
    /// ```
    /// use pgsynth_constructs::object_store::{ExternalSecret, RemoteKey};
    /// let key = |property: &str| RemoteKey::new("pg/backup-s3").property(property);
    /// let secret = ExternalSecret::new("vault", key("access_key"), key("secret_key"));
    /// ```
    pub struct ExternalSecret {
        /// Name of the store of secrets.
        [required] store: Name,

        /// Its kind. Default: `ClusterSecretStore`.
        [default] kind: SecretStoreKind,

        /// Where the access key's id is.
        [required] access_key: RemoteKey,

        /// Where the secret key is.
        [required] secret_key: RemoteKey,

        /// How often it is read again. Default: `1h`.
        [optional] refresh: GoDuration,
    }
}

construct! {
    /// A value in a store of secrets.
    pub struct RemoteKey {
        /// Its key.
        [required] key: String,

        /// The property of what is there. Default: the whole value.
        [optional] property: String,
    }
}

choices!(
    /// Kind of a store of secrets.
    #[derive(Default)]
    SecretStoreKind, "kind", {
        /// For every namespace.
        #[default]
        Cluster = "ClusterSecretStore",
        /// For one namespace.
        Namespaced = "SecretStore",
    }
);

impl ExternalSecret {
    /// The ExternalSecret that makes the Secret `name` in `namespace`.
    pub(super) fn object(&self, name: &str, namespace: &str, scope: &Scope) -> Object {
        let Self { store, kind, access_key, secret_key, refresh } = self;
        let identity = Identity {
            api_version: "external-secrets.io/v1".to_owned(),
            kind: "ExternalSecret".to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        };
        let annotations = annotations_of(Stage::Storage, scope, &IndexMap::new());
        let manifest = Manifest {
            api_version: "external-secrets.io/v1",
            kind: "ExternalSecret",
            metadata: Metadata {
                annotations: annotations.map(|annotations| annotations.into_iter().collect()),
                labels: Some(scope.labels().clone()),
                name: Some(name.to_owned()),
                namespace: Some(namespace.to_owned()),
                ..Metadata::default()
            },
            spec: Spec {
                refresh_policy: "Periodic",
                refresh_interval: refresh.as_ref().map_or("1h", GoDuration::as_str).to_owned(),
                secret_store_ref: StoreRef { kind: kind.as_str(), name: store.clone() },
                // `Owner` would take the Secret along when this object goes, and archiving with it.
                target: Target {
                    name: name.to_owned(),
                    creation_policy: "Orphan",
                    deletion_policy: "Retain",
                },
                data: [("AWS_ACCESS_KEY_ID", access_key), ("AWS_SECRET_ACCESS_KEY", secret_key)]
                    .map(|(secret_key, remote)| Data { secret_key, remote_ref: remote.clone() })
                    .into(),
            },
        };
        Object::new(Stage::Storage, scope, identity, manifest)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    refresh_policy: &'static str,
    refresh_interval: String,
    secret_store_ref: StoreRef,
    target: Target,
    data: Vec<Data>,
}

#[derive(Serialize)]
struct StoreRef {
    kind: &'static str,
    name: Name,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    name: String,
    creation_policy: &'static str,
    deletion_policy: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    secret_key: &'static str,
    remote_ref: RemoteKey,
}
