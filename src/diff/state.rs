//! What manifests say at one time: clusters, the operator's settings, and everything beside them.

use std::collections::BTreeMap;

use pgsynth_constructs::base::{OperatorFacts, Problem, Watch};
use pgsynth_constructs::crds::operator_configuration::Configuration;
use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::release::Release;

use crate::manifests::{self, Form, Resources, Source, Unread};

/// What manifests say at one time.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Clusters by namespace and name.
    pub(super) clusters: BTreeMap<(String, String), Postgresql>,
    /// The operator's settings, where they are among the manifests.
    pub(super) configuration: Option<Configuration>,
    facts: Option<OperatorFacts>,
    /// Other objects, `Kind namespace/name`.
    pub(super) others: BTreeMap<String, serde_yaml::Value>,
}

impl State {
    /// Reads manifests; what cannot be read of one is left out, as the API server does it.
    ///
    /// # Errors
    /// A text is no YAML.
    pub fn read(sources: &[Source], release: &Release) -> Result<Self, Problem> {
        let resources = Resources::of(release);
        let mut state = Self::default();
        for document in sources.iter().flat_map(manifests::documents) {
            let document = match document {
                Ok(document) => document,
                Err(Unread::Wrong(problem)) => return Err(problem),
                Err(Unread::Template(place)) => {
                    return Err(Problem {
                        place: Some(place),
                        ..Problem::invalid("", "{{", "a template that is not filled in")
                    });
                }
            };
            for manifest in manifests::search(&document) {
                match (manifest.form, manifest.group(), manifest.kind()) {
                    (Form::Object, "acid.zalan.do", "postgresql") => {
                        if let Some(resource) = resources.cluster(&manifest).value {
                            let key = (manifest.namespace().to_owned(), manifest.name().to_owned());
                            state.clusters.insert(key, resource);
                        }
                    }
                    (Form::Object, "acid.zalan.do", "OperatorConfiguration") => {
                        if let Some(resource) = resources.operator(&manifest).value {
                            state.facts = Some(OperatorFacts {
                                namespace: manifest.namespace().to_owned(),
                                watch: Watch::All,
                                rendered: true,
                                configuration: resource.configuration.clone(),
                                pod_environment: None,
                            });
                            state.configuration = Some(resource.configuration);
                        }
                    }
                    // Schemas are the release's, and no pod depends on them.
                    (Form::Object, "apiextensions.k8s.io", _) | (Form::ChartValues | Form::App, ..) => {}
                    (Form::Object, ..) => {
                        state.others.insert(manifest.label(), manifest.node.plain(document.text));
                    }
                }
            }
        }
        Ok(state)
    }

    /// The same under this operator, where the manifests show none.
    pub fn under(mut self, facts: &OperatorFacts) -> Self {
        self.facts.get_or_insert_with(|| facts.clone());
        self
    }

    /// The operator, where it is known.
    pub(super) fn facts(&self) -> Option<&OperatorFacts> {
        self.facts.as_ref()
    }
}
