//! `pgsynth restore`: a plan for a way back, as a folder with what is applied and a runbook.

mod edit;
mod time;

use std::path::Path;

use anyhow::Result;
use pgsynth_constructs::plans::cluster::{self, Way};
use pgsynth_constructs::plans::{Plan, Refused, Step, database};
use pgsynth_constructs::rules::Level;
use pgsynth_constructs::upstream::record::Record;
use pgsynth_constructs::values::{Memory, Name, UtcTime};
use pgsynth_constructs::{Past, Valid};
use serde_json::json;

use super::completions;
use super::context::{Context, Run};
use super::project::{Loaded, Project};
use super::{Exit, terminal};
use crate::failure::Failure;
use crate::output::{self, Lock, State};
use crate::synth;

/// Folder of the plans, below the project.
const PLANS: &str = "restore";

/// Plan a way back: a folder with what is applied step by step, and a runbook
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The cluster, `<chart>/<cluster>`, or its id alone where no other chart has it
    #[arg(value_name = "CLUSTER", add = completions::clusters())]
    cluster: String,

    /// The time to go back to, with its zone: `2026-11-24T10:00:00+01:00`, or `2026-11-24 10:00 Europe/Berlin`. Default, but
    /// for a database: the end of the archive
    #[arg(long, value_name = "TIME", required_unless_present = "way")]
    at: Option<String>,

    #[command(flatten)]
    ways: Ways,

    /// Let the restored database take the original's name, which is kept under another
    #[arg(long, requires = "database")]
    swap: bool,

    /// Go on with the scratch instance of the plan for `--at` to this later time
    #[arg(long, value_name = "TIME", requires = "database")]
    later: Option<String>,

    /// Leave out a transaction that was committed exactly then
    #[arg(long, requires = "at")]
    exclusive: bool,

    /// Read this generation of the cluster. Default: the present one
    #[arg(long, value_name = "NUMBER")]
    generation: Option<u32>,

    /// What to do about roles that the database had then and the cluster has no more
    #[arg(long, value_enum, default_value = "refuse", requires = "database")]
    missing_roles: MissingRoles,

    /// Ask this question, in SQL, to the database of that time before anything is restored
    #[arg(long, requires = "database", value_name = "SQL")]
    look: Option<String>,

    /// The database is not in the app: somebody made it by hand
    #[arg(long, requires = "database")]
    unlisted: bool,

    /// Size of the scratch volume. Default: twice that of the cluster's
    #[arg(long, requires = "database", value_name = "QUANTITY")]
    scratch_size: Option<Memory>,

    /// Class of the scratch volume. Default: that of the cluster's
    #[arg(long, requires = "database", value_name = "NAME")]
    scratch_class: Option<Name>,

    /// Choose the app, where several have such a cluster
    #[arg(long, value_name = "NAME", add = completions::apps())]
    app: Option<String>,

    /// Write nothing, show the difference, exit with 4 if there is one
    #[arg(long, conflicts_with = "stdout")]
    check: bool,

    /// Write the edit into the app's file, comments kept
    #[arg(long, conflicts_with_all = ["check", "stdout", "database"])]
    write: bool,

    /// Print the runbook and the objects, write nothing
    #[arg(long)]
    stdout: bool,

    /// Output format of what is said of the plan
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    /// Take this for the present time, so that a run can be repeated. Default: the clock
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

/// Which way back.
#[derive(Debug, clap::Args)]
#[group(id = "ways", required = true, multiple = false)]
struct Ways {
    /// Restore this database beside the original, while the others stay in service
    #[arg(long, value_name = "NAME", add = completions::databases())]
    database: Option<String>,

    /// Restore into a new cluster of this id; the running one is not touched
    #[arg(long = "as", value_name = "CLUSTER", group = "way")]
    new: Option<String>,

    /// Restore the cluster in its own place, which ends it first
    #[arg(long, group = "way")]
    in_place: bool,

    /// Restore after the Kubernetes cluster, or every volume of the cluster, is gone
    #[arg(long, group = "way")]
    total_loss: bool,

    /// Refill a volume that is lost, alone or with its node
    #[arg(long, group = "way")]
    volume: bool,
}

impl Ways {
    /// The way of a whole cluster.
    fn whole(&self) -> Way {
        match (&self.new, self.in_place, self.total_loss) {
            (Some(name), _, _) => Way::As(name.clone()),
            (_, true, _) => Way::InPlace,
            (_, _, true) => Way::TotalLoss,
            _ => Way::Volume,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum MissingRoles {
    /// Stop, and name them
    Refuse,
    /// Make them, without LOGIN
    Create,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

impl Run for Arguments {
    fn run(&self, context: Context) -> Result<Exit> {
        let at = self.at.as_deref().map(|text| self.time("--at", text)).transpose()?;
        let later = self.later.as_deref().map(|text| self.time("--later", text)).transpose()?;
        if let (Some(at), Some(later)) = (at, later)
            && later <= at
        {
            let failure = Failure::usage(format!("`--later` ({later}) is not after `--at` ({at})"));
            return Err(failure.hint("for an earlier time render the plan with that as `--at`").into());
        }
        let project = match Project::load(context)? {
            Ok(project) => project,
            Err(account) => {
                terminal::tell(&account, &[Level::Error]);
                return Ok(Exit::Invalid);
            }
        };
        let chosen = project.select(&self.app.iter().cloned().collect::<Vec<_>>())?;
        let mut valid = vec![];
        for loaded in chosen {
            let (_, Past { record, .. }) = loaded.past(&project.root, &loaded.output(&project.root), &[])?;
            let mut account = loaded.account();
            match loaded.validate(&Past { record, accepted: vec![] }, &mut account) {
                Some(app) => valid.push(app),
                None => {
                    terminal::tell(&account, &[Level::Error]);
                    return Ok(Exit::Invalid);
                }
            }
        }
        let (app, cluster) = self.cluster(&valid)?;
        let plan = match (&self.ways.database, at) {
            (Some(database), Some(at)) => {
                database::plan(app, &self.database(cluster.clone(), database, at, later)).map_err(refused)?
            }
            _ => {
                let Self { exclusive, generation, .. } = *self;
                let way = self.ways.whole();
                let request = cluster::Request { cluster: cluster.clone(), way, at, exclusive, generation };
                cluster::plan(app, &request).map_err(refused)?
            }
        };
        let loaded = project.apps.iter().find(|loaded| loaded.app.name == app.app().name);
        let source = loaded.and_then(Loaded::source);
        let edit =
            plan.edit.as_ref().map(|(change, meant)| edit::Proposed::of(&cluster, change, meant, source));
        let exit = self.deliver(&project.root, app, &plan, edit.as_ref())?;
        match edit {
            Some(edit) if self.write => edit.write(&project.root).map(|()| exit),
            _ => Ok(exit),
        }
    }
}

fn refused(Refused { message, hints }: Refused) -> Failure {
    hints.into_iter().fold(Failure::usage(message), Failure::hint)
}

impl Arguments {
    fn database(
        &self,
        cluster: String,
        database: &str,
        at: UtcTime,
        later: Option<UtcTime>,
    ) -> database::Request {
        database::Request {
            cluster,
            database: database.to_owned(),
            unlisted: self.unlisted,
            at: later.unwrap_or(at),
            exclusive: self.exclusive,
            generation: self.generation,
            swap: self.swap,
            create_roles: self.missing_roles == MissingRoles::Create,
            moved_on_from: later.map(|_| at),
            look: self.look.clone(),
            scratch_size: self.scratch_size.clone(),
            scratch_class: self.scratch_class.clone(),
        }
    }

    /// A time of the past.
    fn time(&self, option: &str, text: &str) -> Result<UtcTime> {
        let read = |option: &str, text: &str| {
            time::read(text).map_err(|rule| {
                let failure = Failure::usage(format!("`{option} {text}` is no time: {rule}"));
                failure.hint("write it with its zone, such as `2026-11-24T10:00:00+01:00` or `2026-11-24 10:00 Europe/Berlin`")
            })
        };
        let at = read(option, text)?;
        let now = match &self.now {
            Some(now) => read("--now", now)?,
            None => time::now(),
        };
        if at > now {
            let failure = Failure::usage(format!("`{option} {text}` is in the future: it is {now}"));
            return Err(failure.hint("nothing of it is archived yet").into());
        }
        Ok(at)
    }

    /// The app that has the cluster, and the cluster as `<chart>/<cluster>`.
    fn cluster<'a, 'b>(&self, apps: &'a [Valid<'b>]) -> Result<(&'a Valid<'b>, String)> {
        let word = &self.cluster;
        let all = apps.iter().flat_map(|app| app.clusters().keys().map(move |id| (app, id)));
        let means = |id: &str| id == word || id.split_once('/').is_some_and(|(_, name)| name == word);
        let found: Vec<_> = all.clone().filter(|(_, id)| means(id)).collect();
        match found[..] {
            [(app, id)] => Ok((app, id.clone())),
            [] => {
                let known: Vec<_> = all.map(|(_, id)| id.as_str()).collect();
                let failure = Failure::usage(format!("there is no cluster `{word}`"));
                let ids: Vec<_> = known.iter().filter_map(|id| Some(id.split_once('/')?.1)).collect();
                let near = pgsynth_constructs::values::nearest(word, &known);
                let failure = match near.or_else(|| pgsynth_constructs::values::nearest(word, &ids)) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure,
                };
                Err(failure.hint(format!("there are `{}`", known.join("`, `"))).into())
            }
            _ => {
                let ids: Vec<_> =
                    found.iter().map(|(app, id)| format!("`{id}` of app `{}`", app.app().name)).collect();
                let failure =
                    Failure::usage(format!("several clusters are called `{word}`: {}", ids.join(", ")));
                Err(failure.hint("say which as `<chart>/<cluster>`, and its app with `--app`").into())
            }
        }
    }

    fn deliver(&self, root: &Path, app: &Valid, plan: &Plan, edit: Option<&edit::Proposed>) -> Result<Exit> {
        let record = Record::default();
        let shown_edit = edit.map(edit::Proposed::shown);
        let bundle = synth::plan(app.app().name.as_str(), plan, shown_edit.as_deref(), &record);
        if self.stdout {
            for manifest in bundle.manifests() {
                terminal::out(&format!("# {}\n{}", manifest.name, String::from_utf8_lossy(&manifest.bytes)))?;
            }
            return Ok(Exit::Done);
        }
        let output = Path::new(app.app().output_folder());
        if output.starts_with(PLANS) {
            let failure =
                Failure::usage(format!("the app's output is `{}`, where plans stand", output.display()));
            return Err(failure
                .hint("give the app another `output`; a plan is never applied with it")
                .into());
        }
        let shown = format!("{PLANS}/{}", plan.folder);
        let folder = root.join(&shown);
        let _lock = match self.check {
            true => None,
            false => Some(Lock::of(root, &|| {
                terminal::note("note: another pgsynth is writing here; waiting for it to end")
            })?),
        };
        let before = State::read(&folder)?;
        let changes = output::plan(&folder, before.as_ref(), &bundle, None)?;
        if self.check {
            if changes.is_empty() {
                return Ok(Exit::Done);
            }
            terminal::out(&changes.diff()?)?;
            return Ok(Exit::Different);
        }
        changes.write()?;
        match self.format {
            Format::Json => terminal::out(&format!("{:#}\n", document(&shown, plan, shown_edit.as_deref())))?,
            Format::Text => terminal::note(&format!(
                "`{shown}` has the plan; read `{shown}/{}`, and run its steps in their order:\n{}",
                synth::RUNBOOK,
                steps(plan)
            )),
        }
        Ok(Exit::Done)
    }
}

fn steps(plan: &Plan) -> String {
    let step = |(index, step): (usize, &Step)| format!("  {}. {}", index + 1, step.title);
    plan.steps.iter().enumerate().map(step).collect::<Vec<_>>().join("\n")
}

fn document(folder: &str, plan: &Plan, edit: Option<&str>) -> serde_json::Value {
    let facts: serde_json::Map<_, _> =
        plan.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    let steps = plan.steps.iter().map(|Step { title, about, commands, see, takes, back }| {
        json!({ "title": title, "about": about, "commands": commands, "see": see, "takes": takes, "back": back })
    });
    json!({
        "version": 1,
        "folder": folder,
        "title": plan.title,
        "service": plan.service,
        "facts": facts,
        "edit": edit,
        "steps": steps.collect::<Vec<_>>(),
        "files": plan.files.iter().map(|(name, _)| name).collect::<Vec<_>>(),
    })
}
