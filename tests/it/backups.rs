//! Backups: whatever is archived can be restored, by construction, for arbitrary apps.

use std::collections::BTreeMap;

use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::constructs::{App, Past, Valid};
use pgsynth::load;
use pgsynth::synth::bundle;
use proptest::prelude::*;

use crate::project::{APP, Project};
use crate::spilo::{self, Environment, SNAPSHOTS, Snapshot};

/// Variables that say how an archive is written.
const WRITING: &[&str] = &[
    "BACKUP_SCHEDULE",
    "BACKUP_NUM_TO_RETAIN",
    "WALG_COMPRESSION_METHOD",
    "WALG_PREVENT_WAL_OVERWRITE",
    "WALG_UPLOAD_CONCURRENCY",
    "WALG_DISK_RATE_LIMIT",
    "WALG_NETWORK_RATE_LIMIT",
];

/// What the operator writes into every pod itself (pkg/cluster/k8sres.go:933), as far as Spilo's archiving reads it.
fn operators(cluster: &str, major: u32) -> Environment {
    [("SCOPE", cluster.to_owned()), ("PGVERSION", major.to_string())]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

const NEVER: &[&str] = &[
    "SCOPE",
    "PGROOT",
    "POD_IP",
    "POD_NAMESPACE",
    "PGUSER_SUPERUSER",
    "KUBERNETES_SCOPE_LABEL",
    "KUBERNETES_ROLE_LABEL",
    "PGPASSWORD_SUPERUSER",
    "PGUSER_STANDBY",
    "PGPASSWORD_STANDBY",
    "PAM_OAUTH2",
    "HUMAN_ROLE",
    "ENABLE_WAL_PATH_COMPAT",
    "PGVERSION",
    "KUBERNETES_LABELS",
    "SPILO_CONFIGURATION",
    "DCS_ENABLE_KUBERNETES_API",
    "ETCD_HOST",
    "KUBERNETES_BOOTSTRAP_LABELS",
    "KUBERNETES_USE_CONFIGMAPS",
    // What it writes for a standby from an archive.
    "STANDBY_HOST",
    "STANDBY_PORT",
    "STANDBY_PRIMARY_SLOT_NAME",
    "STANDBY_WALE_S3_PREFIX",
    "STANDBY_WALE_GS_PREFIX",
    "STANDBY_METHOD",
    "STANDBY_WAL_BUCKET_SCOPE_PREFIX",
];

fn valid(text: &str) -> Valid<'static> {
    let app = load::app("app.yaml", text.as_bytes()).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
    // A test ends before this matters.
    let app: &'static App = Box::leak(Box::new(app));
    app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// The environment of PostgreSQL's container of each cluster, by name; a key of a Secret as `<secret>/<key>`.
pub fn environments(valid: &Valid) -> BTreeMap<String, Environment> {
    let resources = valid.objects().iter().filter_map(|object| object.downcast::<Postgresql>());
    let of = |resource: &Postgresql| {
        let variables = resource.spec.env.iter().flat_map(|list| list.iter());
        let value = |variable: &pgsynth::constructs::crds::env::EnvVar| {
            let secret = variable.value_from.as_ref().and_then(|source| source.secret_key_ref.clone());
            secret.map_or_else(
                || variable.value.as_ref().unwrap().to_string(),
                |secret| format!("{}/{}", secret.name.unwrap(), secret.key),
            )
        };
        (
            resource.metadata.name.clone().unwrap(),
            variables.map(|variable| (variable.name.to_string(), value(variable))).collect(),
        )
    };
    resources.map(of).collect()
}

/// What is rendered for one cluster.
fn bytes(text: &str, cluster: &str) -> Vec<u8> {
    let valid = valid(text);
    let files = bundle(&valid).manifests();
    files.into_iter().find(|file| file.name.ends_with(&format!("-{cluster}.yaml"))).unwrap().bytes
}

pub fn pod(own: &Environment, cluster: &str, major: u32) -> Environment {
    own.clone().into_iter().chain(operators(cluster, major)).collect()
}

#[derive(Clone, Debug)]
struct Shape {
    store: String,
    prefix: String,
    encryption: String,
    writing: (String, String),
    generation: u32,
    at: String,
    path: bool,
    in_place: bool,
}

fn shape() -> impl Strategy<Value = Shape> {
    let store = prop_oneof![
        Just("hetzner: {location: nbg1, bucket: acme-postgres}".to_owned()),
        Just("s3: {endpoint: 'https://s3.example.com:9000', region: main, bucket: acme}".to_owned()),
        Just("s3: {endpoint: 'https://s3.example.com', region: main, bucket: acme, style: virtualHost}".to_owned()),
        Just("s3: {endpoint: 'https://s3.example.com', region: main, bucket: acme, ca: {secret: ca}}, sse: AES256".to_owned()),
        Just("aws: {region: eu-central-1, bucket: acme}, sse: aws:kms, kmsKey: 'arn:aws:kms:eu'".to_owned()),
        Just("local: {namespace: s3, region: fsn1, bucket: acme-postgres}".to_owned()),
    ];
    let prefix = prop_oneof![
        Just(String::new()),
        "[a-z]{1,8}(/[a-z0-9]{1,6})?"
            .prop_filter("reserved", |prefix| prefix.split('/').all(|part| part != "spilo"))
            .prop_map(|prefix| format!(", prefix: {prefix:?}"))
    ];
    let encryption = prop_oneof![
        Just(String::new()),
        Just(", encryption: {secret: key, escrow: in the safe}".to_owned()),
        Just(", encryption: {secret: key, key: k, transform: hex, escrow: in the safe}".to_owned()),
    ];
    let writing = "(0 1 \\* \\* \\*|15 \\*/6 \\* \\* \\*|0 3 \\* \\* 1)";
    let writing = (writing, 1..40_u32, prop_oneof![Just("lz4"), Just("zstd"), Just("brotli")], 1..20_u16)
        .prop_map(|(schedule, keep, compression, concurrency)| format!("schedule: '{schedule}', keep: {keep}d, rpo: 5m, compression: {compression}, concurrency: {concurrency}, diskRateLimit: {concurrency}Mi"));
    let at = prop_oneof![
        Just("latest".to_owned()),
        Just("2026-11-24T10:00:00Z".to_owned()),
        Just("2026-11-24T10:00:00.25+02:00".to_owned())
    ];
    (store, prefix, encryption, (writing.clone(), writing), 1..5_u32, at, any::<bool>(), any::<bool>())
        .prop_map(|(store, prefix, encryption, writing, generation, at, path, in_place)| Shape {
            store,
            prefix,
            encryption,
            writing,
            generation,
            at,
            path,
            in_place: in_place && !path,
        })
}

/// Source, its copy in another namespace under another policy, and a standby; `writing` of the source's policy.
fn app(shape: &Shape, writing: &str, generation: u32, copy: bool) -> String {
    let Shape { store, prefix, encryption, at, path, in_place, .. } = shape;
    let source = match path {
        true => "path: 's3://foreign/spilo/elsewhere/wal', backup: one".to_owned(),
        false => format!("cluster: shop/acme-orders, generation: {generation}"),
    };
    // In place, the copy is the source itself with its next generation.
    let (own, clusters) = match (copy, in_place) {
        (false, _) => (String::new(), String::new()),
        (true, true) => (
            format!(
                ", generation: {}, restore: {{cluster: acme-orders, generation: {generation}, at: '{at}'}}",
                generation + 1
            ),
            String::new(),
        ),
        (true, false) => (
            format!(", generation: {generation}"),
            format!(
                "  copies:\n    namespace: copies\n    clusters:\n      acme-copy: {{<<: *small, backup: two, restore: {{{source}, at: '{at}'}}}}\n"
            ),
        ),
    };
    let own = if copy { own } else { format!(", generation: {generation}") };
    // What PostgreSQL would keep of the source until it restarts, the copy has as well, or the app is refused.
    let second = match store.contains("sse") {
        true => store.replace("bucket: acme", "bucket: other"),
        false => "hetzner: {location: hel1, bucket: other}".to_owned(),
    };
    format!(
        "pgsynth: v1\nrelease: '2026.11'\nname: backups\nplatform: other\naccept: {{restore-method: a test}}\n\
         templates:\n  small: &small {{team: acme, postgres: 18, volume: {{size: 1Gi}}}}\n\
         externalOperator: {{namespace: postgres-operator, watch: all, podEnvironment: []}}\n\
         stores:\n  first: {{{store}{prefix}, credentials: keys}}\n  second: {{{second}, credentials: other-keys}}\n\
         backups:\n  one: {{store: first, {writing}{encryption}}}\n  two: {{store: second, schedule: '0 1 * * *', keep: 7d, rpo: 5m{encryption}}}\n\
         charts:\n  shop:\n    namespace: shop\n    clusters:\n      acme-orders: {{<<: *small, backup: one{own}}}\n{clusters}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_archived_can_be_restored(shape in shape()) {
        let Shape { generation, writing, at, path, in_place, .. } = shape.clone();
        let source = environments(&valid(&app(&shape, &writing.0, generation, false)))["acme-orders"].clone();
        let text = app(&shape, &writing.0, generation, true);
        let all = environments(&valid(&text));
        let name = if in_place { "acme-orders" } else { "acme-copy" };
        let target = &all[name];

        // The restore side is the reading half with `CLONE_` before every name, method, scope and time, nothing else.
        let mut clone: Environment = target
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("CLONE_")?.to_owned(), value.clone())))
            .collect();
        let (method, scope) = (clone.remove("METHOD"), clone.remove("SCOPE"));
        prop_assert_eq!(method.as_deref(), Some("CLONE_WITH_WALG"));
        prop_assert_eq!(scope.as_deref(), Some(if path { name } else { "acme-orders" }));
        let time = match at.as_str() {
            "latest" => None,
            at => Some(at.replace('Z', "+00:00")),
        };
        prop_assert_eq!(clone.remove("TARGET_TIME"), time);
        let mut reading = source.clone();
        reading.retain(|name, _| !WRITING.contains(&name.as_str()));
        if path {
            reading.retain(|name, _| !name.starts_with("WAL_"));
            reading.insert("WALG_S3_PREFIX".to_owned(), "s3://foreign/spilo/elsewhere/wal".to_owned());
        }
        prop_assert_eq!(&clone, &reading);

        // Spilo makes of both the same WAL-G: the same root, byte for byte, and the same way to it.
        for snapshot in SNAPSHOTS {
            let archive = spilo::wal_g(&pod(&source, "acme-orders", 17), "", snapshot).unwrap();
            prop_assert!(spilo::archives(&pod(&source, "acme-orders", 17)));
            let restore = spilo::wal_g(&pod(target, name, 18), "CLONE_", snapshot).unwrap();
            if !path {
                prop_assert!(spilo::restore_paths(&restore, 18).contains(&format!("{}/", archive["WALG_S3_PREFIX"])), "{:?}", restore);
            }
            for (name, value) in &restore {
                if name != "WALG_S3_PREFIX" {
                    prop_assert_eq!(archive.get(name), Some(value), "{} under {:?}", name, snapshot);
                }
            }
            prop_assert!(!archive.contains_key("AWS_INSTANCE_PROFILE"));
            prop_assert!(archive["AWS_REGION"] != "guessed");
        }

        // Nothing that the operator writes, no name twice, and each history has a root of its own.
        let mut roots = vec![];
        for (cluster, own) in &all {
            let mut names: Vec<_> = own.keys().map(|name| name.to_ascii_uppercase()).collect();
            prop_assert!(names.iter().all(|name| !NEVER.contains(&name.as_str())));
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), own.len());
            roots.push(spilo::wal_g(&pod(own, cluster, 18), "", Snapshot::Before4_1).unwrap()["WALG_S3_PREFIX"].clone());
        }
        let count = roots.len();
        roots.sort();
        roots.dedup();
        prop_assert_eq!(roots.len(), count);

        // How the source is written is nobody else's business.
        if !in_place {
            let changed = app(&shape, &writing.1, generation, true);
            prop_assert!(bytes(&text, name) == bytes(&changed, name));
        }
    }
}

/// A standby reads the same archive, and the operator knows that it is one.
#[test]
fn a_standby_follows_the_archive() {
    let text = "pgsynth: v1\nrelease: '2026.11'\nname: standby\nplatform: other\naccept: {no-backup: a test, T19: a test}\n\
        externalOperator: {namespace: postgres-operator, watch: all, podEnvironment: []}\n\
        stores: {s: {hetzner: {location: fsn1, bucket: acme}, credentials: keys}}\n\
        backups: {b: {store: s, schedule: '0 1 * * *', keep: 7d, rpo: 5m, encryption: {secret: key, escrow: safe}}}\n\
        charts:\n  shop:\n    namespace: shop\n    clusters:\n      main: {team: a, postgres: 17, volume: {size: 1Gi}, backup: b, generation: 3}\n      \
        follower: {team: a, postgres: 17, instances: 1, volume: {size: 1Gi}, backup: {none: it follows}, standby: {cluster: main}}\n";
    let valid = valid(text);
    let all = environments(&valid);
    let follower = valid
        .objects()
        .iter()
        .filter_map(|object| object.downcast::<Postgresql>())
        .find(|resource| resource.metadata.name.as_deref() == Some("follower"))
        .unwrap();
    let path = follower.spec.standby.as_ref().unwrap().s3_wal_path.clone().unwrap();
    assert_eq!(path, "s3://acme/spilo/shop/main/3/wal/17");
    for name in all["follower"].keys() {
        assert!(name.starts_with("STANDBY_"), "{name}");
        assert!(!NEVER.contains(&name.as_str()), "{name}");
    }
    for snapshot in SNAPSHOTS {
        let archive = spilo::wal_g(&pod(&all["main"], "main", 17), "", snapshot).unwrap();
        let standby = spilo::wal_g(&pod(&all["follower"], "follower", 17), "STANDBY_", snapshot).unwrap();
        assert_eq!(standby["WALG_S3_PREFIX"], path);
        for (name, value) in &standby {
            assert_eq!(archive.get(name), Some(value), "{name}");
        }
    }
}

/// The app of [`Project`], archived.
const ARCHIVED: [(&str, &str); 3] = [
    ("backup: {none: a test}", "backup: nightly"),
    ("accept: {no-backup: a test}", "accept: {restore-method: a test}"),
    (
        "charts:\n",
        "stores:\n  offsite: {hetzner: {location: fsn1, bucket: acme}, credentials: keys}\n  other: {hetzner: {location: hel1, bucket: acme}, prefix: p, credentials: keys}\n\
         backups:\n  nightly: {store: offsite, schedule: \"0 1 * * *\", keep: 14d, rpo: 5m}\n  weekly: {store: other, schedule: \"0 1 * * 0\", keep: 14d, rpo: 1h}\ncharts:\n",
    ),
];

fn archived() -> String {
    ARCHIVED.iter().fold(APP.to_owned(), |app, (old, new)| app.replacen(old, new, 1))
}

/// A history is left, moved or given up only when it is said.
#[test]
fn an_archive_changes_only_when_it_is_said() {
    for (new, word) in [
        (
            "backup: weekly",
            "the archive moved from `s3://acme/spilo/shop/main/1/wal` to `s3://acme/p/spilo/shop/main/1/wal`",
        ),
        (
            "backup: nightly, generation: 2, restore: {cluster: main, generation: 1, at: latest}",
            "changed from `1` to `2`",
        ),
        ("backup: {none: too dear}", "the cluster no longer archives"),
    ] {
        let project = Project::new().app(&archived());
        assert_eq!(project.run(&["synth"]).code, 0);
        let project = project.app(&archived().replace("backup: nightly", new));
        let said = project.run(&["synth"]);
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.err.contains(word), "{}", said.err);
        assert_eq!(project.run(&["synth", "--accept-generation", "shop/main"]).code, 0);
        assert_eq!(project.run(&["synth"]).code, 0);
    }
    // The entry to paste names all that a restore from the retired cluster needs.
    let project = Project::new().app(&archived());
    assert_eq!(project.run(&["synth"]).code, 0);
    let said = project.app(&archived().replace("      main:", "      other:")).run(&["synth"]);
    assert!(
        said.err.contains(
            "retired: {shop/main: {reason: \"<why>\", namespace: shop, generation: 1, backup: nightly}}"
        ),
        "{}",
        said.err
    );
}

#[test]
fn list_says_what_a_policy_comes_to() {
    let restored = "backup: nightly, generation: 2, restore: {cluster: main, generation: 1, at: latest}";
    let app = archived().replace("backup: nightly", restored);
    let app = app.replace(
        "charts:\n",
        "retired: {shop/gone: {reason: gone, namespace: shop, generation: 1, backup: weekly}}\ncharts:\n",
    );
    let project = Project::new().app(&app);
    insta::assert_snapshot!(project.run(&["list", "--backups"]).out, @r"
    app shop
      shop/main by `nightly` into `offsite`, generation 2
        archive       s3://acme/spilo/shop/main/2/wal/<major>
        at            https://fsn1.your-objectstorage.com
        base backups  `0 1 * * *` UTC, and one at every start of a primary
        window        14d guaranteed, at most 15d
        retention     BACKUP_NUM_TO_RETAIN=14, at most 16 backups of the schedule
        rpo           5m: a WAL segment at least every 2m30s, which is up to 9.0 GiB a day before compression
        superseded    s3://acme/spilo/shop/main/1/wal; nothing removes it
      shop/gone, retired
        superseded    s3://acme/p/spilo/shop/gone/1/wal; nothing removes it
    ");
    let json: serde_json::Value =
        serde_json::from_str(&project.run(&["list", "--backups", "--format", "json"]).out).unwrap();
    assert_eq!(json["apps"][0]["backups"]["clusters"][0]["backup"]["windowSeconds"], 14 * 86_400);
}

/// The kubelet replaces `$(NAME)` by a variable of the container, and `$$` by `$`, in every word of a command.
#[test]
fn the_kubelet_leaves_the_guard_as_it_is() {
    let valid = valid(&archived());
    let resource = valid.objects().iter().find_map(|object| object.downcast::<Postgresql>()).unwrap();
    let guard = &resource.spec.init_containers.as_ref().unwrap()[0];
    let script = &guard.command.as_ref().unwrap()[2];
    assert!(!script.contains("$$"));
    for variable in guard.env.iter().flat_map(|list| list.iter()) {
        assert!(!script.contains(&format!("$({})", variable.name)), "{}", variable.name);
    }
}
