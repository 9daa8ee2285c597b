//! A project in a folder of its own, and the command run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub struct Project {
    folder: TempDir,
}

/// What a command said, and how it ended.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A small valid app.
pub const APP: &str = r#"pgsynth: v1
release: "2026.11"
name: shop
platform: other
accept: {no-backup: a test}
charts:
  operator:
    namespace: {name: postgres-operator, create: true}
    operator: {watch: all}
  shop:
    namespace: {name: shop, create: true}
    clusters:
      main: {team: acme, postgres: 18, volume: {size: 10Gi}, backup: {none: a test}, users: {shop: []}, databases: {shop: {owner: shop}}, access: [{namespace: shop}]}
"#;

impl Project {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("apps")).unwrap();
        Self { folder }
    }

    /// A project with the small valid app.
    pub fn with_app() -> Self {
        Self::new().app(APP)
    }

    pub fn app(self, text: &str) -> Self {
        self.file("apps/shop.yaml", text.as_bytes())
    }

    pub fn file(self, name: &str, bytes: &[u8]) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgsynth"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments))
    }

    /// A run that is given this text on its standard input.
    pub fn piped(&self, arguments: &[&str], input: &str) -> Said {
        let file = self.path("input");
        fs::write(&file, input).unwrap();
        let said = said(self.command(arguments).stdin(fs::File::open(&file).unwrap()));
        fs::remove_file(file).unwrap();
        said
    }

    /// Every file below a folder, by name.
    pub fn files(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![];
        collect(&self.path(name), "", &mut files);
        files.sort();
        files
    }
}

pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().unwrap();
        match () {
            () if kind.is_dir() => collect(&entry.path(), &format!("{name}/"), files),
            () if kind.is_symlink() => files.push((name, b"a link".to_vec())),
            () => files.push((name, fs::read(entry.path()).unwrap())),
        }
    }
}
