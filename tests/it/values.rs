//! Arbitrary values for the emitter, and texts that readers of YAML have been seen to misread.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Texts that are something else to one reader or another.
pub fn odd_texts() -> Vec<&'static str> {
    vec![
        "", " ", "  a", "a ", "a\n", "\na", "a\n\n", "a\n b\n", "a\n\tb", "\ta", "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO",
        "on", "On", "ON", "off", "Off", "OFF", "true", "True", "TRUE", "false", "null", "Null", "~", "nan", ".nan", ".NaN", "inf", ".inf",
        "-.inf", "+.Inf", "0", "-0", "+1", "1_000", "+1_000", "-1_000", "1_000.5", "1_0.5", "1_", "1__0", "0_7", "0777", "0777_", "0o7",
        "0o7_7", "0b1", "0b1_0", "0x1F", "0x_1F", "0X1F", "1e3", "1E3", "1.5e3", "1e+3", ".5", "5.", "1:20", "1:20:30", "190:20:30",
        "2026-11-24", "2026-11-24T10:00:00Z", "2026-11-24 10:00:00", "10:00", "<<", "=", "-", "--", "---", "...", "- a", "? a", ": a", "a:", "a: b",
        "a:b", "a #b", "a#b", "#a", "&a", "*a", "!a", "!!str a", "%a", "@a", "`a`", "|", ">", "|-", "{a}", "{a: b}", "[a]", "a, b", "a]", "a}",
        "'a'", "\"a\"", "it's", "say \"a\"", "\\", "\\n", "a\\b", "a\tb", "a\rb", "a\r\nb", "\u{0}", "\u{7}", "\u{1b}[1m", "\u{7f}", "\u{85}",
        "\u{a0}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}", "é", "日本", "😀", "$(NAME)", "${NAME}", "500m", "50Gi", "14d", "1Gi",
        "10.0.0.0/8", "fd00::/8", "12,345", "1.2.3", "0.0", "00", "08", "09", "1e", "e1", "0x", "0o", "x", "É: é", "a:\tb", "a\t#b", "a: ", "key: |",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        "[0-9a-fxoTZ:._+-]{1,8}",
        "[a-z \\n\\t:#-]{0,20}",
        "\\PC{0,6}",
        proptest::sample::select(odd_texts()).prop_map(str::to_owned),
        proptest::sample::select(odd_texts()).prop_flat_map(|text| "[ -~]{0,3}".prop_map(move |more| format!("{text}{more}"))),
    ]
}

/// A value of any shape that an API object may have.
pub fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-1000i32..1000).prop_map(|number| Value::from(f64::from(number) + 0.25)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((text(), inner), 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
