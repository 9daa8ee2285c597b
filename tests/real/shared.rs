//! Data of others, where it is there: upstream's CRDs and examples, manifests written by strangers, the fact sheets.

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::crds::operator_configuration::OperatorConfiguration;
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::constructs::release::ReleaseName;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_yaml::Value;

use super::parts::{data, data_and_parts, shared};
use super::server::Server;

const SERVER: &[&str] = &["etcd", "kube-apiserver", "kubectl", "openssl"];
const UPSTREAM: &str = "upstream/zalando-2.0.1";

pub fn trials() -> Vec<Trial> {
    vec![
        data(UPSTREAM, "shared::crds_are_upstreams", crds),
        data(UPSTREAM, "shared::upstream_manifests_come_back", || manifests(UPSTREAM, UPSTREAM_REFUSED)),
        data("corpus", "shared::strangers_manifests_come_back", || manifests("corpus", CORPUS_REFUSED)),
        data_and_parts("corpus", SERVER, "shared::the_api_server_refuses_the_same", same_as_the_server),
    ]
}

/// Every key of the rendered schema and of upstream's. What may differ is the text for people, and the envelope's labels
/// and annotations, in which ours says what delivery tools must not delete.
fn crds() -> Result<(), Failed> {
    let mut differences = vec![];
    for (ours, theirs) in [
        ("operatorconfigurations", "operatorconfiguration"),
        ("postgresqls", "postgresql"),
        ("postgresteams", "postgresteam"),
    ] {
        let (_, text) = ReleaseName::R2026_11
            .release()
            .crds
            .iter()
            .find(|(name, _)| *name == ours)
            .expect("a CRD of the release");
        let upstream = std::fs::read_to_string(shared(UPSTREAM).join(format!("{theirs}.crd.yaml")))?;
        differ(
            &serde_yaml::from_str(text)?,
            &serde_yaml::from_str(&upstream)?,
            ours,
            false,
            &mut differences,
        );
    }
    match differences.is_empty() {
        true => Ok(()),
        false => Err(differences.join("\n").into()),
    }
}

fn differ(ours: &Value, theirs: &Value, at: &str, fields: bool, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Mapping(ours), Value::Mapping(theirs)) => {
            // A field may be named `description`; a key of a schema with that name is a text.
            let counts = |key: &Value| match key.as_str().unwrap_or_default() {
                "description" => fields,
                "labels" | "annotations" => !at.ends_with(".metadata") || at.contains(".spec."),
                _ => true,
            };
            let keys =
                |map: &serde_yaml::Mapping| map.keys().filter(|key| counts(key)).cloned().collect::<Vec<_>>();
            if keys(ours) != keys(theirs) {
                differences.push(format!("{at}: keys {:?}\n  upstream's {:?}", keys(ours), keys(theirs)));
            }
            for (key, value) in ours.iter().filter(|(key, _)| counts(key)) {
                if let Some(other) = theirs.get(key) {
                    let key = key.as_str().unwrap_or_default();
                    differ(value, other, &format!("{at}.{key}"), key == "properties" && !fields, differences);
                }
            }
        }
        (Value::Sequence(ours), Value::Sequence(theirs)) if ours.len() == theirs.len() => {
            for (index, (item, other)) in ours.iter().zip(theirs).enumerate() {
                differ(item, other, &format!("{at}.{index}"), false, differences);
            }
        }
        (ours, theirs) if ours != theirs => differences.push(format!("{at}: {ours:?}, upstream {theirs:?}")),
        _ => {}
    }
}

/// Files whose custom resources are refused, with a part of the reason: what 2.0.1 prunes or does not take.
const UPSTREAM_REFUSED: &[(&str, &str)] = &[];
const CORPUS_REFUSED: &[(&str, &str)] = &[
    ("001-ablair08-acid-test-cluster.yaml", "unknown field `serviceAccountName`"),
    ("002-ablair08-acid-test-cluster.yaml", "unknown field `serviceAccountName`"),
    ("005-ahinh43-backstage-postgresql.yaml", "unknown field `tls`"),
    ("006-alachebil-postgres-ha.yaml", "unknown field `affinity`"),
    ("010-arjunavinfra-acid-standby-cluster.yaml", "invalid PostgreSQL major `12`"),
    ("015-cellane-immich-db.yaml", "unknown field `image`"),
    ("017-cncf-infra-infra-db.yaml", "invalid type: integer `1`, expected a CPU quantity as text, in quotes"),
    ("020-defenseunicorns-acid-zarf-test.yaml", "invalid PostgreSQL major `13`"),
    ("022-downloop-downloop-downloop.yaml", "unknown field `useLoadBalancer`"),
    ("025-fairagro-fairagro-postgresql-nextcloud.yaml", "unknown field `parameters`"),
    ("026-felixz92-identity-pg-clone2.yaml", "invalid PostgreSQL major `12`"),
    ("027-felixz92-nextcloud-pg-clone.yaml", "invalid PostgreSQL major `12`"),
    ("030-ghazal-naderi-fusionauth-cluster.yaml", "invalid PostgreSQL major `12`"),
    (
        "037-khuedoan-gitea-postgres.yaml",
        "invalid type: integer `-1`, expected a string; put numbers, booleans and `null` in quotes",
    ),
    (
        "040-m1ndvortex-jewelry-shop-db.yaml",
        "spec: duplicate entry with key \"additionalVolumes\" at line 37 column 3",
    ),
    ("042-metapox-test-postgresql-cluster.yaml", "invalid PostgreSQL major `12`"),
    ("045-mtrnord-matrix-postgres-cluster.yaml", "unknown field `emptyDir`"),
    ("046-mtrnord-matrix-postgres-cluster.yaml", "unknown field `synchronous_commit`"),
    ("050-pando85-dawarich-postgres.yaml", "unknown field `nodeSelector`"),
    ("051-pando85-immich-postgres.yaml", "invalid type: unit value, expected a map"),
    ("056-realliance-hci-db.yaml", "unknown field `spiloAllowPrivilegeEscalation`"),
    ("057-realliance-acid-database.yaml", "invalid PostgreSQL major `13`"),
    ("060-rohitkhazanchi121-acid-minimal-cluster.yaml", "invalid type: sequence, expected a map"),
    ("061-sadebo-orders-db.yaml", "unknown field `secretNameTemplate`"),
    ("062-samcday-synapse-db.yaml", "invalid PostgreSQL major `13`"),
    ("067-slamdev-rides-postgres.yaml", "invalid PostgreSQL major `13`"),
    ("076-walnuts1018-default.yaml", "unknown field `volume`"),
    ("077-walnuts1018-default.yaml", "unknown field `numberOfInstances`"),
    ("081-constellation-net-postgres-operator.yaml", "unknown field `enable_debug_logging`"),
    ("082-constellation-net-postgres-operator.yaml", "invalid type: sequence, expected a map"),
    (
        "085-krorvik-postgresql-operator-default-configuratio.yaml",
        "invalid type: integer `20`, expected a string; put numbers, booleans and `null` in quotes",
    ),
    ("086-shion1305-postgres-operator.yaml", "unknown field `enable_team_superuser`"),
    ("087-swaptacular-postgresql-operator-default-configur.yaml", "unknown field `dockerImage`"),
];

fn manifests(folder: &str, expected: &[(&str, &str)]) -> Result<(), Failed> {
    let mut files: Vec<_> = std::fs::read_dir(shared(folder))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let (mut equal, mut refused) = (0, vec![]);
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for document in serde_yaml::Deserializer::from_str(&std::fs::read_to_string(file)?) {
            let mut value = match Value::deserialize(document) {
                Ok(value) => value,
                Err(error) => {
                    refused.push((name.clone(), error.to_string()));
                    break;
                }
            };
            // Anchors and merge keys are the reader's, who hands on what they stand for.
            value.apply_merge().map_err(|error| format!("{name}: {error}"))?;
            let result = match value.get("kind").and_then(Value::as_str) {
                Some("postgresql") => come_back::<Postgresql>(&value),
                Some("OperatorConfiguration") => come_back::<OperatorConfiguration>(&value),
                _ => continue,
            };
            match result {
                Ok(()) => equal += 1,
                Err(reason) => refused.push((name.clone(), reason)),
            }
        }
    }
    if equal == 0 {
        return Err("no custom resource was read".into());
    }
    let unexpected: Vec<_> = refused
        .iter()
        .filter(|(name, reason)| !expected.iter().any(|(file, part)| file == name && reason.contains(part)))
        .map(|(name, reason)| format!("(\"{name}\", \"{reason}\"),"))
        .collect();
    if !unexpected.is_empty() || refused.len() != expected.len() {
        return Err(format!(
            "{equal} equal, {} refused, {} expected:\n{}",
            refused.len(),
            expected.len(),
            unexpected.join("\n")
        )
        .into());
    }
    Ok(())
}

/// What the mirrors refuse the API server refuses, and what they take it takes, under strict validation.
fn same_as_the_server() -> Result<(), Failed> {
    let server = Server::start();
    let crds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("dist/crds");
    server.ok(&["apply", "--server-side", "-f", crds.to_str().unwrap_or_default()])?;
    server.ok(&[
        "wait",
        "--for=condition=Established",
        "--timeout=60s",
        "-f",
        crds.to_str().unwrap_or_default(),
    ])?;
    let mut differences = vec![];
    let mut files: Vec<_> = std::fs::read_dir(shared("corpus"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    for file in files {
        for document in serde_yaml::Deserializer::from_str(&std::fs::read_to_string(&file)?) {
            let Ok(mut value) = Value::deserialize(document) else { break };
            value.apply_merge()?;
            let ours = match value.get("kind").and_then(Value::as_str) {
                Some("postgresql") => come_back::<Postgresql>(&value),
                Some("OperatorConfiguration") => come_back::<OperatorConfiguration>(&value),
                _ => continue,
            };
            // Namespaces of strangers are not there, and are not what is asked.
            value["metadata"]["namespace"] = "default".into();
            let one = server.folder.path().join("one.json");
            std::fs::write(&one, serde_json::to_vec(&value)?)?;
            let theirs = server.ok(&[
                "create",
                "--dry-run=server",
                "--validate=strict",
                "-f",
                one.to_str().unwrap_or_default(),
            ]);
            // The server silently drops a `null` that it does not want; the mirrors refuse it.
            let null = ours.as_ref().is_err_and(|reason| reason.contains("unit value"));
            if ours.is_ok() != theirs.is_ok() && !null {
                differences.push(format!("{}: ours {ours:?}, the server's {theirs:?}", file.display()));
            }
        }
    }
    match differences.is_empty() {
        true => Ok(()),
        false => Err(differences.join("\n").into()),
    }
}

/// Reads a resource into its mirror and compares what comes out with what went in.
fn come_back<T: DeserializeOwned + serde::Serialize>(value: &Value) -> Result<(), String> {
    let read: T = serde_yaml::from_value(value.clone()).map_err(|error| error.to_string())?;
    let written = serde_yaml::to_value(&read).map_err(|error| error.to_string())?;
    match written == *value {
        true => Ok(()),
        false => Err("came back changed".to_owned()),
    }
}
