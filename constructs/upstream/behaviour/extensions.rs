//! Extensions that an image of Spilo has, and what each needs.
//!
//! The sheet of Spilo 4.1 is made from its build script (`postgres-appliance/build_scripts/base.sh`), from the control
//! files of each extension, and from `spilo_commons.py` and `post_init.sh`. The operator runs `CREATE EXTENSION` without
//! `CASCADE` (`pkg/cluster/database.go:46`) and in no certain order.

use crate::values::image_name;

/// What is known of an image.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    rows: &'static str,
    /// Libraries that Spilo preloads where the cluster says nothing (`configure_spilo.py:318`, `spilo_commons.py:14`).
    pub preloaded: &'static [&'static str],
    /// Further libraries that the image has.
    libraries: &'static [&'static str],
}

/// One extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Name, as `CREATE EXTENSION` takes it.
    pub name: &'static str,
    /// The library without which it cannot be made.
    pub library: Option<&'static str>,
    /// The only schema that it can be made in.
    pub schema: Option<&'static str>,
    /// The only database that it can be made in.
    pub database: Option<&'static str>,
    /// Extensions that must be there before it.
    requires: &'static str,
    first: u32,
    last: u32,
}

const SPILO_4_1: Sheet = Sheet {
    rows: include_str!("extensions/spilo-18-4.1.tsv"),
    preloaded: &[
        "bg_mon",
        "pg_stat_statements",
        "pgextwlist",
        "pg_auth_mon",
        "set_user",
        "timescaledb",
        "pg_cron",
        "pg_stat_kcache",
    ],
    libraries: &[
        "auth_delay",
        "auto_explain",
        "basebackup_to_shell",
        "basic_archive",
        "decoderbufs",
        "passwordcheck",
        "pg_mon",
        "pg_overexplain",
        "pg_partman_bgw",
        "pg_prewarm",
        "pgaudit",
        "pglogical",
        "pglogical_ticker",
        "plpgsql_check",
        "plprofiler",
        "plugin_debugger",
        "wal2json",
    ],
};

/// Extensions that Spilo makes in every database at the first start (`post_init.sh:317`).
const EVERYWHERE: [&str; 4] = ["pg_stat_kcache", "pg_stat_statements", "plpgsql", "set_user"];

impl Sheet {
    /// What is known of the extensions of this image.
    pub fn of(image: &str) -> Option<Self> {
        let name = image_name(image);
        name.starts_with("spilo-18:4.1").then_some(SPILO_4_1)
    }

    /// Every extension of this major.
    pub fn all(self, major: u32) -> impl Iterator<Item = Extension> {
        let rows = self.rows.lines().filter(|line| !line.starts_with('#')).filter_map(row);
        rows.filter(move |extension| (extension.first..=extension.last).contains(&major))
    }

    /// The extension of this name.
    pub fn get(self, major: u32, name: &str) -> Option<Extension> {
        self.all(major).find(|extension| extension.name == name)
    }

    /// Every library that may be preloaded.
    pub fn libraries(self) -> impl Iterator<Item = &'static str> {
        self.preloaded.iter().chain(self.libraries).copied()
    }
}

fn row(line: &'static str) -> Option<Extension> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    let name = cell()?;
    let (first, last) = (cell()?.parse().ok()?, cell()?.parse().ok()?);
    let given = |cell: Option<&'static str>| cell.filter(|cell| !cell.is_empty());
    let (library, schema, database) = (given(cell()), given(cell()), given(cell()));
    Some(Extension { name, library, schema, database, requires: cell()?, first, last })
}

impl Extension {
    /// Extensions that must be made in the same database, because Spilo does not.
    pub fn requires(&self) -> impl Iterator<Item = &'static str> {
        self.requires.split_whitespace().filter(|name| !EVERYWHERE.contains(name))
    }
}

/// The libraries of a list as PostgreSQL takes it.
pub fn libraries(list: &str) -> impl Iterator<Item = &str> {
    let names = list.split(',').map(|name| name.trim().trim_matches(['"', '\'']));
    // A library may be named by its file.
    names
        .map(|name| name.trim_start_matches("$libdir/").trim_end_matches(".so"))
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_is_whole() {
        let sheet = Sheet::of("example.org/spilo-18:4.1-p2").unwrap();
        let rows = sheet.rows.lines().filter(|line| !line.starts_with('#')).count();
        let mut names: Vec<_> = (14..=18).flat_map(|major| sheet.all(major)).map(|own| own.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows);
        for extension in (14..=18).flat_map(|major| sheet.all(major)) {
            assert!(
                extension.library.is_none_or(|library| sheet.libraries().any(|own| own == library)),
                "{extension:?}"
            );
            assert!(extension.requires().all(|name| names.contains(&name)), "{extension:?}");
        }
        assert!(sheet.get(18, "pgl_ddl_deploy").is_none() && sheet.get(17, "pgl_ddl_deploy").is_some());
        assert!(
            Sheet::of("example.org/spilo-18:4.1-mine").is_some() && Sheet::of("example.org/own:1").is_none()
        );
    }
}
