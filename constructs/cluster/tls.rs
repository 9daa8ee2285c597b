//! PostgreSQL's certificate.

use serde::{Deserialize, Serialize};

use crate::crds::postgresql as acid;
use crate::values::{Label, given};

/// PostgreSQL's certificate, from a Secret in the cluster's namespace, such as cert-manager makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Tls {
    /// The Secret. A name without dots: it becomes the name of a volume.
    pub secret: Label,

    /// Key with the certificate. Default: `tls.crt`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,

    /// Key with the private key. Default: `tls.key`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,

    /// Key with the CA that clients are checked by. Default: none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,

    /// The Secret with the CA, if it is another. Default: `secret`.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub ca_secret: Option<Label>,
}

impl Tls {
    /// The certificate and key of this Secret.
    pub fn new(secret: Label) -> Self {
        Self { secret, certificate: None, private_key: None, ca: None, ca_secret: None }
    }

    pub(super) fn render(&self) -> acid::Tls {
        let Self { secret, certificate, private_key, ca, ca_secret } = self;
        acid::Tls {
            ca_file: ca.clone(),
            ca_secret_name: ca_secret.as_ref().map(Label::to_string),
            certificate_file: certificate.clone(),
            private_key_file: private_key.clone(),
            secret_name: Some(secret.to_string()),
        }
    }
}
