//! `pgsynth explain`: the page of a rule, what comes of a cluster, or what a field of the app file means.

use anyhow::Result;
use pgsynth_constructs::Past;
use pgsynth_constructs::base::Code;
use pgsynth_constructs::rules::{Level, Registry, Rule, UNDECIDED, code, registry};
use pgsynth_constructs::upstream::behaviour::impact;

use super::completions;
use super::context::{Context, Needs, Run};
use super::project::Project;
use super::{Exit, terminal};
use crate::explain;
use crate::failure::Failure;
use crate::schema::{self, Field};

/// Explain a rule, what comes of a cluster, or a field of the app file
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A rule, as shown at the end of a problem (`T23`, `archiving-switched-off`; `undecided` for what no rule decides); a cluster
    /// (`shop/acme-orders`); or a path of the app file (`volume.size`, `backups.nightly.rpo`). Default: the list of all rules
    #[arg(value_name = "RULE|CLUSTER|PATH", add = completions::clusters())]
    word: Option<String>,
}

impl Arguments {
    /// Only clusters are in apps: everything else is known anywhere.
    pub(super) fn needs(&self) -> Needs {
        match &self.word {
            Some(word) if of_rule(word, &registry()).is_none() && schema::find(word).is_empty() => {
                Needs::Apps
            }
            _ => Needs::Nothing,
        }
    }
}

impl Run for Arguments {
    fn run(&self, context: Context) -> Result<Exit> {
        let registry = registry();
        let Some(word) = &self.word else {
            terminal::out(&list(&registry))?;
            return Ok(Exit::Done);
        };
        if let Some(page) = of_rule(word, &registry) {
            terminal::out(&page)?;
            return Ok(Exit::Done);
        }
        let fields = schema::find(word);
        if !fields.is_empty() {
            let pages: Vec<_> = fields.iter().map(field).collect();
            terminal::out(&pages.join("\n"))?;
            return Ok(Exit::Done);
        }
        of_cluster(word, context, &registry)
    }
}

/// The page of a rule or of a code.
fn of_rule(word: &str, registry: &Registry) -> Option<String> {
    let of_code = || code(word).map(|text| format!("# {word}\n\n{}\n", text.trim_end()));
    let page = registry.find(word).map(|rule| rule.page.to_owned()).or_else(of_code);
    page.or_else(|| (word == "undecided").then(|| UNDECIDED.to_owned()))
}

/// What comes of a cluster of the project's apps, by `<chart>/<cluster>` or by its name alone.
fn of_cluster(word: &str, context: Context, registry: &Registry) -> Result<Exit> {
    let nothing = |known: &[String]| {
        let failure = Failure::usage(format!("no rule, no field and no cluster is called `{word}`"));
        let near = registry.nearest(word).or_else(|| {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            pgsynth_constructs::values::nearest(word, &known)
        });
        match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`pgsynth explain` lists all rules, and `pgsynth list` the clusters"),
        }
    };
    let holds_apps = super::project::root(context.project)?.join("apps").is_dir();
    if !holds_apps && context.apps.is_empty() {
        return Err(nothing(&[]).into());
    }
    let project = match Project::load(context)? {
        Ok(project) => project,
        Err(account) => {
            terminal::tell(&account, &[Level::Error]);
            return Ok(Exit::Invalid);
        }
    };
    let mut known = vec![];
    for loaded in &project.apps {
        let clusters = loaded.app.charts.iter().flat_map(|(chart, of)| {
            of.clusters.iter().map(move |(name, _)| (format!("{chart}/{name}"), name.as_str()))
        });
        let (ids, meant): (Vec<_>, Vec<_>) =
            clusters.map(|(id, name)| (id.clone(), (id == *word || name == word).then_some(id))).unzip();
        known.extend(ids);
        let Some(id) = meant.into_iter().flatten().next() else { continue };
        let mut account = loaded.account();
        let Some(valid) = loaded.validate(&Past::default(), &mut account) else {
            terminal::tell(&account, &[Level::Error]);
            return Ok(Exit::Invalid);
        };
        if let Some(text) = explain::cluster(&valid, &id) {
            terminal::out(&text)?;
            return Ok(Exit::Done);
        }
    }
    Err(nothing(&known).into())
}

/// A field of the app file.
fn field(field: &Field) -> String {
    let Field { path, doc, takes, default, required, keys } = field;
    let mut text = format!("{path}\n");
    for line in doc.lines() {
        text += &format!("    {line}\n");
    }
    text += &format!("    takes: {takes}\n");
    match (required, default) {
        (true, _) => text += "    it must be there\n",
        (false, Some(default)) => text += &format!("    default: {default}\n"),
        (false, None) => {}
    }
    if !keys.is_empty() {
        text += &format!("    below it: {}\n", keys.join(", "));
    }
    if let Some((impact, why)) = changing(path) {
        let why = if why.is_empty() { String::new() } else { format!("; {why}") };
        text += &format!("    a change: {impact}, {}{why}\n", impact.sentence());
    }
    text
}

/// What a change of a cluster's field does, where it is one of the resource.
fn changing(path: &str) -> Option<(impact::Impact, &'static str)> {
    let below = path.strip_prefix("charts.<id>.clusters.<id>.")?;
    let of_resource = match below.strip_prefix("spec.") {
        Some(below) => below.replace("<id>", "*"),
        None => pgsynth_constructs::cluster::of_resource(below)?,
    };
    impact::of_path(&of_resource)
}

/// All rules, a line each, in the order of their numbers; those without one stand behind, by name.
fn list(registry: &Registry) -> String {
    let mut rules: Vec<&Rule> = registry.rules().to_vec();
    rules.sort_by_key(|rule| {
        let (letter, number) = rule.code.id.unwrap_or("~").split_at(1);
        (letter, number.parse::<u32>().unwrap_or_default(), rule.code.name)
    });
    let widest = rules.iter().map(|rule| rule.code.name.len()).max().unwrap_or_default();
    let line = |rule: &Rule| {
        let level = match rule.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let Code { id, name } = rule.code;
        let summary = rule.summary().replace('\n', " ");
        let what =
            summary.split_once(". ").map_or(summary.as_str(), |(first, _)| first).trim_end_matches('.');
        format!("{:4}  {name:widest$}  {level:7}  {what}\n", id.unwrap_or_default())
    };
    rules.into_iter().map(line).collect()
}
