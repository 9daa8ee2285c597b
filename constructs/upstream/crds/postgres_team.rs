//! The `PostgresTeam` custom resource: members and superusers of teams.

use indexmap::IndexMap;

use super::postgresql::Metadata;
use super::{CustomResource, PrinterColumn, mirror};

mirror! {
    /// Members and superusers of teams, in addition to a teams API.
    pub struct PostgresTeam {
        /// `acid.zalan.do/v1`.
        api_version as "apiVersion": String,
        /// `PostgresTeam`.
        kind: String,
        /// Name, namespace, labels and annotations.
        [required] metadata: Metadata => undescribed(),
        /// The teams.
        [required] spec: PostgresTeamSpec,
    }
}

impl CustomResource for PostgresTeam {
    const GROUP: &'static str = "acid.zalan.do";
    const KIND: &'static str = "PostgresTeam";
    const PLURAL: &'static str = "postgresteams";
    const SINGULAR: &'static str = "postgresteam";
    const SHORT_NAMES: &'static [&'static str] = &["pgteam"];
    const COLUMNS: &'static [PrinterColumn] = &[];
    const STATUS: bool = true;
}

mirror! {
    /// Teams by name.
    pub struct PostgresTeamSpec {
        /// Roles that are members of a team's clusters too.
        additional_members as "additionalMembers": IndexMap<String, Vec<String>>,
        /// Teams that are superusers of a team's clusters.
        additional_superuser_teams as "additionalSuperuserTeams": IndexMap<String, Vec<String>>,
        /// Teams whose members are members of a team's clusters too.
        additional_teams as "additionalTeams": IndexMap<String, Vec<String>>,
    }
}
