//! Containers, their ports, resources, rights and probes.

use serde_json::{Value, json};

use super::arbitrary::id;
use super::dice::{Dice, named};
use super::variables::{env_from, variable};

pub(super) fn sidecar(dice: &mut Dice) -> Value {
    let mut sidecar = dice.some(&[
        ("command", |_| json!(["tail"])),
        ("env", |dice| named(dice, 2, variable)),
        ("ports", |dice| dice.list(2, port)),
        ("resources", |_| json!({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m", "memory": "1Gi"}})),
    ]);
    sidecar["name"] = dice.text(&["one", "two", "three-4"], &["One", "a.b", "", "-a", "postgres"]);
    sidecar["image"] = image(dice);
    sidecar
}

pub(super) fn image(dice: &mut Dice) -> Value {
    dice.text(
        &["busybox:1.37", "registry.example.org:5000/a/b:1", "a/b", "localhost/x"],
        &["", "Busybox", "a:b:c", "a b", "http://a/b"],
    )
}

pub(super) fn init_container(dice: &mut Dice) -> Value {
    let mut container = dice.some(&[
        ("args", |_| json!(["x"])),
        ("command", |_| json!(["sh"])),
        ("env", |dice| named(dice, 2, variable)),
        ("envFrom", |dice| dice.list(1, env_from)),
        ("imagePullPolicy", |dice| dice.text(&["Always", "IfNotPresent", "Never"], &["always", "Sometimes"])),
        ("ports", |dice| dice.list(2, port)),
        ("resources", resources),
        ("securityContext", security),
        ("terminationMessagePolicy", |dice| {
            dice.text(&["File", "FallbackToLogsOnError"], &["file", "Stdout"])
        }),
        ("volumeMounts", |dice| dice.list(2, mount)),
        ("workingDir", |_| json!("/x")),
        ("tty", |_| json!(true)),
    ]);
    if dice.one_in(2) {
        container["restartPolicy"] = dice.text(&["Always"], &["Never", "always"]);
    }
    if container["restartPolicy"] == "Always" || dice.one_in(40) {
        for (field, chance) in [("livenessProbe", 2), ("readinessProbe", 3), ("startupProbe", 3)] {
            if dice.one_in(chance) {
                container[field] = probe(dice);
            }
        }
        if dice.one_in(3) {
            container["lifecycle"] = dice.some(&[("postStart", hook), ("preStop", hook)]);
        }
    }
    container["name"] = dice.text(&["init-one", "init-two", "i3"], &["Init", "a.b", "", "postgres", "one"]);
    container["image"] = image(dice);
    container
}

pub(super) fn resources(dice: &mut Dice) -> Value {
    dice.slip(
        &[
            json!({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m", "memory": "1Gi"}}),
            json!({"requests": {"ephemeral-storage": "1Gi", "cpu": 1}}),
            json!({"limits": {"example.com/gpu": "1"}, "requests": {"example.com/gpu": 1}}),
            json!({"limits": {"example.com/gpu": "2"}}),
            json!({"limits": {"hugepages-2Mi": "4Mi", "memory": "1Gi"}, "requests": {"hugepages-2Mi": "4Mi", "memory": "1Gi"}}),
        ],
        &[
            json!({"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}),
            json!({"limits": {"memory": "-1"}}),
            json!({"limits": {"disk": "1"}}),
            json!({"limits": {"CPU": "1"}}),
            json!({"requests": {"example.com/gpu": "1"}}),
            json!({"limits": {"example.com/gpu": "2"}, "requests": {"example.com/gpu": "1"}}),
            json!({"limits": {"example.com/gpu": "500m"}, "requests": {"example.com/gpu": "500m"}}),
            json!({"limits": {"hugepages-2Mi": "4Mi"}}),
            json!({"requests": {"hugepages-2Mi": "4Mi", "memory": "1Gi"}}),
            json!({"limits": {"kubernetes.io/x": "1"}}),
            json!({"limits": {"a b/c": "1"}}),
            json!({"claims": [{"name": "gpu"}]}),
        ],
    )
}

pub(super) fn security(dice: &mut Dice) -> Value {
    let mut context = dice.some(&[
        ("allowPrivilegeEscalation", |dice| dice.one_in(2).into()),
        ("capabilities", |dice| dice.slip(&[json!({"drop": ["ALL"]})], &[json!({"add": ["CAP_SYS_ADMIN"]})])),
        ("procMount", |dice| dice.text(&["Default"], &["default", "Unmasked"])),
        ("readOnlyRootFilesystem", |_| true.into()),
        ("runAsUser", id),
        ("runAsGroup", id),
        ("runAsNonRoot", |_| true.into()),
        ("seccompProfile", profile),
        ("appArmorProfile", profile),
    ]);
    if dice.one_in(20) {
        context["privileged"] = true.into();
    }
    context
}

pub(super) fn profile(dice: &mut Dice) -> Value {
    dice.slip(
        &[
            json!({"type": "RuntimeDefault"}),
            json!({"type": "Unconfined"}),
            json!({"type": "Localhost", "localhostProfile": "a/b.json"}),
        ],
        &[
            json!({"type": "Default"}),
            json!({"type": "Localhost"}),
            json!({"type": "Localhost", "localhostProfile": ""}),
            json!({"type": "Localhost", "localhostProfile": "/a"}),
            json!({"type": "Localhost", "localhostProfile": "../a"}),
            json!({"type": "RuntimeDefault", "localhostProfile": "a"}),
        ],
    )
}

pub(super) fn mount(dice: &mut Dice) -> Value {
    let mut mount = dice.some(&[
        ("readOnly", |_| true.into()),
        ("subPath", |dice| dice.text(&["a/b", ""], &["/a", "../a", "a/../b"])),
        ("mountPropagation", |dice| dice.text(&["None", "HostToContainer"], &["Bidirectional", "none"])),
    ]);
    if dice.one_in(30) {
        mount["subPathExpr"] = "a".into();
    }
    if dice.one_in(30) {
        mount["recursiveReadOnly"] = dice.text(&["Disabled", "Enabled", "IfPossible"], &["enabled"]);
    }
    mount["name"] = dice.text(&["pgdata", "dshm"], &["other", "", "certs"]);
    mount["mountPath"] = dice.text(&["/a", "/b", "c", "/d/e"], &["", "/a:b"]);
    mount
}

pub(super) fn probe(dice: &mut Dice) -> Value {
    let number = |dice: &mut Dice| dice.slip(&[1, 5, 30, 0], &[-1, -5]).into();
    let mut probe = dice.some(&[
        ("failureThreshold", number),
        ("initialDelaySeconds", number),
        ("periodSeconds", number),
        ("timeoutSeconds", number),
        ("successThreshold", |dice| dice.slip(&[1, 0], &[2, -1]).into()),
    ]);
    if dice.one_in(8) {
        probe["terminationGracePeriodSeconds"] = dice.slip(&[1, 30], &[0, -1]).into();
    }
    handler(dice, &mut probe);
    if dice.one_in(40) {
        handler(dice, &mut probe);
    }
    if dice.one_in(15) {
        probe["grpc"] = json!({"port": dice.slip(&[80], &[0, 70000])});
    }
    probe
}

pub(super) fn handler(dice: &mut Dice, of: &mut Value) {
    let port = dice.slip(
        &[json!(80), json!("web"), json!(65535)],
        &[json!(0), json!(70000), json!("Web"), json!(""), json!("80"), json!("a--b")],
    );
    match dice.next() % 4 {
        0 => of["exec"] = dice.slip(&[json!({"command": ["true"]})], &[json!({}), json!({"command": []})]),
        1 => {
            let mut http = dice.some(&[
                ("path", |dice| dice.text(&["/x", "", "x"], &["/a b"])),
                ("scheme", |dice| dice.text(&["HTTP", "HTTPS"], &["http", "FTP"])),
                ("host", |_| json!("h")),
                (
                    "httpHeaders",
                    |dice| json!([{"name": dice.text(&["X-A"], &["", "a b", "X_A", "ü"]), "value": "v"}]),
                ),
            ]);
            http["port"] = port;
            of["httpGet"] = http;
        }
        2 if !dice.one_in(60) => of["tcpSocket"] = json!({"port": port}),
        _ if dice.one_in(40) => {}
        _ => of["exec"] = json!({"command": ["true"]}),
    }
}

pub(super) fn hook(dice: &mut Dice) -> Value {
    let mut hook = json!({});
    match dice.one_in(3) {
        true => hook["sleep"] = json!({"seconds": dice.slip(&[1, 5], &[-1])}),
        false => handler(dice, &mut hook),
    }
    hook
}

pub(super) fn port(dice: &mut Dice) -> Value {
    let mut port = dice.some(&[
        ("name", |dice| {
            dice.text(
                &["web", "a-9", "x123456789012-4"],
                &["", "Web", "9", "a--b", "-a", "a-", "x123456789012345", "a_b"],
            )
        }),
        ("protocol", |dice| dice.text(&["TCP", "UDP", "SCTP"], &["tcp", "", "HTTP"])),
        ("hostPort", |dice| dice.slip(&[8080, 8081, 0], &[-1, 65536]).into()),
    ]);
    port["containerPort"] = dice.slip(&[80, 1, 65535, 9000], &[0, -1, 65536, 99999]).into();
    port
}
