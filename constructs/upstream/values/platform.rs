//! What lies under the Kubernetes cluster.

use super::choices;

choices!(
    /// What the Kubernetes cluster runs on. It decides defaults and rules, never a name.
    Platform, "platform", {
        /// Servers at Hetzner, with its cloud controller and its volumes or Longhorn.
        Hetzner = "hetzner",
        /// One node with k3s and its `local-path` volumes.
        K3s = "k3s",
        /// Anything else: no assumptions.
        Other = "other",
    }
);
