//! What a Rust app names: `use pgsynth::prelude::*;`.

pub use pgsynth_constructs::backup_policy::{Compression, Libsodium};
pub use pgsynth_constructs::base::{Problem, Problems};
pub use pgsynth_constructs::cluster::{
    Endpoint, Exposure, HealthCheck, HighAvailability, LoadBalancer, LoadBalancerAlgorithm, Location,
    NetworkZone, Overlay, Pooler, Resources, Rotation, Spread, SpreadMode, Standby, Through, Tls,
};
pub use pgsynth_constructs::monitoring::{AlertSetting, Monitoring, MonitoringStack, Peer};
pub use pgsynth_constructs::object_store::{
    AwsStore, CaFile, ExternalSecret, HetznerStore, LocalStore, RemoteKey, S3Store, Sse, StoreLocation,
};
pub use pgsynth_constructs::operator::WatchSetting;
pub use pgsynth_constructs::release::ReleaseName;
pub use pgsynth_constructs::storage::{ExistingClass, Hcloud, Layout, LocalPath, Longhorn};
pub use pgsynth_constructs::values::Platform;
pub use pgsynth_constructs::{
    App, Backup, BackupPolicy, Chart, Cluster, Database, ExternalOperator, Namespace, ObjectStore, Operator,
    Restore, Retired, Storage, Volume,
};
