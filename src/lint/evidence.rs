//! What the manifests are to the rules: clusters, the operators that watch them, classes, claims.

use std::collections::BTreeSet;

use pgsynth_constructs::base::{Kind, OperatorFacts, Problem};
use pgsynth_constructs::crds::Mirror;
use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::release::Release;
use pgsynth_constructs::rules::{ClusterEvidence, Evidence, Level, OperatorEvidence, Subject};
use pgsynth_constructs::upstream::behaviour::classes::{ClaimFacts, ClassFacts, ClassView};
use pgsynth_constructs::upstream::problems::Undecided;

use super::operators::{Origin, Running, assumed};
use super::{Findings, NOT_RESOLVED, Settings, placed};
use crate::manifests::{Admitted, Form, Manifest, Resources, from_config_map, from_values, values_path};

/// A cluster that could be read.
struct Cluster<'d> {
    document: usize,
    manifest: Manifest<'d>,
    resource: Postgresql,
    /// Paths of which nothing is known.
    unknown: Vec<String>,
}

/// Clusters that the rules look at together: of one operator, in one folder.
pub(super) struct Group<'d> {
    /// None where nobody showed the operator.
    operator: Option<usize>,
    folder: &'d str,
    facts: OperatorFacts,
    clusters: Vec<usize>,
}

impl Group<'_> {
    pub(super) fn is_assumed(&self) -> bool {
        self.operator.is_none()
    }
}

/// All that the rules can be asked about.
pub(super) struct World<'d> {
    clusters: Vec<Cluster<'d>>,
    operators: Vec<Running<'d>>,
    pub(super) groups: Vec<Group<'d>>,
    /// Whether several operators watch the same clusters.
    several: bool,
    classes: Vec<(usize, Manifest<'d>, ClassView)>,
    known_classes: Vec<ClassFacts>,
    claims: Vec<ClaimFacts>,
    baseline: BTreeSet<String>,
}

impl<'d> World<'d> {
    /// Reads the objects that were found, and tells what is wrong with their form.
    pub(super) fn read(
        found: &[(usize, Manifest<'d>)],
        patches: &BTreeSet<String>,
        settings: &Settings,
        release: &Release,
        findings: &mut Findings,
    ) -> Self {
        let resources = Resources::of(release);
        let configuration = resources.configuration();
        let mut world = Self {
            clusters: vec![],
            operators: vec![],
            groups: vec![],
            several: false,
            classes: vec![],
            known_classes: settings.platform.and_then(ClassFacts::of_platform).into_iter().collect(),
            claims: vec![],
            baseline: BTreeSet::new(),
        };
        for (document, manifest) in found {
            let document = *document;
            let patch = patches.contains(&manifest.document.source.name);
            let mut show = |origin, configuration, unknown| {
                let running = Running::of(document, manifest, origin, configuration, unknown, release, found);
                world.operators.push(running);
            };
            match (manifest.form, manifest.group(), manifest.kind()) {
                (Form::Object, "acid.zalan.do", "postgresql") => {
                    let admitted = resources.cluster(manifest);
                    let (value, unknown) = told(document, manifest, admitted, patch, findings);
                    if let Some(resource) = value.filter(|_| !patch) {
                        world.clusters.push(Cluster {
                            document,
                            manifest: manifest.clone(),
                            resource,
                            unknown,
                        });
                    }
                }
                (Form::Object, "acid.zalan.do", "PostgresTeam") => {
                    told(document, manifest, resources.team(manifest), patch, findings);
                }
                (Form::Object, "acid.zalan.do", "OperatorConfiguration") => {
                    let admitted = resources.operator(manifest);
                    let (value, unknown) = told(document, manifest, admitted, patch, findings);
                    if let Some(resource) = value.filter(|_| !patch) {
                        show(Origin::Resource, resource.configuration, unknown);
                    }
                }
                (Form::ChartValues, ..) => {
                    let admitted = from_values(manifest, &configuration);
                    let (value, unknown) = told(document, manifest, admitted, false, findings);
                    if let Some(mut value) = value {
                        value.fill((release.chart)(&release.images));
                        show(Origin::ChartValues, value, unknown);
                    }
                }
                (Form::Object, "", "ConfigMap") => {
                    if let Some(admitted) = from_config_map(manifest, &configuration) {
                        let (value, unknown) = told(document, manifest, admitted, patch, findings);
                        if let Some(value) = value.filter(|_| !patch) {
                            show(Origin::ConfigMap, value, unknown);
                        }
                    }
                }
                (Form::Object, ..) => world.beside(document, manifest),
                (Form::App, ..) => {}
            }
        }
        world.assign(settings, release);
        world
    }

    /// An object that is evidence for the rules about clusters.
    fn beside(&mut self, document: usize, manifest: &Manifest<'d>) {
        let plain = manifest.node.plain(manifest.document.text);
        let Some(map) = plain.as_mapping() else { return };
        match (manifest.group(), manifest.kind()) {
            ("storage.k8s.io", "StorageClass") => {
                let view = ClassView::read(map);
                self.known_classes.push(view.facts(manifest.name()));
                self.classes.push((document, manifest.clone(), view));
            }
            ("", "PersistentVolumeClaim") => self.claims.extend(ClaimFacts::read(map)),
            ("", "Namespace") => {
                let level = manifest.document.text;
                let level = manifest.node.at("metadata.labels", level).and_then(|labels| {
                    labels.get("pod-security.kubernetes.io/enforce", level)?.as_text().map(str::to_owned)
                });
                if level.is_some_and(|level| level != "privileged") {
                    self.baseline.insert(manifest.name().to_owned());
                }
            }
            _ => {}
        }
    }

    /// Gives each cluster the operator that watches it, of several the one whose file is nearest; where none is shown, or
    /// several are equally near, it is assumed to be the chart's.
    fn assign(&mut self, settings: &Settings, release: &Release) {
        for (index, cluster) in self.clusters.iter().enumerate() {
            let file = cluster.manifest.document.source.name.as_str();
            let candidate = |operator: &Running| operator.nearness(&cluster.manifest, settings);
            let mut near: Vec<_> = self
                .operators
                .iter()
                .enumerate()
                .filter_map(|(at, operator)| Some((candidate(operator)?, at)))
                .collect();
            near.sort_unstable_by(|one, other| other.cmp(one));
            let operator = match near[..] {
                [] => None,
                [(first, _), (second, _), ..] if first == second => {
                    self.several = true;
                    None
                }
                [(_, at), ..] => Some(at),
            };
            // One Kubernetes cluster is at least one folder: what lies in others may be for others.
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let same = |group: &Group| group.operator == operator && group.folder == folder;
            match self.groups.iter_mut().find(|group| same(group)) {
                Some(group) => group.clusters.push(index),
                None => {
                    let facts =
                        operator.map_or_else(|| assumed(release), |at| self.operators[at].facts.clone());
                    self.groups.push(Group { operator, folder, facts, clusters: vec![index] });
                }
            }
        }
        for (at, operator) in self.operators.iter().enumerate() {
            if !self.groups.iter().any(|group| group.operator == Some(at)) {
                let facts = operator.facts.clone();
                self.groups.push(Group { operator: Some(at), folder: "", facts, clusters: vec![] });
            }
        }
        if self.groups.is_empty() && !self.classes.is_empty() {
            let facts = assumed(release);
            self.groups.push(Group { operator: None, folder: "", facts, clusters: vec![] });
        }
    }

    /// What the rules are asked about a group; the classes come with the first, an operator with its first group.
    pub(super) fn evidence<'a>(&'a self, group: &'a Group, settings: &Settings) -> Evidence<'a> {
        let clusters = group.clusters.iter().map(|index| ClusterEvidence {
            resource: &self.clusters[*index].resource,
            classes: &self.known_classes,
            claims: &self.claims,
            namespaces: None,
        });
        let baseline = group
            .clusters
            .iter()
            .any(|index| self.baseline.contains(self.clusters[*index].manifest.namespace()));
        let first = self.groups.first().is_some_and(|first| std::ptr::eq(first, group));
        Evidence {
            clusters: clusters.collect(),
            operator: Some(OperatorEvidence { facts: &group.facts, protect: true, baseline }),
            classes: if first {
                self.classes.iter().map(|(.., view)| view.clone()).collect()
            } else {
                vec![]
            },
            platform: settings.platform,
            record: None,
        }
    }

    /// The object that a finding is about, its document, and the path in it; nothing where nobody showed it, or where it was
    /// told with another group.
    pub(super) fn place<'a>(
        &'a self,
        group: &Group,
        subject: &Subject,
        path: &str,
    ) -> Option<(usize, &'a Manifest<'d>, String)> {
        match subject {
            Subject::Cluster(index) => {
                let cluster = &self.clusters[*group.clusters.get(*index)?];
                let path = match path {
                    "" => String::new(),
                    path if path.starts_with("metadata.") => path.to_owned(),
                    path => format!("spec.{path}"),
                };
                Some((cluster.document, &cluster.manifest, path))
            }
            Subject::Operator => {
                let first = self.groups.iter().find(|other| other.operator == group.operator);
                if !first.is_some_and(|first| std::ptr::eq(first, group)) {
                    return None;
                }
                let Running { document, manifest, origin, .. } = &self.operators[group.operator?];
                let path = match path {
                    "podEnvironment" => "kubernetes.pod_environment_configmap",
                    path => path,
                };
                let path = match origin {
                    Origin::Resource => format!("configuration.{path}"),
                    Origin::ChartValues => values_path(path),
                    Origin::ConfigMap => format!("data.{}", path.rsplit('.').next().unwrap_or_default()),
                };
                Some((*document, manifest, path))
            }
            Subject::Class(index) => {
                let (document, manifest, _) = self.classes.get(*index)?;
                Some((*document, manifest, path.to_owned()))
            }
            Subject::Changed(_) | Subject::Past => None,
        }
    }

    /// Whether enough is known of what a finding is about: nothing was dropped there, and nothing is filled in later.
    pub(super) fn is_known(&self, group: &Group, subject: &Subject, path: &str, problem: &Problem) -> bool {
        let unknown: &[String] = match (subject, group.operator) {
            (Subject::Cluster(index), _) => &self.clusters[group.clusters[*index]].unknown,
            (_, Some(operator)) => &self.operators[operator].unknown,
            _ => &[],
        };
        let touches = |known: &String| {
            known == path || path.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        let value = problem.value.as_deref().unwrap_or_default();
        let filled_in = ["${", "$(", "{{"].iter().any(|open| value.contains(open));
        !filled_in && !unknown.iter().any(touches)
    }

    /// What is assumed.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![];
        let why = match (self.several, self.groups.iter().any(Group::is_assumed)) {
            (true, _) => "several operators among the files watch the same clusters",
            (false, true) if !self.clusters.is_empty() => "no operator's settings are among the files",
            _ => return notes,
        };
        notes.push(format!(
            "{why}: the values of its Helm chart are assumed, and what stands on them is a warning; show yours with `--operator FILE`"
        ));
        notes
    }
}

/// Tells what is wrong with the form of an object; what of it can be used, and the paths of which nothing is known.
fn told<T>(
    document: usize,
    manifest: &Manifest,
    admitted: Admitted<T>,
    patch: bool,
    findings: &mut Findings,
) -> (Option<T>, Vec<String>) {
    let Admitted { value, problems, open, dropped } = admitted;
    for problem in problems {
        if patch && problem.kind == Kind::Required {
            continue;
        }
        let level = if problem.kind == Kind::Ineffective { Level::Warning } else { Level::Error };
        let path = problem.path.clone();
        findings.tell(Some(document), level, placed(manifest, &path, problem));
    }
    for (path, what) in &open {
        findings.undecided.push(Undecided {
            code: NOT_RESOLVED,
            path: format!("{} {path}", manifest.label()),
            why: format!("`{what}` is filled in by another tool; what it becomes is not checked"),
        });
    }
    let unknown = open.into_iter().map(|(path, _)| path).chain(dropped).collect();
    (value, unknown)
}
