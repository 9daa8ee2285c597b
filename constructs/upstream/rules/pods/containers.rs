//! Containers: names, images, ports, resources, mounts and what they may do.

use std::collections::BTreeSet;

use super::names::{amount, amount_of, id, image, inner_path, label, port, port_name, shown, word};
use super::{ClusterEvidence, Report, probes};
use crate::crds::QuantityOrNumber;
use crate::crds::containers::{
    ContainerPort, ContainerResources, InitContainer, ResourceClaim, Sidecar, VolumeMount,
};
use crate::crds::postgresql::{ResourceAmounts, Resources};
use crate::crds::security::SecurityContext;
use crate::values::check_key;

/// The sidecars of a cluster with their paths.
pub(in crate::rules) fn sidecars<'a>(
    cluster: &ClusterEvidence<'a>,
) -> impl Iterator<Item = (String, &'a Sidecar)> {
    let list = cluster.spec().sidecars.iter().flat_map(|list| list.iter()).enumerate();
    list.map(|(index, sidecar)| (format!("sidecars.{index}"), sidecar))
}

/// The init containers of a cluster with their paths.
pub(in crate::rules) fn init_containers<'a>(
    cluster: &ClusterEvidence<'a>,
) -> impl Iterator<Item = (String, &'a InitContainer)> {
    let list = cluster.spec().init_containers.iter().flat_map(|list| list.iter()).enumerate();
    list.map(|(index, container)| (format!("initContainers.{index}"), container))
}

pub(super) fn ill_formed(cluster: &ClusterEvidence, report: &mut Report) {
    let mut names = BTreeSet::from(["postgres"]);
    for (path, sidecar) in sidecars(cluster) {
        // Without a name the operator gives it one.
        if let Some(name) = sidecar.name.as_deref() {
            label(name, &format!("{path}.name"), report);
            if name != "postgres" && !names.insert(name) {
                report.duplicate(format!("{path}.name"), name, "another container of the pod has this name");
            }
        }
        if let Some(resources) = &sidecar.resources {
            readable(resources, &format!("{path}.resources"), report);
        }
    }
    if let Some(resources) = &cluster.spec().resources {
        readable(resources, "resources", report);
    }
    if let Some(resources) =
        cluster.spec().connection_pooler.as_ref().and_then(|pooler| pooler.resources.as_ref())
    {
        readable(resources, "connectionPooler.resources", report);
    }
    for (path, container) in init_containers(cluster) {
        label(&container.name, &format!("{path}.name"), report);
        if !names.insert(&container.name) {
            let name = container.name.as_str();
            report.duplicate(format!("{path}.name"), name, "another container of the pod has this name");
        }
        init_container(container, &path, report);
    }
}

fn init_container(container: &InitContainer, path: &str, report: &mut Report) {
    let at = |field: &str| format!("{path}.{field}");
    if container.image.as_deref().is_none_or(str::is_empty) {
        report.required(at("image"), "the image; the API server refuses a container without one");
    }
    word(
        container.image_pull_policy.as_deref(),
        &["Always", "IfNotPresent", "Never"],
        &at("imagePullPolicy"),
        report,
    );
    if let Some(policy) = container.restart_policy.as_deref().filter(|policy| *policy != "Always") {
        report.invalid(
            at("restartPolicy"),
            policy,
            "an init container has `Always` or nothing; Kubernetes refuses the rest or takes it away",
        );
    }
    word(
        container.termination_message_policy.as_deref(),
        &["File", "FallbackToLogsOnError"],
        &at("terminationMessagePolicy"),
        report,
    );
    if container.restart_policy_rules.as_ref().is_some_and(|rules| !rules.is_empty()) {
        report.forbidden(at("restartPolicyRules"), "Kubernetes has it switched off, and takes it away");
    }
    for (index, policy) in container.resize_policy.iter().flatten().enumerate() {
        let path = at(&format!("resizePolicy.{index}"));
        word(Some(&policy.resource_name), &["cpu", "memory"], &format!("{path}.resourceName"), report);
        word(
            Some(&policy.restart_policy),
            &["NotRequired", "RestartContainer"],
            &format!("{path}.restartPolicy"),
            report,
        );
    }
    if container.resize_policy.as_ref().is_some_and(|list| !list.is_empty())
        && container.restart_policy.as_deref() != Some("Always")
    {
        report.forbidden(at("resizePolicy"), "an init container that ends cannot be resized");
    }
    if let Some(resources) = &container.resources {
        amounts(resources, &at("resources"), report);
    }
    if let Some(context) = &container.security_context {
        security(context, &at("securityContext"), report);
    }
    let privileged =
        container.security_context.as_ref().and_then(|context| context.privileged).unwrap_or(false);
    let mut places = BTreeSet::new();
    for (index, mount) in container.volume_mounts.iter().flatten().enumerate() {
        let path = at(&format!("volumeMounts.{index}"));
        self::mount(mount, privileged, &path, report);
        if !places.insert(mount.mount_path.as_str()) {
            report.duplicate(
                format!("{path}.mountPath"),
                &mount.mount_path,
                "another volume is mounted there",
            );
        }
    }
    if container.volume_devices.as_ref().is_some_and(|devices| !devices.is_empty()) {
        report.forbidden(
            at("volumeDevices"),
            "the volumes of a cluster are file systems, and none is a block device",
        );
    }
    probes::lifecycle(container, path, report);
}

/// Quantities that the operator's schema takes and Kubernetes cannot read. One that is request and limit is one fault.
fn readable(resources: &Resources, path: &str, report: &mut Report) {
    let nothing = ResourceAmounts::default();
    let amounts = |amounts: &ResourceAmounts| {
        [
            ("memory", amounts.memory.clone()),
            ("hugepages-2Mi", amounts.hugepages_2mi.clone()),
            ("hugepages-1Gi", amounts.hugepages_1gi.clone()),
        ]
    };
    let limits = amounts(resources.limits.as_ref().unwrap_or(&nothing));
    let mut requests = amounts(resources.requests.as_ref().unwrap_or(&nothing));
    for ((_, request), (_, limit)) in requests.iter_mut().zip(&limits) {
        *request = request.take().filter(|request| limit.as_ref() != Some(request));
    }
    for (side, amounts) in [("limits", limits), ("requests", requests)] {
        for (key, value) in amounts {
            if let Some(value) = value.filter(|value| value.bytes().is_none()) {
                report.invalid(
                    format!("{path}.{side}.{key}"),
                    value,
                    "the operator's schema takes it, and Kubernetes cannot read it; write a number with a unit, such as `512Mi`",
                );
            }
        }
    }
}

fn amounts(resources: &ContainerResources, path: &str, report: &mut Report) {
    let ContainerResources { claims, limits, requests } = resources;
    for (key, list) in [("limits", limits), ("requests", requests)] {
        for (name, quantity) in list.iter().flatten() {
            resource(name, quantity, &format!("{path}.{key}.{name}"), report);
        }
    }
    for (name, request) in requests.iter().flatten() {
        let limit = limits.as_ref().and_then(|limits| limits.get(name));
        let path = format!("{path}.requests.{name}");
        let shown = (shown(request), limit.map(shown).unwrap_or_default());
        let (Some(request), limit) = (amount(request), limit.and_then(amount)) else { continue };
        match limit {
            Some(limit) if request > limit => {
                report.invalid(path, shown.0, format!("the request is above the limit, `{}`", shown.1));
            }
            Some(limit) if !overcommits(name) && request != limit => {
                report.invalid(
                    path,
                    shown.0,
                    format!("of this resource the request must equal the limit, `{}`", shown.1),
                );
            }
            None if !overcommits(name) => {
                report.required(
                    path.replace(".requests.", ".limits."),
                    "of this resource the limit must be given, and equal the request",
                );
            }
            _ => {}
        }
    }
    let huge = |list: &Option<_>| {
        list.iter().flat_map(indexmap::IndexMap::keys).any(|name: &String| name.starts_with("hugepages-"))
    };
    let plain = |list: &Option<indexmap::IndexMap<String, QuantityOrNumber>>| {
        list.iter().flatten().any(|(name, _)| name == "cpu" || name == "memory")
    };
    if (huge(limits) || huge(requests)) && !plain(limits) && !plain(requests) {
        report.forbidden(path, "huge pages need `cpu` or `memory` beside them");
    }
    for (index, ResourceClaim { name, .. }) in claims.iter().flatten().enumerate() {
        report.invalid(
            format!("{path}.claims.{index}.name"),
            name,
            "the pods of a cluster have no claims of devices",
        );
    }
}

/// Whether a node may promise more of it than it has.
fn overcommits(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory" | "ephemeral-storage")
}

fn resource(name: &str, quantity: &QuantityOrNumber, path: &str, report: &mut Report) {
    let known = overcommits(name)
        || name.strip_prefix("hugepages-").is_some_and(|size| amount_of(size).is_some_and(|size| size > 0.0));
    if !known && (!name.contains('/') || check_key(name).is_err()) {
        report.unknown(path, name, "expected `cpu`, `memory`, `ephemeral-storage`, `hugepages-<size>` or a resource with a prefix, such as `example.com/gpu`");
    } else if !known
        && name
            .split('/')
            .next()
            .is_some_and(|prefix| prefix.ends_with("kubernetes.io") || name.starts_with("requests."))
    {
        report.unknown(path, name, "Kubernetes keeps this prefix for its own resources");
    }
    let Some(value) = amount(quantity) else { return };
    if value < 0.0 {
        report.invalid(path, shown(quantity), "must be at least 0");
    } else if !overcommits(name) && value.fract() != 0.0 {
        report.invalid(path, shown(quantity), "of this resource there are only whole numbers");
    }
}

fn security(context: &SecurityContext, path: &str, report: &mut Report) {
    let at = |field: &str| format!("{path}.{field}");
    id(context.run_as_user, &at("runAsUser"), report);
    id(context.run_as_group, &at("runAsGroup"), report);
    word(context.proc_mount.as_deref(), &["Default", "Unmasked"], &at("procMount"), report);
    if context.proc_mount.as_deref() == Some("Unmasked") {
        report.forbidden(
            at("procMount"),
            "it needs `hostUsers: false`, which the pods of a cluster do not have",
        );
    }
    if context.allow_privilege_escalation == Some(false) {
        let admin = context.capabilities.as_ref().and_then(|capabilities| capabilities.add.as_ref());
        if context.privileged == Some(true) {
            report.forbidden(
                at("allowPrivilegeEscalation"),
                "it cannot be false for a container that is `privileged`",
            );
        }
        if admin.is_some_and(|list| list.iter().any(|capability| capability == "CAP_SYS_ADMIN")) {
            report.forbidden(
                at("allowPrivilegeEscalation"),
                "it cannot be false for a container with `CAP_SYS_ADMIN`",
            );
        }
    }
    for (field, profile) in
        [("seccompProfile", &context.seccomp_profile), ("appArmorProfile", &context.app_armor_profile)]
    {
        let Some(profile) = profile else { continue };
        let path = at(field);
        word(
            Some(&profile.r#type),
            &["RuntimeDefault", "Localhost", "Unconfined"],
            &format!("{path}.type"),
            report,
        );
        let file = profile.localhost_profile.as_deref();
        match (profile.r#type.as_str(), file) {
            ("Localhost", None | Some("")) => {
                report.required(
                    format!("{path}.localhostProfile"),
                    "the profile, because `type` is `Localhost`",
                );
            }
            ("Localhost", Some(file)) if field == "seccompProfile" => {
                inner_path(file, &format!("{path}.localhostProfile"), report);
            }
            ("Localhost", Some(file)) if file.trim() != file || file.len() > 4095 => {
                report.invalid(
                    format!("{path}.localhostProfile"),
                    file,
                    "expected the name of a profile, without blanks around it",
                );
            }
            ("Localhost", Some(_)) => {}
            (_, Some(_)) => {
                report.forbidden(format!("{path}.localhostProfile"), "it is only for `type: Localhost`");
            }
            _ => {}
        }
    }
}

fn mount(mount: &VolumeMount, privileged: bool, path: &str, report: &mut Report) {
    let at = |field: &str| format!("{path}.{field}");
    if mount.mount_path.is_empty() {
        report.required(at("mountPath"), "the place of the volume in the container");
    }
    let propagation = mount.mount_propagation.as_deref();
    word(propagation, &["None", "HostToContainer", "Bidirectional"], &at("mountPropagation"), report);
    if propagation == Some("Bidirectional") && !privileged {
        report.forbidden(
            at("mountPropagation"),
            "`Bidirectional` is only for a container that is `privileged`",
        );
    }
    let recursive = mount.recursive_read_only.as_deref();
    word(recursive, &["Disabled", "IfPossible", "Enabled"], &at("recursiveReadOnly"), report);
    if matches!(recursive, Some("IfPossible" | "Enabled")) {
        if mount.read_only != Some(true) {
            report.forbidden(at("recursiveReadOnly"), "it needs `readOnly: true`");
        }
        if matches!(propagation, Some("HostToContainer" | "Bidirectional")) {
            report.forbidden(at("recursiveReadOnly"), "it needs `mountPropagation: None`");
        }
    }
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if given(&mount.sub_path) && given(&mount.sub_path_expr) {
        report.forbidden(at("subPathExpr"), "`subPath` is given; keep one of the two");
    }
    for (field, text) in [("subPath", &mount.sub_path), ("subPathExpr", &mount.sub_path_expr)] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            inner_path(text, &at(field), report);
        }
    }
}

pub(super) fn ill_formed_ports(cluster: &ClusterEvidence, report: &mut Report) {
    // On the node a port can be taken once, whichever container takes it.
    let mut on_node = BTreeSet::new();
    for (path, sidecar) in sidecars(cluster) {
        ports(sidecar.ports.iter().flatten(), &path, &mut on_node, report);
    }
    for (path, container) in init_containers(cluster) {
        // One after the other: each may take what the last one had.
        let mut own = if container.restart_policy.as_deref() == Some("Always") {
            on_node.clone()
        } else {
            BTreeSet::new()
        };
        ports(container.ports.iter().flatten(), &path, &mut own, report);
    }
    let spec = cluster.spec();
    for (field, number) in [
        ("masterNodePort", spec.master_node_port),
        ("replicaNodePort", spec.replica_node_port),
        ("masterPoolerNodePort", spec.master_pooler_node_port),
        ("replicaPoolerNodePort", spec.replica_pooler_node_port),
    ] {
        if let Some(number) = number.filter(|number| *number != 0) {
            port(number.into(), field, report);
        }
    }
}

fn ports<'a>(
    ports: impl Iterator<Item = &'a ContainerPort>,
    path: &str,
    on_node: &mut BTreeSet<(i32, &'a str, &'a str)>,
    report: &mut Report,
) {
    let mut names = BTreeSet::new();
    for (index, of) in ports.enumerate() {
        let at = |field: &str| format!("{path}.ports.{index}.{field}");
        port(of.container_port.into(), &at("containerPort"), report);
        let protocol = of.protocol.as_deref().filter(|protocol| !protocol.is_empty()).unwrap_or("TCP");
        word(Some(protocol), &["TCP", "UDP", "SCTP"], &at("protocol"), report);
        if let Some(name) = of.name.as_deref().filter(|name| !name.is_empty()) {
            match port_name(name) {
                Err(rule) => {
                    report.invalid(at("name"), name, rule);
                }
                Ok(()) if !names.insert(name) => {
                    report.duplicate(at("name"), name, "another port of the container has this name");
                }
                Ok(()) => {}
            }
        }
        if let Some(number) = of.host_port.filter(|number| *number != 0) {
            port(number.into(), &at("hostPort"), report);
            if !on_node.insert((number, protocol, of.host_ip.as_deref().unwrap_or_default())) {
                report.duplicate(at("hostPort"), number, "another port of the pod takes it on the node");
            }
        }
    }
}

/// References of images, and the Secrets that they are pulled with.
pub(super) fn ill_formed_images(cluster: &ClusterEvidence, report: &mut Report) {
    let given = |image: &Option<String>| image.clone().filter(|image| !image.is_empty());
    let spec = cluster.spec();
    let pooler = spec.connection_pooler.as_ref().and_then(|pooler| given(&pooler.docker_image));
    for (path, reference) in
        [("dockerImage", given(&spec.docker_image)), ("connectionPooler.dockerImage", pooler)]
    {
        if let Some(reference) = reference {
            image(&reference, path, report);
        }
    }
    for (path, sidecar) in sidecars(cluster) {
        if let Some(reference) = sidecar.image.as_deref().filter(|image| !image.is_empty()) {
            image(reference, &format!("{path}.image"), report);
        }
    }
    for (path, container) in init_containers(cluster) {
        if let Some(reference) = given(&container.image) {
            image(&reference, &format!("{path}.image"), report);
        }
    }
}
