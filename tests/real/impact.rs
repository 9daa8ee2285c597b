//! The table of impacts, against the operator's own comparison of StatefulSets.
//!
//! Class bench: the program `operator-compare` has to be on `PATH`. It is built in the operator's source tree: a function in
//! `pkg/cluster` that makes the StatefulSets of two resources (`generateStatefulSet`) and compares them
//! (`compareStatefulSetWith`), under `config.NewFromMap` with the chart's `default_{cpu,memory}_{request,limit}`; and a `main`
//! that reads `{"before": ..., "after": ...}` a line and prints `{"Match": ..., "Replace": ..., "Roll": ..., "Reasons": [...]}`.

use std::io::Write;
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::crds::Mirror;
use pgsynth::constructs::crds::postgresql::{Postgresql, PostgresqlSpec};
use pgsynth::constructs::upstream::behaviour::impact::{Impact, Surroundings, of_cluster, of_path};
use serde_yaml::Value;

use super::parts::{bench, get};

pub const PROGRAM: &str = "operator-compare";

pub fn trials() -> Vec<Trial> {
    vec![bench(&[PROGRAM], "impact::the_operator_compares_alike", compares_alike)]
}

const BASE: &str = "{apiVersion: acid.zalan.do/v1, kind: postgresql, metadata: {name: a-b, namespace: shop}, spec: {teamId: a, numberOfInstances: 2, volume: {size: 10Gi}, postgresql: {version: '16'}}}";

/// A path of the resource, with what its section of `spec` is before and after.
const CHANGES: &[(&str, &str, &str)] = &[
    (
        "additionalVolumes.*.isSubPathExpr",
        "additionalVolumes: [{name: x, mountPath: /x, subPath: a, volumeSource: {emptyDir: {}}}]",
        "additionalVolumes: [{name: x, mountPath: /x, subPath: a, isSubPathExpr: true, volumeSource: {emptyDir: {}}}]",
    ),
    (
        "additionalVolumes.*.mountPath",
        "additionalVolumes: [{name: x, mountPath: /x, volumeSource: {emptyDir: {}}}]",
        "additionalVolumes: [{name: x, mountPath: /y, volumeSource: {emptyDir: {}}}]",
    ),
    (
        "additionalVolumes.*.subPath",
        "additionalVolumes: [{name: x, mountPath: /x, volumeSource: {emptyDir: {}}}]",
        "additionalVolumes: [{name: x, mountPath: /x, subPath: a, volumeSource: {emptyDir: {}}}]",
    ),
    (
        "additionalVolumes.*.targetContainers",
        "additionalVolumes: [{name: x, mountPath: /x, targetContainers: [postgres], volumeSource: {emptyDir: {}}}]",
        "additionalVolumes: [{name: x, mountPath: /x, targetContainers: [y], volumeSource: {emptyDir: {}}}]",
    ),
    (
        "additionalVolumes.*.volumeSource",
        "additionalVolumes: [{name: x, mountPath: /x, volumeSource: {emptyDir: {}}}]",
        "additionalVolumes: [{name: x, mountPath: /x, volumeSource: {emptyDir: {medium: Memory}}}]",
    ),
    ("allowedSourceRanges.*", "allowedSourceRanges: [10.0.0.0/8]", "allowedSourceRanges: [10.0.0.0/9]"),
    (
        "clone.cluster",
        "clone: {cluster: c, timestamp: '2026-01-01T00:00:00+00:00', uid: 3b1c2a9e-0000-4000-8000-000000000000, s3_wal_path: 's3://b/x'}",
        "clone: {cluster: d, timestamp: '2026-01-01T00:00:00+00:00', uid: 3b1c2a9e-0000-4000-8000-000000000000, s3_wal_path: 's3://b/x'}",
    ),
    ("connectionPooler.mode", "connectionPooler: {mode: session}", "connectionPooler: {mode: transaction}"),
    ("databases.*", "databases: {a: b}", "databases: {a: c}"),
    ("dockerImage", "dockerImage: a:1", "dockerImage: a:2"),
    ("enableConnectionPooler", "enableConnectionPooler: false", "enableConnectionPooler: true"),
    ("enableLogicalBackup", "enableLogicalBackup: false", "enableLogicalBackup: true"),
    ("enableMasterLoadBalancer", "enableMasterLoadBalancer: false", "enableMasterLoadBalancer: true"),
    (
        "enableReplicaPoolerNodePort",
        "enableReplicaPoolerNodePort: false",
        "enableReplicaPoolerNodePort: true",
    ),
    ("enableShmVolume", "enableShmVolume: false", "enableShmVolume: true"),
    ("env.*.value", "env: [{name: A, value: a}]", "env: [{name: A, value: b}]"),
    (
        "env.*.valueFrom.secretKeyRef.key",
        "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: a}}}]",
        "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: b}}}]",
    ),
    (
        "envFrom.*.prefix",
        "envFrom: [{prefix: a, secretRef: {name: s}}]",
        "envFrom: [{prefix: b, secretRef: {name: s}}]",
    ),
    (
        "initContainers.*.image",
        "initContainers: [{name: i, image: a:1}]",
        "initContainers: [{name: i, image: a:2}]",
    ),
    (
        "initContainers.*.command.*",
        "initContainers: [{name: i, image: a:1, command: [a]}]",
        "initContainers: [{name: i, image: a:1, command: [b]}]",
    ),
    (
        "initContainers.*.args.*",
        "initContainers: [{name: i, image: a:1, args: [a]}]",
        "initContainers: [{name: i, image: a:1, args: [b]}]",
    ),
    (
        "initContainers.*.imagePullPolicy",
        "initContainers: [{name: i, image: a:1, imagePullPolicy: Always}]",
        "initContainers: [{name: i, image: a:1, imagePullPolicy: Never}]",
    ),
    (
        "initContainers.*.workingDir",
        "initContainers: [{name: i, image: a:1, workingDir: /a}]",
        "initContainers: [{name: i, image: a:1, workingDir: /b}]",
    ),
    (
        "initContainers.*.env.*.value",
        "initContainers: [{name: i, image: a:1, env: [{name: A, value: a}]}]",
        "initContainers: [{name: i, image: a:1, env: [{name: A, value: b}]}]",
    ),
    (
        "livenessProbe.periodSeconds",
        "livenessProbe: {periodSeconds: 10, tcpSocket: {port: 5432}}",
        "livenessProbe: {periodSeconds: 20, tcpSocket: {port: 5432}}",
    ),
    ("logicalBackupSchedule", "logicalBackupSchedule: 1 1 * * *", "logicalBackupSchedule: 2 1 * * *"),
    ("logicalBackupRetention", "logicalBackupRetention: 1 day", "logicalBackupRetention: 2 days"),
    ("maintenanceWindows.*", "maintenanceWindows: ['01:00-06:00']", "maintenanceWindows: ['02:00-06:00']"),
    ("masterNodePort", "masterNodePort: 30001", "masterNodePort: 30002"),
    ("masterServiceAnnotations.*", "masterServiceAnnotations: {a: b}", "masterServiceAnnotations: {a: c}"),
    (
        "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
        "nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}",
        "nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: b, operator: Exists}]}]}}",
    ),
    ("numberOfInstances", "numberOfInstances: 2", "numberOfInstances: 3"),
    ("patroni.failsafe_mode", "patroni: {failsafe_mode: false}", "patroni: {failsafe_mode: true}"),
    ("patroni.initdb.*", "patroni: {initdb: {locale: C}}", "patroni: {initdb: {locale: D}}"),
    ("patroni.loop_wait", "patroni: {loop_wait: 10}", "patroni: {loop_wait: 9}"),
    (
        "patroni.maximum_lag_on_failover",
        "patroni: {maximum_lag_on_failover: 33554432}",
        "patroni: {maximum_lag_on_failover: 33554433}",
    ),
    (
        "patroni.pg_hba.*",
        "patroni: {pg_hba: [local all all trust]}",
        "patroni: {pg_hba: [local all all peer]}",
    ),
    ("patroni.retry_timeout", "patroni: {retry_timeout: 10}", "patroni: {retry_timeout: 9}"),
    (
        "patroni.slots.*.type",
        "patroni: {slots: {a: {type: physical}}}",
        "patroni: {slots: {a: {type: logical}}}",
    ),
    ("patroni.synchronous_mode", "patroni: {synchronous_mode: false}", "patroni: {synchronous_mode: true}"),
    (
        "patroni.synchronous_mode_strict",
        "patroni: {synchronous_mode_strict: false}",
        "patroni: {synchronous_mode_strict: true}",
    ),
    (
        "patroni.synchronous_node_count",
        "patroni: {synchronous_node_count: 1}",
        "patroni: {synchronous_node_count: 2}",
    ),
    ("patroni.ttl", "patroni: {ttl: 30}", "patroni: {ttl: 40}"),
    ("podAnnotations.*", "podAnnotations: {a: b}", "podAnnotations: {a: c}"),
    ("podPriorityClassName", "podPriorityClassName: a", "podPriorityClassName: b"),
    (
        "postgresql.parameters.work_mem",
        "postgresql: {version: '16', parameters: {work_mem: 4MB}}",
        "postgresql: {version: '16', parameters: {work_mem: 8MB}}",
    ),
    (
        "postgresql.parameters.max_connections",
        "postgresql: {version: '16', parameters: {max_connections: '100'}}",
        "postgresql: {version: '16', parameters: {max_connections: '200'}}",
    ),
    (
        "postgresql.parameters.shared_buffers",
        "postgresql: {version: '16', parameters: {shared_buffers: 1GB}}",
        "postgresql: {version: '16', parameters: {shared_buffers: 2GB}}",
    ),
    (
        "postgresql.parameters.log_destination",
        "postgresql: {version: '16', parameters: {log_destination: stderr}}",
        "postgresql: {version: '16', parameters: {log_destination: csvlog}}",
    ),
    (
        "postgresql.parameters.huge_pages",
        "postgresql: {version: '16'}",
        "postgresql: {version: '16', parameters: {huge_pages: 'off'}}",
    ),
    (
        "preparedDatabases.*.defaultUsers",
        "preparedDatabases: {a: {}}",
        "preparedDatabases: {a: {defaultUsers: true}}",
    ),
    ("replicaServiceAnnotations.*", "replicaServiceAnnotations: {a: b}", "replicaServiceAnnotations: {a: c}"),
    (
        "resources.limits.cpu",
        "resources: {limits: {cpu: '1'}, requests: {cpu: 100m}}",
        "resources: {limits: {cpu: '2'}, requests: {cpu: 100m}}",
    ),
    ("resources.limits.memory", "resources: {limits: {memory: 1Gi}}", "resources: {limits: {memory: 2Gi}}"),
    ("resources.requests.cpu", "resources: {requests: {cpu: 100m}}", "resources: {requests: {cpu: 200m}}"),
    (
        "resources.requests.memory",
        "resources: {requests: {memory: 100Mi}}",
        "resources: {requests: {memory: 200Mi}}",
    ),
    ("schedulerName", "schedulerName: a", "schedulerName: b"),
    ("serviceAnnotations.*", "serviceAnnotations: {a: b}", "serviceAnnotations: {a: c}"),
    ("sidecars.*.image", "sidecars: [{name: s, image: a:1}]", "sidecars: [{name: s, image: a:2}]"),
    (
        "sidecars.*.command.*",
        "sidecars: [{name: s, image: a:1, command: [a]}]",
        "sidecars: [{name: s, image: a:1, command: [b]}]",
    ),
    (
        "sidecars.*.env.*.value",
        "sidecars: [{name: s, image: a:1, env: [{name: A, value: a}]}]",
        "sidecars: [{name: s, image: a:1, env: [{name: A, value: b}]}]",
    ),
    (
        "sidecars.*.ports.*.containerPort",
        "sidecars: [{name: s, image: a:1, ports: [{containerPort: 1}]}]",
        "sidecars: [{name: s, image: a:1, ports: [{containerPort: 2}]}]",
    ),
    (
        "sidecars.*.ports.*.name",
        "sidecars: [{name: s, image: a:1, ports: [{containerPort: 1, name: a}]}]",
        "sidecars: [{name: s, image: a:1, ports: [{containerPort: 1, name: b}]}]",
    ),
    (
        "sidecars.*.resources.limits.memory",
        "sidecars: [{name: s, image: a:1, resources: {limits: {memory: 1Gi}}}]",
        "sidecars: [{name: s, image: a:1, resources: {limits: {memory: 2Gi}}}]",
    ),
    ("spiloFSGroup", "spiloFSGroup: 1", "spiloFSGroup: 2"),
    ("spiloRunAsGroup", "spiloRunAsGroup: 1", "spiloRunAsGroup: 2"),
    ("spiloRunAsUser", "spiloRunAsUser: 1", "spiloRunAsUser: 2"),
    ("standby.s3_wal_path", "standby: {s3_wal_path: 's3://a/b'}", "standby: {s3_wal_path: 's3://a/c'}"),
    ("teamId", "teamId: a", "teamId: b"),
    ("tls.secretName", "tls: {secretName: a}", "tls: {secretName: b}"),
    ("tls.certificateFile", "tls: {secretName: a}", "tls: {secretName: a, certificateFile: b}"),
    (
        "tolerations.*.key",
        "tolerations: [{key: a, operator: Exists}]",
        "tolerations: [{key: b, operator: Exists}]",
    ),
    (
        "topologySpreadConstraints",
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]",
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: b, whenUnsatisfiable: DoNotSchedule}]",
    ),
    ("users.*", "users: {a: []}", "users: {a: [createdb]}"),
    ("usersWithSecretRotation.*", "usersWithSecretRotation: [a]", "usersWithSecretRotation: [b]"),
    ("volume.iops", "volume: {size: 10Gi, iops: 3000}", "volume: {size: 10Gi, iops: 4000}"),
    (
        "volume.isSubPathExpr",
        "volume: {size: 10Gi, subPath: a}",
        "volume: {size: 10Gi, subPath: a, isSubPathExpr: true}",
    ),
    (
        "volume.selector",
        "volume: {size: 10Gi, selector: {matchLabels: {a: b}}}",
        "volume: {size: 10Gi, selector: {matchLabels: {a: c}}}",
    ),
    ("volume.size", "volume: {size: 10Gi}", "volume: {size: 20Gi}"),
    ("volume.storageClass", "volume: {size: 10Gi, storageClass: a}", "volume: {size: 10Gi, storageClass: b}"),
    ("volume.subPath", "volume: {size: 10Gi, subPath: a}", "volume: {size: 10Gi, subPath: b}"),
];

/// Parts of the schema whose fields are all of one kind, of which one stands for the others.
fn covered(leaf: &str) -> bool {
    CHANGES.iter().any(|(path, ..)| {
        let section = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
        section(path) == section(leaf) || of_path(leaf).is_some_and(|(impact, _)| impact == Impact::None)
    })
}

fn resource(section: &str) -> Value {
    let mut value: Value = serde_yaml::from_str(BASE).unwrap();
    let section: Value =
        serde_yaml::from_str(&format!("{{{section}}}")).unwrap_or_else(|error| panic!("{section}: {error}"));
    for (key, of) in section.as_mapping().unwrap() {
        value["spec"].as_mapping_mut().unwrap().insert(key.clone(), of.clone());
    }
    value
}

fn compares_alike() -> Result<(), Failed> {
    for leaf in PostgresqlSpec::schema().leaves() {
        if !covered(&leaf) {
            return Err(format!("`{leaf}` is changed by no case").into());
        }
    }
    let pairs = CHANGES.iter().map(|(_, before, after)| (resource(before), resource(after)));
    let output = compared(pairs)?;
    let mut wrong = vec![];
    let mut lines = output.lines();
    for (path, before, after) in CHANGES {
        let line = lines.next().ok_or_else(|| format!("no answer for `{path}`"))?;
        let theirs: serde_json::Value = serde_json::from_str(line)?;
        if let Some(error) = theirs["error"].as_str() {
            wrong.push(format!("{path}: {error}"));
            continue;
        }
        let typed = |section: &str| serde_yaml::from_value::<Postgresql>(resource(section));
        let changes = of_cluster(&typed(before)?, &typed(after)?, &Surroundings::default());
        let ours = changes.iter().map(|change| change.impact).max();
        let (roll, replace) = (theirs["Roll"] == true, theirs["Replace"] == true);
        let alike = match ours {
            Some(Impact::Roll) => roll,
            Some(Impact::Replaced) => replace && !roll,
            _ => !roll && !replace,
        };
        if !alike {
            wrong.push(format!(
                "{path}: ours {ours:?}, the operator's roll {roll}, replace {replace}: {}",
                theirs["Reasons"]
            ));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n").into()),
    }
}

/// What the program answers about these pairs, a line each.
pub fn compared<T: serde::Serialize>(pairs: impl Iterator<Item = (T, T)>) -> Result<String, Failed> {
    let mut input = String::new();
    for (before, after) in pairs {
        input += &format!("{}\n", serde_json::json!({ "before": before, "after": after }));
    }
    let mut child = Command::new(get(PROGRAM))
        .env("OPERATOR_NAMESPACE", "postgres-operator")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    // Beside reading: its answers may fill the pipe before it has read everything.
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = String::from_utf8(child.wait_with_output()?.stdout)?;
    writing.join().map_err(|_| "writing panicked")??;
    Ok(output)
}
