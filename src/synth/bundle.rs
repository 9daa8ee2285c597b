//! Named files that belong together: what a folder is to hold.

use pgsynth_constructs::base::each;
use pgsynth_constructs::upstream::record::Record;

use super::{Draft, Emitter};

/// What a folder is to hold. An output, a plan and a delivery are each one of these, written by the same writer.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// The app whose folder it is.
    pub owner: &'a str,
    /// Its files.
    pub files: Vec<Draft<'a>>,
    /// What has to be remembered beside them.
    pub record: &'a Record,
}

/// One file, rendered: its name below the folder, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Name, `[a-z0-9-]+.yaml`, below `crds/` for CRDs.
    pub name: String,
    /// Contents: documents, each an object, with LF and one final newline.
    pub bytes: Vec<u8>,
}

impl Bundle<'_> {
    /// Every file with its bytes, held at once.
    pub fn manifests(&self) -> Vec<Manifest> {
        each(self.files.iter().collect(), Emitter::default, |emitter, draft| {
            draft.render(emitter);
            Manifest { name: draft.name.clone(), bytes: emitter.bytes().to_vec() }
        })
    }
}
