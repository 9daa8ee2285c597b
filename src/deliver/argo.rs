//! An Application of Argo CD that applies the output of an app.

use pgsynth_constructs::Valid;
use pgsynth_constructs::delivery::Argo;
use serde_json::json;

use super::one;
use crate::synth::Bundle;

/// The Application. It prunes what the app no longer renders, but for what is protected.
pub fn application<'a>(valid: &'a Valid, argo: &Argo) -> Bundle<'a> {
    let app = valid.app();
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": app.name, "namespace": argo.namespace },
        "spec": {
            "project": argo.project,
            "source": {
                "repoURL": argo.repository,
                "targetRevision": argo.revision,
                "path": argo.path.as_deref().unwrap_or(app.output_folder()),
                // CRDs stand in a folder of their own.
                "directory": { "recurse": true },
            },
            "destination": { "server": "https://kubernetes.default.svc" },
            "syncPolicy": {
                "automated": { "prune": true, "selfHeal": true },
                // The first sync of an empty Kubernetes cluster does not know the kinds yet that it brings; the second does.
                "retry": { "limit": 5, "backoff": { "duration": "10s", "factor": 2, "maxDuration": "3m" } },
                "syncOptions": ["ServerSideApply=true", "FailOnSharedResource=true"],
            },
        },
    });
    one(valid, "application", &application)
}
