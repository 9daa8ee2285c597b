//! App files: whatever the bytes are, they are an app or a problem; and an app is valid or has problems.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for (_, app) in pgsynth::load::apps("apps/fuzz.yaml", bytes).into_iter().flatten() {
        let _ = app.validate(&Default::default());
    }
});
