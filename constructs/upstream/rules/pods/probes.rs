//! Probes and hooks.

use super::containers::init_containers;
use super::names::{at_least, port, port_or_name, word};
use super::{ClusterEvidence, Report};
use crate::crds::containers::InitContainer;
use crate::crds::probes::{HttpGetAction, LifecycleHandler, Probe, TcpSocketAction};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Alive,
    Ready,
    Started,
}

pub(super) fn ill_formed(cluster: &ClusterEvidence, report: &mut Report) {
    if let Some(own) = &cluster.spec().liveness_probe {
        probe(own, Asks::Alive, "livenessProbe", report);
    }
    for (path, container) in init_containers(cluster) {
        for (field, own, asks) in [
            ("livenessProbe", &container.liveness_probe, Asks::Alive),
            ("readinessProbe", &container.readiness_probe, Asks::Ready),
            ("startupProbe", &container.startup_probe, Asks::Started),
        ] {
            let Some(own) = own else { continue };
            let path = format!("{path}.{field}");
            if container.restart_policy.as_deref() != Some("Always") {
                report.forbidden(
                    &path,
                    "an init container that ends has no probes; one with `restartPolicy: Always` may",
                );
            }
            probe(own, asks, &path, report);
        }
    }
}

fn probe(probe: &Probe, asks: Asks, path: &str, report: &mut Report) {
    let at = |field: &str| format!("{path}.{field}");
    let Probe {
        exec,
        failure_threshold,
        grpc,
        http_get,
        initial_delay_seconds,
        period_seconds,
        success_threshold,
        tcp_socket,
        termination_grace_period_seconds: grace,
        timeout_seconds,
    } = probe;
    let handlers = [exec.is_some(), grpc.is_some(), http_get.is_some(), tcp_socket.is_some()];
    one_handler(&handlers, "`exec`, `httpGet`, `tcpSocket` or `grpc`", path, report);
    if let Some(exec) = exec {
        command(exec.command.as_deref(), &at("exec"), report);
    }
    if let Some(grpc) = grpc {
        port(grpc.port.into(), &at("grpc.port"), report);
    }
    if let Some(action) = http_get {
        http(action, &at("httpGet"), report);
    }
    if let Some(TcpSocketAction { host: _, port }) = tcp_socket {
        port_or_name(port, &at("tcpSocket.port"), report);
    }
    for (field, number) in [
        ("failureThreshold", failure_threshold),
        ("initialDelaySeconds", initial_delay_seconds),
        ("periodSeconds", period_seconds),
        ("successThreshold", success_threshold),
        ("timeoutSeconds", timeout_seconds),
    ] {
        at_least(number.map(i64::from), 0, &at(field), report);
    }
    if asks != Asks::Ready
        && let Some(number) = success_threshold.filter(|number| *number > 1)
    {
        report.invalid(
            at("successThreshold"),
            number,
            "it must be 1, because one success means alive or started",
        );
    }
    match (grace, asks) {
        (Some(_), Asks::Ready) => {
            report
                .forbidden(at("terminationGracePeriodSeconds"), "a container that is not ready is not ended");
        }
        (Some(grace), _) => at_least(Some(*grace), 1, &at("terminationGracePeriodSeconds"), report),
        (None, _) => {}
    }
}

fn one_handler(handlers: &[bool], which: &str, path: &str, report: &mut Report) {
    match handlers.iter().filter(|given| **given).count() {
        1 => {}
        0 => {
            report.required(path, format!("what is asked: {which}"));
        }
        _ => {
            report.forbidden(path, format!("only one of {which} may be given"));
        }
    }
}

fn command(words: Option<&[String]>, path: &str, report: &mut Report) {
    if words.is_none_or(<[String]>::is_empty) {
        report.required(format!("{path}.command"), "the command, word by word");
    }
}

fn http(action: &HttpGetAction, path: &str, report: &mut Report) {
    let HttpGetAction { host: _, http_headers, path: _, port, scheme } = action;
    port_or_name(port, &format!("{path}.port"), report);
    word(
        scheme.as_deref().filter(|scheme| !scheme.is_empty()),
        &["HTTP", "HTTPS"],
        &format!("{path}.scheme"),
        report,
    );
    for (index, header) in http_headers.iter().flatten().enumerate() {
        let name = header.name.as_str();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            report.invalid(
                format!("{path}.httpHeaders.{index}.name"),
                name,
                "expected letters, digits and `-`, such as `X-Check`",
            );
        }
    }
}

/// The hooks of an init container, which only one that runs beside PostgreSQL may have.
pub(super) fn lifecycle(container: &InitContainer, path: &str, report: &mut Report) {
    let Some(lifecycle) = &container.lifecycle else { return };
    let path = format!("{path}.lifecycle");
    if container.restart_policy.as_deref() != Some("Always") {
        report.forbidden(
            &path,
            "an init container that ends has no hooks; one with `restartPolicy: Always` may",
        );
    }
    if lifecycle.stop_signal.is_some() {
        report.forbidden(format!("{path}.stopSignal"), "Kubernetes has it switched off, and takes it away");
    }
    for (field, handler) in [("postStart", &lifecycle.post_start), ("preStop", &lifecycle.pre_stop)] {
        let Some(handler) = handler else { continue };
        let path = format!("{path}.{field}");
        let LifecycleHandler { exec, http_get, sleep, tcp_socket } = handler;
        let handlers = [exec.is_some(), http_get.is_some(), sleep.is_some(), tcp_socket.is_some()];
        one_handler(&handlers, "`exec`, `httpGet`, `sleep` or `tcpSocket`", &path, report);
        if let Some(exec) = exec {
            command(exec.command.as_deref(), &format!("{path}.exec"), report);
        }
        if let Some(action) = http_get {
            http(action, &format!("{path}.httpGet"), report);
        }
        if let Some(TcpSocketAction { host: _, port }) = tcp_socket {
            port_or_name(port, &format!("{path}.tcpSocket.port"), report);
        }
        if let Some(sleep) = sleep {
            at_least(Some(sleep.seconds), 0, &format!("{path}.sleep.seconds"), report);
        }
    }
}
