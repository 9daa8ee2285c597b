//! The operators that the manifests show, and the one that is assumed where they show none.

use pgsynth_constructs::base::{OperatorFacts, Watch};
use pgsynth_constructs::crds::Mirror;
use pgsynth_constructs::crds::operator_configuration::Configuration;
use pgsynth_constructs::operator::upstream_defaults;
use pgsynth_constructs::release::Release;

use super::Settings;
use crate::manifests::{Form, Manifest};

/// Where an operator's settings were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Resource,
    ChartValues,
    ConfigMap,
}

/// An operator that somebody showed.
pub(super) struct Running<'d> {
    pub(super) document: usize,
    pub(super) manifest: Manifest<'d>,
    pub(super) origin: Origin,
    pub(super) facts: OperatorFacts,
    pub(super) unknown: Vec<String>,
}

impl<'d> Running<'d> {
    /// An operator with these settings.
    pub(super) fn of(
        document: usize,
        manifest: &Manifest<'d>,
        origin: Origin,
        mut configuration: Configuration,
        unknown: Vec<String>,
        release: &Release,
        found: &[(usize, Manifest<'d>)],
    ) -> Self {
        configuration.fill(upstream_defaults(release));
        let namespace = Some(manifest.namespace()).filter(|name| !name.is_empty()).unwrap_or("default");
        let watched =
            configuration.kubernetes.as_ref().and_then(|section| section.watched_namespace.as_deref());
        let watch = Watch::of(watched, namespace);
        let facts = OperatorFacts {
            namespace: namespace.to_owned(),
            watch,
            rendered: false,
            pod_environment: pod_environment(&configuration, namespace, found),
            configuration,
        };
        Self { document, manifest: manifest.clone(), origin, facts, unknown }
    }

    /// How near its file is to that of a cluster: how many folders they share; nothing where it does not watch the cluster.
    pub(super) fn nearness(&self, cluster: &Manifest, settings: &Settings) -> Option<usize> {
        let (of, file) = (&self.manifest.document.source.name, &cluster.document.source.name);
        if let Some(given) = settings.operator {
            return (given.name == *of).then_some(usize::MAX);
        }
        let namespace = cluster.namespace();
        if !namespace.is_empty() && !self.facts.watch.covers(namespace) {
            return None;
        }
        if of == file {
            return Some(usize::MAX);
        }
        let folders = of.split('/').rev().skip(1).count().min(file.split('/').rev().skip(1).count());
        Some(of.split('/').zip(file.split('/')).take(folders).take_while(|(one, other)| one == other).count())
    }
}

/// The operator's chart with its own values, watching everything.
pub(super) fn assumed(release: &Release) -> OperatorFacts {
    let mut configuration = (release.chart)(&release.images);
    configuration.fill(upstream_defaults(release));
    OperatorFacts {
        namespace: "postgres-operator".to_owned(),
        watch: Watch::All,
        rendered: false,
        configuration,
        pod_environment: None,
    }
}

/// Names of the variables that the operator brings into every pod, where their sources are among the manifests.
fn pod_environment(
    configuration: &Configuration,
    namespace: &str,
    found: &[(usize, Manifest)],
) -> Option<Vec<String>> {
    let section = configuration.kubernetes.as_ref();
    let sources = [
        ("ConfigMap", section.and_then(|section| section.pod_environment_configmap.as_deref())),
        ("Secret", section.and_then(|section| section.pod_environment_secret.as_deref())),
    ];
    let mut names = vec![];
    for (kind, source) in sources {
        let Some(source) = source.filter(|source| !source.is_empty()) else { continue };
        let (namespace, name) = source.split_once('/').unwrap_or((namespace, source));
        let (_, manifest) = found.iter().find(|(_, manifest)| {
            manifest.form == Form::Object
                && manifest.kind() == kind
                && manifest.name() == name
                && (kind == "Secret" || manifest.namespace() == namespace || manifest.namespace().is_empty())
        })?;
        let parts = ["data", "stringData"].into_iter();
        let parts = parts.filter_map(|part| manifest.node.get(part, manifest.document.text));
        names.extend(parts.flat_map(|part| part.keys(manifest.document.text)));
    }
    Some(names)
}
