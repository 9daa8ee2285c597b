//! Release 2026.11.

mod operator;
mod pods;

use pgsynth_upstream::release::{OperatorVersion, Versions};

use super::{Images, KnownMethod, Release, ReleaseName, RestoreMethod};

pub(super) static RELEASE: Release = Release {
    name: ReleaseName::R2026_11,
    checked: "2026-11-24",
    versions: Versions { operator: OperatorVersion(2, 0, 1), postgres: &["14", "15", "16", "17", "18"] },
    kubernetes: ["1.33", "1.36"],
    images: Images {
        operator: "ghcr.io/zalando/postgres-operator:v2.0.1",
        spilo: "ghcr.io/zalando/spilo-18:4.1-p2",
        pooler: "ghcr.io/zalando/postgres-operator/pgbouncer:v2.0.1",
        logical_backup: "ghcr.io/zalando/postgres-operator/logical-backup:v2.0.1",
        exporter: "quay.io/prometheuscommunity/postgres-exporter:v0.20.1",
        pgbouncer_exporter: "quay.io/prometheuscommunity/pgbouncer-exporter:v0.12.1",
        s3: "ghcr.io/versity/versitygw:v1.8.0",
    },
    operator: operator::production,
    chart: operator::chart,
    pods: pods::DEFAULTS,
    archive_guard: include_str!("r2026_11/archive-guard.sh"),
    exporter: pods::EXPORTER,
    restore_methods: &[
        KnownMethod { image: "ghcr.io/zalando/spilo-17:4.0-p3", method: RestoreMethod::Wale, seen: true },
        KnownMethod { image: "ghcr.io/zalando/spilo-18:4.1-p2", method: RestoreMethod::Walg, seen: false },
    ],
    crds: &[
        ("operatorconfigurations", include_str!("r2026_11/crds/operatorconfigurations.yaml")),
        ("postgresqls", include_str!("r2026_11/crds/postgresqls.yaml")),
        ("postgresteams", include_str!("r2026_11/crds/postgresteams.yaml")),
    ],
};
