//! A file of the output that is rendered when its bytes are asked for.

use std::borrow::Cow;
use std::sync::mpsc::{channel, sync_channel};

use pgsynth_constructs::base::{Object, threads};

use super::{Emitter, substitution};

/// Files that a thread may render before the first of them is taken.
const AHEAD: usize = 8;

/// A file of the output: its name, and what its bytes are made of.
#[derive(Debug)]
pub struct Draft<'a> {
    /// Name, `[a-z0-9-]+.yaml`, below `crds/` for CRDs; `RUNBOOK.md` in a plan.
    pub name: String,
    app: &'a str,
    contents: Contents<'a>,
}

#[derive(Debug)]
enum Contents<'a> {
    Text(Cow<'a, str>),
    /// A page for people, whole.
    Page(String),
    /// In the order of the file.
    Objects(Vec<&'a Object>),
}

impl<'a> Draft<'a> {
    pub(crate) fn text(app: &'a str, name: String, text: impl Into<Cow<'a, str>>) -> Self {
        Self { name, app, contents: Contents::Text(text.into()) }
    }

    pub(crate) fn page(app: &'a str, name: &str, page: String) -> Self {
        Self { name: name.to_owned(), app, contents: Contents::Page(page) }
    }

    pub(super) fn objects(app: &'a str, name: String, objects: Vec<&'a Object>) -> Self {
        Self { name, app, contents: Contents::Objects(objects) }
    }

    fn head(&self) -> [&str; 3] {
        head(self.app)
    }

    /// What its first line says, in a format that has other comments.
    pub(crate) fn notice(app: &str) -> String {
        let [before, app, after] = head(app);
        format!("{}{app}{}", before.trim_start_matches("# "), after.trim_end())
    }

    /// The file's bytes, one part after the other. A text is not copied: CRDs are the largest files of a small app.
    pub fn parts<'b>(&'b self, emitter: &'b mut Emitter) -> Vec<&'b [u8]> {
        match &self.contents {
            Contents::Page(page) => vec![page.as_bytes()],
            Contents::Text(text) => self.head().into_iter().chain([&**text]).map(str::as_bytes).collect(),
            Contents::Objects(_) => {
                self.render(emitter);
                vec![emitter.bytes()]
            }
        }
    }

    /// Renders the file; the emitter holds nothing else afterwards.
    pub fn render(&self, emitter: &mut Emitter) {
        emitter.clear();
        if let Contents::Page(page) = &self.contents {
            return emitter.raw(page);
        }
        for part in self.head() {
            emitter.raw(part);
        }
        match &self.contents {
            Contents::Page(_) => {}
            Contents::Text(text) => emitter.raw(text),
            Contents::Objects(objects) => {
                for (index, object) in objects.iter().enumerate() {
                    if index > 0 {
                        emitter.raw("---\n");
                    }
                    document(emitter, object);
                }
            }
        }
    }
}

/// The first line of a file, in parts.
fn head(app: &str) -> [&str; 3] {
    ["# Rendered by pgsynth from app `", app, "`. Do not edit: change the app and synthesize again.\n"]
}

/// Renders an object behind what the emitter holds: the document that every way to a Kubernetes cluster has.
pub(crate) fn document(emitter: &mut Emitter, object: &Object) {
    let start = emitter.bytes().len();
    emitter.object(object.body());
    substitution::disable(emitter, start);
}

/// Renders the drafts on every core, and gives them to `take` on this thread, in their order: a file is a function of its
/// objects alone, so that the number of threads decides no byte.
///
/// # Errors
/// The first of `take`; nothing is rendered after it.
pub fn render<E>(drafts: &[&Draft], mut take: impl FnMut(&str, &[u8]) -> Result<(), E>) -> Result<(), E> {
    let lanes = threads(drafts.len());
    if lanes < 2 {
        let mut emitter = Emitter::default();
        return drafts.iter().try_for_each(|draft| {
            draft.render(&mut emitter);
            take(&draft.name, emitter.bytes())
        });
    }
    std::thread::scope(|scope| {
        let lane = |number: usize| {
            let (full, rendered) = sync_channel::<Emitter>(AHEAD);
            let (back, used) = channel::<Emitter>();
            scope.spawn(move || {
                for draft in drafts.iter().skip(number).step_by(lanes) {
                    let mut emitter = used.try_recv().unwrap_or_default();
                    draft.render(&mut emitter);
                    if full.send(emitter).is_err() {
                        return;
                    }
                }
            });
            (rendered, back)
        };
        let lanes: Vec<_> = (0..lanes).map(lane).collect();
        for (draft, (rendered, back)) in drafts.iter().zip(lanes.iter().cycle()) {
            let emitter = rendered.recv().expect("emission does not panic");
            take(&draft.name, emitter.bytes())?;
            // A thread that has rendered its last needs no buffer.
            let _ = back.send(emitter);
        }
        Ok(())
    })
}
