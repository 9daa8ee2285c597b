//! Strangers' manifests: what is imported is an app, and renders.
#![no_main]

use pgsynth::constructs::release::ReleaseName;
use pgsynth::constructs::values::Platform;
use pgsynth::import::{Settings, Source, import};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = Source::read("fuzz.yaml", bytes) else { return };
    let settings = Settings { name: "fuzz".to_owned(), release: ReleaseName::NEWEST, platform: Platform::Other };
    // A fault of the import is told as one; it is none of the manifest's.
    import(&[source], &settings).expect("what is imported is an app");
});
