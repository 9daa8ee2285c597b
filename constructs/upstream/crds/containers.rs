//! Containers: the init containers of a cluster, whole, and its sidecars, of which the operator takes a part.

use indexmap::IndexMap;

use super::env::{EnvFromSource, EnvVar};
use super::postgresql::Resources;
use super::probes::{Lifecycle, Probe};
use super::security::SecurityContext;
use super::{Named, NamedItem, QuantityOrNumber, mirror};
use crate::values::Text;

mirror! {
    /// A container beside PostgreSQL's. The operator's schema has only these fields: `args`, `volumeMounts`,
    /// `envFrom`, probes and `securityContext` do not exist.
    pub struct Sidecar {
        /// Command, instead of the image's entry point.
        command: Vec<String>,
        /// Variables; the operator puts `POD_NAME`, `POD_NAMESPACE`, `POSTGRES_USER` and `POSTGRES_PASSWORD` before them.
        env: Named<EnvVar>,
        /// Image; without one the operator fails.
        image: Text,
        /// Name, unique in the pod and not `postgres`.
        name: Text,
        /// Ports.
        ports: Vec<ContainerPort>,
        /// Resources; without them the operator gives PostgreSQL's defaults.
        resources: Resources,
    }
}

impl NamedItem for Sidecar {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

mirror! {
    /// A port of a container.
    pub struct ContainerPort {
        /// Number, 1 to 65535.
        [required] container_port as "containerPort": i32,
        /// Address of the node to bind to.
        host_ip as "hostIP": String,
        /// Port of the node to bind to.
        host_port as "hostPort": i32,
        /// Name, at most 15 characters.
        name: Text,
        /// `TCP`, `UDP` or `SCTP`.
        protocol: Text => defaulted("TCP"),
    }
}

mirror! {
    /// A container that runs to its end before PostgreSQL's starts, as Kubernetes knows it.
    pub struct InitContainer {
        /// Arguments of the entry point.
        args: Vec<String> => atomic(),
        /// Command, instead of the image's entry point.
        command: Vec<String> => atomic(),
        /// Variables.
        env: Named<EnvVar> => keyed(&["name"]),
        /// ConfigMaps and Secrets whose keys become variables.
        env_from as "envFrom": Vec<EnvFromSource> => atomic(),
        /// Image.
        image: String,
        /// `Always`, `IfNotPresent` or `Never`.
        image_pull_policy as "imagePullPolicy": String,
        /// Hooks.
        lifecycle: Lifecycle,
        /// Asks whether it is alive.
        liveness_probe as "livenessProbe": Probe,
        /// Name, unique in the pod.
        [required] name: String,
        /// Ports.
        ports: Vec<ContainerPort> => keyed(&["containerPort", "protocol"]),
        /// Asks whether it is ready.
        readiness_probe as "readinessProbe": Probe,
        /// What a change of resources restarts.
        resize_policy as "resizePolicy": Vec<ResizePolicy> => atomic(),
        /// Resources.
        resources: ContainerResources,
        /// `Always` makes it a sidecar that runs beside PostgreSQL.
        restart_policy as "restartPolicy": String,
        /// Exit codes that restart it.
        restart_policy_rules as "restartPolicyRules": Vec<RestartRule> => atomic(),
        /// What it may do.
        security_context as "securityContext": SecurityContext,
        /// Asks whether it has started.
        startup_probe as "startupProbe": Probe,
        /// Whether standard input is kept open.
        stdin: bool,
        /// Whether standard input is closed after the first client.
        stdin_once as "stdinOnce": bool,
        /// File with the last words.
        termination_message_path as "terminationMessagePath": String,
        /// `File` or `FallbackToLogsOnError`.
        termination_message_policy as "terminationMessagePolicy": String,
        /// Whether it has a terminal.
        tty: bool,
        /// Block devices.
        volume_devices as "volumeDevices": Vec<VolumeDevice> => keyed(&["devicePath"]),
        /// Mounts; `pgdata` is the data volume, and additional volumes do not reach init containers.
        volume_mounts as "volumeMounts": Vec<VolumeMount> => keyed(&["mountPath"]),
        /// Working folder.
        working_dir as "workingDir": String,
    }
}

impl InitContainer {
    /// A container with this name and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            args: None,
            command: None,
            env: None,
            env_from: None,
            image: None,
            image_pull_policy: None,
            lifecycle: None,
            liveness_probe: None,
            name: name.into(),
            ports: None,
            readiness_probe: None,
            resize_policy: None,
            resources: None,
            restart_policy: None,
            restart_policy_rules: None,
            security_context: None,
            startup_probe: None,
            stdin: None,
            stdin_once: None,
            termination_message_path: None,
            termination_message_policy: None,
            tty: None,
            volume_devices: None,
            volume_mounts: None,
            working_dir: None,
        }
    }
}

impl NamedItem for InitContainer {
    fn name(&self) -> &str {
        &self.name
    }
}

mirror! {
    /// What a change of one resource restarts.
    pub struct ResizePolicy {
        /// `cpu` or `memory`.
        [required] resource_name as "resourceName": String,
        /// `NotRequired` or `RestartContainer`.
        [required] restart_policy as "restartPolicy": String,
    }
}

mirror! {
    /// Resources of a container, as Kubernetes knows them.
    pub struct ContainerResources {
        /// Devices that the pod claims.
        claims: Vec<ResourceClaim> => keyed(&["name"]),
        /// At most this much.
        limits: IndexMap<String, QuantityOrNumber>,
        /// At least this much.
        requests: IndexMap<String, QuantityOrNumber>,
    }
}

mirror! {
    /// A device that the pod claims.
    pub struct ResourceClaim {
        /// Name of the pod's claim.
        [required] name: String,
        /// One request of the claim.
        request: String,
    }
}

mirror! {
    /// What happens at certain exit codes.
    pub struct RestartRule {
        /// `Restart`.
        [required] action: String,
        /// The exit codes.
        exit_codes as "exitCodes": ExitCodes,
    }
}

mirror! {
    /// A set of exit codes.
    pub struct ExitCodes {
        /// `In` or `NotIn`.
        [required] operator: String,
        /// The codes.
        values: Vec<i32> => set(),
    }
}

mirror! {
    /// A block device of a container.
    pub struct VolumeDevice {
        /// Path inside the container.
        [required] device_path as "devicePath": String,
        /// Name of the volume.
        [required] name: String,
    }
}

mirror! {
    /// A volume's place in a container.
    pub struct VolumeMount {
        /// Path inside the container.
        [required] mount_path as "mountPath": String,
        /// How mounts travel between host and container.
        mount_propagation as "mountPropagation": String,
        /// Name of the volume.
        [required] name: String,
        /// Whether it can only be read. Default: false.
        read_only as "readOnly": bool,
        /// Whether mounts below it can only be read.
        recursive_read_only as "recursiveReadOnly": String,
        /// Folder of the volume instead of its root.
        sub_path as "subPath": String,
        /// The same with variables in it.
        sub_path_expr as "subPathExpr": String,
    }
}

impl VolumeMount {
    /// The volume at this path.
    pub fn at(name: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            mount_path: path.into(),
            mount_propagation: None,
            name: name.into(),
            read_only: None,
            recursive_read_only: None,
            sub_path: None,
            sub_path_expr: None,
        }
    }
}
