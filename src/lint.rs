//! What the rules say of strangers' manifests: of clusters, and of the operators that they run under, with Secrets, classes
//! and namespaces beside them as evidence.

mod evidence;
mod exceptions;
mod notes;
mod operators;

use std::collections::BTreeSet;

use pgsynth_constructs::base::{Code, Problem};
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::rules::{Check, Level, Registry, check, registry};
use pgsynth_constructs::upstream::problems::Undecided;
use pgsynth_constructs::values::Platform;

pub use crate::manifests::Source;

use crate::manifests::{self, Document, Manifest, Unread};
use crate::report::Account;
use evidence::{Group, World};

/// A part of a manifest that another tool fills in; nothing is known of it.
const NOT_RESOLVED: Code = Code::named("not-resolved");

/// What is known beside the manifests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// The release whose operator the clusters run under. Default: the newest.
    pub release: Option<ReleaseName>,
    /// What the Kubernetes cluster runs on. Default: not known.
    pub platform: Option<Platform>,
    /// The operator of all clusters, instead of those among the manifests.
    pub operator: Option<&'a Source>,
}

/// What is wrong, and where.
struct Told {
    /// Index of its document; nothing where it has none.
    document: Option<usize>,
    level: Level,
    problem: Problem,
}

/// All that was found so far.
#[derive(Default)]
struct Findings {
    told: Vec<Told>,
    undecided: Vec<Undecided>,
}

impl Findings {
    fn tell(&mut self, document: Option<usize>, level: Level, problem: Problem) {
        self.told.push(Told { document, level, problem });
    }
}

/// Asks every rule about the manifests in these texts.
///
/// ```
/// use pgsynth::lint::{Settings, Source, lint};
/// let text = "apiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata: {name: a-b}\nspec: {teamId: a, instances: 2}\n";
/// let source = Source::read("a.yaml", text.as_bytes()).unwrap();
/// let account = lint(&[source], &Settings::default());
/// assert!(account.errors.iter().any(|problem| problem.path == "postgresql a-b spec.instances"));
/// ```
pub fn lint(sources: &[Source], settings: &Settings) -> Account {
    let mut findings = Findings::default();
    let mut read: Vec<Document> = vec![];
    let mut notes = vec![];
    let given = settings.operator.into_iter();
    for source in sources.iter().chain(given) {
        take(source, &mut read, &mut findings, &mut notes);
    }
    let nested: Vec<Source> = read.iter().flat_map(manifests::nested).collect();
    let mut documents = read;
    for source in &nested {
        take(source, &mut documents, &mut findings, &mut notes);
    }
    let patches: BTreeSet<String> = documents.iter().flat_map(manifests::patches).collect();
    let found: Vec<(usize, Manifest)> = documents
        .iter()
        .enumerate()
        .flat_map(|(index, document)| {
            manifests::search(document).into_iter().map(move |found| (index, found))
        })
        .collect();
    notes.extend(notes::about(&found));

    let release = settings.release.unwrap_or(ReleaseName::NEWEST).release();
    let world = World::read(&found, &patches, settings, release, &mut findings);
    notes.extend(world.notes());
    let registry = registry();
    for group in &world.groups {
        let evidence = world.evidence(group, settings);
        let of_group = check(&evidence, &release.versions);
        for finding in of_group.found {
            let Some((document, manifest, path)) =
                world.place(group, &finding.subject, &finding.problem.path)
            else {
                continue;
            };
            if !world.is_known(group, &finding.subject, &path, &finding.problem) {
                continue;
            }
            let level =
                if assumed(group, &registry, &finding.problem) { Level::Warning } else { finding.level };
            let problem = placed(manifest, &path, finding.problem);
            findings.tell(Some(document), level, problem);
        }
        for (mut undecided, about) in of_group.undecided.into_iter().zip(of_group.about) {
            if let Some((_, manifest, path)) =
                about.and_then(|about| world.place(group, &about, &undecided.path))
            {
                undecided.path = format!("{} {path}", manifest.label()).trim_end().to_owned();
            } else {
                undecided.path = String::new();
            }
            if !findings.undecided.contains(&undecided) {
                findings.undecided.push(undecided);
            }
        }
    }
    exceptions::apply(&documents, &registry, &mut findings);
    account(findings, notes)
}

/// Takes the documents of a text, and tells of those that cannot be read.
fn take<'t>(
    source: &'t Source,
    read: &mut Vec<Document<'t>>,
    findings: &mut Findings,
    notes: &mut Vec<String>,
) {
    let documents = manifests::documents(source);
    if documents.is_empty() {
        notes.push(format!("{}: nothing is in it", source.name));
    }
    for document in documents {
        match document {
            Ok(document) => read.push(document),
            Err(Unread::Wrong(problem)) => findings.tell(None, Level::Error, problem),
            Err(Unread::Template(place)) => notes.push(format!(
                "{place}: a template that is not filled in, not checked; lint the output of `helm template`"
            )),
        }
    }
}

/// Whether a finding stands on an operator that nobody showed.
fn assumed(group: &Group, registry: &Registry, problem: &Problem) -> bool {
    let under =
        |check: &Check| matches!(check, Check::ClusterUnder(_) | Check::ClusterOn(_) | Check::FleetOn(_));
    group.is_assumed() && registry.find(problem.code.name).is_some_and(|rule| under(&rule.check))
}

/// A problem of an object under the object's name, at its place.
fn placed(manifest: &Manifest, path: &str, mut problem: Problem) -> Problem {
    problem.help = problem.native.take().or(problem.help);
    problem.place.get_or_insert_with(|| manifest.document.locate(&manifest.path(path)));
    problem.path = format!("{} {path}", manifest.label()).trim_end().to_owned();
    problem
}

fn account(findings: Findings, notes: Vec<String>) -> Account {
    let mut account = Account { undecided: findings.undecided, notes, ..Account::default() };
    for Told { level, problem, .. } in findings.told {
        match level {
            Level::Error => account.errors.push(problem),
            Level::Warning => account.warnings.push(problem),
        }
    }
    let place = |problem: &Problem| problem.place.clone();
    account.errors.sort_by_key(place);
    account.warnings.sort_by_key(place);
    account
}
