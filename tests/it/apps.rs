//! The apps of this repository, and app files with their whole output as one snapshot each.

use std::path::{Path, PathBuf};
use std::process::Command;

use pgsynth::constructs::{App, Past};
use pgsynth::load;
use pgsynth::rules::{self, registry};
use pgsynth::synth::bundle;

use crate::project::said;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn rendered(app: &App) -> Vec<(String, String)> {
    let valid = app.validate(&Past::default()).unwrap_or_else(|problems| panic!("{problems}"));
    bundle(&valid)
        .manifests()
        .into_iter()
        .map(|manifest| (manifest.name, String::from_utf8(manifest.bytes).unwrap()))
        .collect()
}

fn read(path: &Path) -> App {
    load::app(&path.display().to_string(), &std::fs::read(path).unwrap())
        .unwrap_or_else(|problem| panic!("{problem}"))
}

/// The twin of `hetzner` in YAML renders the bytes that the Rust app has rendered into `dist/`.
#[test]
fn the_yaml_twin_of_hetzner_renders_the_same_bytes() {
    for (name, text) in rendered(&read(&root().join("tests/apps/hetzner.yaml"))) {
        let committed = std::fs::read_to_string(root().join("dist").join(&name)).unwrap();
        assert!(committed == text, "{name} differs");
    }
}

/// More lines than these nobody reads in a review.
const LONGEST: usize = 500;

/// `tests/apps/valid/*.yaml`: a snapshot for each file of the output, in parts where it is long.
#[test]
fn valid_apps_render() {
    insta::glob!("../apps/valid", "*.yaml", |path| {
        let app = path.file_stem().unwrap().to_string_lossy().into_owned();
        for (name, text) in rendered(&read(path)).into_iter().filter(|(name, _)| !name.starts_with("crds/")) {
            let file = name.trim_end_matches(".yaml");
            let lines: Vec<_> = text.split_inclusive('\n').collect();
            for (part, lines) in lines.chunks(LONGEST).enumerate() {
                let of = if lines.len() == text.lines().count() {
                    String::new()
                } else {
                    format!(".{}", part + 1)
                };
                insta::with_settings!({ snapshot_suffix => format!("{app}@{file}{of}"), omit_expression => true }, {
                    insta::assert_snapshot!(format!("{}[EOF]", lines.concat()));
                });
            }
        }
    });
}

/// `tests/apps/invalid/*.yaml`, named after their fault: what the user reads, by the command itself.
#[test]
fn invalid_apps_are_refused() {
    insta::glob!("../apps/invalid", "*.yaml", |path| {
        let folder = tempfile::tempdir().unwrap();
        let apps = folder.path().join("apps");
        std::fs::create_dir(&apps).unwrap();
        std::fs::copy(path, apps.join("shop.yaml")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgsynth"));
        let said = said(command.current_dir(folder.path()).arg("synth"));
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(!folder.path().join("dist").exists(), "something was written");
        insta::assert_snapshot!(format!("{}[EOF]", said.err));
    });
}

/// Rust and YAML fill in the very same types: an app written as YAML and read again renders the same.
#[test]
fn an_app_survives_being_written() {
    let folder = root().join("tests/apps/valid");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(root().join("tests/apps/hetzner.yaml"));
    files.push(root().join("apps/local.yaml"));
    for path in files {
        let app = read(&path);
        let written = String::from_utf8(pgsynth::synth::emit(&app)).unwrap();
        let again = load::app("written.yaml", written.as_bytes())
            .unwrap_or_else(|problem| panic!("{problem}\n{written}"));
        assert!(rendered(&app) == rendered(&again), "{}", path.display());
    }
}

/// The README's app is an app, its mistake is reported as the README says, and its numbers are those of the code.
#[test]
fn the_readme_says_what_is() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = |language: &str| {
        readme.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned()
    };
    let app = block("yaml");
    rendered(&load::app("apps/shop.yaml", app.as_bytes()).unwrap());

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("apps")).unwrap();
    std::fs::write(folder.path().join("apps/shop.yaml"), app.replace("owner: shop", "owner: shpo")).unwrap();
    let said = said(Command::new(env!("CARGO_BIN_EXE_pgsynth")).current_dir(folder.path()).arg("synth"));
    assert!(said.err.ends_with(&block("text")), "{}", said.err);
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgsynth"));
    let json = self::said(command.current_dir(folder.path()).args(["synth", "--format", "json"])).out;
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&json), value(&block("json")));

    // The app in Rust is the example of `cli::main`, which is compiled as a test of the documentation.
    let documented = std::fs::read_to_string(root().join("src/cli.rs")).unwrap();
    let documented: String = documented
        .lines()
        .skip_while(|line| *line != "/// ```no_run")
        .skip(1)
        .take_while(|line| *line != "/// ```")
        .map(|line| format!("{}\n", line.trim_start_matches("///").strip_prefix(' ').unwrap_or_default()))
        .collect();
    assert_eq!(documented, block("rust"));

    // Rounded down to ten, so that a rule more is no change of the README.
    let decided = registry().rules().len() / 10 * 10;
    assert!(readme.contains(&format!("more than {decided} rules")), "there are more than {decided} rules");
    for (kind, topics) in rules::KINDS {
        let least = topics.iter().map(|topic| topic.len()).sum::<usize>() / 5 * 5;
        let row = format!("| {kind} | {least} | ");
        assert!(readme.contains(&row), "README.md has no row `{row}`");
    }
}
