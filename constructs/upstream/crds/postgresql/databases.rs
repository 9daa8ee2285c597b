//! Roles and databases of a cluster.

use indexmap::IndexMap;

use crate::crds::{mirror, words};

words!(
    /// A flag of a role, all lower or all upper case.
    RoleFlag, "role flag", [
        "bypassrls", "BYPASSRLS", "nobypassrls", "NOBYPASSRLS", "createdb", "CREATEDB", "nocreatedb", "NOCREATEDB",
        "createrole", "CREATEROLE", "nocreaterole", "NOCREATEROLE", "inherit", "INHERIT", "noinherit", "NOINHERIT",
        "login", "LOGIN", "nologin", "NOLOGIN", "replication", "REPLICATION", "noreplication", "NOREPLICATION",
        "superuser", "SUPERUSER", "nosuperuser", "NOSUPERUSER",
    ]
);

mirror! {
    /// A database whose schemas and roles the operator prepares: `<database>_owner`, `_reader` and `_writer`.
    pub struct PreparedDatabase {
        /// Whether there are also roles with LOGIN, named `..._user`. Default: false.
        default_users as "defaultUsers": bool,
        /// Extensions, and the schema of each.
        extensions: IndexMap<String, String>,
        /// Schemas. Default: one named `data`.
        schemas: IndexMap<String, PreparedSchema>,
        /// Namespace of the Secrets; needs `enable_cross_namespace_secret` of the operator.
        secret_namespace as "secretNamespace": String,
    }
}

mirror! {
    /// A schema of a prepared database.
    pub struct PreparedSchema {
        /// Whether it has roles of its own. Default: true.
        default_roles as "defaultRoles": bool,
        /// Whether there are also roles with LOGIN; needs `defaultRoles`. Default: false.
        default_users as "defaultUsers": bool,
    }
}
