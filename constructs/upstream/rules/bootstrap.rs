//! What a restored PostgreSQL keeps of its source until it restarts.

use super::{ClusterEvidence, Report, Rule, rule};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::variables::{archives, inherited};

pub(super) const RULES: &[Rule] =
    &[rule!(Error "restore-keeps-environment", ClusterUnder(keeps_environment))];

fn keeps_environment(cluster: &ClusterEvidence, operator: &OperatorFacts, report: &mut Report) {
    let env = || cluster.spec().env.iter().flat_map(|list| list.iter());
    let bucket =
        operator.configuration.aws_or_gcp.as_ref().and_then(|section| section.wal_s3_bucket.as_deref());
    let elsewhere = operator.pod_environment.as_deref().unwrap_or_default();
    let given = |name: &str| {
        let own = env().any(|variable| {
            variable.name == name
                && (variable.value_from.is_some()
                    || variable.value.as_ref().is_some_and(|value| !value.is_empty()))
        });
        own || elsewhere.iter().any(|known| known == name) || (name == "WAL_S3_BUCKET" && bucket.is_some())
    };
    if !archives(&given) {
        return;
    }
    for (name, what) in inherited(&given) {
        let message = format!(
            "PostgreSQL keeps `{name}` of the archive that it is restored from until it restarts, because this cluster sets none: {what}"
        );
        match operator.pod_environment.is_none() && !operator.rendered {
            true => report.undecided(
                "clone",
                format!(
                    "`{name}` may come from the operator's `pod_environment_configmap`, which is not known"
                ),
            ),
            false => {
                report
                    .forbidden("clone", message)
                    .value(format!("CLONE_{name}"))
                    .help("restore under a policy that is written in the same way as the source's; once the new cluster has restarted, give it the other one with a new `generation`");
            }
        }
    }
}
