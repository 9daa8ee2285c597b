//! A Kustomization of Flux that applies the output of an app.

use pgsynth_constructs::Valid;
use pgsynth_constructs::delivery::Flux;
use serde_json::json;

use super::one;
use crate::synth::Bundle;

/// The Kustomization. It prunes what the app no longer renders, but for what is protected; deleting it deletes nothing.
pub fn kustomization<'a>(valid: &'a Valid, flux: &Flux) -> Bundle<'a> {
    let app = valid.app();
    let path = flux.path.as_deref().unwrap_or(app.output_folder());
    let kustomization = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": { "name": app.name, "namespace": flux.namespace },
        "spec": {
            "interval": flux.interval.as_ref().map_or("10m", |interval| interval.as_str()),
            "retryInterval": "1m",
            "timeout": "5m",
            "path": format!("./{path}"),
            "prune": true,
            "deletionPolicy": "Orphan",
            "sourceRef": { "kind": "GitRepository", "name": flux.source },
        },
    });
    one(valid, "kustomization", &kustomization)
}
