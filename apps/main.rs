//! The apps of this repository, as a command.

fn main() -> std::process::ExitCode {
    pgsynth::cli::main([pgsynth_apps::hetzner::app()])
}
