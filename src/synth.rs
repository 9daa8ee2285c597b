//! From a valid app to a bundle of named files: order, layout, emission. Pure: nothing but the app decides a byte.

mod bundle;
mod draft;
mod emit;
mod layout;
mod order;
mod plan;
mod substitution;

pub use bundle::{Bundle, Manifest};
pub(crate) use draft::document;
pub use draft::{Draft, render};
pub use emit::{Emitter, emit};
pub use layout::crd;
pub use plan::{RUNBOOK, pages, plan};

use pgsynth_constructs::Valid;

/// The bundle of an app, its files sorted by name, CRDs first; each is rendered when its bytes are asked for. It cannot
/// fail: what could be wrong was found by [`App::validate`](pgsynth_constructs::App::validate).
///
/// ```
/// # let text = "{pgsynth: v1, release: '2026.11', name: shop, platform: other, externalOperator: {namespace: o, watch: all}}";
/// let app = pgsynth::load::app("apps/shop.yaml", text.as_bytes())?;
/// let valid = app.validate(&Default::default())?;
/// let bundle = pgsynth::synth::bundle(&valid);
/// assert_eq!(bundle.owner, "shop");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bundle<'a>(valid: &'a Valid) -> Bundle<'a> {
    let owner = valid.app().name.as_str();
    let crds = valid.crds().map(|(name, text)| Draft::text(owner, layout::crd(valid, name), text));
    let files = crds.chain(layout::files(owner, valid.objects())).collect();
    Bundle { owner, files, record: valid.record() }
}
