//! App files: whatever the bytes are, they are an app or a problem; and an app is valid or has problems.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(app) = pgsynth::load::app("apps/fuzz.yaml", bytes) {
        let _ = app.validate(&Default::default());
    }
});
