//! Every trap that is decided from the app: the bad input, and the nearest good one.

use pgsynth::constructs::Past;
use pgsynth::constructs::traps::{Fate, Record, TABLE};
use pgsynth::load;

/// Where the text of a case goes.
#[derive(Clone, Copy)]
enum At {
    /// Fields of the cluster `main`.
    Cluster,
    /// Further clusters of its chart.
    Clusters,
    /// The operator's configuration.
    Operator,
    /// Fields of the chart.
    Chart,
    /// The operator, one that runs already.
    External,
    /// The record of the last rendering; the fields of the cluster are the second text.
    Past,
}

struct Case {
    id: &'static str,
    platform: &'static str,
    at: At,
    bad: &'static str,
    good: &'static str,
}

const fn case(
    id: &'static str,
    platform: &'static str,
    at: At,
    bad: &'static str,
    good: &'static str,
) -> Case {
    Case { id, platform, at, bad, good }
}

const LONGHORN: &str = "provisioner: driver.longhorn.io, volumeBindingMode: WaitForFirstConsumer";

const CASES: &[Case] = &[
    case(
        "T122",
        "other",
        At::External,
        "{}, watch: all}\nmonitoring: {labels: {release: p}",
        "{}, watch: all}\nmonitoring: {prometheus: {namespace: monitoring}",
    ),
    case(
        "T01",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a, timestamp: \"2026-11-24T10:00:00+00:00\"}}",
        "spec: {clone: {cluster: a, uid: f81d4fae-7dec-11d0-a765-00a0c91e6bf6, timestamp: \"2026-11-24T10:00:00+00:00\"}}",
    ),
    case(
        "T02",
        "other",
        At::Cluster,
        "env: [{name: CLONE_TARGET_TIME, value: \"2026-11-24T10:00:00\"}]",
        "env: [{name: CLONE_TARGET_TIME, value: \"2026-11-24T10:00:00+00:00\"}]",
    ),
    case(
        "T04",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a, timestamp: \"2026-02-29T10:00:00+00:00\"}}",
        "spec: {clone: {cluster: a, timestamp: \"2028-02-29T10:00:00+00:00\"}}",
    ),
    case("T05", "other", At::Cluster, "spec: {clone: {cluster: \"\"}}", "spec: {clone: {cluster: a}}"),
    case(
        "T06",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a}}",
        "spec: {clone: {cluster: a, timestamp: \"2026-11-24T10:00:00+00:00\"}}",
    ),
    case(
        "T07",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a, uid: f81d4fae-7dec-11d0-a765-00a0c91e6bf6, s3_wal_path: \"s3://b/spilo/a/wal\"}}",
        "spec: {clone: {cluster: a, s3_wal_path: \"s3://b/spilo/a/wal\"}}",
    ),
    case(
        "T08",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a, s3_wal_path: \"s3://b/spilo/a/wal/17\"}}",
        "spec: {clone: {cluster: a, s3_wal_path: \"s3://b/spilo/a/wal\"}}",
    ),
    case(
        "T09",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a, s3_access_key_id: x}}",
        "spec: {clone: {cluster: a}}",
    ),
    case(
        "T10",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a}}, env: [{name: clone_scope, value: b}]",
        "spec: {clone: {cluster: a}}",
    ),
    case(
        "T11",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a, s3_endpoint: \"https://h\", timestamp: \"2026-11-24T10:00:00+00:00\"}}",
        "spec: {clone: {cluster: a, timestamp: \"2026-11-24T10:00:00+00:00\"}}",
    ),
    case(
        "T12",
        "other",
        At::Cluster,
        "spec: {clone: {cluster: a, timestamp: \"2026-11-24T10:00:00+00:00\"}}",
        "spec: {clone: {cluster: a}}",
    ),
    case(
        "T14",
        "other",
        At::Cluster,
        "standby: {host: h}, spec: {clone: {cluster: a}}",
        "standby: {host: h}",
    ),
    case(
        "T15",
        "other",
        At::Clusters,
        "copy: {<<: *base, postgres: 17, restore: {cluster: main, generation: 1, at: latest, backup: b}}",
        "copy: {<<: *base, restore: {cluster: main, generation: 1, at: latest, backup: b}}",
    ),
    case(
        "T16",
        "other",
        At::Clusters,
        "copy: {<<: *base, users: {web: []}, restore: {cluster: main, generation: 1, at: latest, backup: b}}",
        "copy: {<<: *base, users: {shop: [], web: []}, restore: {cluster: main, generation: 1, at: latest, backup: b}}",
    ),
    case(
        "T17",
        "other",
        At::Cluster,
        "spec: {standby: {standby_host: \"\"}}",
        "spec: {standby: {standby_host: h}}",
    ),
    case(
        "T19",
        "other",
        At::Cluster,
        "standby: {host: h}, instances: 1",
        "standby: {host: h}, instances: 1, users: {}",
    ),
    case(
        "T21",
        "other",
        At::External,
        "{}, watch: all, podEnvironment: [WALG_S3_PREFIX]",
        "{}, watch: all, podEnvironment: [AWS_REGION]",
    ),
    case(
        "T22",
        "other",
        At::Cluster,
        "env: [{name: wal_s3_bucket, value: b}]",
        "env: [{name: wal_s4_bucket, value: b}]",
    ),
    case(
        "T23",
        "other",
        At::Cluster,
        "env: [{name: WAL_S3_BUCKET, value: \"\"}]",
        "env: [{name: WAL_S3_BUCKET, value: b}]",
    ),
    case(
        "T23",
        "other",
        At::Cluster,
        "parameters: {archive_command: /bin/true}",
        "parameters: {archive_timeout: 60}",
    ),
    case(
        "T24",
        "other",
        At::External,
        "{aws_or_gcp: {wal_s3_bucket: b}}",
        "{aws_or_gcp: {wal_s3_bucket: b}}, watch: all, podEnvironment: [AWS_ACCESS_KEY_ID]",
    ),
    case(
        "T25",
        "other",
        At::Cluster,
        "env: [{name: AWS_ENDPOINT, value: \"https://h\"}]",
        "env: [{name: AWS_ENDPOINT, value: \"https://h\"}, {name: WALG_DISABLE_S3_SSE, value: \"true\"}]",
    ),
    case("T25", "other", At::Cluster, "env: [{name: AWS_ENDPOINT, value: \"https://h\"}]", "backup: s3"),
    case(
        "T26",
        "other",
        At::Cluster,
        "postgres: 17, spec: {dockerImage: \"ghcr.io/zalando/spilo-17:4.0-p3\"}, env: [{name: AWS_ENDPOINT, value: \"https://h\"}]",
        "postgres: 17, spec: {dockerImage: \"ghcr.io/zalando/spilo-17:4.0-p3\"}, backup: s3",
    ),
    case(
        "T27",
        "other",
        At::Cluster,
        "env: [{name: AWS_ENDPOINT, value: \"https://h\"}, {name: AWS_S3_FORCE_PATH_STYLE, value: \"false\"}]",
        "backup: host",
    ),
    case(
        "T28",
        "other",
        At::Cluster,
        "env: [{name: WALG_TAR_SIZE_THRESHOLD, value: \"1\"}]",
        "env: [{name: WALG_DELTA_MAX_STEPS, value: \"1\"}]",
    ),
    case(
        "T32",
        "other",
        At::Operator,
        "aws_or_gcp: {additional_secret_mount: s, additional_secret_mount_path: /run/etc/wal-e.d/env}",
        "aws_or_gcp: {additional_secret_mount: s, additional_secret_mount_path: /meta/credentials}",
    ),
    case(
        "T34",
        "other",
        At::Cluster,
        "env: [{name: BACKUP_NUM_TO_RETAIN, value: \"1\"}]",
        "env: [{name: BACKUP_NUM_TO_RETAIN, value: \"2\"}]",
    ),
    case(
        "T35",
        "other",
        At::Past,
        "{clusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, postgres: 17, root: \"s3://bucket/spilo/shop/main/1/wal\", generation: 1}}}",
        "{clusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, postgres: 18, root: \"s3://bucket/spilo/shop/main/1/wal\", generation: 1}}}",
    ),
    case(
        "T37",
        "other",
        At::Clusters,
        "c1: {<<: *base, backup: b}\n      c2: {<<: *base, backup: b}\n      c3: {<<: *base, backup: b}\n      c4: {<<: *base, backup: b}",
        "c1: {<<: *base, backup: wide}\n      c2: {<<: *base, backup: wide}\n      c3: {<<: *base, backup: wide}\n      c4: {<<: *base, backup: wide}",
    ),
    case(
        "T38",
        "other",
        At::Cluster,
        "env: [{name: pgversion, value: \"17\"}]",
        "env: [{name: PGTZ, value: UTC}]",
    ),
    case(
        "T30",
        "other",
        At::Operator,
        "kubernetes: {cluster_labels: {app: spilo}}",
        "kubernetes: {cluster_labels: {application: spilo, app: spilo}}",
    ),
    case("T47", "other", At::Cluster, "instances: 1", "instances: 2"),
    case(
        "T48",
        "other",
        At::Cluster,
        "instances: 1, highAvailability: {synchronous: true, strict: true}",
        "instances: 3, highAvailability: {synchronous: true, strict: true}",
    ),
    case(
        "T48",
        "other",
        At::Cluster,
        "instances: 2, highAvailability: {synchronous: true, strict: true}",
        "instances: 2, highAvailability: {synchronous: true}",
    ),
    case(
        "T49",
        "other",
        At::Cluster,
        "highAvailability: {synchronous: true, synchronousReplicas: 3}",
        "highAvailability: {synchronous: true, synchronousReplicas: 2}",
    ),
    case("T50", "other", At::Cluster, "highAvailability: {ttl: 25}", "highAvailability: {ttl: 30}"),
    case("T51", "k3s", At::Cluster, "instances: 3", "spread: {nodes: preferred}"),
    case(
        "T53",
        "other",
        At::Cluster,
        "spec: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]}",
        "spread: {constraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]}",
    ),
    case(
        "T54",
        "other",
        At::Operator,
        "kubernetes: {node_readiness_label: {ready: yes-please}}",
        "kubernetes: {node_readiness_label: {ready: yes-please}, node_readiness_label_merge: AND}",
    ),
    case("T56", "other", At::External, "{}", "{kubernetes: {enable_readiness_probe: true}}"),
    case(
        "T57",
        "other",
        At::Cluster,
        "instances: 1, pooler: {replicas: true}",
        "instances: 2, pooler: {replicas: true}",
    ),
    case("T58", "other", At::Operator, "max_instances: 2", "max_instances: 3"),
    case(
        "T60",
        "other",
        At::Cluster,
        "volumes: [{name: a, mountPath: /a, volumeSource: {persistentVolumeClaim: {claimName: raw}}}]",
        "volumes: [{name: a, mountPath: /a, volumeSource: {persistentVolumeClaim: {claimName: shared}}}]",
    ),
    case(
        "T61",
        "other",
        At::Operator,
        "kubernetes: {pdb_master_label_selector: false}",
        "kubernetes: {pdb_master_label_selector: true}",
    ),
    case(
        "T62",
        "other",
        At::Operator,
        "major_version_upgrade: {major_version_upgrade_mode: \"off\"}",
        "major_version_upgrade: {major_version_upgrade_mode: manual}",
    ),
    case(
        "T63",
        "other",
        At::Cluster,
        "spec: {dockerImage: ghcr.io/zalando/spilo-17:4.0-p3}",
        "postgres: 17, spec: {dockerImage: ghcr.io/zalando/spilo-17:4.0-p3}",
    ),
    case(
        "T64",
        "other",
        At::Cluster,
        "maintenanceWindows: [Sat:22:00-02:00]",
        "maintenanceWindows: [Sat:22:00-23:59, Sun:00:00-02:00]",
    ),
    case(
        "T64",
        "other",
        At::Cluster,
        "maintenanceWindows: [Sat:2:5-5:10]",
        "maintenanceWindows: [Sat:2:05-5:10]",
    ),
    case(
        "T65",
        "other",
        At::Cluster,
        "maintenanceWindows: [Sat:22:00-22:30]",
        "maintenanceWindows: [Sat:22:00-23:00]",
    ),
    case(
        "T67",
        "other",
        At::Past,
        "configMaps: false\nclusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, class: c}}",
        "configMaps: false\nclusters: {shop/main: {namespace: shop, instances: 1, size: 10Gi, class: c}}",
    ),
    case(
        "T68",
        "other",
        At::Operator,
        "kubernetes: {enable_secrets_deletion: true}",
        "kubernetes: {enable_secrets_deletion: false}",
    ),
    case(
        "T69",
        "other",
        At::Operator,
        "kubernetes: {enable_finalizers: true}",
        "kubernetes: {enable_finalizers: false}",
    ),
    case(
        "T71",
        "other",
        At::Past,
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 5Gi, class: c}}",
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, class: c}}",
    ),
    case(
        "T72",
        "other",
        At::Past,
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 20Gi, class: c}}",
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, class: c}}",
    ),
    case(
        "T73",
        "other",
        At::Past,
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, class: d}}",
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, class: c}}",
    ),
    case("T74", "other", At::Cluster, "volume: {size: \"10\"}", "volume: {size: 10Gi}"),
    case("T74", "other", At::Cluster, "volume: {size: 1.5e3Gi}", "volume: {size: 1500Gi}"),
    case(
        "T75",
        "other",
        At::Operator,
        "kubernetes: {persistent_volume_claim_retention_policy: {when_deleted: Retain}}",
        "kubernetes: {persistent_volume_claim_retention_policy: {when_deleted: retain}}",
    ),
    case(
        "T76",
        "other",
        At::Cluster,
        "volumes: [{name: a, mountPath: /a, volumeSource: {persistentVolume: {claimName: a, readOnly: true}}}]",
        "volumes: [{name: a, mountPath: /a, volumeSource: {PersistentVolumeClaim: {claimName: a, readOnly: true}}}]",
    ),
    case(
        "T76",
        "other",
        At::Cluster,
        "volumes: [{name: a, mountPath: /a, volumeSource: {secret: {name: a}}}]",
        "volumes: [{name: a, mountPath: /a, volumeSource: {secret: {secretName: a}}}]",
    ),
    case(
        "T77",
        "other",
        At::Cluster,
        "volumes: [{name: a, mountPath: /a, volumeSource: {emptyDir: {}}}, {name: b, mountPath: /a/, volumeSource: {emptyDir: {}}}]",
        "volumes: [{name: a, mountPath: /a, volumeSource: {emptyDir: {}}}, {name: b, mountPath: /b, volumeSource: {emptyDir: {}}}]",
    ),
    case(
        "T77",
        "other",
        At::Cluster,
        "volumes: [{name: a, mountPath: /home/postgres/pgdata, volumeSource: {emptyDir: {}}}]",
        "volumes: [{name: a, mountPath: /home/postgres/pgdata2, volumeSource: {emptyDir: {}}}]",
    ),
    case("T78", "other", At::Cluster, "spec: {volume: {iops: 3000}}", "spec: {}"),
    case("T79", "other", At::External, "{}", "{postgres_pod_resources: {default_memory_limit: 1Gi}}"),
    case("T80", "other", At::Cluster, "resources: {memory: 128Mi}", "resources: {memory: 256Mi}"),
    case(
        "T81",
        "other",
        At::Cluster,
        "sidecars: [{name: a, image: a}]",
        "sidecars: [{name: a, image: a, resources: {limits: {memory: 64Mi}}}]",
    ),
    case("T83", "other", At::Cluster, "sidecars: [{name: a}]", "sidecars: [{name: a, image: a}]"),
    case(
        "T83",
        "other",
        At::Cluster,
        "sidecars: [{name: postgres, image: a}]",
        "sidecars: [{name: postgres-exporter, image: a}]",
    ),
    case(
        "T84",
        "other",
        At::Cluster,
        "parameters: {shared_preload_libraries: \"pg_stat_statements,vectors\"}",
        "parameters: {shared_preload_libraries: \"bg_mon,pg_auth_mon,pg_cron,pg_stat_statements,pgextwlist,set_user,vectors\"}",
    ),
    case(
        "T85",
        "other",
        At::Cluster,
        "postgres: 17, initdb: {data-checksums: \"false\"}",
        "postgres: 17, initdb: {encoding: UTF8}",
    ),
    case(
        "T86",
        "other",
        At::Cluster,
        "pgHba: [hostssl all all all md5]",
        "pgHba: [local all all trust, hostssl replication standby all md5, hostssl all all all md5]",
    ),
    case(
        "T88",
        "other",
        At::Cluster,
        "pooler: {}, parameters: {max_connections: 50}",
        "pooler: {}, parameters: {max_connections: 100}",
    ),
    case("T89", "other", At::Cluster, "spec: {enableShmVolume: false}", "spec: {enableShmVolume: true}"),
    case(
        "T90",
        "other",
        At::Cluster,
        "parameters: {password_encryption: md5}",
        "parameters: {password_encryption: scram-sha-256}",
    ),
    case(
        "T91",
        "other",
        At::Cluster,
        "tls: {secret: a}, spec: {spiloFSGroup: 100}",
        "tls: {secret: a}, spec: {spiloFSGroup: 103}",
    ),
    case(
        "T92",
        "other",
        At::Cluster,
        "tls: {secret: a, caSecret: b}",
        "tls: {secret: a, caSecret: b, ca: ca.crt}",
    ),
    case(
        "T94",
        "other",
        At::Cluster,
        "pooler: {instances: 4, maxConnections: 7}",
        "pooler: {instances: 4, maxConnections: 8}",
    ),
    case("T95", "other", At::Cluster, "pooler: {user: postgres}", "pooler: {user: pgbouncer}"),
    case("T97", "other", At::Cluster, "users: {admin: []}", "users: {administrator: []}"),
    case("T97", "other", At::Cluster, "users: {pooler: []}, pooler: {}", "users: {pooler: []}"),
    case("T98", "other", At::Cluster, "databases: {shop: {owner: shpo}}", "databases: {shop: {owner: shop}}"),
    case(
        "T98",
        "other",
        At::Cluster,
        "databases: {shop: {owner: postgres}}",
        "databases: {shop: {owner: a_owner_user}, a: {roles: prepared, defaultUsers: true}}",
    ),
    case(
        "T98",
        "other",
        At::Cluster,
        "databases: {shop-1: {owner: shop}}",
        "databases: {shop_1: {owner: shop}}",
    ),
    case("T99", "other", At::Cluster, "users: {a_b: [], a-b: []}", "users: {a_b: [], a-c: []}"),
    case("T100", "other", At::Cluster, "users: {Shop: []}", "users: {shop-2: []}"),
    case("T100", "other", At::Cluster, "users: {shop: [login, nologin]}", "users: {shop: [login, createdb]}"),
    case(
        "T102",
        "other",
        At::Cluster,
        "databases: {shop: {roles: prepared}}, spec: {databases: {shop: shop}}",
        "databases: {shop: {roles: prepared}}, spec: {databases: {shop: shop_owner}}",
    ),
    case(
        "T103",
        "other",
        At::Cluster,
        "databases: {shop: {roles: prepared, secretNamespace: a}}",
        "databases: {shop: {roles: prepared}}",
    ),
    case(
        "T104",
        "other",
        At::Cluster,
        "databases: {shop: {owner: shop}}, rotation: {users: [shop]}",
        "databases: {shop: {owner: shop}}, rotation: {inPlace: [shop]}",
    ),
    case(
        "T105",
        "other",
        At::Operator,
        "kubernetes: {inherited_labels: [application]}",
        "kubernetes: {inherited_labels: [app.kubernetes.io/part-of]}",
    ),
    case(
        "T106",
        "other",
        At::Cluster,
        "exposure: {primary: {loadBalancer: {}}}",
        "exposure: {primary: {loadBalancer: {}}, sourceRanges: [10.0.0.0/8]}",
    ),
    case(
        "T107",
        "other",
        At::Cluster,
        "exposure: {primary: {nodePort: 5432}}",
        "exposure: {primary: {nodePort: 30432}}",
    ),
    case(
        "T109",
        "other",
        At::Clusters,
        "a23456789-123456789-123456789-123456789-123456789-12: {<<: *base, allowLongName: true}",
        "a23456789-123456789-123456789-123456789-123456789-1: {<<: *base, allowLongName: true}",
    ),
    case("T110", "other", At::Clusters, "main-repl: *base", "main-replica: *base"),
    case("T111", "other", At::External, "{}, watch: elsewhere", "{}, watch: shop"),
    case(
        "T111",
        "other",
        At::Cluster,
        "annotations: {acid.zalan.do/controller: second}",
        "annotations: {acid.zalan.do/other: second}",
    ),
    case("T112", "other", At::Operator, "sidecars: {a: b}", "sidecar_docker_images: {a: b}"),
    case(
        "T118",
        "other",
        At::Operator,
        "kubernetes: {secret_name_template: \"{namespace}.{username}.{cluster}\"}",
        "kubernetes: {secret_name_template: \"{username}.{cluster}\"}",
    ),
    case(
        "T119",
        "other",
        At::Operator,
        "enable_lazy_spilo_upgrade: true",
        "enable_lazy_spilo_upgrade: false",
    ),
    case(
        "T120",
        "other",
        At::Operator,
        "kubernetes: {pod_environment_configmap: a}",
        "kubernetes: {pod_environment_configmap: b/a}",
    ),
    case(
        "T125",
        "other",
        At::Cluster,
        "spec: {streams: [{applicationId: a, database: shop, tables: {a: {eventType: a}}}]}",
        "spec: {streams: []}",
    ),
    case(
        "L1",
        "other",
        At::Chart,
        "parameters: {dataLocality: strict-local, numberOfReplicas: \"2\"}",
        "parameters: {dataLocality: strict-local, numberOfReplicas: \"1\"}",
    ),
    case(
        "L1",
        "other",
        At::Chart,
        "parameters: {dataLocality: strict-local, numberOfReplicas: \"1\", dataEngine: v2}",
        "parameters: {dataLocality: strict-local, numberOfReplicas: \"1\", dataEngine: v1}",
    ),
    case(
        "L2",
        "other",
        At::Chart,
        "parameters: {dataLocality: strict-local, numberOfReplicas: \"1\"}, allowedTopologies: [{matchLabelExpressions: []}]",
        "parameters: {dataLocality: best-effort}, allowedTopologies: [{matchLabelExpressions: []}]",
    ),
    case(
        "L3",
        "other",
        At::Chart,
        "parameters: {numberOfReplicas: 2}",
        "parameters: {numberOfReplicas: \"2\"}",
    ),
    case(
        "L3",
        "other",
        At::Chart,
        "parameters: {freezeFSForSnapshot: enabled}",
        "parameters: {freezeFilesystemForSnapshot: enabled}",
    ),
    case(
        "L3",
        "other",
        At::Chart,
        "parameters: {numberOfReplica: \"2\"}",
        "parameters: {numberOfReplicas: \"2\"}",
    ),
    case(
        "L4",
        "other",
        At::Chart,
        "parameters: {recurringJobSelector: '[{\"name\":\"a\",\"isGroup\":true,}]'}",
        "parameters: {recurringJobSelector: '[{\"name\":\"a\",\"isGroup\":true}]'}",
    ),
    case(
        "L4",
        "other",
        At::Chart,
        "parameters: {nodeSelector: \"a, b\"}",
        "parameters: {nodeSelector: \"a,b\"}",
    ),
    case(
        "L5",
        "hetzner",
        At::Cluster,
        "volume: {size: 10Gi, class: three}",
        "instances: 1, volume: {size: 10Gi, class: three}",
    ),
    case(
        "L6",
        "k3s",
        At::Cluster,
        "instances: 1, volume: {size: 10Gi, class: local-path}",
        "instances: 1, volume: {size: 10Gi, class: c}",
    ),
    case(
        "L7",
        "other",
        At::Chart,
        "parameters: {fsType: ext4}",
        "parameters: {recurringJobSelector: '[{\"name\":\"a\",\"isGroup\":true}]'}",
    ),
    case(
        "L9",
        "hetzner",
        At::Cluster,
        "exposure: {primary: {loadBalancer: {}}}",
        "exposure: {primary: {loadBalancer: {networkZone: eu-central}}}",
    ),
    case(
        "L10",
        "hetzner",
        At::Cluster,
        "spec: {enableMasterLoadBalancer: true, masterServiceAnnotations: {load-balancer.hetzner.cloud/location: fsn1}}",
        "exposure: {primary: {loadBalancer: {location: fsn1, public: true}}}",
    ),
    case(
        "L11",
        "hetzner",
        At::Cluster,
        "exposure: {primary: {loadBalancer: {location: fsn1}, annotations: {load-balancer.hetzner.cloud/uses-proxyprotocol: \"true\"}}}",
        "exposure: {primary: {loadBalancer: {location: fsn1}, annotations: {load-balancer.hetzner.cloud/uses-proxyprotocol: \"false\"}}}",
    ),
    case(
        "L12",
        "hetzner",
        At::Cluster,
        "exposure: {primary: {loadBalancer: {location: fsn1}, annotations: {load-balancer.hetzner.cloud/health-check-interval: \"5\"}}}",
        "exposure: {primary: {loadBalancer: {location: fsn1, healthCheck: {interval: 5s}}}}",
    ),
    case(
        "L13",
        "hetzner",
        At::Cluster,
        "pooler: {}, exposure: {primary: {through: both, loadBalancer: {location: fsn1}, annotations: {load-balancer.hetzner.cloud/name: a}}}",
        "pooler: {}, exposure: {primary: {through: pooler, loadBalancer: {location: fsn1}, annotations: {load-balancer.hetzner.cloud/name: a}}}",
    ),
    case(
        "L14",
        "hetzner",
        At::Cluster,
        "exposure: {primary: {loadBalancer: {location: fsn1}, annotations: {load-balancer.hetzner.cloud/use-private-ip: \"false\"}}}",
        "exposure: {primary: {loadBalancer: {location: fsn1}}}",
    ),
    case(
        "L15",
        "hetzner",
        At::Cluster,
        "spread: {constraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}]}",
        "spread: {regions: preferred}",
    ),
    case(
        "L16",
        "other",
        At::Chart,
        "provisioner: csi.hetzner.cloud, volumeBindingMode: Immediate",
        "provisioner: csi.hetzner.cloud, volumeBindingMode: WaitForFirstConsumer",
    ),
    case("L17", "hetzner", At::Cluster, "volume: {size: 5Gi}", "volume: {size: 10Gi}"),
    case(
        "L18",
        "k3s",
        At::Past,
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 5Gi, class: local-path}}",
        "clusters: {shop/main: {namespace: shop, instances: 3, size: 10Gi, class: local-path}}",
    ),
    case(
        "L19",
        "k3s",
        At::Cluster,
        "exposure: {primary: {loadBalancer: {}}}",
        "exposure: {primary: {loadBalancer: {}}, sourceRanges: [192.168.0.0/16]}",
    ),
    case(
        "L19",
        "k3s",
        At::Cluster,
        "exposure: {primary: {loadBalancer: {}}, replicas: {loadBalancer: {}}, sourceRanges: [192.168.0.0/16]}",
        "exposure: {primary: {loadBalancer: {}}, replicas: {nodePort: 30433}, sourceRanges: [192.168.0.0/16]}",
    ),
    case(
        "L20",
        "other",
        At::Cluster,
        "parameters: {huge_pages: try}",
        "parameters: {huge_pages: try}, resources: {hugepages2Mi: 512Mi}",
    ),
    case(
        "L21",
        "other",
        At::Operator,
        "kubernetes: {additional_pod_capabilities: [SYS_NICE]}",
        "kubernetes: {additional_pod_capabilities: [CHOWN]}",
    ),
    case(
        "L22",
        "other",
        At::Operator,
        "kubernetes: {spilo_allow_privilege_escalation: false}",
        "kubernetes: {spilo_allow_privilege_escalation: true}",
    ),
];

/// The ids of everything that is wrong with an app that has this text in this place.
fn found(case: &Case, text: &str) -> Vec<String> {
    let Case { at, platform, .. } = case;
    let here =
        |wanted: fn(&At) -> bool, else_: &str| if wanted(at) { text.to_owned() } else { else_.to_owned() };
    let cluster = match at {
        At::Operator => "highAvailability: {synchronous: true, strict: true}, nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}".to_owned(),
        At::External => format!("instances: 3, spec: {{resources: {{limits: {{memory: \"0\"}}}}}}{}", if text.contains("monitoring") { ", monitoring: {}" } else { "" }),
        At::Past if text.contains("root") => "backup: b".to_owned(),
        At::Past if *platform == "k3s" => "volume: {size: 10Gi, class: local-path}".to_owned(),
        _ => here(|at| matches!(at, At::Cluster), "instances: 3"),
    };
    let operator = match at {
        At::External => {
            let watch = if text.contains("watch") { "" } else { ", watch: all" };
            format!(
                "externalOperator: {{namespace: postgres-operator, configuration: {text}{watch}}}\ncharts:"
            )
        }
        _ => format!(
            "charts:\n  operator:\n    namespace: postgres-operator\n    operator: {{watch: all, configuration: {{{}}}}}",
            here(|at| matches!(at, At::Operator), "")
        ),
    };
    let class = match (at, text.contains("provisioner")) {
        (At::Chart, true) => text.to_owned(),
        (At::Chart, false) => format!("{LONGHORN}, {text}"),
        _ => "provisioner: example.com/none".to_owned(),
    };
    let app = format!(
        "pgsynth: v1\nrelease: \"2026.11\"\nname: traps\nplatform: {platform}\n\
         templates:\n  base: &base {{team: a, postgres: 18, instances: 3, volume: {{size: 10Gi, class: c}}, backup: {{none: t}}, users: {{shop: []}}}}\n\
         stores:\n  aws: {{aws: {{region: eu-central-1, bucket: bucket}}, credentials: keys}}\n  s3: {{s3: {{endpoint: \"https://h\", region: r, bucket: bucket}}, credentials: keys}}\n  host: {{s3: {{endpoint: \"https://h\", region: r, bucket: bucket, style: virtualHost}}, credentials: keys}}\n\
         backups:\n  b: &policy {{store: aws, schedule: \"0 1 * * *\", keep: 7d, rpo: 5m}}\n  wide: {{<<: *policy, spread: 2h}}\n  s3: {{<<: *policy, store: s3}}\n  host: {{<<: *policy, store: host}}\n\
         {operator}\n  shop:\n    namespace: {{name: shop, create: true}}\n    storage:\n      c: {{existing: {{expandable: false}}}}\n      three: {{existing: {{replicas: 3}}}}\n\
         \x20   objects:\n      class: {{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: raw}}, {class}}}\n\
         \x20     one: {{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: raw, namespace: shop}}, spec: {{accessModes: [ReadWriteOnce]}}}}\n\
         \x20     many: {{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: shared, namespace: shop}}, spec: {{accessModes: [ReadWriteMany]}}}}\n\
         \x20   clusters:\n      main: {{<<: *base, {cluster}}}\n      {}\n",
        here(|at| matches!(at, At::Clusters), ""),
    );
    let app =
        load::app("traps.yaml", app.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}\n{app}", case.id));
    let record: Option<Record> = matches!(at, At::Past).then(|| serde_yaml::from_str(text).unwrap());
    let past = Past { record, accepted: vec![] };
    let problems = match app.validate(&past) {
        Ok(valid) => valid.warnings().to_vec(),
        Err(problems) => problems.errors.into_iter().chain(problems.warnings).collect(),
    };
    problems.iter().filter_map(|problem| problem.trap.map(str::to_owned)).collect()
}

#[test]
fn the_bad_input_is_found_and_the_nearest_good_one_is_not() {
    let mut wrong = vec![];
    for case in CASES {
        if !found(case, case.bad).iter().any(|id| id == case.id) {
            wrong.push(format!("{} is not found in `{}`: {:?}", case.id, case.bad, found(case, case.bad)));
        }
        if found(case, case.good).iter().any(|id| id == case.id) {
            wrong.push(format!("{} is found in `{}`", case.id, case.good));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_trap_that_is_decided_has_a_case() {
    let decided = TABLE.iter().filter(|(_, fate)| matches!(fate, Fate::Error | Fate::Warning));
    let missing: Vec<_> = decided.filter(|(id, _)| !CASES.iter().any(|case| case.id == *id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
