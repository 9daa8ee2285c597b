//! Probes and hooks of containers.

use super::mirror;
use crate::values::IntOrText;

mirror! {
    /// How the kubelet asks a container whether it is alive, ready or started.
    pub struct Probe {
        /// A command whose exit code is the answer.
        exec: ExecAction,
        /// Failures in a row that count. Default: 3.
        failure_threshold as "failureThreshold": i32,
        /// A gRPC health check.
        grpc: GrpcAction,
        /// An HTTP request.
        http_get as "httpGet": HttpGetAction,
        /// Seconds before the first probe. Default: 0.
        initial_delay_seconds as "initialDelaySeconds": i32,
        /// Seconds between probes. Default: 10.
        period_seconds as "periodSeconds": i32,
        /// Successes in a row that count. Default: 1.
        success_threshold as "successThreshold": i32,
        /// A TCP connection.
        tcp_socket as "tcpSocket": TcpSocketAction,
        /// Seconds between the signal and the kill after a failure.
        termination_grace_period_seconds as "terminationGracePeriodSeconds": i64,
        /// Seconds until a probe counts as failed. Default: 1.
        timeout_seconds as "timeoutSeconds": i32,
    }
}

mirror! {
    /// A command inside the container, without a shell.
    pub struct ExecAction {
        /// The command and its arguments.
        command: Vec<String> => atomic(),
    }
}

mirror! {
    /// A gRPC health check.
    pub struct GrpcAction {
        /// Port, 1 to 65535.
        [required] port: i32,
        /// Name of the service in the request.
        service: String => defaulted(""),
    }
}

mirror! {
    /// An HTTP GET; any status from 200 to 399 is a success.
    pub struct HttpGetAction {
        /// Host. Default: the pod's address.
        host: String,
        /// Headers of the request.
        http_headers as "httpHeaders": Vec<HttpHeader> => atomic(),
        /// Path.
        path: String,
        /// Port, by number or by name.
        [required] port: IntOrText,
        /// `HTTP` or `HTTPS`. Default: `HTTP`.
        scheme: String,
    }
}

mirror! {
    /// One header of an HTTP request.
    pub struct HttpHeader {
        /// Name of the header.
        [required] name: String,
        /// Its value.
        [required] value: String,
    }
}

mirror! {
    /// A TCP connection that only has to be opened.
    pub struct TcpSocketAction {
        /// Host. Default: the pod's address.
        host: String,
        /// Port, by number or by name.
        [required] port: IntOrText,
    }
}

mirror! {
    /// What runs right after a container's start and right before its end.
    pub struct Lifecycle {
        /// After the start.
        post_start as "postStart": LifecycleHandler,
        /// Before the end.
        pre_stop as "preStop": LifecycleHandler,
        /// Signal that ends the container. Default: the image's.
        stop_signal as "stopSignal": String,
    }
}

mirror! {
    /// One hook; exactly one of the fields.
    pub struct LifecycleHandler {
        /// A command.
        exec: ExecAction,
        /// An HTTP request.
        http_get as "httpGet": HttpGetAction,
        /// A pause.
        sleep: SleepAction,
        /// A TCP connection; kept by Kubernetes for old manifests only.
        tcp_socket as "tcpSocket": TcpSocketAction,
    }
}

mirror! {
    /// A pause.
    pub struct SleepAction {
        /// Length in seconds.
        [required] seconds: i64,
    }
}
