//! Pieces of the pods that pgsynth renders itself.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, EnvVar, EnvVarSource, PodSecurityContext, ResourceRequirements, SeccompProfile,
    SecretKeySelector, SecurityContext,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::either;

/// A variable with this value.
pub(crate) fn variable(name: &str, value: impl Into<String>) -> EnvVar {
    EnvVar { name: name.to_owned(), value: Some(value.into()), ..EnvVar::default() }
}

/// A variable whose value is anybody's text: the kubelet would put another variable in the place of `$(NAME)`.
pub(crate) fn literal(name: &str, value: &str) -> EnvVar {
    variable(name, value.replace("$(", "$$("))
}

/// A variable from a key of a Secret.
pub(crate) fn from_secret(name: &str, secret: impl Into<String>, key: &str) -> EnvVar {
    let reference = SecretKeySelector {
        key: key.to_owned(),
        name: either(secret.into()),
        ..SecretKeySelector::default()
    };
    EnvVar {
        name: name.to_owned(),
        value_from: Some(EnvVarSource { secret_key_ref: Some(reference), ..EnvVarSource::default() }),
        ..EnvVar::default()
    }
}

/// Requests and limits by resource, such as `cpu` and `50m`.
pub(crate) fn resources(requests: &[(&str, &str)], limits: &[(&str, &str)]) -> ResourceRequirements {
    let amounts = |amounts: &[(&str, &str)]| {
        let amount = |(name, amount): &(&str, &str)| ((*name).to_owned(), Quantity((*amount).to_owned()));
        Some(amounts.iter().map(amount).collect::<BTreeMap<_, _>>())
    };
    ResourceRequirements {
        requests: amounts(requests),
        limits: amounts(limits),
        ..ResourceRequirements::default()
    }
}

/// What the pod security standard `restricted` asks of a whole pod.
pub(crate) fn restricted() -> PodSecurityContext {
    PodSecurityContext {
        run_as_non_root: Some(true),
        seccomp_profile: Some(SeccompProfile {
            type_: "RuntimeDefault".to_owned(),
            ..SeccompProfile::default()
        }),
        ..PodSecurityContext::default()
    }
}

/// A container without capabilities that cannot get more rights than it has.
pub(crate) fn confined() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { drop: Some(vec!["ALL".to_owned()]), ..Capabilities::default() }),
        ..SecurityContext::default()
    }
}
