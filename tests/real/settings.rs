//! What the sheet of PostgreSQL's settings says is what PostgreSQL of each major says.
//!
//! `PGSYNTH_UPDATE=1 cargo test --package pgsynth --test real settings` writes the sheet anew.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use libtest_mimic::{Failed, Trial};

use super::parts;
use super::postgres::{Instance, can_run, pinned};

const SHEET: &str = "constructs/upstream/behaviour/parameters/pg_settings.tsv";

/// The majors that the operator knows.
const MAJORS: RangeInclusive<u32> = 14..=18;

/// Words that Debian's build of PostgreSQL takes, which is in Spilo, and that of the parts does not.
const DEBIAN: [(&str, &[&str]); 3] = [
    ("default_toast_compression", &["lz4"]),
    ("io_method", &["io_uring"]),
    ("wal_compression", &["lz4", "zstd"]),
];

const QUERY: &str = "select concat_ws(E'\\t', name, vartype, coalesce(unit, ''), context, coalesce(min_val, ''), \
                     coalesce(max_val, ''), coalesce(array_to_string(enumvals, ','), '')) from pg_settings";

pub fn trials() -> Vec<Trial> {
    let there = pinned();
    let missing: Vec<_> = MAJORS
        .filter(|major| !there.contains_key(major))
        .map(|major| format!("PostgreSQL {major}"))
        .chain((!can_run()).then(|| "setpriv, as root".to_owned()))
        .collect();
    vec![parts::needing_all(&missing, "settings::are_those_of_every_major", compare)]
}

fn compare() -> Result<(), Failed> {
    // The same row of several majors is written once, with the first and the last of them.
    let mut rows: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (major, bin) in pinned().into_iter().filter(|(major, _)| MAJORS.contains(major)) {
        let folder = tempfile::tempdir()?;
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let instance = Instance::of(bin, folder.path().join("postgres"))?;
        instance.init()?;
        instance.start(&[])?;
        for row in instance.query(QUERY)?.lines().filter(|row| !row.starts_with("plpgsql.")) {
            rows.entry(of_debian(row)).or_default().insert(major);
        }
    }
    let mut sheet = "# What `pg_settings` of PostgreSQL 14 to 18 says: name, type, unit, context, smallest, largest, words, first and last major.\n\
                     # Written by `PGSYNTH_UPDATE=1 cargo test --package pgsynth --test real settings`.\n"
        .to_owned();
    for (row, majors) in &rows {
        let (Some(first), Some(last)) = (majors.first(), majors.last()) else { continue };
        assert_eq!(majors.len() as u32, last - first + 1, "{row} comes back: {majors:?}");
        sheet += &format!("{row}\t{first}\t{last}\n");
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SHEET);
    if std::env::var_os("PGSYNTH_UPDATE").is_some() {
        std::fs::write(&path, &sheet)?;
    }
    match std::fs::read_to_string(&path)? == sheet {
        true => Ok(()),
        false => Err(format!("{SHEET} is not what PostgreSQL says").into()),
    }
}

/// The row as Debian's build says it, its words in order.
fn of_debian(row: &str) -> String {
    let (of, words) = row.rsplit_once('\t').unwrap_or((row, ""));
    let name = of.split('\t').next().unwrap_or_default();
    let is_enum = of.split('\t').nth(1) == Some("enum");
    let mut words: BTreeSet<&str> = words.split(',').filter(|word| !word.is_empty()).collect();
    for (_, more) in DEBIAN.iter().filter(|(setting, _)| *setting == name && is_enum) {
        words.extend(*more);
    }
    format!("{of}\t{}", words.into_iter().collect::<Vec<_>>().join(","))
}
