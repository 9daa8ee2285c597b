//! What the runbook of a database's plan says, step by step.

use super::Database;
use crate::plans::Step;

/// Names of the plan's Jobs, and of the ConfigMap with their scripts.
pub(super) struct Jobs {
    pub(super) scripts: String,
    pub(super) check: String,
    pub(super) look: String,
    pub(super) restore: String,
    pub(super) swap: String,
    pub(super) undo: String,
    pub(super) clean: String,
}

impl Database<'_> {
    pub(super) fn steps(&self, jobs: &Jobs) -> Vec<Step> {
        let namespace = &self.view.facts.namespace;
        let kubectl = format!("kubectl -n {namespace}");
        let run = |file: &str, job: &str| {
            vec![
                format!("kubectl apply -f {file}"),
                format!(
                    "{kubectl} wait --for=condition=Complete --timeout=1h job/{job} || {kubectl} logs job/{job} --tail=20"
                ),
            ]
        };
        let follow = |file: &str, job: &str| {
            vec![format!("kubectl apply -f {file}"), format!("{kubectl} logs -f job/{job}")]
        };
        let done =
            |what: &str| format!("the last line of the log is JSON with `\"outcome\":\"done\"`: {what}");
        let (database, restored, before) = (&self.request.database, &self.restored, &self.before);
        let mut steps = vec![
            Step {
                title: "Check whether it can be done".to_owned(),
                about: "Reads the archive's list and the cluster's catalogs, and changes nothing. It refuses what would fail later: no base backup that had ended by then, names that are taken, logical slots, subscriptions, prepared transactions, extensions that no dump brings back, too little room.".to_owned(),
                commands: run("10-check.yaml", &jobs.check),
                see: done("`base` names the base backup"),
                takes: "seconds".to_owned(),
                back: "nothing to go back from".to_owned(),
            },
            Step {
                title: "Look at that time (may be left out)".to_owned(),
                about: format!(
                    "Fetches the base backup into the scratch volume, replays the WAL, pauses at the time and shows the last commit that is in, the first that is not, and the largest tables of `{database}`. Is it too early, render the plan again with `--later <time>`: it goes on with the same copy."
                ),
                commands: follow("20-look.yaml", &jobs.look),
                see: done("`last_commit` and `stopped` say what is in; what comes after is lost"),
                takes: "the time to fetch the newest base backup before then, and to replay the WAL since".to_owned(),
                back: format!("`{kubectl} delete job/{} pvc/{}`", jobs.look, self.scratch),
            },
            Step {
                title: format!("Restore it beside the original, as `{restored}`, and compare"),
                about: format!(
                    "Does the step before where that was left out; ends recovery, makes `{restored}` for superusers alone, fills it from a dump, and compares the whole: schema, catalogs, settings, count and checksum of every table, sequences, large objects. Killed at any moment it can run again. Its WAL goes to the archive and the replicas: alerts about a backlog may fire."
                ),
                commands: follow("30-restore.yaml", &jobs.restore),
                see: done("`compared` has zeros, and names what is not compared"),
                takes: "about 20 s per GB of the database on two cores, after the fetching".to_owned(),
                back: "`kubectl apply -f after/clean.yaml`".to_owned(),
            },
        ];
        if self.request.swap {
            steps.push(Step {
                title: format!("Exchange them: `{restored}` becomes `{database}`, and the original `{before}`"),
                about: format!(
                    "One transaction with two renames; sessions of both end while it waits for its lock, then those on replicas. Nothing is swapped that was not compared. What was written to `{database}` since {} is in `{before}`, which nobody but a superuser may enter.",
                    self.request.at
                ),
                commands: run("40-swap.yaml", &jobs.swap),
                see: done("clients are connected to the restored database"),
                takes: "below a second; through a pooler clients may wait 6 s".to_owned(),
                back: format!("`kubectl apply -f after/undo.yaml`, Job `{}`: the same the other way", jobs.undo),
            });
        }
        let lines = format!(
            "{kubectl} delete pvc/{} configmap/{} {}",
            self.scratch,
            jobs.scripts,
            self.jobs(jobs).iter().map(|job| format!("job/{job}")).collect::<Vec<_>>().join(" ")
        );
        let mut clean = run("after/clean.yaml", &jobs.clean);
        clean.push(format!("{lines} --ignore-not-found"));
        steps.push(Step {
            title: "Clean up, when nobody wants to go back".to_owned(),
            about: match self.request.swap {
                true => format!("Drops `{before}`, or `{restored}` where it was never swapped; then the scratch volume and the Jobs go."),
                false => format!("Drops `{restored}`; then the scratch volume and the Jobs go. Keep what you need of it before."),
            },
            commands: clean,
            see: done("nothing of the plan is left in the cluster"),
            takes: "seconds".to_owned(),
            back: "none".to_owned(),
        });
        steps
    }

    fn jobs<'a>(&self, jobs: &'a Jobs) -> Vec<&'a String> {
        let Jobs { scripts: _, check, look, restore, swap, undo, clean } = jobs;
        let swapped = [swap, undo].into_iter().filter(|_| self.request.swap);
        [check, look, restore, clean].into_iter().chain(swapped).collect()
    }
}
