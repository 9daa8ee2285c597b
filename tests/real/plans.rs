//! Plans of restores, by the scripts that are rendered: two servers stand for the cluster and the scratch instance, and a
//! folder for the archive. Class CI; WAL-G and an S3 server do the same in class bench.

mod clients;
mod compare;
pub mod drills;
mod figures;
mod interrupted;
mod short;
mod whole;
pub mod world;

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use super::parts::{self, needing, needing_all};
use super::server::Server;
use super::{apply, postgres};

/// A test with the programs of one PostgreSQL.
type Test = fn(PathBuf) -> Result<(), Failed>;

/// The majors whose client programs the parts or the machine have.
fn complete() -> Vec<(u32, PathBuf)> {
    let whole =
        |bin: &Path| ["pg_dump", "vacuumdb", "pg_controldata"].iter().all(|name| bin.join(name).is_file());
    postgres::majors().into_iter().filter(|(major, bin)| *major >= 15 && whole(bin)).collect()
}

pub fn trials() -> Vec<Trial> {
    let complete = complete();
    let mut missing: Vec<_> =
        complete.is_empty().then(|| "PostgreSQL with its client programs".to_owned()).into_iter().collect();
    missing.extend((!postgres::can_run()).then(|| "setpriv, as root".to_owned()));
    let newest = complete.last().cloned();
    let mut trials = vec![
        needing(&["shellcheck"], "plans::shellcheck", shellcheck),
        needing(apply::PARTS, "plans::the_api_server_takes_them", taken),
    ];
    for (major, bin) in complete {
        trials.push(needing_all(&missing, &format!("plans::one_database_on_{major}"), move || {
            whole::everything(bin)
        }));
    }
    let Some((_, bin)) = newest else { return trials };
    let measured = bin.clone();
    let name = "plans::seconds_per_gigabyte (of PGSYNTH_GIGABYTES; into pgsynth-restore-figures.txt)";
    let figures = needing_all(&missing, name, move || figures::seconds_per_gigabyte(measured));
    trials.push(figures.with_kind("bench").with_ignored_flag(figures::asked().is_none()));
    let tests: [(&str, Test); 5] = [
        ("plans::what_cannot_be_had_is_refused", whole::refusals),
        ("plans::compare_sees_each_difference", compare::differences),
        ("plans::drills_succeed_or_say_why", drills::drills),
        ("plans::a_restore_says_how_far_it_came", short::told),
        ("plans::killed_at_any_moment_it_runs_again", interrupted::kills),
    ];
    for (name, test) in tests {
        let bin = bin.clone();
        trials.push(needing_all(&missing, name, move || test(bin)));
    }
    trials
}

fn shellcheck() -> Result<(), Failed> {
    let constructs = Path::new(env!("CARGO_MANIFEST_DIR")).join("constructs");
    let plans = ["check.sh", "look.sh", "restore.sh", "swap.sh", "undo.sh", "clean.sh"];
    let scripts = plans
        .map(|script| ("plans/database", script))
        .into_iter()
        .chain([("drills", "drill.sh"), ("dumps", "dump.sh")]);
    for (folder, script) in scripts {
        let mut command = Command::new(parts::get("shellcheck"));
        let output = command
            .args(["--external-sources", "--shell=bash", script])
            .current_dir(constructs.join(folder))
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stdout).into_owned().into());
        }
    }
    Ok(())
}

/// Every object of a plan is taken, in a namespace whose pods have to meet the strictest standard.
fn taken() -> Result<(), Failed> {
    let server = Server::start();
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("apps"))?;
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("apps/local.yaml"),
        folder.path().join("apps/app.yaml"),
    )?;
    let way = [
        "restore",
        "acme-orders",
        "--database",
        "shop",
        "--swap",
        "--look",
        "SELECT 1",
        "--at",
        "2026-11-24T09:00:00Z",
    ];
    apply::pgsynth(folder.path(), &[&way[..], &["--now", "2026-11-25T09:00:00Z"]].concat());
    server.ok(&["create", "namespace", "shop"])?;
    server.ok(&[
        "label",
        "namespace",
        "shop",
        "pod-security.kubernetes.io/warn=restricted",
        "pod-security.kubernetes.io/enforce=restricted",
    ])?;
    let plan = std::fs::read_dir(folder.path().join("restore"))?.next().ok_or("no plan")??.path();
    for folder in [plan.clone(), plan.join("after")] {
        let output = server.kubectl(&["apply", "--validate=strict", "-f", folder.to_str().unwrap()]);
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() || said.contains("Warning") {
            return Err(said.into());
        }
    }
    let jobs = server.ok(&["get", "jobs", "-n", "shop", "-o", "name"])?;
    match jobs.lines().count() {
        6 => Ok(()),
        _ => Err(format!("not six Jobs:\n{jobs}").into()),
    }
}
