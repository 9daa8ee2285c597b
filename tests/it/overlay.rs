//! What a field of a construct refuses, the overlay refuses as well: each mistake is written both ways.

use crate::project::{APP, Project};

/// A mistake as a field, the same in the operator's words, and the good neighbour of the second.
const MISTAKES: &[[&str; 3]] = &[
    [
        "highAvailability: {strict: true}",
        "patroni: {synchronous_mode_strict: true}",
        "patroni: {synchronous_mode: true, synchronous_mode_strict: true}",
    ],
    [
        "highAvailability: {maximumLag: 1000K}",
        "patroni: {maximum_lag_on_failover: -1}",
        "patroni: {maximum_lag_on_failover: 1}",
    ],
    ["highAvailability: {ttl: 5}", "patroni: {ttl: 5}", "patroni: {ttl: 30}"],
    [
        "highAvailability: {synchronous: true, synchronousReplicas: 0}",
        "patroni: {synchronous_mode: true, synchronous_node_count: 0}",
        "patroni: {synchronous_mode: true, synchronous_node_count: 1}",
    ],
    ["pooler: {user: \"a-b\"}", "connectionPooler: {user: \"a-b\"}", "connectionPooler: {user: a_b}"],
    ["pooler: {schema: \"a b\"}", "connectionPooler: {schema: \"a b\"}", "connectionPooler: {schema: a_b}"],
    [
        "pooler: {instances: 1000}",
        "connectionPooler: {numberOfInstances: 1000}",
        "connectionPooler: {numberOfInstances: 3}",
    ],
    [
        "pooler: {maxConnections: 0}",
        "connectionPooler: {maxDBConnections: 0}",
        "connectionPooler: {maxDBConnections: 60}",
    ],
    ["rotation: {users: [nobody]}", "usersWithSecretRotation: [nobody]", "usersWithSecretRotation: [shop]"],
    [
        "rotation: {inPlace: [nobody]}",
        "usersWithInPlaceSecretRotation: [nobody]",
        "usersWithInPlaceSecretRotation: [shop]",
    ],
    [
        "rotation: {ignore: [nobody]}",
        "usersIgnoringSecretRotation: [nobody]",
        "usersIgnoringSecretRotation: [shop]",
    ],
    ["priorityClass: A_B", "podPriorityClassName: A_B", "podPriorityClassName: a-b"],
    ["tls: {secret: A_B}", "tls: {secretName: A_B}", "tls: {secretName: a-b}"],
    [
        "parameters: {max_connection: 5}",
        "postgresql: {parameters: {max_connection: \"5\"}}",
        "postgresql: {parameters: {max_connections: \"150\"}}",
    ],
    [
        "pgHba: [\"local all all trus\"]",
        "patroni: {pg_hba: [\"local all all trus\"]}",
        "patroni: {pg_hba: [\"local all all trust\", \"hostssl replication standby all md5\", \"hostssl all all all md5\"]}",
    ],
    ["env: [{name: \"a b\", value: c}]", "env: [{name: \"a b\", value: c}]", "env: [{name: a_b, value: c}]"],
    [
        "sidecars: [{name: A_B, image: c, resources: {}}]",
        "sidecars: [{name: A_B, image: c, resources: {}}]",
        "sidecars: [{name: a-b, image: c, resources: {}}]",
    ],
    [
        "tolerations: [{key: a, operator: Exist}]",
        "tolerations: [{key: a, operator: Exist}]",
        "tolerations: [{key: a, operator: Exists}]",
    ],
    ["podAnnotations: {\"a b\": c}", "podAnnotations: {\"a b\": c}", "podAnnotations: {a-b: c}"],
    ["users: {shop: [], postgres: []}", "users: {postgres: []}", "users: {other: []}"],
    ["databases: {shop: {owner: nobody}}", "databases: {shop: nobody}", "databases: {shop: shop}"],
    [
        "databases: {shop: {roles: prepared, schemas: {s: {defaultRoles: false, defaultUsers: true}}}}",
        "preparedDatabases: {shop: {schemas: {s: {defaultRoles: false, defaultUsers: true}}}}",
        "preparedDatabases: {shop: {schemas: {s: {defaultRoles: true, defaultUsers: true}}}}",
    ],
    [
        "databases: {shop: {roles: prepared, extensions: {nothing: public}}}",
        "preparedDatabases: {shop: {extensions: {nothing: public}}}",
        "preparedDatabases: {shop: {extensions: {pgcrypto: public}}}",
    ],
    ["standby: {host: \"\"}", "standby: {standby_host: \"\"}", "standby: {standby_host: other.shop}"],
    [
        "standby: {host: h, port: 99999}",
        "standby: {standby_host: h, standby_port: \"99999\"}",
        "standby: {standby_host: h, standby_port: \"5433\"}",
    ],
    [
        "nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}",
        "nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}",
        "nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}",
    ],
    [
        "exposure: {primary: {nodePort: 99999}}",
        "enableMasterNodePort: true, masterNodePort: 99999",
        "enableMasterNodePort: true, masterNodePort: 30001",
    ],
    [
        "volumes: [{name: a, mountPath: /home/postgres/pgdata, volumeSource: {emptyDir: {}}}]",
        "additionalVolumes: [{name: a, mountPath: /home/postgres/pgdata, volumeSource: {emptyDir: {}}}]",
        "additionalVolumes: [{name: a, mountPath: /a, volumeSource: {emptyDir: {}}}]",
    ],
];

#[test]
fn a_mistake_is_refused_as_a_field_and_as_an_overlay() {
    let run = |fields: &str| {
        let bare = APP
            .replace(", databases: {shop: {owner: shop}}", "")
            .replace("postgres: 18", "postgres: 18, instances: 3");
        let users = if fields.starts_with("users:") { "" } else { "users: {shop: []}, " };
        Project::new().app(&bare.replace("users: {shop: []}", &format!("{users}{fields}"))).run(&["synth"])
    };
    let mut wrong = vec![];
    for [field, overlay, good] in MISTAKES {
        for (fields, code) in
            [((*field).to_owned(), 1), (format!("spec: {{{overlay}}}"), 1), (format!("spec: {{{good}}}"), 0)]
        {
            let said = run(&fields);
            // What Patroni corrects is told, and rendered.
            let told = said.code == 0 && said.err.starts_with("warning: ");
            if said.code != code && !(code == 1 && told) {
                wrong.push(format!("{fields}: {}\n{}", said.code, said.err));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
