//! Dumps on a schedule: where they go, who may write there, and when they run. Their Job gets nothing of what the
//! cluster's own pods have, neither variables nor rules for nodes (`pkg/cluster/k8sres.go:2361`).

use std::collections::BTreeMap;

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::names;
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::pooler::Poolers;
use crate::crds::operator_configuration::LogicalBackup;
use crate::values::Platform;

pub(super) const RULES: &[Rule] = &[
    rule!(Error "T39" "dump-encryption-refused", ClusterUnder(encryption)),
    rule!(Warning "T40" "dump-through-pooler", ClusterUnder(through_pooler)),
    rule!(Error "T41" "dumps-share-a-job", FleetOn(one_job_for_two)),
    rule!(Warning "T42" "dump-retention-unread", ClusterUnder(retention)),
    rule!(Error "T44" "dump-without-place", ClusterUnder(without_place)),
    rule!(Error "T45" "dump-schedule-impossible", ClusterUnder(schedule)),
    rule!(Warning "T46" "dump-with-resources-of-postgresql", ClusterUnder(resources)),
    rule!(Warning "dump-off-its-nodes", Cluster(off_its_nodes)),
];

const ON: &str = "enableLogicalBackup";

fn is_dumped(cluster: &ClusterEvidence) -> bool {
    cluster.spec().enable_logical_backup == Some(true) && cluster.instances() > 0
}

fn given(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.is_empty())
}

/// The settings of dumps, for a cluster that has some.
fn section(cluster: &ClusterEvidence, operator: &OperatorFacts) -> Option<LogicalBackup> {
    is_dumped(cluster).then(|| operator.configuration.logical_backup.clone().unwrap_or_default())
}

fn provider(section: &LogicalBackup) -> &str {
    section.logical_backup_provider.as_ref().map_or("s3", |provider| provider.as_str())
}

/// Whether the store is another than Amazon's.
fn elsewhere(section: &LogicalBackup) -> bool {
    let endpoint = section.logical_backup_s3_endpoint.as_deref().unwrap_or_default();
    !endpoint.is_empty() && !endpoint.contains("amazonaws.com")
}

fn encryption(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(section) = section(cluster, operator) else { return };
    if provider(&section) == "s3" && elsewhere(&section) && given(&section.logical_backup_s3_sse) {
        report
            .forbidden(ON, "the operator's `logical_backup_s3_sse` asks the store to encrypt, and a store that cannot refuses every dump")
            .value(section.logical_backup_s3_sse.unwrap_or_default())
            .help("leave `logical_backup_s3_sse` out");
    }
}

fn through_pooler(cluster: &ClusterEvidence, _: &OperatorFacts, report: &mut Report) {
    if is_dumped(cluster) && Poolers::of(cluster.spec()).any() {
        report.risky(ON, "the job looks for PostgreSQL by labels that the pooler's pods have as well: where it takes one of those, the dump fails");
    }
}

fn one_job_for_two(clusters: &[ClusterEvidence], operator: &OperatorFacts, _: Platform, report: &mut Report) {
    let mut seen: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for (index, cluster) in clusters.iter().enumerate() {
        let Some(section) = section(cluster, operator) else { continue };
        let name = names::logical_backup(cluster.name(), Some(&section));
        if let Some(other) = seen.insert((cluster.namespace(), name.clone()), cluster.name()) {
            report.of(index).duplicate(
                ON,
                name,
                format!("cluster `{other}` has a CronJob of this name: one of the two is never dumped"),
            );
        }
    }
}

fn retention(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(section) = section(cluster, operator) else { return };
    let own = cluster.spec().logical_backup_retention.clone().filter(|text| !text.is_empty());
    let default = section.logical_backup_s3_retention_time.clone().filter(|text| !text.is_empty());
    let path = if own.is_some() { "logicalBackupRetention" } else { ON };
    let Some(text) = own.clone().or(default) else { return };
    if provider(&section) != "s3" {
        if own.is_some() {
            report
                .ineffective(path, "only dumps in S3 are removed; elsewhere they are kept for ever")
                .value(text);
        }
    } else if !is_relative(&text) {
        report
            .risky(path, "the job gives it to `date`, which cannot read it: the dump is made, nothing is removed, and the job counts as failed")
            .value(text)
            .help("write a number and a unit, such as `2 week` or `30 days`");
    }
}

/// Numbers with units, as GNU date reads them before `ago`.
fn is_relative(text: &str) -> bool {
    const UNITS: [&str; 9] = ["sec", "second", "min", "minute", "hour", "day", "week", "month", "year"];
    let words: Vec<&str> = text.split_whitespace().collect();
    !words.is_empty()
        && words.len().is_multiple_of(2)
        && words
            .chunks(2)
            .all(|pair| pair[0].parse::<u32>().is_ok() && UNITS.contains(&pair[1].trim_end_matches('s')))
}

fn without_place(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(section) = section(cluster, operator) else { return };
    let (place, rights) = match provider(&section) {
        "az" => (
            given(&section.logical_backup_azure_storage_account_name)
                && given(&section.logical_backup_azure_storage_container),
            given(&section.logical_backup_azure_storage_account_key),
        ),
        "gcs" => (
            given(&section.logical_backup_s3_bucket),
            given(&section.logical_backup_google_application_credentials),
        ),
        _ => (
            given(&section.logical_backup_s3_bucket),
            !elsewhere(&section)
                || given(&section.logical_backup_s3_access_key_id)
                    && given(&section.logical_backup_s3_secret_access_key),
        ),
    };
    // Every key of the Secret becomes a variable, and is stronger than the settings.
    let secret = given(&section.logical_backup_cronjob_environment_secret);
    if !place && secret {
        report.undecided(
            ON,
            "the bucket may stand in the Secret of `logical_backup_cronjob_environment_secret`",
        );
    } else if !place {
        report
            .required(
                ON,
                "a bucket to dump into: the operator's configuration names none, and every dump fails",
            )
            .help("set `logical_backup_s3_bucket`, region and endpoint in the operator's `logical_backup`");
    }
    if !rights && !secret {
        report
            .required(ON, "keys of the store: the job gets none of the variables that the cluster's pods have, and every dump is refused")
            .help("name a Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in the operator's `logical_backup_cronjob_environment_secret`");
    }
    if provider(&section) == "s3" && place && !given(&section.logical_backup_s3_region) && !secret {
        report
            .required(ON, "a region: without `logical_backup_s3_region` the job cannot sign its requests")
            .help("set `logical_backup_s3_region`");
    }
}

fn schedule(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(section) = section(cluster, operator) else { return };
    let own = cluster.spec().logical_backup_schedule.as_ref();
    let path = if own.is_some() { "logicalBackupSchedule" } else { ON };
    let Some(schedule) = own.or(section.logical_backup_schedule.as_ref()) else { return };
    let fields = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 6)];
    for (field, (name, least, most)) in schedule.as_str().split_whitespace().zip(fields) {
        let (value, step) = field.split_once('/').map_or((field, None), |(value, step)| (value, Some(step)));
        let within = value == "*" || value.parse::<u32>().is_ok_and(|value| (least..=most).contains(&value));
        if !within || step.is_some_and(|step| step.parse::<u32>().map_or(true, |step| step == 0)) {
            report.invalid(
                path,
                schedule,
                format!("`{field}` is no {name}, which is {least} to {most}: Kubernetes refuses the CronJob, and every sync of the cluster fails"),
            );
        }
    }
}

fn resources(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let Some(section) = section(cluster, operator) else { return };
    if section.logical_backup_cpu_request.is_none() && section.logical_backup_memory_request.is_none() {
        report
            .risky(ON, "the job gets the default resources of PostgreSQL, which it needs none of")
            .help("set `logical_backup_cpu_request`, `logical_backup_memory_request` and the limits in the operator's `logical_backup`");
    }
}

fn off_its_nodes(cluster: &ClusterEvidence, report: &mut Report) {
    let affinity = cluster.spec().node_affinity.as_ref();
    if is_dumped(cluster) && affinity.is_some_and(|affinity| affinity.required.is_some()) {
        report.risky(ON, "the job's pod does not inherit `nodeAffinity`: it runs on any node that takes it, also where the cluster may not");
    }
}
