//! Where the real programs are: what `tests/parts/install` made, else `PATH`.

use std::path::PathBuf;

use libtest_mimic::{Failed, Trial};

/// The set of `tests/parts/install`.
fn installed() -> Option<PathBuf> {
    let script = include_str!("../parts/install");
    let set = script.lines().find_map(|line| line.strip_prefix("set_of_parts="))?;
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(cache.join("pgsynth-parts").join(set))
}

/// A folder of the set beside that of the programs.
pub fn folder(name: &str) -> Option<PathBuf> {
    Some(installed()?.join(name))
}

/// A program by its name, if it is there.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folder("bin").into_iter().chain(std::env::split_paths(&path).collect::<Vec<_>>());
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Whether one of these programs is not there.
pub fn missing(programs: &[&str]) -> bool {
    !not_found(programs).is_empty()
}

/// A program that has been found before the test began.
pub fn get(program: &str) -> PathBuf {
    find(program).unwrap_or_else(|| panic!("{program} is gone"))
}

/// A test that needs programs of class CI: ignored where one is missing, failed where none may be.
pub fn needing(programs: &[&'static str], name: &str, test: fn() -> Result<(), Failed>) -> Trial {
    needing_all(&not_found(programs), name, test)
}

/// Those of these programs that are not there.
pub fn not_found(programs: &[&str]) -> Vec<String> {
    programs.iter().filter(|program| find(program).is_none()).map(ToString::to_string).collect()
}

/// The same, of a test of which it is known what is missing.
pub fn needing_all<T>(missing: &[String], name: &str, test: T) -> Trial
where
    T: FnOnce() -> Result<(), Failed> + Send + 'static,
{
    let missing = missing.join(", ");
    if missing.is_empty() {
        return Trial::test(name, test);
    }
    if std::env::var_os("PGSYNTH_REQUIRE_PARTS").is_some() {
        return Trial::test(name, move || Err(format!("missing: {missing}; run tests/parts/install").into()));
    }
    Trial::test(format!("{name} (needs {missing}; tests/parts/install)"), test).with_ignored_flag(true)
}

/// A test that needs programs no registry has: ignored where one is missing.
pub fn bench<T>(programs: &[&'static str], name: &str, test: T) -> Trial
where
    T: FnOnce() -> Result<(), Failed> + Send + 'static,
{
    let missing = not_found(programs);
    match missing.is_empty() {
        true => Trial::test(name, test).with_kind("bench"),
        false => Trial::test(format!("{name} (needs {} on PATH)", missing.join(", ")), test)
            .with_kind("bench")
            .with_ignored_flag(true),
    }
}

/// A test that needs data beside the checkout: ignored where it is not there.
pub fn data(path: &'static str, name: &str, test: fn() -> Result<(), Failed>) -> Trial {
    match shared(path).exists() {
        true => Trial::test(name, test),
        false => Trial::test(format!("{name} (needs ../shared/{path})"), test).with_ignored_flag(true),
    }
}

/// A test that needs data beside the checkout and programs of class CI.
pub fn data_and_parts(
    path: &'static str,
    programs: &[&'static str],
    name: &str,
    test: fn() -> Result<(), Failed>,
) -> Trial {
    match shared(path).exists() {
        true => needing(programs, name, test),
        false => data(path, name, test),
    }
}

/// Data beside the checkout.
pub fn shared(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path)
}
