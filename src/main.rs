//! The stock command: serves an app in YAML, and hands over to the project's own binary where there is one.

use std::process::ExitCode;

fn main() -> ExitCode {
    pgsynth::cli::stock()
}
