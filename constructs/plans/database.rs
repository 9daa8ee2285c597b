//! One database of a running cluster as it was at a time, beside the original, while the others stay in service; compared
//! whole, and swapped in one transaction if that is asked for.
//!
//! The copy is a scratch instance inside a Job and not a cluster of the operator's: Spilo drops a time that it cannot reach in
//! silence, writes into every database of what it restores, and starts the source's workers and subscriptions there.

mod steps;

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::EnvVar;

use super::{Plan, Refused, unknown};
use crate::app::Valid;
use crate::archive::{Archive, history};
use crate::base::{Object, Stage, pod};
use crate::job::{self, Pod, SCRATCH, Scratch, beginning, claim, connection, reading, short_hash, suffixed};
use crate::values::{Memory, Name, UtcTime};
use crate::view::View;

/// Every script of the plan, by its name in the pods.
pub const SCRIPTS: &[(&str, &str)] = &[
    ("catalog.sql", include_str!("database/catalog.sql")),
    ("check.sh", include_str!("database/check.sh")),
    ("clean.sh", include_str!("database/clean.sh")),
    ("common.sh", job::COMMON),
    ("compare.sh", include_str!("database/compare.sh")),
    ("copy.sh", include_str!("database/copy.sh")),
    ("create.sql", include_str!("database/create.sql")),
    ("extensions.sh", include_str!("database/extensions.sh")),
    ("facts.sql", include_str!("database/facts.sql")),
    ("look.sh", include_str!("database/look.sh")),
    ("properties.sql", include_str!("database/properties.sql")),
    ("rename.sh", include_str!("database/rename.sh")),
    ("restore.sh", include_str!("database/restore.sh")),
    ("roles.sh", include_str!("database/roles.sh")),
    ("same-output.sql", include_str!("database/same-output.sql")),
    ("scratch.sh", job::SCRATCH_INSTANCE),
    ("sums.sql", include_str!("database/sums.sql")),
    ("swap.sh", include_str!("database/swap.sh")),
    ("undo.sh", include_str!("database/undo.sh")),
    ("view.sh", include_str!("database/view.sh")),
];

/// Databases that belong to PostgreSQL itself.
const SYSTEM: [&str; 3] = ["postgres", "template0", "template1"];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The cluster, as `<chart>/<cluster>`.
    pub cluster: String,
    /// The database.
    pub database: String,
    /// Whether a database that the app does not name may be meant, which somebody made by hand.
    pub unlisted: bool,
    /// The time.
    pub at: UtcTime,
    /// Whether a transaction that was committed exactly then is left out.
    pub exclusive: bool,
    /// Which history of the cluster; the present one where it is not said.
    pub generation: Option<u32>,
    /// Whether the restored database takes the original's name.
    pub swap: bool,
    /// Whether roles that are gone are made again, without LOGIN.
    pub create_roles: bool,
    /// The time of the plan whose scratch instance is moved on, and whose restored database is replaced.
    pub moved_on_from: Option<UtcTime>,
    /// A question to the database of that time, in SQL.
    pub look: Option<String>,
    /// Size of the scratch volume; twice that of the cluster where it is not said.
    pub scratch_size: Option<Memory>,
    /// Its class; the cluster's where it is not said.
    pub scratch_class: Option<Name>,
}

/// Everything that the objects and the runbook of a plan are made of.
struct Database<'a> {
    request: &'a Request,
    view: &'a View<'a>,
    archive: Archive<'a>,
    generation: u32,
    major: String,
    plan: String,
    restored: String,
    before: String,
    scratch: String,
    size: String,
}

/// The plan, or why there is none.
///
/// # Errors
/// The cluster, the generation or the database is not known, or the cluster has no archive.
pub fn plan(valid: &Valid, request: &Request) -> Result<Plan, Refused> {
    let known = || valid.clusters().keys().map(String::as_str).collect::<Vec<_>>();
    let planned = valid.look(&request.cluster, |view| planned(view, request));
    planned.unwrap_or_else(|| Err(unknown("cluster", &request.cluster, &known())))
}

fn planned(view: &View, request: &Request) -> Result<Plan, Refused> {
    let id = &request.cluster;
    let Some(backup) = &view.facts.backup else {
        return Err(Refused::new(format!("`{id}` has no backup: there is no archive to restore from")));
    };
    if view.facts.standby {
        let hint = "restore in the cluster that it follows, and it follows that, too";
        return Err(Refused::new(format!("`{id}` is a standby: nothing can be written to it")).hint(hint));
    }
    let database = request.database.as_str();
    if SYSTEM.contains(&database) {
        return Err(Refused::new(format!(
            "`{database}` belongs to PostgreSQL itself and cannot be exchanged"
        )));
    }
    let listed: Vec<_> = view.cluster.databases.keys().map(String::as_str).collect();
    if !request.unlisted && !listed.contains(&database) {
        let refused = unknown("database", database, &listed);
        return Err(refused.hint("one that was made by hand is meant with `--unlisted`"));
    }
    let generation = request.generation.unwrap_or(backup.generation);
    if generation == 0 || generation > backup.generation {
        return Err(Refused::new(format!(
            "`{id}` has generations 1 to {}, and not {generation}",
            backup.generation
        )));
    }
    super::check_begin(view, id, generation, Some(request.at))?;
    let (namespace, name) = (&view.facts.namespace, &view.facts.name);
    let Some(archive) = view.archive(generation) else {
        return Err(Refused::new(format!("`{id}` has no archive of generation {generation}")));
    };
    let major = view.cluster.postgres.to_string();
    let at = request.at.to_string();
    let inclusive = if request.exclusive { "off" } else { "on" };
    let of = history(namespace, name, generation);
    let database = Database {
        request,
        view,
        archive,
        generation,
        plan: short_hash(&[&of, &major, &request.database, &at, inclusive]),
        restored: suffixed(&request.database, "_restored"),
        before: suffixed(&request.database, &format!("_before_{}", request.at.stamp())),
        // Not of the time: a later plan goes on with the same copy.
        scratch: format!("{}-restore-{}", beginning(name), short_hash(&[&of, &major, &request.database])),
        size: match &request.scratch_size {
            Some(size) => size.to_string(),
            // A base backup that fills the volume, the dump of a database, and the WAL between.
            None => format!("{}Gi", (2 * view.volume()).div_ceil(1 << 30).max(1)),
        },
        major,
    };
    Ok(database.plan())
}

/// A Job of the plan.
struct Step<'a> {
    script: &'a str,
    scratch: bool,
    deadline: i64,
    memory: [&'a str; 2],
}

impl Database<'_> {
    fn plan(&self) -> Plan {
        let (scripts, config_map) =
            job::scripts(self.view, &format!("{}-restore", beginning(&self.view.facts.name)), SCRIPTS);
        let day = 86_400;
        let light = ["64Mi", "256Mi"];
        let step = |name: &'static str, script, scratch, deadline, memory| {
            let object = self.job(name, &scripts, &Step { script, scratch, deadline, memory });
            (object.identity.name.clone(), object)
        };
        let scratch_class = self.request.scratch_class.as_ref().map(Name::as_str);
        let class = scratch_class.or(self
            .view
            .resource
            .spec
            .volume
            .as_ref()
            .and_then(|volume| volume.storage_class.as_deref()));
        let claim = claim(self.view, &self.scratch, &self.size, class);
        let heavy = ["1Gi", "2Gi"];
        let (check, check_job) = step("check", "check.sh", false, 900, light);
        let (look, look_job) = step("look", "look.sh", true, 2 * day, heavy);
        let (restore, restore_job) = step("beside", "restore.sh", true, 7 * day, heavy);
        let (swap, swap_job) = step("swap", "swap.sh", false, 7 * day, light);
        let (undo, undo_job) = step("undo", "undo.sh", false, 3600, light);
        let (clean, clean_job) = step("clean", "clean.sh", false, 3600, light);
        let names = steps::Jobs { scripts, check, look, restore, swap, undo, clean };
        let mut files = vec![
            ("10-check.yaml".to_owned(), vec![config_map, check_job]),
            ("20-look.yaml".to_owned(), vec![claim, look_job]),
            ("30-restore.yaml".to_owned(), vec![restore_job]),
        ];
        if self.request.swap {
            files.push(("40-swap.yaml".to_owned(), vec![swap_job]));
            files.push(("after/undo.yaml".to_owned(), vec![undo_job]));
        }
        files.push(("after/clean.yaml".to_owned(), vec![clean_job]));
        let facts = &self.view.facts;
        Plan {
            folder: format!("{}-{}", self.request.cluster.replace('/', "."), self.request.at.stamp()),
            title: format!(
                "Restore database `{}` of `{}` to {}",
                self.request.database, self.request.cluster, self.request.at
            ),
            service: match self.request.swap {
                true => format!(
                    "Every database of the cluster stays in service, `{}` too, until it is exchanged: then its sessions end once, and clients that connect again find the restored one. No pod restarts, and the cluster's resource is not edited.",
                    self.request.database
                ),
                false => "Every database of the cluster stays in service. No pod restarts, and the cluster's resource is not edited.".to_owned(),
            },
            facts: vec![
                ("cluster", format!("{}/{}", facts.namespace, facts.name)),
                ("database", self.request.database.clone()),
                ("time", self.request.at.to_string()),
                ("transactions of that very instant", if self.request.exclusive { "left out" } else { "included" }.to_owned()),
                ("read from", format!("{}/{}", self.archive.root(), self.major)),
                ("generation", self.generation.to_string()),
                ("restored as", self.restored.clone()),
                ("original kept as", self.before.clone()),
                ("scratch volume", format!("{} of {}", self.scratch, self.size)),
                ("plan", self.plan.clone()),
            ],
            steps: self.steps(&names),
            files,
            edit: None,
        }
    }

    fn job(&self, name: &str, scripts: &str, step: &Step) -> Object {
        let pod = Pod {
            name: "plan",
            script: step.script,
            scripts,
            variables: self.variables(step),
            scratch: step.scratch.then_some(Scratch::Claim(&self.scratch)),
            archive: (step.scratch || step.script == "check.sh").then_some(&self.archive),
            deadline: step.deadline,
            memory: step.memory,
            ..Pod::default()
        };
        let spec = pod.job(self.view);
        let template = serde_json::to_string(&spec.template).expect("a template of pods is JSON");
        // The API server changes no template of a Job that exists.
        let hash = short_hash(&[&template]);
        let name = format!("{}-restore-{name}-{hash}", beginning(&self.view.facts.name));
        let job = Job { metadata: job::metadata(self.view, &name), spec: Some(spec), ..Job::default() };
        Object::of(Stage::Jobs, self.view.scope, job)
    }

    fn variables(&self, step: &Step) -> Vec<EnvVar> {
        let Database { request, view, archive, generation, major, plan, restored, before, .. } = self;
        let mut variables = vec![
            pod::variable("PLAN", plan),
            pod::variable("MAJOR", major),
            pod::literal("DATABASE", &request.database),
            pod::literal("RESTORED", restored),
            pod::literal("BEFORE", before),
        ];
        variables.extend(connection(view));
        if step.scratch || step.script == "check.sh" {
            variables.extend([
                pod::variable("AT", request.at.to_string()),
                pod::variable("INCLUSIVE", if request.exclusive { "off" } else { "on" }),
                pod::variable("SWAP", if request.swap { "yes" } else { "no" }),
            ]);
            if let Some(former) = request.moved_on_from {
                let of = history(&view.facts.namespace, &view.facts.name, *generation);
                let inclusive = if request.exclusive { "off" } else { "on" };
                let former = short_hash(&[&of, major, &request.database, &former.to_string(), inclusive]);
                variables.push(pod::variable("REPLACES", former));
            }
            variables.extend(reading(archive, major, None));
        }
        if step.scratch {
            variables.extend([
                pod::variable("SCRATCH", SCRATCH),
                pod::variable("WORKERS", "2"),
                pod::variable("MISSING_ROLES", if request.create_roles { "create" } else { "refuse" }),
            ]);
            variables.extend(request.look.as_ref().map(|look| pod::literal("LOOK", look)));
        } else if step.script == "check.sh"
            && view.facts.backup.as_ref().is_some_and(|own| own.generation == *generation)
        {
            variables.push(pod::variable("OWN_ARCHIVE", "yes"));
        } else if step.script == "swap.sh" {
            // As long as the Job before it may take.
            variables.push(pod::variable("COMPARED_WAIT", "600000"));
        }
        variables
    }
}
