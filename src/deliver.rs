//! Other ways of a bundle to a Kubernetes cluster than `kubectl apply`. Each is a function of the app alone.

pub mod argo;
pub mod flux;
pub mod terraform;

use pgsynth_constructs::Valid;
use serde_json::Value;

use crate::synth::{Bundle, Draft, emit};

/// A bundle of one object, which stands outside of the output: what it applies it is not part of.
fn one<'a>(valid: &'a Valid, name: &str, object: &Value) -> Bundle<'a> {
    let owner = valid.app().name.as_str();
    let text = String::from_utf8_lossy(&emit(object)).into_owned();
    Bundle { owner, files: vec![Draft::text(owner, format!("{name}.yaml"), text)], record: valid.record() }
}
