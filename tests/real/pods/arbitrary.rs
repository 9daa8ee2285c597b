//! Arbitrary clusters: every part of a pod that a cluster can say, mostly right, with a slip here and there.

use serde_json::{Value, json};

use super::containers::{init_container, probe, sidecar};
use super::dice::{Dice, named};
use super::scheduling::{affinity, spread, toleration};
use super::variables::{env_from, variable};

pub(super) fn spec(seed: u64) -> Value {
    let dice = &mut Dice(seed);
    let mut spec = dice.some(&[
        ("env", |dice| named(dice, 3, variable)),
        ("envFrom", |dice| dice.list(2, env_from)),
        ("sidecars", |dice| named(dice, 2, sidecar)),
        ("initContainers", |dice| named(dice, 2, init_container)),
        ("additionalVolumes", |dice| named(dice, 2, volume)),
        ("tolerations", |dice| dice.list(2, toleration)),
        ("nodeAffinity", affinity),
        ("topologySpreadConstraints", |dice| dice.list(2, spread)),
        ("livenessProbe", probe),
        (
            "podAnnotations",
            |dice| json!({dice.slip(&["a", "b.example/c"], &["a b", "", "a/b/c", "-a"]): "x y"}),
        ),
        ("podPriorityClassName", |dice| dice.text(&["high"], &["High", "a b", "a_b"])),
        ("schedulerName", |dice| dice.text(&["mine"], &["Mine", "a.b", "a_b"])),
        ("spiloRunAsUser", id),
        ("spiloRunAsGroup", id),
        ("spiloFSGroup", id),
    ]);
    spec["numberOfInstances"] = 1.into();
    spec["teamId"] = "a".into();
    spec["postgresql"] = json!({"version": "18"});
    spec["volume"] = json!({"size": "10Gi"});
    spec
}

pub(super) fn id(dice: &mut Dice) -> Value {
    dice.slip(&[0_i64, 101, 103, 2_147_483_647], &[-1, 2_147_483_648]).into()
}

pub(super) fn volume(dice: &mut Dice) -> Value {
    let source = dice.slip(
        &[
            json!({"emptyDir": {}}),
            json!({"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}),
            json!({"secret": {"secretName": "s"}}),
            json!({"secret": {"secretName": "s", "defaultMode": 256, "items": [{"key": "a", "path": "b/c", "mode": 256}]}}),
            json!({"configMap": {"name": "c"}}),
            json!({"persistentVolumeClaim": {"claimName": "p"}}),
            json!({"hostPath": {"path": "/x", "type": "Directory"}}),
            json!({"nfs": {"server": "h", "path": "/x"}}),
            json!({"csi": {"driver": "d.example.org"}}),
            json!({"projected": {"sources": [{"secret": {"name": "s"}}]}}),
        ],
        &[
            json!({}),
            json!({"emptyDir": {"medium": "Disk"}}),
            json!({"emptyDir": {"sizeLimit": "-1"}}),
            json!({"secret": {}}),
            json!({"secret": {"secretName": ""}}),
            json!({"secret": {"secretName": "s", "defaultMode": 512}}),
            json!({"secret": {"secretName": "s", "items": [{"key": "a/b", "path": "c"}]}}),
            json!({"secret": {"secretName": "s", "items": [{"key": "a", "path": "../c"}]}}),
            json!({"secret": {"secretName": "s", "items": [{"key": "a", "path": ""}]}}),
            json!({"configMap": {}}),
            json!({"persistentVolumeClaim": {}}),
            json!({"persistentVolumeClaim": {"claimName": ""}}),
            json!({"hostPath": {"path": ""}}),
            json!({"hostPath": {"path": "/a/../b"}}),
            json!({"hostPath": {"path": "/a", "type": "Folder"}}),
            json!({"nfs": {"server": "", "path": "/x"}}),
            json!({"csi": {}}),
            json!({"secrets": {"secretName": "s"}}),
            json!({"emptyDir": {}, "secret": {"secretName": "s"}}),
        ],
    );
    let mut volume = json!({
        "name": dice.text(&["certs", "more"], &["Certs", "a.b", "", "pgdata", "dshm"]),
        "mountPath": dice.pick(&["/v1", "/v2", "/v3", "/v4", "/v5"]),
        "volumeSource": source,
    });
    if dice.one_in(6) {
        volume["subPath"] = dice.text(&["a"], &["/a", "../a"]);
    }
    volume
}
