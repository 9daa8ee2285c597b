//! What passes validation.

use std::collections::BTreeMap;

use super::App;
use crate::base::{ClusterFacts, Object, OperatorFacts, Problem};
use crate::secrets::{self, SecretNeed};
use pgsynth_upstream::problems::Undecided;
use pgsynth_upstream::record::Record;

/// What the output remembers of the app, and what of it may be forgotten.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The record of the last rendering, if there is one.
    pub record: Option<Record>,
    /// Clusters, as `<chart>/<cluster>`, that may leave their data behind this time.
    pub accepted: Vec<String>,
}

/// A valid app with its objects: only this can be synthesized, and that cannot fail.
#[derive(Debug)]
pub struct Valid<'a> {
    pub(super) app: &'a App,
    pub(super) objects: Vec<Object>,
    pub(super) record: Record,
    pub(super) warnings: Vec<Problem>,
    pub(super) undecided: Vec<Undecided>,
    pub(super) clusters: BTreeMap<String, ClusterFacts>,
    pub(super) operator: OperatorFacts,
    pub(super) retired: BTreeMap<String, Vec<String>>,
}

impl<'a> Valid<'a> {
    /// The app.
    pub fn app(&self) -> &'a App {
        self.app
    }

    /// The objects, in no order that means anything.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The operator that the app runs under, with every setting filled in.
    pub fn operator(&self) -> &OperatorFacts {
        &self.operator
    }

    /// The CRDs of the operator that the app renders, by file name; none under an external one.
    pub fn crds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let teams = self.operator.configuration.teams_api.as_ref();
        let teams = teams.and_then(|teams| teams.enable_postgres_team_crd) == Some(true);
        let all = self.app.release.release().crds.iter().copied();
        let rendered = self.operator.rendered;
        all.filter(move |(name, _)| rendered && (teams || *name != "postgresteams"))
    }

    /// The Secrets that must exist before the app is applied, sorted.
    pub fn secrets(&self) -> Vec<SecretNeed> {
        secrets::needs(&self.objects, &self.operator, &self.clusters, &self.app.images.pull_secrets)
    }

    /// Archives of retired clusters, by `<chart>/<cluster>`; nothing removes them.
    pub fn retired_archives(&self) -> &BTreeMap<String, Vec<String>> {
        &self.retired
    }

    /// What the output has to remember.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What may be wanted.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Rules that could not be decided for something that the app has.
    pub fn undecided(&self) -> &[Undecided] {
        &self.undecided
    }

    /// Facts of every cluster, by `<chart>/<cluster>`.
    pub fn clusters(&self) -> &BTreeMap<String, ClusterFacts> {
        &self.clusters
    }
}
