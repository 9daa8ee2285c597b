//! From a valid app to manifests: order, layout, emission. Pure: nothing but the app decides a byte.

mod draft;
mod emit;
mod layout;
mod order;

pub use draft::{Draft, render};
pub use emit::{Emitter, emit};

use pgsynth_constructs::base::each;
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
    each(drafts(app, valid), Emitter::default, |emitter, draft| {
        draft.render(emitter);
        Manifest { bytes: emitter.bytes().to_vec(), name: draft.name }
    })
}

/// The same files, each rendered when its bytes are asked for: those of thousands of clusters are never held at once.
pub fn drafts<'a>(app: &'a App, valid: &'a Valid) -> Vec<Draft<'a>> {
    let app = app.name.as_str();
    let crds = valid.crds().iter().map(|(name, text)| Draft::text(app, format!("crds/{name}.yaml"), text));
    crds.chain(layout::files(app, valid.objects())).collect()
}
