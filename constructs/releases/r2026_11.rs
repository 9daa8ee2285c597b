//! Release 2026.11.

use super::{Release, ReleaseName, RestoreMethod};

pub(crate) const SPILO_IMAGE: &str = "ghcr.io/zalando/spilo-18:4.1-p2";
pub(crate) const POOLER_IMAGE: &str = "ghcr.io/zalando/postgres-operator/pgbouncer:v2.0.1";
pub(crate) const LOGICAL_BACKUP_IMAGE: &str = "ghcr.io/zalando/postgres-operator/logical-backup:v2.0.1";

pub(super) static RELEASE: Release = Release {
    name: ReleaseName::R2026_11,
    checked: "2026-11-24",
    operator: "2.0.1",
    operator_image: "ghcr.io/zalando/postgres-operator:v2.0.1",
    spilo_image: SPILO_IMAGE,
    pooler_image: POOLER_IMAGE,
    logical_backup_image: LOGICAL_BACKUP_IMAGE,
    postgres: &["14", "15", "16", "17", "18"],
    kubernetes: ("1.33", "1.36"),
    archive_guard: include_str!("r2026_11/archive-guard.sh"),
    exporter_image: "quay.io/prometheuscommunity/postgres-exporter:v0.20.1",
    pgbouncer_exporter_image: "quay.io/prometheuscommunity/pgbouncer-exporter:v0.12.1",
    s3_image: "ghcr.io/versity/versitygw:v1.8.0",
    restore_methods: &[
        ("ghcr.io/zalando/spilo-17:4.0-p3", RestoreMethod::Wale, true),
        (SPILO_IMAGE, RestoreMethod::Walg, false),
    ],
    crds: &[
        ("operatorconfigurations", include_str!("r2026_11/operatorconfigurations.yaml")),
        ("postgresqls", include_str!("r2026_11/postgresqls.yaml")),
        ("postgresteams", include_str!("r2026_11/postgresteams.yaml")),
    ],
};
