//! What a restored cluster archives by.

use pgsynth::constructs::Past;
use pgsynth::constructs::base::Problem;
use pgsynth::load;

use crate::backups::{environments, pod};
use crate::project::APP;
use crate::spilo::{self, SNAPSHOTS};

/// Ways to write an archive that differ in what Spilo is told: a store, and what the policy adds.
const WAYS: &[(&str, &str, &str)] = &[
    ("hetzner", "hetzner: {location: fsn1, bucket: acme-postgres}, credentials: s3", ""),
    ("path", "s3: {endpoint: \"https://h\", region: r, bucket: acme-path}, credentials: s3", ""),
    (
        "host",
        "s3: {endpoint: \"https://h\", region: r, bucket: acme-host, style: virtualHost}, credentials: s3",
        "",
    ),
    (
        "authority",
        "s3: {endpoint: \"https://h\", region: r, bucket: acme-ca, ca: {secret: ca}}, credentials: s3",
        "",
    ),
    ("amazon", "aws: {region: eu-central-1, bucket: acme-aws}, credentials: aws", ""),
    ("sealed", "aws: {region: eu-central-1, bucket: acme-sse}, credentials: aws, sse: AES256", ""),
    (
        "kms",
        "aws: {region: eu-central-1, bucket: acme-kms}, credentials: aws, sse: \"aws:kms\", kmsKey: k",
        "",
    ),
    (
        "raw",
        "aws: {region: eu-central-1, bucket: acme-raw}, credentials: aws",
        ", encryption: {secret: k1, escrow: safe}",
    ),
    (
        "hex",
        "aws: {region: eu-central-1, bucket: acme-hex}, credentials: aws",
        ", encryption: {secret: k2, transform: hex, escrow: safe}",
    ),
];

/// Spilo runs a restore inside the source's environment, and PostgreSQL stays in it: with every pair of ways either the
/// cluster archives by what it says itself, or the app is refused.
#[test]
fn a_restored_cluster_archives_by_its_own_variables_alone() {
    let mut app =
        APP.replace(", databases: {shop: {owner: shop}}", "").replace("      main:", "      main-unused:");
    app = app.split("    clusters:").next().unwrap().to_owned();
    let stores: String = WAYS.iter().map(|(id, store, _)| format!("  {id}: {{{store}}}\n")).collect();
    let policies: String = WAYS
        .iter()
        .map(|(id, _, more)| {
            format!("  {id}: {{store: {id}, schedule: \"0 1 * * *\", keep: 7d, rpo: 5m{more}}}\n")
        })
        .collect();
    let head = app.replace("charts:\n", &format!("stores:\n{stores}backups:\n{policies}charts:\n"));
    let (mut same, mut refused) = (0, vec![]);
    for (source, ..) in WAYS {
        for (own, ..) in WAYS {
            let base = "team: acme, postgres: 18, volume: {size: 10Gi}, users: {shop: []}";
            let text = format!(
                "{head}    clusters:\n      from: {{{base}, backup: {source}}}\n      to: {{{base}, backup: {own}, restore: {{cluster: from, generation: 1, at: latest}}}}\n"
            );
            let read =
                load::app("app.yaml", text.as_bytes()).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
            match read.validate(&Past::default()) {
                Err(problems) => {
                    let rule = |problem: &Problem| problem.code.is("restore-keeps-environment");
                    assert!(problems.errors.iter().all(rule), "{problems}");
                    refused.push(format!("{source} to {own}"));
                }
                Ok(valid) => {
                    let own = &environments(&valid)["to"];
                    for snapshot in SNAPSHOTS {
                        let pod = pod(own, "to", 18);
                        let archive = spilo::wal_g(&pod, "", snapshot).unwrap();
                        let mut kept = spilo::wal_g(&pod, "CLONE_", snapshot).unwrap();
                        kept.extend(archive.clone());
                        assert_eq!(kept, archive, "{source} under {snapshot:?}\n{text}");
                    }
                    same += 1;
                }
            }
        }
    }
    assert_eq!(same + refused.len(), WAYS.len() * WAYS.len());
    insta::assert_snapshot!(refused.join("\n"));
}
