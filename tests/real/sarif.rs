//! Every log is one that the schema of SARIF 2.1.0 takes: of apps that are wrong in every way there is a test for, and of
//! valid ones, whose warnings and undecided rules are results too.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use super::parts::{self, needing};

pub fn trials() -> Vec<Trial> {
    vec![needing(&["sarif-validate"], "sarif::schema", every_log_is_valid)]
}

fn every_log_is_valid() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps");
    let mut logs = vec![];
    for kind in ["invalid", "valid"] {
        for app in std::fs::read_dir(apps.join(kind))? {
            let app = app?.path();
            logs.push(log(folder.path(), &app)?);
        }
    }
    if logs.len() < 10 {
        return Err(format!("only {} logs were made", logs.len()).into());
    }
    let said = validate(&logs)?;
    if !said.status.success() {
        return Err(String::from_utf8_lossy(&said.stderr).into_owned().into());
    }
    // The validator itself can say no.
    let broken = folder.path().join("broken.sarif");
    let text = std::fs::read_to_string(&logs[0])?;
    std::fs::write(&broken, text.replacen("\"version\": \"2.1.0\"", "\"version\": \"2.2.0\"", 1))?;
    match validate(&[broken])?.status.success() {
        true => Err("a broken log passed".into()),
        false => Ok(()),
    }
}

/// What `synth` says about an app, in a project of its own.
fn log(folder: &Path, app: &Path) -> Result<PathBuf, Failed> {
    let name = app.file_stem().and_then(|name| name.to_str()).ok_or("a name that is no UTF-8")?;
    let project = folder.join(name);
    std::fs::create_dir_all(project.join("apps"))?;
    std::fs::copy(app, project.join("apps").join(format!("{name}.yaml")))?;
    let said = Command::new(env!("CARGO_BIN_EXE_pgsynth"))
        .args(["synth", "--format", "sarif", "--project"])
        .arg(&project)
        .output()?;
    let Some(0 | 1) = said.status.code() else {
        return Err(format!("{name}: {}", String::from_utf8_lossy(&said.stderr)).into());
    };
    let file = folder.join(format!("{name}.sarif"));
    std::fs::write(&file, &said.stdout)?;
    Ok(file)
}

fn validate(logs: &[PathBuf]) -> Result<std::process::Output, Failed> {
    Ok(Command::new(parts::get("sarif-validate")).args(logs).output()?)
}
