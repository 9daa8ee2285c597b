//! What the emitter writes comes back from two YAML readers as it went in; kubectl is asked in `tests/real`.

use pgsynth::synth::emit;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::values::{any_value, odd_texts};

fn comes_back(value: &Value) {
    let bytes = emit(value);
    let text = std::str::from_utf8(&bytes).unwrap();
    let first: Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(*value, first, "serde_yaml read\n{text}");
    let second: Value = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(*value, second, "serde_saphyr read\n{text}");
    assert!(text.ends_with('\n') && !text.contains('\r'), "{text:?}");
}

#[test]
fn odd_texts_come_back_as_values_keys_and_items() {
    for text in odd_texts() {
        comes_back(&json!({ "value": text, "list": [text, [text]], text: { text: text } }));
    }
}

#[test]
fn a_key_of_any_length_comes_back() {
    for length in [1, 1000, 1024, 1025, 5000] {
        let key = "k".repeat(length);
        comes_back(&json!({ "map": { &key: { &key: [1] } }, &key: "text" }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_comes_back(value in any_value()) {
        comes_back(&json!({ "value": value }));
    }
}
