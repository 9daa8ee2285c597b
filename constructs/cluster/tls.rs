//! PostgreSQL's certificate.

use crate::base::construct;

use crate::crds::postgresql as acid;
use crate::values::Label;

construct! {
    /// PostgreSQL's certificate, from a Secret in the cluster's namespace, such as cert-manager makes.
    pub struct Tls {
        /// The Secret. A name without dots: it becomes the name of a volume.
        [required] secret: Label,

        /// Key with the certificate. Default: `tls.crt`.
        [optional] certificate: String,

        /// Key with the private key. Default: `tls.key`.
        [optional] private_key: String,

        /// Key with the CA that clients are checked by. Default: none.
        [optional] ca: String,

        /// The Secret with the CA, if it is another. Default: `secret`.
        [optional] ca_secret: Label,
    }
}

impl Tls {
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
