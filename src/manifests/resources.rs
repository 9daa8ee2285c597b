//! The operator's resources as one release has them: their schemas, made once, and the objects that are read by them.

use pgsynth_constructs::crds::operator_configuration::OperatorConfiguration;
use pgsynth_constructs::crds::postgres_team::PostgresTeam;
use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::crds::{CustomResource, Mirror, Schema};
use pgsynth_constructs::release::Release;

use super::admit::{Admitted, admit};
use super::found::Manifest;

/// The schemas of a release.
pub(crate) struct Resources {
    cluster: Schema,
    operator: Schema,
    team: Schema,
}

impl Resources {
    pub(crate) fn of(release: &Release) -> Self {
        let edition = release.edition();
        Self {
            cluster: Postgresql::schema().of_edition(&edition),
            operator: OperatorConfiguration::schema().of_edition(&edition),
            team: PostgresTeam::schema().of_edition(&edition),
        }
    }

    /// The schema of the operator's settings, for those that stand elsewhere than in its resource.
    pub(crate) fn configuration(&self) -> Schema {
        self.operator.property("configuration").cloned().unwrap_or_default()
    }

    pub(crate) fn cluster(&self, manifest: &Manifest) -> Admitted<Postgresql> {
        admit(manifest, Postgresql::KIND, manifest.node, &self.cluster)
    }

    pub(crate) fn operator(&self, manifest: &Manifest) -> Admitted<OperatorConfiguration> {
        admit(manifest, OperatorConfiguration::KIND, manifest.node, &self.operator)
    }

    pub(crate) fn team(&self, manifest: &Manifest) -> Admitted<PostgresTeam> {
        admit(manifest, PostgresTeam::KIND, manifest.node, &self.team)
    }
}
