//! The apps of this repository: `hetzner` in Rust, and `local.yaml`, the same shape on one k3s node.

pub mod hetzner;
