//! From a valid app to manifests: order, layout, emission. Pure: nothing but the app decides a byte.

mod emit;
mod layout;
mod order;

pub use emit::{Emitter, emit};

use pgsynth_constructs::{App, Valid};

/// One file of the output: its name below the output folder, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Name, `[a-z0-9-]+.yaml`, below `crds/` for CRDs.
    pub name: String,
    /// Contents: documents, each an object, with LF and one final newline.
    pub bytes: Vec<u8>,
}

/// Renders the files of an app, sorted by name, CRDs first. It cannot fail: what could be wrong was found by
/// [`App::validate`].
pub fn synth(app: &App, valid: &Valid) -> Vec<Manifest> {
    let header = format!(
        "# Rendered by pgsynth from app `{}`. Do not edit: change the app and synthesize again.\n",
        app.name
    );
    let crds = valid.crds().iter().map(|(name, text)| Manifest {
        name: format!("crds/{name}.yaml"),
        bytes: [header.as_bytes(), text.as_bytes()].concat(),
    });
    let mut manifests: Vec<_> = crds.collect();
    manifests.extend(layout::files(valid.objects(), &header));
    manifests
}
