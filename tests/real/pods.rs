//! What pgsynth lets into a pod, a real API server takes, and reads back as it was rendered; what pgsynth refuses, it
//! refuses as well, but for the exceptions that are named here.

mod arbitrary;
mod connection;
mod containers;
mod dice;
mod scheduling;
mod variables;

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::rules::{self, ClusterEvidence, Evidence, Level};
use pgsynth_upstream::behaviour::filled::fill_in;
use pgsynth_upstream::release::{OperatorVersion, Versions};
use serde_json::{Map, Value, json};

use self::connection::Connection;
use super::parts;
use super::server::{Server, free_port};

const COUNT: u64 = 20_000;

pub fn trials() -> Vec<Trial> {
    let programs = ["etcd", "kube-apiserver", "kubectl", "openssl"];
    vec![parts::needing(&programs, "pods::are_taken_and_refused_as_by_the_api_server", compare)]
}

/// What pgsynth refuses although Kubernetes 1.34 takes it, by a part of the message, and why.
const EXCEPTIONS: [(&str, &str); 13] = [
    ("the reference of an image", "the kubelet refuses it, for ever"),
    ("without a digit in front", "Kubernetes before 1.34, and shells"),
    ("switched off, and takes it away", "it is dropped without a word"),
    ("refuses the rest or takes it away", "it is dropped without a word"),
    ("the API server refuses or rewrites it", "rewritten, it differs at every sync"),
    ("no node can have this label", "no pod is ever scheduled"),
    ("the pod would never start", "the kubelet mounts nothing"),
    ("a key of a ConfigMap or a Secret", "no object can have the key"),
    ("the pods of a cluster have no claims", "the pod would wait for ever"),
    ("file systems, and none is a block device", "the operator makes none"),
    ("a whole number in quotes", "no node ever matches"),
    ("the operator gives the pod a volume of this name", "the operator's own pod has it, if not this one"),
    ("the name of the object", "a reference without a name finds nothing"),
];

fn compare() -> Result<(), Failed> {
    let mut server = Server::start();
    let port = free_port();
    let config = server.folder.path().join("admin.kubeconfig").display().to_string();
    server.spawn("kubectl", &["--kubeconfig", &config, "proxy", &format!("--port={port}")]);
    server.wait("the proxy answers", Duration::from_secs(30), |_| {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    let halves = [(0, COUNT / 2), (COUNT / 2, COUNT)];
    let seen = std::thread::scope(|scope| {
        let threads = halves.map(|half| {
            scope.spawn(move || {
                let mut connection = Connection::to(port)?;
                (half.0..half.1).map(|seed| one(&mut connection, seed)).collect::<Result<Vec<_>, String>>()
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = vec![];
    for outcome in seen.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        match outcome {
            Outcome::Same(what) => *counts.entry(what).or_default() += 1,
            Outcome::Wrong(what) => wrong.push(what),
        }
    }
    if !wrong.is_empty() {
        let few: Vec<_> = wrong.iter().take(20).cloned().collect();
        return Err(format!("{} of {COUNT} differ:\n{}", wrong.len(), few.join("\n")).into());
    }
    // Neither side may be a formality.
    for what in ["taken", "refused"] {
        assert!(counts.get(what).is_some_and(|count| *count > COUNT as usize / 10), "{counts:?}");
    }
    Ok(())
}

enum Outcome {
    Same(&'static str),
    Wrong(String),
}

fn one(connection: &mut Connection, seed: u64) -> Result<Outcome, String> {
    let spec = arbitrary::spec(seed);
    let read: Result<Postgresql, _> =
        serde_json::from_value(json!({"metadata": {"name": "main", "namespace": "default"}, "spec": spec}));
    let mut resource = read.map_err(|error| format!("{error}: {spec}"))?;
    let evidence = Evidence { clusters: vec![ClusterEvidence::of(&resource)], ..Evidence::default() };
    let versions = Versions { operator: OperatorVersion(2, 0, 1), postgres: &["18"] };
    let errors: Vec<String> = rules::check(&evidence, &versions)
        .found
        .into_iter()
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| finding.problem.to_string())
        .collect();
    // Other rules look at more than what Kubernetes looks at.
    let of_pods = |error: &&String| error.contains("[ill-formed-");
    fill_in(&mut resource.spec);
    let rendered = serde_json::to_value(&resource.spec).map_err(|error| error.to_string())?;
    let object = stateful_set(&rendered);
    let (code, answer) =
        connection.post("/apis/apps/v1/namespaces/default/statefulsets?dryRun=All", &object)?;
    let said = answer["message"].as_str().unwrap_or_default();
    let excused = |error: &String| EXCEPTIONS.iter().any(|(words, _)| error.contains(words));
    Ok(match (errors.is_empty(), code) {
        (true, 201) => match differs(&object, &answer) {
            Some(what) => Outcome::Wrong(format!("read back differently: {what}")),
            None => Outcome::Same("taken"),
        },
        (false, 422 | 400) => Outcome::Same("refused"),
        (false, 201) if errors.iter().filter(of_pods).all(excused) => Outcome::Same("excused"),
        (false, 201) => Outcome::Wrong(format!("the API server takes it: {errors:?}")),
        (true, 422 | 400) => Outcome::Wrong(format!("pgsynth takes it: {said}")),
        _ => Outcome::Wrong(format!("{code}: {said}")),
    })
}

/// The StatefulSet that the operator makes of a cluster, as far as the cluster says it (`pkg/cluster/k8sres.go:900`).
fn stateful_set(spec: &Value) -> Value {
    let list = |key: &str| spec[key].as_array().cloned().unwrap_or_default();
    let mut postgres = json!({"name": "postgres", "image": "spilo:1"});
    let mut env = vec![json!({"name": "SCOPE", "value": "main"})];
    env.extend(list("env"));
    postgres["env"] = env.into();
    postgres["envFrom"] = list("envFrom").into();
    let mut mounts = vec![json!({"name": "pgdata", "mountPath": "/home/postgres/pgdata"})];
    for volume in list("additionalVolumes") {
        let mut mount = json!({"name": volume["name"], "mountPath": volume["mountPath"]});
        if let Some(path) = volume["subPath"].as_str() {
            mount["subPath"] = path.into();
        }
        mounts.push(mount);
    }
    postgres["volumeMounts"] = mounts.into();
    if !spec["livenessProbe"].is_null() {
        postgres["livenessProbe"] = spec["livenessProbe"].clone();
    }
    let mut containers = vec![postgres];
    for sidecar in list("sidecars") {
        let mut container = sidecar.clone();
        container["volumeMounts"] = json!([{"name": "pgdata", "mountPath": "/home/postgres/pgdata"}]);
        containers.push(container);
    }
    let mut volumes = vec![json!({"name": "dshm", "emptyDir": {"medium": "Memory"}})];
    for volume in list("additionalVolumes") {
        let mut source = volume["volumeSource"].as_object().cloned().unwrap_or_default();
        source.insert("name".to_owned(), volume["name"].clone());
        volumes.push(source.into());
    }
    let mut pod = json!({
        "containers": containers, "initContainers": list("initContainers"), "volumes": volumes,
        "tolerations": list("tolerations"), "topologySpreadConstraints": list("topologySpreadConstraints"),
    });
    if !spec["nodeAffinity"].is_null() {
        pod["affinity"] = json!({"nodeAffinity": spec["nodeAffinity"]});
    }
    for (key, own) in [("priorityClassName", "podPriorityClassName"), ("schedulerName", "schedulerName")] {
        if !spec[own].is_null() {
            pod[key] = spec[own].clone();
        }
    }
    let ids =
        [("runAsUser", "spiloRunAsUser"), ("runAsGroup", "spiloRunAsGroup"), ("fsGroup", "spiloFSGroup")];
    let mut context = Map::new();
    for (key, own) in ids {
        if !spec[own].is_null() {
            context.insert(key.to_owned(), spec[own].clone());
        }
    }
    pod["securityContext"] = context.into();
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "main"},
        "spec": {
            "serviceName": "main", "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}, "annotations": spec["podAnnotations"]}, "spec": pod},
            "volumeClaimTemplates": [{"metadata": {"name": "pgdata"}, "spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}],
        },
    })
}

/// The fields of a container that the operator compares by their text; amounts it compares by what they come to.
const COMPARED: [&str; 8] = [
    "env",
    "envFrom",
    "ports",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "volumeMounts",
    "securityContext",
];

fn differs(written: &Value, read: &Value) -> Option<String> {
    let pod = |value: &Value| value["spec"]["template"]["spec"].clone();
    let (written, read) = (pod(written), pod(read));
    for kind in ["containers", "initContainers"] {
        let list = |value: &Value| value[kind].as_array().cloned().unwrap_or_default();
        for (written, read) in list(&written).iter().zip(list(&read)) {
            for field in COMPARED {
                let (written, read) = (plain(&written[field]), plain(&read[field]));
                if written != read {
                    return Some(format!("{kind} {field}: {written} became {read}"));
                }
            }
        }
    }
    for field in ["affinity", "tolerations", "topologySpreadConstraints"] {
        let (written, read) = (plain(&written[field]), plain(&read[field]));
        if written != read {
            return Some(format!("{field}: {written} became {read}"));
        }
    }
    None
}

/// Without what Go leaves out when it writes: nothing, 0, false, empty texts, lists and maps.
fn plain(value: &Value) -> Value {
    let empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(true) => false,
    };
    match value {
        Value::Array(list) if list.is_empty() => Value::Null,
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(map) => {
            let fields = map.iter().map(|(key, value)| (key.clone(), plain(value)));
            let fields: Map<_, _> = fields.filter(|(_, value)| !empty(value)).collect();
            if fields.is_empty() { Value::Null } else { fields.into() }
        }
        other => other.clone(),
    }
}
