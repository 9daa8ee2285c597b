//! Tolerations, affinity and spread.

use serde_json::{Value, json};

use super::dice::Dice;

pub(super) fn toleration(dice: &mut Dice) -> Value {
    dice.slip(
        &[
            json!({"key": "a", "operator": "Exists"}),
            json!({"key": "b.c/d", "operator": "Equal", "value": "x", "effect": "NoSchedule"}),
            json!({"key": "a", "value": "x"}),
            json!({"operator": "Exists"}),
            json!({"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}),
        ],
        &[
            json!({}),
            json!({"key": "a b", "operator": "Exists"}),
            json!({"key": "a", "operator": "Exists", "value": "x"}),
            json!({"key": "a", "operator": "In"}),
            json!({"value": "x"}),
            json!({"key": "a", "value": "x y"}),
            json!({"key": "a", "operator": "Exists", "effect": "noSchedule"}),
            json!({"key": "a", "operator": "Exists", "tolerationSeconds": 60}),
            json!({"key": "a", "operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 60}),
        ],
    )
}

pub(super) fn affinity(dice: &mut Dice) -> Value {
    let mut affinity = json!({});
    if dice.one_in(2) {
        let terms = if dice.one_in(40) { json!([]) } else { json!([term(dice), term(dice)]) };
        affinity["requiredDuringSchedulingIgnoredDuringExecution"] = json!({"nodeSelectorTerms": terms});
    }
    if dice.one_in(2) {
        let weight = dice.slip(&[1, 100, 50], &[0, 101, -1]);
        affinity["preferredDuringSchedulingIgnoredDuringExecution"] =
            json!([{"weight": weight, "preference": term(dice)}]);
    }
    affinity
}

pub(super) fn term(dice: &mut Dice) -> Value {
    dice.slip(
        &[
            json!({"matchExpressions": [{"key": "a", "operator": "Exists"}]}),
            json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "y"]}]}),
            json!({"matchExpressions": [{"key": "b.c/d", "operator": "NotIn", "values": ["x"]}, {"key": "n", "operator": "Gt", "values": ["5"]}]}),
            json!({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}),
            json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-1"]}]}),
        ],
        &[
            json!({}),
            json!({"matchExpressions": [{"key": "a", "operator": "In"}]}),
            json!({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}),
            json!({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["x"]}]}),
            json!({"matchExpressions": [{"key": "a", "operator": "Lt", "values": ["1", "2"]}]}),
            json!({"matchExpressions": [{"key": "a b", "operator": "Exists"}]}),
            json!({"matchExpressions": [{"key": "a", "operator": "exists"}]}),
            json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x y"]}]}),
            json!({"matchFields": [{"key": "metadata.namespace", "operator": "In", "values": ["a"]}]}),
            json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a", "b"]}]}),
            json!({"matchFields": [{"key": "metadata.name", "operator": "Exists"}]}),
        ],
    )
}

pub(super) fn spread(dice: &mut Dice) -> Value {
    let mut spread = dice.some(&[
        ("nodeAffinityPolicy", |dice| dice.text(&["Honor", "Ignore"], &["honor"])),
        ("nodeTaintsPolicy", |dice| dice.text(&["Honor", "Ignore"], &["ignore"])),
        ("minDomains", |dice| dice.slip(&[1, 2], &[0, -1]).into()),
        ("matchLabelKeys", |dice| {
            dice.slip(&[json!(["x"]), json!([])], &[json!(["x y"]), json!(["a"]), json!(["x", "x"])])
        }),
    ]);
    if !dice.one_in(30) {
        spread["labelSelector"] = dice.slip(
            &[
                json!({"matchLabels": {"a": "b"}}),
                json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}),
                json!({}),
            ],
            &[
                json!({"matchLabels": {"a b": "c"}}),
                json!({"matchLabels": {"a": "b c"}}),
                json!({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}),
                json!({"matchExpressions": [{"key": "a", "operator": "In"}]}),
                json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b c"]}]}),
            ],
        );
    }
    spread["maxSkew"] = dice.slip(&[1, 2], &[0, -1]).into();
    spread["topologyKey"] = dice.text(&["kubernetes.io/hostname", "zone"], &["a b", ""]);
    spread["whenUnsatisfiable"] = if spread["minDomains"].is_null() || dice.one_in(20) {
        dice.text(&["DoNotSchedule", "ScheduleAnyway"], &["Never", ""])
    } else {
        "DoNotSchedule".into()
    };
    spread
}
