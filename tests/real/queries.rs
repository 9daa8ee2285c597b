//! The exporter's queries on a real PostgreSQL, as the role that the Job makes; and what that role may not do.

use std::path::PathBuf;

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::Past;
use pgsynth::load;
use serde::Deserialize;
use serde_yaml::Value;

use super::parts;
use super::postgres::{self, Instance, majors};

/// Majors that a registry has.
pub const MAJORS: [u32; 4] = [15, 16, 17, 18];

pub fn trials() -> Vec<Trial> {
    let there = majors();
    let trial = |major: u32| {
        let name = format!("queries::run_as_the_role_on_{major}");
        let bin = there.get(&major).cloned();
        parts::needing_all(&postgres::missing(major), &name, move || run(bin.ok_or("PostgreSQL is gone")?))
    };
    MAJORS.into_iter().map(trial).collect()
}

/// The queries and the SQL of the Job, as they are rendered for this major and a cluster with these fields.
pub fn rendered(major: u32, fields: &str) -> Result<(Value, String), Failed> {
    let app = format!(
        "pgsynth: v1\nrelease: '2026.11'\nname: queries\nplatform: other\naccept: {{no-backup: a test}}\n\
         externalOperator: {{namespace: postgres-operator, watch: all, podEnvironment: []}}\n\
         stores: {{s: {{hetzner: {{location: fsn1, bucket: acme}}, credentials: keys}}}}\n\
         backups: {{b: {{store: s, schedule: '0 1 * * *', keep: 14d, rpo: 5m}}}}\n\
         charts: {{shop: {{namespace: shop, clusters: {{main: {{team: a, postgres: {major}, volume: {{size: 1Gi}}, monitoring: {{}}, {fields}}}}}}}}}\n"
    );
    let app = load::app("queries.yaml", app.as_bytes()).map_err(|problem| problem.to_string())?;
    let valid = app.validate(&Past::default()).map_err(|problems| problems.to_string())?;
    let (mut queries, mut sql) = (None, None);
    for manifest in pgsynth::synth::bundle(&valid).manifests() {
        for document in serde_yaml::Deserializer::from_slice(&manifest.bytes) {
            let document = Value::deserialize(document)?;
            if let Some(text) = document["data"]["queries.yaml"].as_str() {
                queries = Some(serde_yaml::from_str(text)?);
            }
            if document["kind"] == "Job" {
                let variables = document["spec"]["template"]["spec"]["containers"][0]["env"]
                    .as_sequence()
                    .cloned()
                    .unwrap_or_default();
                sql = variables
                    .iter()
                    .find(|variable| variable["name"] == "SQL")
                    .and_then(|variable| Some(variable["value"].as_str()?.to_owned()));
            }
        }
    }
    Ok((queries.ok_or("no queries")?, sql.ok_or("no SQL")?))
}

fn run(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let instance = Instance::of(bin, folder.path().join("postgres"))?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    instance.init()?;
    instance.start(&[("archive_mode", "on"), ("archive_command", "/bin/false")])?;
    let (queries, sql) = rendered(instance.major(), "backup: {none: a test}")?;
    instance.query("create role monitoring login; create table secret (what text); insert into secret values ('of a user')")?;
    // Who made the schema beforehand gets nothing out of it.
    instance.query("create role owner; create schema pgsynth_monitoring authorization owner")?;
    match instance.query(&sql) {
        Err(error) if error.contains("belongs to a role that is no superuser") => {}
        other => return Err(format!("a schema of somebody else's was taken: {other:?}").into()),
    }
    instance.query("drop schema pgsynth_monitoring")?;
    // Twice: the Job may run again.
    instance.query(&sql)?;
    instance.query(&sql)?;
    instance.query("checkpoint; select pg_switch_wal()")?;
    for (name, query) in queries.as_mapping().into_iter().flatten() {
        let text = query["query"].as_str().ok_or("no query")?;
        // Every column that is declared is there, and is a number or a label.
        let columns: Vec<String> = query["metrics"]
            .as_sequence()
            .into_iter()
            .flatten()
            .flat_map(|column| column.as_mapping().into_iter().flatten())
            .map(|(column, of)| {
                let column = column.as_str().unwrap_or_default();
                if of["usage"] == "LABEL" { column.to_owned() } else { format!("{column}::float8") }
            })
            .collect();
        let wrapped = format!("set role monitoring; select {} from ({text}) q", columns.join(", "));
        instance.query(&wrapped).map_err(|error| format!("{name:?}: {error}"))?;
    }
    // What it may not do: read what users wrote, write anything, or look at files.
    for (sql, word) in [
        ("select * from secret", "permission denied"),
        ("insert into secret values ('x')", "permission denied"),
        ("create table mine ()", "permission denied"),
        ("select pg_read_file('PG_VERSION')", "permission denied"),
        ("set log_statement = 'none'", "permission denied"),
    ] {
        match instance.query(&format!("set role monitoring; {sql}")) {
            Err(error) if error.contains(word) => {}
            other => return Err(format!("{sql}: {other:?}").into()),
        }
    }
    // Broken archiving shows: something is at risk, and the role sees it.
    instance.query("create table more as select generate_series(1, 200000)")?;
    let text = queries["pgsynth_archiver"]["query"].as_str().unwrap_or_default().trim();
    instance.wait(
        &format!("set role monitoring; select enabled = 1 and exposure_seconds > 0 from ({text}) q"),
        "t",
    )?;
    Ok(())
}
