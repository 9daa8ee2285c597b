//! Lines of `pg_hba.conf`, as PostgreSQL reads them (`src/backend/libpq/hba.c`). Patroni writes them unread: a line that
//! is wrong keeps every later one from being loaded, and the next start from succeeding.

/// One line that lets in or rejects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `local`, `host`, `hostssl`, `hostnossl`, `hostgssenc` or `hostnogssenc`.
    pub kind: String,
    databases: Vec<String>,
    roles: Vec<String>,
    /// Where clients are; nothing for `local`.
    pub address: Option<String>,
    /// How they show who they are.
    pub method: String,
    /// Whether nobody is let in by it.
    pub rejects: bool,
}

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

/// Spilo's own lines, where a cluster has none; with PAM switched on there are two more (`configure_spilo.py:325` of Spilo).
pub const SPILOS: [&str; 8] = [
    "local   all          all                     trust",
    "host    all          all      127.0.0.1/32   md5",
    "host    all          all      ::1/128        md5",
    "local   replication  standby                 trust",
    "hostssl replication  standby  all            md5",
    "hostnossl all        all      all            reject",
    "hostssl all          +zalandos all           pam",
    "hostssl all          all      all            md5",
];

const KINDS: [&str; 6] = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"];

const METHODS: [&str; 14] = [
    "trust",
    "reject",
    "scram-sha-256",
    "md5",
    "password",
    "gss",
    "sspi",
    "ident",
    "peer",
    "ldap",
    "radius",
    "cert",
    "pam",
    "oauth",
];

/// Words of a line, up to a comment; quotes keep blanks and commas together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut open) = (vec![], String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '"' => (quoted, open) = (!quoted, true),
            '#' if !quoted => break,
            // A list goes on behind its comma.
            ' ' | '\t' if !quoted && word.ends_with(',') => {}
            ' ' | '\t' if !quoted => {
                if open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            other => {
                word.push(other);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

impl Line {
    /// Reads a line; nothing where it is empty, a comment, or brings in another file.
    ///
    /// # Errors
    /// What PostgreSQL would say of it.
    pub fn read(line: &str) -> Result<Option<Self>, String> {
        let words = words(line);
        let Some(kind) = words.first() else { return Ok(None) };
        if kind.starts_with("include") || kind.starts_with('@') {
            return Ok(None);
        }
        if !KINDS.contains(&kind.as_str()) {
            return Err(format!(
                "a line begins with {}",
                crate::values::one_of(kind, &KINDS).replace("expected ", "")
            ));
        }
        let list =
            |at: usize| words.get(at).map(|word| word.split(',').map(str::to_owned).collect::<Vec<_>>());
        let (Some(databases), Some(roles)) = (list(1), list(2)) else {
            return Err("a line has a kind, databases, roles, an address unless it is `local`, and a method"
                .to_owned());
        };
        let (address, rest) = match kind.as_str() {
            "local" => (None, words.get(3..).unwrap_or_default()),
            _ => {
                let Some(address) = words.get(3) else {
                    return Err("the address of the clients is missing".to_owned());
                };
                // An address may be followed by a mask of its own.
                let masked = !address.contains('/')
                    && words.get(4).is_some_and(|mask| mask.parse::<core::net::IpAddr>().is_ok());
                check_address(address, masked)?;
                (Some(address.clone()), words.get(if masked { 5 } else { 4 }..).unwrap_or_default())
            }
        };
        let Some(method) = rest.first() else { return Err("the method is missing at its end".to_owned()) };
        if !METHODS.contains(&method.as_str()) {
            return Err(format!(
                "the method is {}",
                crate::values::one_of(method, &METHODS).replace("expected ", "")
            ));
        }
        match (method.as_str(), kind.as_str()) {
            ("peer", kind) if kind != "local" => return Err("`peer` is only for `local`".to_owned()),
            ("gss" | "sspi", "local") => return Err(format!("`{method}` is not for `local`")),
            ("cert", kind) if kind != "hostssl" => return Err("`cert` is only for `hostssl`".to_owned()),
            _ => {}
        }
        if let Some(option) = rest[1..].iter().find(|option| !option.contains('=')) {
            return Err(format!("`{option}` is no option; options are written `name=value`"));
        }
        Ok(Some(Self {
            kind: kind.clone(),
            databases,
            roles,
            address,
            method: method.clone(),
            rejects: method == "reject",
        }))
    }

    /// Whether clients anywhere are meant.
    pub fn from_anywhere(&self) -> bool {
        self.address.as_deref().is_some_and(|address| {
            address == "all" || address.ends_with("/0") || matches!(address, "0.0.0.0" | "::")
        })
    }

    /// Whether clients of the same pod alone are meant.
    pub fn from_the_pod(&self) -> bool {
        self.address.as_deref().is_none_or(|address| {
            matches!(
                address,
                "samehost" | "localhost" | "127.0.0.1" | "::1" | "127.0.0.1/32" | "::1/128" | "127.0.0.0/8"
            )
        })
    }

    /// Whether it speaks of this connection. Groups (`+name`) and addresses other than the pod's own are taken to match.
    fn matches(&self, connection: Connection) -> bool {
        let Connection { kind, database, role } = connection;
        let of_kind = self.kind == kind || (kind == "hostssl" && self.kind == "host");
        // `all` does not mean replication.
        let of_database = self
            .databases
            .iter()
            .any(|name| name == database || (name == "all" && database != "replication"));
        let of_role = self.roles.iter().any(|name| name == "all" || name == role || name.starts_with('+'));
        of_kind && of_database && of_role && (kind == "local" || !self.from_the_pod())
    }
}

fn check_address(address: &str, masked: bool) -> Result<(), String> {
    if matches!(address, "all" | "samehost" | "samenet") {
        return Ok(());
    }
    let (host, length) =
        address.split_once('/').map_or((address, None), |(host, length)| (host, Some(length)));
    match (host.parse::<core::net::IpAddr>(), length) {
        (Ok(ip), Some(length)) => {
            let longest = if ip.is_ipv4() { 32 } else { 128 };
            let fits = length.parse::<u8>().is_ok_and(|length| length <= longest);
            fits.then_some(()).ok_or_else(|| format!("`{address}` has a prefix length of at most {longest}"))
        }
        (Ok(ip), None) if !masked => Err(format!(
            "`{address}` needs a prefix length; write `{ip}/{}` for this address alone",
            if ip.is_ipv4() { 32 } else { 128 }
        )),
        (Ok(_), None) => Ok(()),
        (Err(_), Some(_)) => Err(format!("`{address}` is no range of addresses")),
        (Err(_), None) if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
            Err(format!("`{address}` is no address"))
        }
        (Err(_), None) => Ok(()),
    }
}

/// The line that decides about a connection: the first that matches. Lines that cannot be read match nothing.
pub fn deciding(lines: &[String], connection: Connection) -> Option<Line> {
    lines.iter().filter_map(|line| Line::read(line).ok().flatten()).find(|line| line.matches(connection))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_postgresql_reads_them() {
        for line in [
            "local all all trust",
            "hostssl all all 0.0.0.0/0 scram-sha-256",
            "host all all 10.0.0.0 255.0.0.0 md5",
            "host all,\"my db\", other all .example.com ldap ldapserver=h ldapport=389",
            "hostssl replication standby all md5  # replicas",
            "hostssl all +zalandos ::/0 pam",
        ] {
            assert!(matches!(Line::read(line), Ok(Some(_))), "{line}: {:?}", Line::read(line));
        }
        for line in ["", "  # nothing", "include other.conf"] {
            assert_eq!(Line::read(line), Ok(None), "{line}");
        }
        for line in [
            "hostsll all all all md5",
            "host all all md5",
            "host all all 10.0.0.0 md5",
            "host all all 10.0.0.0/33 md5",
            "host all all all scram",
            "host all all all peer",
            "local all all cert",
            "host all all all md5 now",
            "host all all 10.0.0/8 md5",
            "local all",
        ] {
            assert!(Line::read(line).is_err(), "{line}: {:?}", Line::read(line));
        }
    }
}
