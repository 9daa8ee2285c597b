//! Lines of `pg_hba.conf`, as PostgreSQL reads them.

/// A connection that may be let in.
#[derive(Clone, Copy, Debug)]
pub struct Connection<'a> {
    /// `local` or `hostssl`.
    pub kind: &'a str,
    /// Database, or `replication`.
    pub database: &'a str,
    /// Role.
    pub role: &'a str,
}

/// Whether a connection is let in: the first line that matches decides. Groups (`+name`) and addresses other than the
/// pod's own are taken to match.
pub fn admits(lines: &[String], connection: Connection) -> bool {
    let Connection { kind, database, role } = connection;
    let matches = |line: &&Vec<&str>| {
        let [first, databases, roles, rest @ ..] = line.as_slice() else { return false };
        let kind = *first == kind || (kind == "hostssl" && *first == "host");
        // `all` does not mean replication.
        let databases =
            databases.split(',').any(|name| name == database || (name == "all" && database != "replication"));
        let roles = roles.split(',').any(|name| name == "all" || name == role || name.starts_with('+'));
        let own = rest
            .first()
            .is_some_and(|address| matches!(*address, "127.0.0.1/32" | "::1/128" | "localhost" | "samehost"));
        kind && databases && roles && (*first == "local" || !own)
    };
    let words: Vec<Vec<&str>> = lines
        .iter()
        .map(|line| line.split('#').next().unwrap_or_default().split_whitespace().collect())
        .collect();
    words.iter().find(matches).is_some_and(|line| !line.contains(&"reject"))
}
