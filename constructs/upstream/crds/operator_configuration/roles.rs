//! System roles, teams and major upgrades.

use indexmap::IndexMap;

use crate::crds::{mirror, words};

mirror! {
    /// Names of system roles, and rotation of passwords.
    pub struct Users {
        /// Roles that own what owners own.
        additional_owner_roles: Vec<String>,
        /// Whether passwords of manifest roles are rotated.
        enable_password_rotation: bool,
        /// Days between two rotations.
        password_rotation_interval: i32 => defaulted(90),
        /// Days until a role that rotation left behind is dropped.
        password_rotation_user_retention: i32 => defaulted(120),
        /// Role of replication.
        replication_username: String => defaulted("standby"),
        /// Role of the superuser.
        super_username: String => defaulted("postgres"),
    }
}

mirror! {
    /// Major upgrades in place.
    pub struct MajorVersionUpgrade {
        /// Whether a higher version in a cluster upgrades it.
        major_version_upgrade_mode: UpgradeMode => defaulted("manual"),
        /// Teams that are upgraded even where the mode is `off`.
        major_version_upgrade_team_allow_list: Vec<String>,
        /// Version below which `full` upgrades.
        minimal_major_version: String => defaulted("14"),
        /// Version to which `full` upgrades.
        target_major_version: String => defaulted("18"),
    }
}

words!(
    /// Whether a higher version in a cluster upgrades it: never, when asked, or always.
    UpgradeMode, "upgrade mode", ["off", "manual", "full"]
);

mirror! {
    /// Teams, their members, and the roles that they get.
    pub struct TeamsApi {
        /// Whether members become administrators.
        enable_admin_role_for_users: bool => defaulted(true),
        /// Whether PostgresTeam resources are read; their CRD must be there.
        enable_postgres_team_crd: bool => defaulted(true),
        /// Whether they may name superusers.
        enable_postgres_team_crd_superusers: bool,
        /// Whether roles of former members are renamed.
        enable_team_member_deprecation: bool,
        /// Whether members become superusers.
        enable_team_superuser: bool,
        /// Whether the teams API is asked.
        enable_teams_api: bool,
        /// PAM's configuration for members.
        pam_configuration: String => defaulted("https://info.example.com/oauth2/tokeninfo?access_token= uid realm=/employees"),
        /// Role of those who log in through PAM.
        pam_role_name: String => defaulted("zalandos"),
        /// Teams that are superusers everywhere.
        postgres_superuser_teams: Vec<String>,
        /// Names that no role of a cluster may have.
        protected_role_names: Vec<String> => defaulted(vec!["admin".to_owned(), "cron_admin".to_owned()]),
        /// Text behind the names of roles of former members.
        role_deletion_suffix: String => defaulted("_deleted"),
        /// Role of administrators.
        team_admin_role: String => defaulted("admin"),
        /// Settings of members' roles.
        team_api_role_configuration: IndexMap<String, String> => defaulted(crate::crds::default_map("log_statement", "all")),
        /// Address of the teams API.
        teams_api_url: String => defaulted("https://teams.example.com/api/"),
    }
}
