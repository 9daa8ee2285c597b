//! Variables and where they come from.

use serde_json::{Value, json};

use super::dice::Dice;

pub(super) fn variable(dice: &mut Dice) -> Value {
    let name = dice.text(&["A", "my.name-x", "_B", "Z9"], &["9A", "", "A B", "A=B", ".", "..", "..x", "ü"]);
    match dice.next() % 4 {
        0 => json!({"name": name}),
        1 => json!({"name": name, "value": dice.text(&["", "x", "$(A)"], &["\n"])}),
        _ => {
            let mut source = source(dice);
            if dice.one_in(80) {
                source["secretKeyRef"] = json!({"name": "s", "key": "k"});
            }
            let mut variable = json!({"name": name, "valueFrom": source});
            if dice.one_in(60) {
                variable["value"] = dice.text(&["x"], &[""]);
            }
            variable
        }
    }
}

pub(super) fn source(dice: &mut Dice) -> Value {
    const FIELDS: [&str; 12] = [
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
        "metadata.labels['a']",
        "metadata.labels['b.c/d']",
        "metadata.annotations['A.b/c']",
    ];
    const ODD: [&str; 9] = [
        "",
        "metadata.labels",
        "metadata.annotations",
        "spec.host",
        "metadata.labels['']",
        "metadata.labels['a b']",
        "metadata.labels['A.b/c']",
        "metadata.generation",
        "status.phase",
    ];
    match dice.next() % 5 {
        0 => {
            let mut field = json!({"fieldPath": dice.text(&FIELDS, &ODD)});
            if dice.one_in(3) {
                field["apiVersion"] = dice.text(&["v1"], &["v2", "apps/v1"]);
            }
            json!({"fieldRef": field})
        }
        1 => {
            let resource = dice.text(
                &[
                    "limits.cpu",
                    "limits.memory",
                    "requests.cpu",
                    "requests.memory",
                    "limits.ephemeral-storage",
                ],
                &[
                    "cpu",
                    "",
                    "limits.disk",
                    "limits.hugepages-2Mi",
                    "requests.hugepages-1Gi",
                    "memory.limits",
                ],
            );
            let mut field = json!({"resource": resource});
            if dice.one_in(2) {
                let cpu = resource.as_str().is_some_and(|resource| resource.ends_with("cpu"));
                let right: &[&str] = if cpu { &["1", "1m", "0"] } else { &["1", "1Mi", "1k", "0", "1Gi"] };
                field["divisor"] = dice.text(right, &["2", "1Mi", "1m", "1000m", "10"]);
            }
            if dice.one_in(4) {
                field["containerName"] = "postgres".into();
            }
            json!({"resourceFieldRef": field})
        }
        2 => json!({"configMapKeyRef": key(dice)}),
        3 => json!({"secretKeyRef": key(dice)}),
        _ if dice.one_in(40) => json!({}),
        _ => json!({"secretKeyRef": {"name": "s", "key": "k", "optional": true}}),
    }
}

pub(super) fn key(dice: &mut Dice) -> Value {
    json!({
        "name": dice.text(&["s", "a.b-c"], &["", "S", "a_b"]),
        "key": dice.text(&["k", "tls.crt", "A_b-c", ".x"], &["", "..", "..a", "a/b", "a b", "ü"]),
    })
}

pub(super) fn env_from(dice: &mut Dice) -> Value {
    let reference = json!({"name": dice.text(&["s"], &["", "S"])});
    let mut source = match dice.next() % 2 {
        0 => json!({"secretRef": reference}),
        _ => json!({"configMapRef": reference}),
    };
    if dice.one_in(3) {
        source["prefix"] = dice.text(&["P_", ""], &["9", "a b", "a=b"]);
    }
    if dice.one_in(60) {
        source = dice.pick(&[json!({}), json!({"secretRef": {"name": "a"}, "configMapRef": {"name": "b"}})]);
    }
    source
}
