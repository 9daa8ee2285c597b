//! Handing over to the project's own binary, which knows its Rust apps.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use super::{project, terminal};
use crate::failure::Failure;

/// Set for the binary that is handed over to, which therefore must not be the stock one.
const DELEGATED: &str = "PGSYNTH_DELEGATED";

/// Runs the project's own binary with the same arguments, if the project has one.
#[expect(
    clippy::disallowed_methods,
    reason = "whether this process was handed over to stands in its environment alone"
)]
pub(super) fn delegate(given: Option<&Path>) -> Result<Option<ExitCode>> {
    let root = project::root(given)?;
    let manifest = root.join("apps").join("Cargo.toml");
    if !manifest.is_file() {
        return Ok(None);
    }
    if std::env::var_os(DELEGATED).is_some() {
        let message =
            format!("`{}` runs the stock command, which would hand over to itself", manifest.display());
        let hint = "its `main` calls `pgsynth::cli::main([...])`, not `stock`";
        return Err(Failure::delegate(message).hint(hint).into());
    }
    let arguments = ["run", "--quiet", "--release", "--locked", "--manifest-path"];
    let line = format!("cargo {} {} --", arguments.join(" "), manifest.display());
    terminal::note(&format!("handing over to `{line} ...` (`--no-delegate` uses only the YAML apps)"));
    let status = Command::new("cargo")
        .args(arguments)
        .arg(&manifest)
        .arg("--")
        .args(std::env::args_os().skip(1))
        .env(DELEGATED, "1")
        .status()
        .map_err(|error| {
            Failure::delegate(format!("cannot run `{line}`: {error}"))
                .hint("install a Rust toolchain, or use only the YAML apps with `--no-delegate`")
        })?;
    match status.code() {
        // cargo's own failures, a compile error among them, end with 101.
        Some(101) | None => Err(Failure::delegate(format!("`{line}` failed")).into()),
        Some(code) => Ok(Some(ExitCode::from(u8::try_from(code).unwrap_or(3)))),
    }
}
