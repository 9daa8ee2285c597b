//! Security context of containers.

use super::mirror;

mirror! {
    /// What a container may do.
    pub struct SecurityContext {
        /// Whether a process may gain more rights than its parent.
        allow_privilege_escalation as "allowPrivilegeEscalation": bool,
        /// AppArmor profile.
        app_armor_profile as "appArmorProfile": Profile,
        /// Linux capabilities to add and to drop.
        capabilities: Capabilities,
        /// Whether it runs as root on the node. Default: false.
        privileged: bool,
        /// How `/proc` is mounted. Default: `Default`.
        proc_mount as "procMount": String,
        /// Whether its root file system is read-only. Default: false.
        read_only_root_filesystem as "readOnlyRootFilesystem": bool,
        /// Group of its process.
        run_as_group as "runAsGroup": i64,
        /// Whether it must not run as root.
        run_as_non_root as "runAsNonRoot": bool,
        /// User of its process.
        run_as_user as "runAsUser": i64,
        /// SELinux labels.
        se_linux_options as "seLinuxOptions": SeLinuxOptions,
        /// seccomp profile.
        seccomp_profile as "seccompProfile": Profile,
        /// Options on Windows nodes.
        windows_options as "windowsOptions": WindowsOptions,
    }
}

mirror! {
    /// A profile of the kernel's, by kind.
    pub struct Profile {
        /// Profile on the node, for `type: Localhost`.
        localhost_profile as "localhostProfile": String,
        /// `RuntimeDefault`, `Localhost` or `Unconfined`.
        [required] r#type as "type": String,
    }
}

mirror! {
    /// Linux capabilities.
    pub struct Capabilities {
        /// Capabilities beyond the runtime's default.
        add: Vec<String> => atomic(),
        /// Capabilities to take away; `ALL` for every one.
        drop: Vec<String> => atomic(),
    }
}

mirror! {
    /// SELinux labels.
    pub struct SeLinuxOptions {
        /// Level.
        level: String,
        /// Role.
        role: String,
        /// Type.
        r#type as "type": String,
        /// User.
        user: String,
    }
}

mirror! {
    /// Options on Windows nodes, where PostgreSQL does not run.
    pub struct WindowsOptions {
        /// Contents of the credential specification.
        gmsa_credential_spec as "gmsaCredentialSpec": String,
        /// Name of the credential specification.
        gmsa_credential_spec_name as "gmsaCredentialSpecName": String,
        /// Whether it runs on the host.
        host_process as "hostProcess": bool,
        /// User of the process.
        run_as_user_name as "runAsUserName": String,
    }
}
