//! A plan as a bundle: its objects in the order of its steps, and the runbook, in Markdown.

use std::fmt::Write;

use pgsynth_constructs::plans::{Plan, Step};
use pgsynth_constructs::upstream::record::Record;

use super::{Bundle, Draft};

/// Name of the page that says what to do.
pub const RUNBOOK: &str = "RUNBOOK.md";

/// The bundle of a plan of this app with the edit that the app needs, as it is shown; `record` is an empty one: a plan
/// remembers nothing but its files.
pub fn plan<'a>(owner: &'a str, plan: &'a Plan, edit: Option<&str>, record: &'a Record) -> Bundle<'a> {
    let objects = plan
        .files
        .iter()
        .map(|(name, objects)| Draft::objects(owner, name.clone(), objects.iter().collect()));
    let mut files: Vec<_> =
        [Draft::page(owner, RUNBOOK, runbook(plan, edit))].into_iter().chain(objects).collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Bundle { owner, files, record }
}

/// Pages of an app, by their names, as a bundle.
pub fn pages<'a>(owner: &'a str, pages: Vec<(String, String)>, record: &'a Record) -> Bundle<'a> {
    let mut files: Vec<_> = pages.into_iter().map(|(name, page)| Draft::page(owner, &name, page)).collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Bundle { owner, files, record }
}

/// The runbook of a plan.
fn runbook(plan: &Plan, edit: Option<&str>) -> String {
    let mut page = format!("# {}\n\n{}\n\n", plan.title, plan.service);
    let place = if plan.files.is_empty() { "the project's folder" } else { "this folder" };
    let _ = write!(
        page,
        "Every command is run in {place}. Go on only when what is said under \"See\" is seen.\n\n| | |\n|---|---|\n"
    );
    for (name, value) in &plan.facts {
        let _ = writeln!(page, "| {name} | `{}` |", value.replace('|', "\\|"));
    }
    if let Some(edit) = edit {
        let _ = write!(page, "\nThe edit of the app, which `--write` does:\n\n```diff\n{edit}```\n");
    }
    for (number, step) in plan.steps.iter().enumerate() {
        let Step { title, about, commands, see, takes, back } = step;
        let _ = write!(page, "\n## {}. {title}\n\n{about}\n\n", number + 1);
        if !commands.is_empty() {
            let _ = write!(page, "```sh\n{}\n```\n\n", commands.join("\n"));
        }
        let _ = write!(page, "- **See:** {see}\n- **Takes:** {takes}\n- **Back:** {back}\n");
    }
    page
}
