//! Who is let in: lines of `pg_hba.conf`.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::hba::{Connection, Line, deciding};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::pooler::Poolers;
use crate::behaviour::roles::{SystemRoles, has_flag};
use crate::behaviour::services::{ServiceView, services};
use crate::values::Platform;

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T86" "pg-hba-locks-out", ClusterUnder(locked_out)),
    rule!(Warning "pg-hba-without-replicas", ClusterUnder(without_replicas)),
    rule!(Error "invalid-pg-hba", Cluster(invalid)),
    rule!(Error "pg-hba-trusts-everyone", Cluster(trusts_everyone)),
    rule!(Warning "pg-hba-trusts-a-network", Cluster(trusts_a_network)),
    rule!(Warning "replication-role-without-a-line", Cluster(replication_without_a_line)),
    rule!(Warning "open-to-the-internet", ClusterOn(open_to_the_internet)),
];

fn lines<'a>(cluster: &ClusterEvidence<'a>) -> &'a [String] {
    let patroni = cluster.spec().patroni.as_ref();
    patroni.and_then(|patroni| patroni.pg_hba.as_deref()).unwrap_or_default()
}

/// The lines that can be read, with their places.
fn read<'a>(cluster: &ClusterEvidence<'a>) -> impl Iterator<Item = (usize, &'a String, Line)> {
    let lines = lines(cluster).iter().enumerate();
    lines.filter_map(|(index, line)| Some((index, line, Line::read(line).ok()??)))
}

fn at(index: usize) -> String {
    format!("patroni.pg_hba.{index}")
}

/// Methods by which a client with a password and no certificate comes in.
const BY_PASSWORD: [&str; 4] = ["md5", "password", "scram-sha-256", "trust"];

/// Methods by which a process of the pod comes in that has neither.
const BY_NAME: [&str; 2] = ["peer", "trust"];

/// Somebody who has to be let in: by which connection and methods, by which line at best, and who it is.
struct Wanted<'a> {
    connection: Connection<'a>,
    methods: &'static [&'static str],
    line: String,
    who: &'static str,
}

/// Whether these lines can decide at all: with none Spilo's count, and what another file says is not known.
fn decides(lines: &[String]) -> bool {
    !lines.is_empty() && !lines.iter().any(|line| line.trim_start().starts_with("include"))
}

fn replicas(replication: &str) -> Wanted<'_> {
    Wanted {
        connection: Connection { kind: "hostssl", database: "replication", role: replication },
        methods: &BY_PASSWORD,
        line: format!("hostssl replication {replication} all scram-sha-256"),
        who: "replicas",
    }
}

/// A role that is made to replicate, and whom no line lets in for that.
fn replication_without_a_line(cluster: &ClusterEvidence, report: &mut Report) {
    let lines = lines(cluster);
    let users = cluster.spec().users.iter().flatten();
    for (role, _) in users.filter(|(_, flags)| has_flag(flags, "replication")) {
        let connection = Connection { kind: "hostssl", database: "replication", role };
        let out = decides(lines) && deciding(lines, connection).is_none_or(|line| line.method == "reject");
        if out {
            report
                .ineffective(format!("users.{role}"), "no line of `pg_hba` lets it in to replicate")
                .value("replication")
                .help(format!("add `hostssl replication {role} all scram-sha-256`"));
        }
    }
}

fn locked_out(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let lines = lines(cluster);
    let SystemRoles { superuser, replication, pooler, .. } =
        SystemRoles::of(&operator.configuration, cluster.spec());
    let remote = |role, line: String, who| Wanted {
        connection: Connection { kind: "hostssl", database: "postgres", role },
        methods: &BY_PASSWORD,
        line,
        who,
    };
    let mut wanted = vec![Wanted {
        connection: Connection { kind: "local", database: "postgres", role: superuser },
        methods: &BY_NAME,
        line: "local all all trust".to_owned(),
        who: "Patroni and Spilo's scripts",
    }];
    if cluster.instances() > 1 {
        wanted.push(replicas(replication));
    }
    wanted.push(remote(superuser, "hostssl all all all scram-sha-256".to_owned(), "the operator"));
    if Poolers::of(cluster.spec()).any() {
        wanted.push(remote(pooler, format!("hostssl all {pooler} all scram-sha-256"), "the pooler"));
    }
    if decides(lines) {
        wanted.iter().for_each(|wanted| let_in(lines, wanted, report));
    }
}

/// One instance has no replicas, and a second would never come up.
fn without_replicas(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let lines = lines(cluster);
    if cluster.instances() == 1 && decides(lines) {
        let system = SystemRoles::of(&operator.configuration, cluster.spec());
        let_in(lines, &replicas(system.replication), report);
    }
}

fn let_in(lines: &[String], wanted: &Wanted, report: &mut Report) {
    let Wanted { connection, methods, line, who } = wanted;
    match deciding(lines, *connection) {
        None | Some(Line { rejects: true, .. }) => {
            report
                .required("patroni.pg_hba", format!("a line that lets {who} in; these lines replace Spilo's"))
                .help(format!("add `{line}`, before any line that rejects it"));
        }
        Some(found) if !methods.contains(&found.method.as_str()) => {
            let has = if connection.kind == "local" { "no password" } else { "a password and nothing else" };
            report
                .forbidden(
                    "patroni.pg_hba",
                    format!(
                        "the line that decides about {who} asks for `{}`, and they have {has}",
                        found.method
                    ),
                )
                .help(format!("add `{line}` before it"));
        }
        Some(_) => {}
    }
}

fn invalid(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, line) in lines(cluster).iter().enumerate() {
        if let Err(rule) = Line::read(line) {
            report.invalid(
                at(index),
                line,
                format!("nothing is loaded any more, and the next start fails; {rule}"),
            );
        }
    }
}

fn trusts_everyone(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, text, line) in read(cluster) {
        if line.method == "trust" && line.from_anywhere() {
            report
                .forbidden(
                    at(index),
                    "whoever reaches the port is let in as any role it names, without a password",
                )
                .value(text)
                .help("write `scram-sha-256` instead of `trust`");
        }
    }
}

fn trusts_a_network(cluster: &ClusterEvidence, report: &mut Report) {
    for (index, text, line) in read(cluster) {
        if line.method == "trust" && !line.from_anywhere() && !line.from_the_pod() {
            report
                .risky(at(index), "every pod and every host of this network is let in without a password")
                .value(text)
                .help("write `scram-sha-256` instead of `trust`");
        }
        if line.method == "password" && line.kind != "hostssl" && !line.from_the_pod() {
            report
                .risky(at(index), "passwords cross the network in the clear")
                .value(text)
                .help("write `hostssl` and `scram-sha-256`");
        }
    }
}

fn open_to_the_internet(
    cluster: &ClusterEvidence,
    operator: &OperatorFacts,
    platform: Platform,
    report: &mut Report,
) {
    let spec = cluster.spec();
    let hidden = ["use-private-ip", "disable-public-network"];
    let public = |service: &ServiceView| service.balancer && !hidden.iter().any(|key| service.is(key));
    if !services(spec, operator.configuration.load_balancer.as_ref()).iter().any(public) {
        return;
    }
    let ranges = spec.allowed_source_ranges.iter().flatten().flatten();
    let whole = ranges.map(|range| range.as_str()).find(|range| range.ends_with("/0"));
    if let Some(range) = whole {
        report
            .risky(
                "allowedSourceRanges",
                "the load balancer lets the whole internet try passwords, of the superuser too",
            )
            .value(range)
            .help("name the addresses of the clients");
    }
    // Hetzner's controller knows no source ranges.
    if whole.is_none() && platform != Platform::Hetzner {
        return;
    }
    let open = |line: &Line| line.from_anywhere() && line.kind != "local" && !line.rejects;
    for (index, text, _) in read(cluster).filter(|(.., line)| open(line)) {
        report
            .risky(
                at(index),
                "the load balancer is public: the whole internet may try to log in by this line",
            )
            .value(text);
    }
}
