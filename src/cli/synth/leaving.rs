//! Clusters that leave the output: they keep running, and somebody has to say what becomes of them.

use pgsynth_constructs::Valid;
use pgsynth_constructs::plans::ending;
use pgsynth_constructs::upstream::record::{ClusterKey, Record};

use crate::cli::project::Loaded;
use crate::report::Leaving;

/// The clusters of the record that the app no longer renders.
pub(super) fn gone(before: Record, valid: &Valid) -> Vec<ClusterKey> {
    before.clusters.into_keys().filter(|key| !valid.record().clusters.contains_key(key)).collect()
}

/// What becomes of a cluster that leaves the output of an app.
pub(super) fn cluster(key: &ClusterKey, valid: &Valid, apps: &[(&Loaded, &Valid)]) -> Leaving {
    let renders = |(_, app): &&(&Loaded, &Valid)| app.record().clusters.contains_key(key);
    let now = apps.iter().find(renders).map(|(loaded, _)| loaded.app.name.to_string());
    let end =
        if now.is_some() { vec![] } else { ending::commands(&key.namespace, &key.name, valid.operator()) };
    Leaving { cluster: key.to_string(), now, end }
}
