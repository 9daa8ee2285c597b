//! The certificate of a cluster.

use crate::crds::mirror;

mirror! {
    /// PostgreSQL's certificate, from a Secret. The key is readable only with `spiloFSGroup: 103`.
    pub struct Tls {
        /// File of the CA. Default: none.
        ca_file as "caFile": String,
        /// Secret of the CA, if it is another; needs `caFile`.
        ca_secret_name as "caSecretName": String,
        /// File of the certificate. Default: `tls.crt`.
        certificate_file as "certificateFile": String,
        /// File of the key. Default: `tls.key`.
        private_key_file as "privateKeyFile": String,
        /// Name of the Secret; an empty one turns the section off.
        [demanded] secret_name as "secretName": String,
    }
}
