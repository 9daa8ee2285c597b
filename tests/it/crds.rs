//! The rendered CRDs come from our own types, and are upstream's.

use std::path::Path;

use pgsynth::constructs::crds::definition;
use pgsynth::constructs::crds::operator_configuration::OperatorConfiguration;
use pgsynth::constructs::crds::postgres_team::PostgresTeam;
use pgsynth::constructs::crds::postgresql::Postgresql;
use pgsynth::constructs::release::ReleaseName;
use pgsynth::synth::emit;

fn rendered() -> [(&'static str, Vec<u8>); 3] {
    let edition = ReleaseName::NEWEST.release().edition();
    [
        ("operatorconfigurations", emit(&definition::<OperatorConfiguration>(&edition))),
        ("postgresqls", emit(&definition::<Postgresql>(&edition))),
        ("postgresteams", emit(&definition::<PostgresTeam>(&edition))),
    ]
}

/// `PGSYNTH_UPDATE=1 cargo test --package pgsynth --test it crds` writes them anew; a release that is out never changes.
#[test]
fn the_committed_crds_are_those_of_the_types() {
    let newest = format!("constructs/release/r{}/crds", ReleaseName::NEWEST.to_string().replace('.', "_"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(newest);
    let committed = ReleaseName::NEWEST.release().crds;
    for (name, bytes) in rendered() {
        if std::env::var_os("PGSYNTH_UPDATE").is_some() {
            std::fs::write(folder.join(format!("{name}.yaml")), &bytes).unwrap();
            continue;
        }
        let (_, text) = committed.iter().find(|(committed, _)| *committed == name).unwrap();
        assert!(text.as_bytes() == bytes, "{name}.yaml is not what the types say; run with PGSYNTH_UPDATE=1");
    }
}
