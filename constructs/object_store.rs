//! Object stores: where archives are, and how they are reached.

mod credentials;
mod local;
mod values;

pub use credentials::{ExternalSecret, RemoteKey, SecretStoreKind};
pub use local::LocalStore;
pub use values::{Bucket, Endpoint, FileName, KeyPrefix, Region, Unsupported};

use std::collections::BTreeSet;

use crate::base::{Object, Problems, Scope, construct};
use crate::crds::Free;
use crate::crds::containers::VolumeMount;
use crate::crds::env::EnvVar;
use crate::crds::postgresql::AdditionalVolume;
use crate::values::{Name, choices};

construct! {
    /// A bucket and the way to it: exactly one of `hetzner`, `s3`, `aws` and `local`. Its keys are in a Secret, which must be
    /// in the namespace of every cluster that uses the store, with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    ///
    /// ```
    /// use pgsynth_constructs::ObjectStore;
    /// use pgsynth_constructs::object_store::{HetznerStore, StoreLocation};
    /// let store =
    ///     ObjectStore::new("pg-backup-s3").hetzner(HetznerStore::new(StoreLocation::Fsn1, "acme-postgres"));
    /// ```
    ///
    /// ```yaml
    /// stores:
    ///   offsite:
    ///     hetzner: {location: fsn1, bucket: acme-postgres}
    ///     credentials: pg-backup-s3
    /// ```
    pub struct ObjectStore {
        /// Hetzner Object Storage.
        [optional] hetzner: HetznerStore,

        /// Any store that speaks S3.
        [optional] s3: S3Store,

        /// Amazon S3.
        [optional] aws: AwsStore,

        /// An S3 server inside the Kubernetes cluster, which the app renders. For trying things out: it is lost with them.
        [optional] local: LocalStore,

        /// Google Cloud Storage: not there.
        [read] gcs: Unsupported,

        /// Azure Blob Storage: not there.
        [read] azure: Unsupported,

        /// Folder of the bucket below which everything stands; one for each Kubernetes cluster that shares the bucket.
        /// Default: the bucket's root.
        [optional] prefix: KeyPrefix,

        /// The Secret with the keys, in the namespace of every cluster that uses the store.
        [required] credentials: Name,

        /// Has the External Secrets Operator make that Secret in those namespaces. Default: somebody makes it.
        [optional] external_secret: ExternalSecret,

        /// Encryption by the store itself, for one that has it: `AES256` or `aws:kms`. Default: none, because a store that
        /// has none refuses every upload.
        [optional] sse: Sse,

        /// Key of `aws:kms`, which cannot be without one: WAL-G refuses to start (`pkg/storages/s3/uploader.go:31` of 3.0.8).
        [optional] kms_key: String,
    }
}

construct! {
    /// A bucket of Hetzner's.
    pub struct HetznerStore {
        /// Location of the bucket: endpoint and region follow from it.
        [required] location: StoreLocation,

        /// The bucket.
        [required] bucket: Bucket,
    }
}

construct! {
    /// A bucket of any store that speaks S3.
    pub struct S3Store {
        /// Address of the store, such as `https://s3.example.com`.
        [required] endpoint: Endpoint,

        /// Region, as the store checks it in signatures. Without one Spilo would make one up.
        [required] region: Region,

        /// The bucket.
        [required] bucket: Bucket,

        /// Whether the bucket stands in the path or in the host's name. Default: `path`.
        [default] style: Style,

        /// The CA that signed the store's certificate. Default: those of the image.
        [optional] ca: CaFile,
    }
}

construct! {
    /// A bucket of Amazon's.
    pub struct AwsStore {
        /// Region.
        [required] region: Region,

        /// The bucket.
        [required] bucket: Bucket,
    }
}

construct! {
    /// A certificate in a Secret of each cluster's namespace.
    pub struct CaFile {
        /// The Secret.
        [required] secret: Name,

        /// Its key with the certificate. Default: `ca.crt`.
        [or ca_crt "ca_crt"] key: FileName,
    }
}

fn ca_crt() -> FileName {
    "ca.crt".parse().expect("a file name")
}

choices!(
    /// Location of a bucket of Hetzner's.
    StoreLocation, "location", {
        /// Falkenstein.
        Fsn1 = "fsn1",
        /// Nuremberg.
        Nbg1 = "nbg1",
        /// Helsinki.
        Hel1 = "hel1",
    }
);

choices!(
    /// Encryption by the store.
    Sse, "encryption by the store", {
        /// Keys of the store's own.
        Aes256 = "AES256",
        /// A key of AWS KMS.
        Kms = "aws:kms",
    }
);

choices!(
    /// Where the bucket's name stands in an address.
    #[derive(Default)]
    Style, "style", {
        /// In the path: `https://host/bucket`.
        #[default]
        Path = "path",
        /// In the host's name: `https://bucket.host`.
        VirtualHost = "virtualHost",
    }
);

/// How a store is reached, whoever runs it.
struct Way<'a> {
    bucket: &'a Bucket,
    endpoint: Option<String>,
    region: String,
    style: Style,
    ca: Option<&'a CaFile>,
}

impl ObjectStore {
    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self {
            hetzner,
            s3,
            aws,
            local,
            gcs: _,
            azure: _,
            prefix: _,
            credentials: _,
            external_secret,
            sse,
            kms_key,
        } = self;
        let kinds = [hetzner.is_some(), s3.is_some(), aws.is_some(), local.is_some()];
        match kinds.iter().filter(|given| **given).count() {
            1 => {}
            0 => {
                problems.required(scope.path(), "one of `hetzner`, `s3`, `aws` and `local`");
            }
            _ => {
                problems.forbidden(scope.path(), "a store is one of `hetzner`, `s3`, `aws` and `local`");
            }
        }
        if *sse == Some(Sse::Kms) && kms_key.is_none() {
            problems.required(
                scope.at("kmsKey"),
                "WAL-G refuses `aws:kms` without the key, and archives nothing",
            );
        }
        if kms_key.is_some() && *sse != Some(Sse::Kms) {
            problems.forbidden(scope.at("kmsKey"), "it needs `sse: aws:kms`");
        }
        if let Some(local) = local {
            local.validate(external_secret.is_some(), scope, problems);
        }
    }

    /// What the store needs in the Kubernetes cluster, its Secret in `namespaces` among it.
    pub(crate) fn objects(&self, id: &str, namespaces: &BTreeSet<&str>, scope: &Scope) -> Vec<Object> {
        let mut objects = match &self.local {
            Some(local) => local.objects(id, self, scope),
            None => vec![],
        };
        if let Some(secret) = &self.external_secret {
            let name = self.credentials.as_str();
            objects.extend(namespaces.iter().map(|namespace| secret.object(name, namespace, scope)));
        }
        objects
    }

    fn way(&self, id: &str, domain: &str) -> Option<Way<'_>> {
        if let Some(HetznerStore { location, bucket }) = &self.hetzner {
            let endpoint = Some(format!("https://{location}.your-objectstorage.com"));
            return Some(Way {
                bucket,
                endpoint,
                region: location.to_string(),
                style: Style::Path,
                ca: None,
            });
        }
        if let Some(S3Store { endpoint, region, bucket, style, ca }) = &self.s3 {
            let endpoint = Some(endpoint.to_string());
            return Some(Way {
                bucket,
                endpoint,
                region: region.to_string(),
                style: *style,
                ca: ca.as_ref(),
            });
        }
        if let Some(AwsStore { region, bucket }) = &self.aws {
            let style = Style::VirtualHost;
            return Some(Way { bucket, endpoint: None, region: region.to_string(), style, ca: None });
        }
        let LocalStore { region, bucket, .. } = self.local.as_ref()?;
        let endpoint = self.local.as_ref().map(|local| local.endpoint(id, domain));
        Some(Way { bucket, endpoint, region: region.to_string(), style: Style::Path, ca: None })
    }

    /// Bucket and prefix: `acme-postgres/prod`.
    pub(crate) fn bucket(&self, id: &str) -> String {
        let bucket = self.way(id, "").map(|way| way.bucket.to_string()).unwrap_or_default();
        match &self.prefix {
            Some(prefix) => format!("{bucket}/{prefix}"),
            None => bucket,
        }
    }

    /// Where the store answers; nothing at AWS, where a bucket's name says it all.
    pub(crate) fn endpoint(&self, id: &str, domain: &str) -> Option<String> {
        self.way(id, domain)?.endpoint
    }

    /// Variables that say how the store is reached, in Spilo's words.
    pub(crate) fn variables(&self, id: &str, domain: &str) -> Vec<EnvVar> {
        let Some(Way { bucket: _, endpoint, region, style, ca }) = self.way(id, domain) else {
            return vec![];
        };
        let mut variables = vec![];
        if let Some(endpoint) = endpoint {
            variables.push(EnvVar::new("AWS_ENDPOINT", &endpoint));
            if style == Style::VirtualHost {
                // Spilo derives path style from a plain endpoint, whatever else is said; 4.0 reads the first name, 4.1
                // the second (configure_spilo.py, write_wale_environment).
                let endpoint = endpoint.replacen("://", "+virtualhost://", 1);
                variables.push(EnvVar::new("WALE_S3_ENDPOINT", &endpoint));
                variables.push(EnvVar::new("WALG_S3_ENDPOINT", endpoint));
            }
            variables.push(EnvVar::new("AWS_S3_FORCE_PATH_STYLE", (style == Style::Path).to_string()));
        }
        variables.push(EnvVar::new("AWS_REGION", region));
        for key in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            variables.push(EnvVar::from_secret(key, self.credentials.as_str(), key));
        }
        // What is said wins over what Spilo would choose: some versions ask for AES256 where nothing is said.
        variables.push(EnvVar::new("WALG_DISABLE_S3_SSE", self.sse.is_none().to_string()));
        variables.extend(self.sse.map(|sse| EnvVar::new("WALG_S3_SSE", sse.as_str())));
        variables.extend(self.kms_key.as_ref().map(|key| EnvVar::new("WALG_S3_SSE_KMS_ID", key)));
        variables.extend(ca.map(|CaFile { key, .. }| {
            EnvVar::new("WALG_S3_CA_CERT_FILE", format!("{}/{key}", ca_folder(id)))
        }));
        variables
    }

    /// Explicit values for names that another store's archive is read by and this one does without: what a restored
    /// PostgreSQL is not told it keeps from its source until it restarts
    /// ([`inherited`](pgsynth_upstream::behaviour::variables::inherited)). Nothing where no value means the same as none.
    pub(crate) fn neutral(&self, name: &str, id: &str, domain: &str) -> Option<EnvVar> {
        let Way { endpoint, region, style, .. } = self.way(id, domain)?;
        let amazon = endpoint.is_none();
        // Partitions of AWS have domains of their own; that of China ends otherwise.
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com{suffix}"));
        let convention = if style == Style::Path { "+path://" } else { "+virtualhost://" };
        let value = match name {
            "AWS_ENDPOINT" => endpoint,
            "WALE_S3_ENDPOINT" | "WALG_S3_ENDPOINT" => endpoint.replacen("://", convention, 1),
            "AWS_S3_FORCE_PATH_STYLE" => (style == Style::Path).to_string(),
            // What AWS does with every object that is uploaded without a word.
            "WALG_S3_SSE" if amazon => "AES256".to_owned(),
            _ => return None,
        };
        Some(EnvVar::new(name, value))
    }

    /// The volume with the store's CA, where it has one of its own.
    pub(crate) fn ca_volume(&self, id: &str) -> Option<AdditionalVolume> {
        let CaFile { secret, key: _ } = self.s3.as_ref()?.ca.as_ref()?;
        let source = serde_yaml::from_str(&format!("{{secret: {{secretName: {secret}}}}}")).ok()?;
        Some(AdditionalVolume {
            is_sub_path_expr: None,
            mount_path: ca_folder(id),
            name: ca_volume_name(id),
            sub_path: None,
            target_containers: None,
            volume_source: Free(source),
        })
    }

    /// The mount of that volume in a container of pgsynth's.
    pub(crate) fn ca_mount(&self, id: &str) -> Option<VolumeMount> {
        self.s3.as_ref()?.ca.as_ref()?;
        Some(VolumeMount { read_only: Some(true), ..VolumeMount::at(ca_volume_name(id), ca_folder(id)) })
    }
}

fn ca_folder(id: &str) -> String {
    format!("/etc/pgsynth/stores/{id}")
}

fn ca_volume_name(id: &str) -> String {
    format!("store-ca-{id}")
}
