//! What is to be known of a cluster in the night when it is needed: where its data is, its Secrets, and what to do, with the
//! commands filled in.

use std::fmt::Write;

use crate::app::Valid;
use crate::archive::Archive;
use crate::base::{BackupFacts, either};
use crate::monitoring::alerts::GROUPS;
use crate::values::in_words;
use crate::view::View;
use crate::{dumps, job};
use pgsynth_upstream::behaviour::pods;

/// Name of a cluster's page: `shop.acme-orders.md`.
pub fn file(id: &str) -> String {
    format!("{}.md", id.replace('/', "."))
}

/// The page of a cluster, by `<chart>/<cluster>`.
pub fn page(valid: &Valid, id: &str) -> Option<String> {
    valid.look(id, |view| Page { id, view, text: String::new() }.written())
}

/// The page of all clusters of an app.
pub fn fleet(valid: &Valid) -> String {
    let app = valid.app();
    let mut text =
        format!("# Runbook of app `{}`\n\n| cluster | archive | policy |\n|---|---|---|\n", app.name);
    for (id, facts) in valid.clusters() {
        let (root, policy) = match &facts.backup {
            Some(backup) => (format!("`{}`", backup.root), format!("`{}`", backup.policy)),
            None => ("none".to_owned(), "none".to_owned()),
        };
        let _ = writeln!(text, "| [{id}]({}) | {root} | {policy} |", file(id));
    }
    text += "\n## The Kubernetes cluster is gone\n\nThe app file, the buckets, their credentials and the keys of encrypted archives are all that is needed. Make a Kubernetes cluster, then for each cluster of the table:\n\n```sh\n";
    for (id, facts) in valid.clusters() {
        if facts.backup.is_some() && !facts.standby {
            let _ = writeln!(text, "pgsynth restore {id} --total-loss --write");
        }
    }
    text += "```\n\nand follow the runbooks that these write. Each cluster's page has the way without Kubernetes, too.\n\n## Alerts\n\n";
    for alert in GROUPS.iter().flat_map(|(_, alerts)| *alerts) {
        let _ = write!(
            text,
            "<a id=\"{0}\"></a>\n### {0}\n\n{1}.\n\n",
            alert.name,
            alert.runbook.trim_end_matches('.')
        );
    }
    text
}

struct Page<'a> {
    id: &'a str,
    view: &'a View<'a>,
    text: String,
}

impl Page<'_> {
    fn written(mut self) -> String {
        let facts = self.view.facts;
        self.say(&format!(
            "# Runbook of `{}`\n\n`{}/{}`, PostgreSQL {}\n",
            self.id, facts.namespace, facts.name, self.view.cluster.postgres
        ));
        self.secrets();
        match facts.backup.as_ref().filter(|_| !facts.standby) {
            Some(backup) => {
                self.data(backup);
                self.ways(backup);
            }
            None => self.say("\n## Where its data is\n\nIn its volumes alone: it writes no archive.\n"),
        }
        self.trouble();
        if let Some(backup) = facts.backup.as_ref().filter(|_| !facts.standby) {
            self.dump();
            self.without_kubernetes(backup);
        }
        self.text
    }

    fn say(&mut self, text: &str) {
        self.text += text;
    }

    fn section(&mut self, title: &str, about: &str, commands: &[String]) {
        let _ = write!(self.text, "\n## {title}\n\n{about}\n");
        if !commands.is_empty() {
            let _ = write!(self.text, "\n```sh\n{}\n```\n", commands.join("\n"));
        }
    }

    fn kubectl(&self) -> String {
        format!("kubectl -n {}", self.view.facts.namespace)
    }

    fn selector(&self) -> String {
        let labels = pods::labels(&self.view.facts.name, self.view.scope.operator().kubernetes());
        labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    }

    fn leader(&self) -> String {
        format!("$({} get pods -l {},spilo-role=master -o name)", self.kubectl(), self.selector())
    }

    fn secrets(&mut self) {
        let (facts, kubectl) = (self.view.facts, self.kubectl());
        self.say("\n## Its Secrets and Services\n\n| role | Secret |\n|---|---|\n");
        for role in [&facts.superuser, &facts.replication].into_iter().chain(&facts.roles) {
            let line = format!("| `{role}` | `{}` |\n", facts.secret(role));
            self.say(&line);
        }
        let mut services = vec![facts.primary_service()];
        services.extend(facts.pooler_service());
        let command = format!(
            "\n```sh\n{kubectl} get secret {} -o jsonpath='{{.data.password}}' | base64 -d\n{kubectl} exec -it {} -c postgres -- psql -U {}\n```\n\nServices, port 5432: `{}`.\n",
            facts.secret(&facts.superuser),
            self.leader(),
            facts.superuser,
            services.iter().map(|service| facts.dns(service)).collect::<Vec<_>>().join("`, `"),
        );
        self.say(&command);
    }

    fn data(&mut self, backup: &BackupFacts) {
        let major = self.view.cluster.postgres.to_string();
        let Some(archive) = self.view.archive(backup.generation) else { return };
        let mut lines = vec![
            format!("- archive: `{}/{major}`", backup.root),
            format!(
                "- store: `{}`{}",
                backup.store,
                backup.endpoint.as_ref().map(|at| format!(", at {at}")).unwrap_or_default()
            ),
            format!("- its keys: Secret `{}`", archive.store.credentials),
            format!(
                "- every moment of the last {} can be restored; at most {} of the newest may be lost",
                in_words(backup.numbers.window),
                in_words(backup.rpo)
            ),
        ];
        if let Some(encryption) = &archive.policy.encryption {
            lines.push(format!(
                "- encrypted with the key in Secret `{}`, which is kept outside in: {}",
                encryption.secret, encryption.escrow
            ));
        }
        lines.extend(backup.superseded.iter().map(|root| format!("- an earlier history: `{root}`")));
        let text = format!("\n## Where its data is\n\n{}\n", lines.join("\n"));
        self.say(&text);
    }

    fn ways(&mut self, backup: &BackupFacts) {
        let id = self.id;
        let database =
            self.view.cluster.databases.keys().next().map_or("<database>", String::as_str).to_owned();
        let generation = backup.generation;
        self.section(
            "The way back",
            &format!("Each command writes a folder below `restore/` with a runbook of its own, and changes nothing else. A time has its zone: `2026-11-24T10:00:00+01:00`, or `2026-11-24 10:00 Europe/Berlin`; it is read from generation {generation}."),
            &[
                "# one database, the others in service".to_owned(),
                format!("pgsynth restore {id} --database {database} --swap --at <time>"),
                "# a copy beside it".to_owned(),
                format!("pgsynth restore {id} --as <new cluster> --at <time>"),
                "# the whole cluster, which ends first".to_owned(),
                format!("pgsynth restore {id} --in-place --at <time>"),
                "# nothing is left".to_owned(),
                format!("pgsynth restore {id} --total-loss"),
                "# one volume, or one node, is lost".to_owned(),
                format!("pgsynth restore {id} --volume"),
            ],
        );
    }

    fn trouble(&mut self) {
        let (kubectl, leader, id) = (self.kubectl(), self.leader(), self.id);
        let exec = format!("{kubectl} exec {leader} -c postgres --");
        let size = self
            .view
            .resource
            .spec
            .volume
            .as_ref()
            .and_then(|volume| volume.size.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default();
        self.section(
            "The volume is full",
            &format!("PostgreSQL stops at a full volume, and starts again once there is room. The volume has {size}. See first what fills it: WAL stays while it is not archived, or while a replication slot wants it. Never remove a file of `pg_wal` by hand."),
            &[
                format!("{exec} df -h /home/postgres/pgdata"),
                format!("{exec} psql -U postgres -xc 'SELECT last_archived_time, last_failed_time FROM pg_stat_archiver' -c 'SELECT slot_name, active, pg_size_pretty(pg_current_wal_lsn() - restart_lsn) AS kept FROM pg_replication_slots'"),
                format!("{exec} psql -U postgres -c 'SELECT datname, pg_size_pretty(pg_database_size(oid)) FROM pg_database ORDER BY pg_database_size(oid) DESC'"),
                format!("# more room: a larger `volume.size` of `{id}` in the app, then"),
                format!("pgsynth synth && kubectl apply -f {}/", self.view.output),
            ],
        );
        if self.view.facts.backup.is_some() && !self.view.facts.standby {
            self.section(
                "Archiving fails",
                "Nothing is lost as long as the volume has room: WAL waits. The log has the reason: keys, bucket, network, or an object that is there already, which is another history in the same archive.",
                &[
                    format!("{exec} psql -U postgres -xc 'SELECT * FROM pg_stat_archiver'"),
                    format!("{exec} bash -c 'grep -h archive /home/postgres/pgdata/pgroot/pg_log/* | tail -n 5'"),
                    format!("{exec} envdir /run/etc/wal-e.d/env wal-g backup-list"),
                ],
            );
        }
        self.section(
            "The primary is gone, or should be elsewhere",
            "Patroni promotes a replica by itself, within half a minute. A planned change of the primary is a switchover; its sessions end once.",
            &[
                format!("{exec} patronictl list"),
                format!("{kubectl} exec -it {leader} -c postgres -- patronictl switchover"),
            ],
        );
    }

    /// A database of one's own choice, from a dump.
    fn dump(&mut self) {
        let Some((dumps, _, archive)) = dumps::of(self.view) else { return };
        let mut commands = asked(&dumps::root(self.view, &archive), &archive);
        commands.extend(
            [
                "wal-g st ls",
                "wal-g st get <stamp>/manifest.json manifest.json && cat manifest.json   # which database is which number",
                "wal-g st get <stamp>/<number>.tar <number>.tar && tar -xf <number>.tar",
                "pg_restore --no-owner -j 2 -d <database> <number>",
            ]
            .map(str::to_owned),
        );
        self.section(
            "A dump",
            &format!("Of every database, by `{}` UTC, kept for {}. On a machine with WAL-G and PostgreSQL of the same major or a later one, in an empty folder; `PGHOST` and `PGUSER` say into which server. Without `--no-owner` the roles of `roles.sql` have to be there first.", dumps.schedule, dumps.keep),
            &commands,
        );
    }

    /// PostgreSQL of the same major and WAL-G are enough.
    fn without_kubernetes(&mut self, backup: &BackupFacts) {
        let major = self.view.cluster.postgres.to_string();
        let Some(archive) = self.view.archive(backup.generation) else { return };
        let mut commands = asked(&format!("{}/{major}", archive.root()), &archive);
        commands.extend(
            [
                "wal-g backup-list",
                "wal-g backup-fetch \"$PWD/data\" LATEST",
                "chmod 700 data && touch data/recovery.signal",
                "printf '%s\\n' \"listen_addresses = ''\" \"unix_socket_directories = '$PWD'\" \"shared_preload_libraries = ''\" \"archive_mode = off\" 'restore_command = '\"'wal-g wal-fetch \\\"%f\\\" \\\"%p\\\"'\" >data/postgresql.conf",
                "for setting in max_connections max_worker_processes max_wal_senders max_prepared_xacts:max_prepared_transactions max_locks_per_xact:max_locks_per_transaction; do pg_controldata -D data | sed -n \"s/^${setting%%:*} setting: *\\(.*\\)/${setting##*:} = \\1/p\"; done >>data/postgresql.conf",
                "echo 'local all all trust' >data/pg_hba.conf && : >data/postgresql.auto.conf",
                "pg_ctl -D data -l log -w start",
                "until psql -h \"$PWD\" -U postgres -Atc 'SELECT pg_is_in_recovery()' | grep -qx f; do sleep 1; done",
            ]
            .map(str::to_owned),
        );
        self.section(
            "Without Kubernetes",
            &format!("On any machine with PostgreSQL {major} and WAL-G, as a user that is not root, in an empty folder. For an earlier time choose a base backup that had ended by then, and add `recovery_target_time` to the settings. It answers on the socket in that folder."),
            &commands,
        );
    }
}

/// Variables by which WAL-G reads what is below a path; what is secret is asked for.
fn asked(root: &str, archive: &Archive) -> Vec<String> {
    let mut commands = vec![format!("export WALG_S3_PREFIX={root}")];
    for variable in job::access(archive, None) {
        let secret = variable.value_from.and_then(|source| source.secret_key_ref);
        let name = &variable.name;
        commands.extend(match (secret, &variable.value) {
            (Some(secret), _) => {
                let of: Option<String> = either(secret.name);
                let of = of.unwrap_or_default();
                Some(format!("read -rs {name} && export {name}   # key `{}` of Secret `{of}`", secret.key))
            }
            (None, value) => value.as_ref().map(|value| format!("export {name}={value}")),
        });
    }
    commands
}
