//! Two states of a resource, field by field, and what each difference does.

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::{Impact, Row, cluster, operator, row};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::parameters::Setting;
use crate::crds::operator_configuration::Configuration;
use crate::crds::postgresql::Postgresql;
use crate::values::{Cpu, Memory, credential_by_name, credential_in};

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its path in the resource, with names for the items of named lists.
    pub path: String,
    /// What it was, on one line; nothing where it was not there.
    pub before: Option<String>,
    /// What it is, on one line; nothing where it is not there.
    pub after: Option<String>,
    /// What that does.
    pub impact: Impact,
    /// Why, where the impact's own sentence does not say it.
    pub why: String,
}

/// What a cluster stands in, as far as it decides what a change does.
#[derive(Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The operator before the change; not known where it is not given.
    pub before: Option<&'a OperatorFacts>,
    /// The operator after it.
    pub after: Option<&'a OperatorFacts>,
}

/// What differs between two states of a cluster.
pub fn of_cluster(before: &Postgresql, after: &Postgresql, around: &Surroundings) -> Vec<Change> {
    let mut found = vec![];
    let plain = |resource: &Postgresql| serde_yaml::to_value(&resource.spec).unwrap_or_default();
    let (one, other) = (plain(before), plain(after));
    let mut differences = vec![];
    differ(Some(&one), Some(&other), &mut vec![], &mut differences);
    let context = Context { before, after, around };
    for difference in differences {
        if let Some((impact, why)) = context.judge(&difference) {
            found.push(difference.change("spec", impact, why));
        }
    }
    let inherited =
        around.after.and_then(|facts| facts.kubernetes()?.inherited_labels.clone()).unwrap_or_default();
    for (section, one, other) in [
        ("labels", &before.metadata.labels, &after.metadata.labels),
        ("annotations", &before.metadata.annotations, &after.metadata.annotations),
    ] {
        let plain = |map: &Option<IndexMap<String, String>>| {
            serde_yaml::to_value(map.clone().unwrap_or_default()).unwrap_or_default()
        };
        let mut differences = vec![];
        differ(Some(&plain(one)), Some(&plain(other)), &mut vec![], &mut differences);
        for difference in differences {
            let key = difference.steps.first().map_or("", String::as_str);
            let (impact, why) = match section == "labels" && inherited.iter().any(|label| label == key) {
                true => (Impact::Roll, "`inherited_labels` gives it to the pods"),
                false => (Impact::None, ""),
            };
            found.push(difference.change(&format!("metadata.{section}"), impact, why.to_owned()));
        }
    }
    found
}

/// What differs between two configurations of an operator, and what that does to its clusters.
pub fn of_operator(before: &Configuration, after: &Configuration) -> Vec<Change> {
    let plain = |configuration: &Configuration| serde_yaml::to_value(configuration).unwrap_or_default();
    let mut differences = vec![];
    differ(Some(&plain(before)), Some(&plain(after)), &mut vec![], &mut differences);
    let change = |difference: Difference| {
        let (impact, why) = by_table(operator::TABLE, &difference.steps);
        difference.change("configuration", impact, why)
    };
    differences.into_iter().map(change).collect()
}

fn by_table(table: &'static [Row], steps: &[String]) -> (Impact, String) {
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let row = row(table, &steps);
    row.map_or((Impact::Roll, String::new()), |(_, impact, why)| (*impact, (*why).to_owned()))
}

/// A place at which two trees differ.
struct Difference {
    steps: Vec<String>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Difference {
    fn change(self, section: &str, impact: Impact, why: String) -> Change {
        let shown = |value: Option<Value>| value.map(|value| line(&self.steps, &value));
        let path = std::iter::once(section)
            .chain(self.steps.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(".");
        Change { path, before: shown(self.before), after: shown(self.after), impact, why }
    }

    fn text(value: &Option<Value>) -> Option<&str> {
        value.as_ref().and_then(Value::as_str)
    }
}

/// A value on one line, and nothing of a credential.
fn line(steps: &[String], value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => serde_json::to_string(value).unwrap_or_default(),
    };
    if steps.iter().any(|step| credential_by_name(step, &text)) || holds_credential(value) {
        return "(not shown)".to_owned();
    }
    let line = text.replace('\n', "\\n");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// Whether a credential stands anywhere in a value, by its shape or by the name that it has.
fn holds_credential(value: &Value) -> bool {
    match value {
        Value::String(text) => credential_in(text).is_some(),
        Value::Sequence(items) => items.iter().any(holds_credential),
        Value::Mapping(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            let of_variable =
                text("name").zip(text("value")).is_some_and(|(name, value)| credential_by_name(name, value));
            let named = |(key, value): (&Value, &Value)| match (key.as_str(), value.as_str()) {
                (Some(key), Some(value)) => credential_by_name(key, value),
                _ => false,
            };
            of_variable || map.iter().any(named) || map.values().any(holds_credential)
        }
        _ => false,
    }
}

/// The places at which two trees differ: maps by their keys, named lists by the names in them, everything else as a whole.
fn differ(
    before: Option<&Value>,
    after: Option<&Value>,
    steps: &mut Vec<String>,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (one, other) if one == other => {}
        (Some(Value::Mapping(one)), Some(Value::Mapping(other))) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            for key in keys {
                steps.push(key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned));
                differ(one.get(key), other.get(key), steps, found);
                steps.pop();
            }
        }
        (Some(Value::Sequence(one)), Some(Value::Sequence(other))) if named(one) && named(other) => {
            let item = |list: &[Value], name: &str| {
                list.iter().find(|item| item.get("name").and_then(Value::as_str) == Some(name)).cloned()
            };
            let names = one.iter().chain(other).filter_map(|item| item.get("name")?.as_str());
            let mut seen = vec![];
            for name in names {
                if !seen.contains(&name) {
                    seen.push(name);
                    steps.push(name.to_owned());
                    differ(item(one, name).as_ref(), item(other, name).as_ref(), steps, found);
                    steps.pop();
                }
            }
        }
        // A section that comes or goes is all of its fields.
        (None, Some(whole @ Value::Mapping(map))) | (Some(whole @ Value::Mapping(map)), None)
            if !map.is_empty() && is_section(steps) =>
        {
            let empty = Value::Mapping(Mapping::new());
            match before {
                None => differ(Some(&empty), Some(whole), steps, found),
                Some(_) => differ(Some(whole), Some(&empty), steps, found),
            }
        }
        (one, other) => {
            found.push(Difference { steps: steps.clone(), before: one.cloned(), after: other.cloned() });
        }
    }
}

/// Whether what stands here is looked at field by field also where it is new: each of them does something of its own.
fn is_section(steps: &[String]) -> bool {
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    matches!(
        steps[..],
        ["postgresql" | "resources", ..] | ["patroni"] | ["users" | "databases" | "preparedDatabases"]
    )
}

fn named(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|item| item.get("name").is_some_and(Value::is_string))
}

/// Parameters that the operator puts into the pods' environment instead of Patroni's configuration (`k8sres.go`,
/// `isBootstrapOnlyParameter`).
const IN_PODS: [&str; 20] = [
    "archive_command",
    "shared_buffers",
    "logging_collector",
    "log_destination",
    "log_directory",
    "log_filename",
    "log_file_mode",
    "log_rotation_age",
    "log_truncate_on_rotation",
    "ssl",
    "ssl_ca_file",
    "ssl_crl_file",
    "ssl_cert_file",
    "ssl_key_file",
    "shared_preload_libraries",
    "bg_mon.listen_address",
    "bg_mon.history_buckets",
    "pg_stat_statements.track_utility",
    "extwlist.extensions",
    "extwlist.custom_path",
];

struct Context<'a> {
    before: &'a Postgresql,
    after: &'a Postgresql,
    around: &'a Surroundings<'a>,
}

impl Context<'_> {
    /// What a difference does; nothing where it is none to the operator.
    fn judge(&self, difference: &Difference) -> Option<(Impact, String)> {
        let steps: Vec<&str> = difference.steps.iter().map(String::as_str).collect();
        let plain = |impact: Impact, why: &str| Some((impact, why.to_owned()));
        match steps[..] {
            ["postgresql", "parameters", ref name @ ..] => self.parameter(&name.join("."), difference),
            ["postgresql", "version"] => self.version(difference),
            ["numberOfInstances"] => self.instances(difference),
            ["volume", "size"] => match (size(&difference.before), size(&difference.after)) {
                (Some(one), Some(other)) if one == other => None,
                (Some(one), Some(other)) if other < one => plain(
                    Impact::Refused,
                    "volumes do not shrink: the operator stops at every sync of the cluster",
                ),
                _ => Some(by_table(cluster::TABLE, &difference.steps)),
            },
            ["resources", ..] => self.resources(difference),
            ["dockerImage"] => {
                let lazy = self.around.after.and_then(|facts| facts.configuration.enable_lazy_spilo_upgrade);
                match lazy == Some(true) {
                    true => plain(Impact::NoEffect, "`enable_lazy_spilo_upgrade` waits for the next restart"),
                    false => plain(Impact::Roll, ""),
                }
            }
            // A cluster can switch it on and not off (`k8sres.go:813`).
            ["enableShmVolume"] => {
                let on = self.around.after.and_then(|facts| facts.configuration.enable_shm_volume);
                match on == Some(false) {
                    true => plain(Impact::Roll, "mounts change"),
                    false => plain(
                        Impact::NoEffect,
                        "the operator's `enable_shm_volume` is on, which a cluster cannot switch off",
                    ),
                }
            }
            ["tolerations"] => {
                let count =
                    |value: &Option<Value>| value.as_ref().and_then(Value::as_sequence).map_or(0, Vec::len);
                match count(&difference.before) == count(&difference.after) {
                    true => plain(Impact::NoEffect, "only their number is compared"),
                    false => plain(Impact::Roll, ""),
                }
            }
            ["users" | "databases" | "preparedDatabases", ..] if difference.after.is_none() => {
                plain(Impact::NoEffect, "what is taken away stays in PostgreSQL")
            }
            ["patroni", key, ..]
                if !matches!(key, "initdb" | "pg_hba" | "slots") && difference.after.is_none() =>
            {
                plain(Impact::NoEffect, "what is taken away stays in Patroni's configuration")
            }
            _ => Some(by_table(cluster::TABLE, &difference.steps)),
        }
    }

    fn parameter(&self, name: &str, difference: &Difference) -> Option<(Impact, String)> {
        if name.is_empty() {
            return Some((Impact::Reload, String::new()));
        }
        if IN_PODS.contains(&name) {
            return Some((Impact::Roll, "the operator puts it into the pods' environment".to_owned()));
        }
        if difference.after.is_none() {
            let why =
                "what is taken away stays in Patroni's configuration; write the value that it is to have";
            return Some((Impact::NoEffect, why.to_owned()));
        }
        let major = crate::behaviour::settings::major(&self.after.spec).unwrap_or(18);
        Some(match Setting::of(major, name).map(|setting| setting.context) {
            Some("postmaster") => (Impact::Restart, "PostgreSQL reads it at its start".to_owned()),
            Some("internal") => (Impact::Refused, "it is fixed when the data is made".to_owned()),
            Some(_) => (Impact::Reload, String::new()),
            None => (Impact::Reload, "of an extension, which may need a restart".to_owned()),
        })
    }

    fn version(&self, difference: &Difference) -> Option<(Impact, String)> {
        let number = |value| Difference::text(value).and_then(|text| text.parse::<u32>().ok());
        let mode = self.around.after.and_then(|facts| {
            let section = facts.configuration.major_version_upgrade.as_ref()?;
            Some(section.major_version_upgrade_mode.as_ref()?.as_str().to_owned())
        });
        match (number(&difference.before), number(&difference.after)) {
            (Some(one), Some(other)) if other < one => {
                Some((Impact::Refused, "the operator ignores a lower version".to_owned()))
            }
            _ if mode.as_deref() == Some("off") => Some((
                Impact::Roll,
                "`major_version_upgrade_mode` is off: the pods restart, and the version stays".to_owned(),
            )),
            _ => Some(by_table(cluster::TABLE, &difference.steps)),
        }
    }

    fn instances(&self, difference: &Difference) -> Option<(Impact, String)> {
        let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64).unwrap_or_default();
        let (one, other) = (number(&difference.before), number(&difference.after));
        let deletes = self.around.after.and_then(|facts| {
            let policy = facts.kubernetes()?.persistent_volume_claim_retention_policy.as_ref()?;
            Some(policy.get("when_scaled")?.as_str() == "delete")
        });
        Some(match other.cmp(&one) {
            _ if other == 0 => {
                (Impact::Loss, "the cluster stops: nothing serves, and its volumes stay".to_owned())
            }
            std::cmp::Ordering::Greater => {
                (Impact::None, format!("{} more, each copied from the primary", other - one))
            }
            _ if deletes == Some(true) => {
                (Impact::Loss, "`when_scaled: delete` takes the volumes of the instances that go".to_owned())
            }
            _ => (Impact::None, format!("{} less; their volumes stay", one - other)),
        })
    }

    /// Amounts are compared by what they come to, after the operator's defaults.
    fn resources(&self, difference: &Difference) -> Option<(Impact, String)> {
        let same = match difference.steps.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["resources", of, amount] => {
                self.effective(true, of, amount) == self.effective(false, of, amount)
            }
            _ => ["requests", "limits"].iter().all(|of| {
                ["cpu", "memory"]
                    .iter()
                    .all(|amount| self.effective(true, of, amount) == self.effective(false, of, amount))
                    && self.pages(true, of) == self.pages(false, of)
            }),
        };
        match same {
            true => None,
            false => Some((Impact::Roll, String::new())),
        }
    }

    /// An amount of cores or memory as the pods have it; nothing where there is none.
    fn effective(&self, before: bool, of: &str, amount: &str) -> Option<u128> {
        let (resource, facts) =
            if before { (self.before, self.around.before) } else { (self.after, self.around.after) };
        let resources = resource.spec.resources.as_ref();
        let own = resources.and_then(|resources| match of {
            "limits" => resources.limits.as_ref(),
            _ => resources.requests.as_ref(),
        });
        let defaults = facts.and_then(|facts| facts.configuration.postgres_pod_resources.as_ref());
        let cores = |cpu: &Cpu| Some(u128::from(cpu.as_millicores()));
        let (own_cpu, own_memory) =
            (own.and_then(|own| own.cpu.as_ref()), own.and_then(|own| own.memory.as_ref()));
        match (of, amount) {
            ("limits", "cpu") => {
                own_cpu.or(defaults.and_then(|defaults| defaults.default_cpu_limit.as_ref())).and_then(cores)
            }
            (_, "cpu") => own_cpu
                .or(defaults.and_then(|defaults| defaults.default_cpu_request.as_ref()))
                .and_then(cores),
            ("limits", "memory") => own_memory
                .or(defaults.and_then(|defaults| defaults.default_memory_limit.as_ref()))
                .and_then(Memory::bytes),
            (_, "memory") => own_memory
                .or(defaults.and_then(|defaults| defaults.default_memory_request.as_ref()))
                .and_then(Memory::bytes),
            (of, _) => self.pages(before, of),
        }
    }

    fn pages(&self, before: bool, of: &str) -> Option<u128> {
        let resource = if before { self.before } else { self.after };
        let resources = resource.spec.resources.as_ref()?;
        let own = if of == "limits" { resources.limits.as_ref() } else { resources.requests.as_ref() }?;
        let bytes = |memory: &Option<Memory>| memory.as_ref().and_then(Memory::bytes).unwrap_or_default();
        Some(bytes(&own.hugepages_2mi) + bytes(&own.hugepages_1gi))
    }
}

fn size(value: &Option<Value>) -> Option<u128> {
    value.as_ref()?.as_str()?.parse::<Memory>().ok()?.bytes()
}
