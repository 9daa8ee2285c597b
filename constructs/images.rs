//! Where images come from: the release's own places, a mirror, or one given singly.

use crate::base::{Pulled, construct};
use crate::release;
use crate::values::{Image, Name, Registry};

construct! {
    /// Where the images of a release come from. Their versions stay the release's unless one is given singly.
    ///
    /// ```
    /// use pgsynth_constructs::Images;
    /// let images = Images::default().registry("mirror.example.org/ghcr").pull_secrets("registry-key");
    /// ```
    ///
    /// ```yaml
    /// images: {registry: mirror.example.org/ghcr, pullSecrets: [registry-key]}
    /// ```
    pub struct Images {
        /// Registry in the place of those of the release; paths, tags and digests stay. Default: the release's.
        [optional] registry: Registry,

        /// Secrets with the keys of the registry, in every namespace in which pods run. Default: none.
        [list] pull_secrets: Vec<Name>,

        /// The operator. Default: the release's.
        [optional] operator: Image,

        /// PostgreSQL's pods; a cluster may have another by `spec: {dockerImage: ...}`. Default: the release's.
        [optional] spilo: Image,

        /// Connection poolers. Default: the release's.
        [optional] pooler: Image,

        /// Dumps. Default: the release's.
        [optional] logical_backup: Image,

        /// The exporter beside PostgreSQL. Default: the release's.
        [optional] exporter: Image,

        /// The exporter before a pooler. Default: the release's.
        [optional] pooler_exporter: Image,

        /// The S3 server of a local store. Default: the release's.
        [optional] s3: Image,
    }
}

impl Images {
    pub(crate) fn pulled(&self, of: &release::Images) -> Pulled {
        let Self {
            registry,
            pull_secrets,
            operator,
            spilo,
            pooler,
            logical_backup,
            exporter,
            pooler_exporter,
            s3,
        } = self;
        let one = |own: &Option<Image>, image: &str| match (own, registry) {
            (Some(own), _) => own.to_string(),
            (None, Some(registry)) => {
                let path = image.split_once('/').map_or(image, |(_, path)| path);
                format!("{registry}/{path}")
            }
            (None, None) => image.to_owned(),
        };
        Pulled {
            operator: one(operator, of.operator),
            spilo: one(spilo, of.spilo),
            pooler: one(pooler, of.pooler),
            logical_backup: one(logical_backup, of.logical_backup),
            exporter: one(exporter, of.exporter),
            pooler_exporter: one(pooler_exporter, of.pgbouncer_exporter),
            s3: one(s3, of.s3),
            pull_secrets: pull_secrets.iter().map(ToString::to_string).collect(),
        }
    }
}
