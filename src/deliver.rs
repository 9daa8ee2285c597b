//! Other ways of a bundle to a Kubernetes cluster than `kubectl apply`. Each is a function of the app alone.

pub mod terraform;
