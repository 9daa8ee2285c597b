//! What the API server fills into a pod and the operator compares with what it made itself: env, ports and probes of
//! containers (`pkg/cluster/cluster.go:449` of operator 2.0.1; `pkg/apis/core/v1/defaults.go` of Kubernetes). Left open,
//! each of these differs at every sync, and every sync restarts every pod.
//!
//! `tests/real/pods.rs` reads it back from a real API server.

use crate::crds::containers::{ContainerPort, InitContainer, Sidecar};
use crate::crds::env::EnvVar;
use crate::crds::postgresql::PostgresqlSpec;
use crate::crds::probes::Probe;
use crate::crds::{Named, QuantityOrNumber};
use crate::values::IntOrText;

/// Writes out what the API server would fill in. Lists in which nothing is open stay shared.
pub fn fill_in(spec: &mut PostgresqlSpec) {
    fill_variables(&mut spec.env);
    if let Some(probe) = &mut spec.liveness_probe {
        fill_probe(probe);
    }
    let open = |sidecar: &Sidecar| open_variables(&sidecar.env) || open_ports(&sidecar.ports);
    for sidecar in
        spec.sidecars.iter_mut().filter(|list| list.iter().any(open)).flat_map(|list| list.iter_mut())
    {
        fill_variables(&mut sidecar.env);
        fill_ports(&mut sidecar.ports);
    }
    let open = |container: &InitContainer| {
        open_variables(&container.env)
            || open_ports(&container.ports)
            || probes(container).any(|probe| probe.is_some())
    };
    let lists = spec.init_containers.iter_mut().filter(|list| list.iter().any(open));
    for container in lists.flat_map(|list| list.iter_mut()) {
        fill_variables(&mut container.env);
        fill_ports(&mut container.ports);
        let probes =
            [&mut container.liveness_probe, &mut container.readiness_probe, &mut container.startup_probe];
        probes.into_iter().flatten().for_each(fill_probe);
    }
}

fn probes(container: &InitContainer) -> impl Iterator<Item = &Option<Probe>> {
    [&container.liveness_probe, &container.readiness_probe, &container.startup_probe].into_iter()
}

fn open_variables(list: &Option<Named<EnvVar>>) -> bool {
    list.iter().flat_map(|list| list.iter()).filter_map(|variable| variable.value_from.as_ref()).any(
        |source| {
            source.field_ref.as_ref().is_some_and(|field| field.api_version.is_none())
                || source.resource_field_ref.as_ref().is_some_and(|resource| resource.divisor.is_none())
        },
    )
}

fn fill_variables(list: &mut Option<Named<EnvVar>>) {
    if !open_variables(list) {
        return;
    }
    let variables = list.iter_mut().flat_map(|list| list.iter_mut());
    for source in variables.filter_map(|variable| variable.value_from.as_mut()) {
        if let Some(field) = &mut source.field_ref {
            field.api_version.get_or_insert_with(|| "v1".to_owned());
        }
        if let Some(resource) = &mut source.resource_field_ref {
            resource.divisor.get_or_insert_with(|| QuantityOrNumber(IntOrText::Text("0".to_owned())));
        }
    }
}

fn open_ports(ports: &Option<Vec<ContainerPort>>) -> bool {
    ports.iter().flatten().any(|port| port.protocol.as_deref().is_none_or(str::is_empty))
}

fn fill_ports(ports: &mut Option<Vec<ContainerPort>>) {
    for port in ports.iter_mut().flatten() {
        let given = port.protocol.take().filter(|protocol| !protocol.is_empty());
        port.protocol = given.or_else(|| Some("TCP".into()));
    }
}

/// Writes out the defaults of a probe.
pub fn fill_probe(probe: &mut Probe) {
    // To the API server 0 is the same as nothing.
    for (number, default) in [
        (&mut probe.failure_threshold, 3),
        (&mut probe.period_seconds, 10),
        (&mut probe.success_threshold, 1),
        (&mut probe.timeout_seconds, 1),
    ] {
        *number = number.filter(|number| *number != 0).or(Some(default));
    }
    if let Some(request) = &mut probe.http_get {
        let open = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
        if open(&request.path) {
            request.path = Some("/".to_owned());
        }
        if open(&request.scheme) {
            request.scheme = Some("HTTP".to_owned());
        }
    }
    if let Some(check) = &mut probe.grpc {
        check.service.get_or_insert_with(String::new);
    }
}
