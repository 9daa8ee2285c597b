//! Known faults of an operator: each with the versions that have it, what triggers it, and the way round. A release that
//! pins a later operator has them no more.

use super::{ClusterEvidence, OperatorEvidence, Report, Rule, rule};
use crate::behaviour::operator::OperatorFacts;
use crate::behaviour::pooler::Poolers;
use crate::behaviour::settings::parameter;
use crate::release::{Applies, OperatorVersion};

/// Faults of 2.0.0 and 2.0.1.
const UNTIL_2_0_2: Applies =
    Applies { since: Some(OperatorVersion(2, 0, 0)), mended: Some(OperatorVersion(2, 0, 2)) };

pub(super) const RULES: &[Rule] = &[
    rule!(Warning "pooler-loses-passwords", ClusterUnder(pooler_loses_passwords)).applying(UNTIL_2_0_2),
    rule!(Warning "secrets-owned-anyway", Operator(secrets_owned)).applying(UNTIL_2_0_2),
];

fn pooler_loses_passwords(cluster: &ClusterEvidence, _: &OperatorFacts, report: &mut Report) {
    let spec = cluster.spec();
    let md5 = parameter(spec, "password_encryption").is_some_and(|value| value.eq_ignore_ascii_case("md5"));
    if Poolers::of(spec).any() && !md5 && spec.standby.is_none() {
        let field = match spec.connection_pooler.is_some() {
            true => "connectionPooler",
            false => "enableConnectionPooler",
        };
        report
            .risky(field, "this operator gives every role's password a new salt at each sync, every 30 minutes: the pooler's next login to PostgreSQL fails until its client connects anew (issue 3170, mended in 2.0.2)")
            .help("let clients of the pooler reconnect on a failed login; or write `password_encryption: md5` in `parameters` until a release has 2.0.2");
    }
}

fn secrets_owned(operator: &OperatorEvidence, report: &mut Report) {
    let Some(section) = operator.facts.kubernetes() else { return };
    if section.enable_owner_references == Some(true) && section.enable_secrets_deletion == Some(false) {
        report
            .ineffective("kubernetes.enable_secrets_deletion", "this operator makes the cluster the owner of its Secrets all the same: Kubernetes deletes them with it (issue 3165, mended in 2.0.2)")
            .value(false)
            .help("leave `enable_owner_references` off");
    }
}
