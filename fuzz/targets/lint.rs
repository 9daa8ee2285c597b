//! Strangers' manifests: whatever the bytes are, something can be said of them.
#![no_main]

use pgsynth::lint::{Settings, Source, lint};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(source) = Source::read("fuzz.yaml", bytes) {
        let account = lint(&[source], &Settings::default());
        let _ = pgsynth::report::rules::text(&account);
    }
});
