//! A database of a cluster: plain with an owner, or prepared with schemas and roles.

use indexmap::IndexMap;

use crate::base::{Problems, Scope, construct};
use crate::crds::postgresql::{PreparedDatabase, PreparedSchema};
use crate::values::choices;

choices!(
    /// Who makes the roles of a database.
    DatabaseRoles, "kind of roles", {
        /// The operator: `<database>_owner`, `<database>_reader` and `<database>_writer`.
        Prepared = "prepared",
    }
);

construct! {
    /// A database. Its kind is fixed: `owner: shop` makes a plain one, `roles: prepared` one whose schemas and roles the
    /// operator makes. Databases are never dropped by the operator.
    ///
    /// ```
    /// use pgsynth_constructs::Database;
    /// let database = Database::owned_by("shop").extensions("pgcrypto", "public");
    /// ```
    pub struct Database {
        /// The role that owns a plain database: one of the cluster's `users`.
        [optional] owner: String,

        /// `prepared`, for a database with roles of its own.
        [optional] roles: DatabaseRoles,

        /// Extensions, and the schema of each. Default: none.
        [map] extensions: IndexMap<String, String>,

        /// Schemas of a prepared database. Default: one named `data`.
        [map] schemas: IndexMap<String, DatabaseSchema>,

        /// Whether a prepared database also has roles with LOGIN, `<database>_owner_user` and so on. Default: false.
        [flag] default_users: bool,

        /// Namespace of the Secrets of a prepared database. Default: the cluster's.
        [optional] secret_namespace: String,
    }
}

construct! {
    /// A schema of a prepared database.
    pub struct DatabaseSchema {
        /// Whether the schema has roles of its own. Default: true.
        [or yes "yes"] default_roles: bool,

        /// Whether it also has roles with LOGIN. Default: false.
        [default] default_users: bool,
    }
}

fn yes() -> bool {
    true
}

impl Database {
    /// A plain database of this role.
    pub fn owned_by(owner: impl Into<String>) -> Self {
        Self { owner: Some(owner.into()), ..Self::default() }
    }

    /// A database whose schemas and roles the operator makes.
    pub fn prepared() -> Self {
        Self { roles: Some(DatabaseRoles::Prepared), ..Self::default() }
    }

    /// `plain` or `prepared`: what may not change once the database is there.
    pub fn kind(&self) -> &'static str {
        if self.roles.is_some() { "prepared" } else { "plain" }
    }

    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { owner, roles, extensions: _, schemas, default_users, secret_namespace } = self;
        match (owner, roles) {
            (Some(_), Some(_)) => {
                problems.forbidden(
                    scope.at("roles"),
                    "a database is either plain (`owner`) or `roles: prepared`, not both",
                );
            }
            (None, None) => {
                problems
                    .required(scope.path(), "`owner: <role>` for a plain database, or `roles: prepared`")
                    .help("an owner is one of the cluster's `users`");
            }
            (Some(_), None) if !schemas.is_empty() || *default_users || secret_namespace.is_some() => {
                problems.forbidden(
                scope.path(),
                "`schemas`, `defaultUsers` and `secretNamespace` are for `roles: prepared`; a plain database has only its owner",
            );
            }
            _ => {}
        }
    }

    /// The entries of `databases` and of `preparedDatabases`.
    pub(crate) fn render(&self) -> (Option<String>, Option<PreparedDatabase>) {
        let Self { owner, roles: _, extensions, schemas, default_users, secret_namespace } = self;
        let extensions = (!extensions.is_empty()).then(|| extensions.clone());
        match owner {
            Some(owner) => {
                // A plain database gets its extensions through the other section, with schemas that have no roles:
                // the only way that the operator keeps the owner (seen on 2.0.1; trap T102 for others).
                let prepared = extensions.map(|extensions| {
                    let without = || PreparedSchema { default_roles: Some(false), default_users: None };
                    let mut schemas = IndexMap::from([("public".to_owned(), without())]);
                    schemas.extend(extensions.values().map(|schema| (schema.clone(), without())));
                    PreparedDatabase {
                        schemas: Some(schemas),
                        extensions: Some(extensions),
                        ..PreparedDatabase::default()
                    }
                });
                (Some(owner.clone()), prepared)
            }
            None => {
                let schemas =
                    schemas.iter().map(|(name, DatabaseSchema { default_roles, default_users })| {
                        let schema = PreparedSchema {
                            default_roles: Some(*default_roles),
                            default_users: Some(*default_users),
                        };
                        (name.clone(), schema)
                    });
                let schemas: IndexMap<_, _> = schemas.collect();
                let prepared = PreparedDatabase {
                    default_users: Some(*default_users),
                    extensions,
                    schemas: (!schemas.is_empty()).then_some(schemas),
                    secret_namespace: secret_namespace.clone(),
                };
                (None, Some(prepared))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_database_keeps_its_owner_with_extensions() {
        let mut database = Database::owned_by("shop");
        database.extensions.insert("pgcrypto".to_owned(), "public".to_owned());
        let (owner, prepared) = database.render();
        assert_eq!(owner.as_deref(), Some("shop"));
        insta::assert_snapshot!(serde_yaml::to_string(&prepared).unwrap(), @r"
        extensions:
          pgcrypto: public
        schemas:
          public:
            defaultRoles: false
        ");
    }

    #[test]
    fn a_prepared_database_says_what_its_schemas_have() {
        let mut database = Database::prepared();
        database.schemas.insert("history".to_owned(), DatabaseSchema::default());
        let (owner, prepared) = database.render();
        assert_eq!(owner, None);
        insta::assert_snapshot!(serde_yaml::to_string(&prepared).unwrap(), @r"
        defaultUsers: false
        schemas:
          history:
            defaultRoles: true
            defaultUsers: false
        ");
    }
}
