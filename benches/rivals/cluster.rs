//! A Rust app of as many clusters as `CLUSTERS` says, for the comparison with other tools.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

use pgsynth::constructs::crds::containers::{ContainerPort, Sidecar};
use pgsynth::constructs::crds::env::EnvVar;
use pgsynth::constructs::crds::postgresql::{ResourceAmounts, Resources};
use pgsynth::prelude::{
    App, Backup, Chart, Cluster, Database, ExternalOperator, Namespace, Platform, ReleaseName, Volume,
    WatchSetting,
};

fn app(clusters: usize) -> App {
    let mut operator = ExternalOperator::new("postgres-operator", WatchSetting::All);
    operator.configuration.kubernetes.get_or_insert_default().enable_readiness_probe = Some(true);
    let mut shop = Chart::new(Namespace::existing("shop"));
    for index in 0..clusters {
        let name = format!("orders-{index}");
        let mut cluster = Cluster::new("acme", "18", Volume::new("50Gi"), Backup::none("a bench"))
            .users("shop", [])
            .databases("shop", Database::owned_by("shop"));
        for name in ["log_connections", "log_disconnections", "log_checkpoints", "jit"] {
            cluster = cluster.parameters(name, true);
        }
        let settings =
            (0..30).map(|index| EnvVar::new(format!("SETTING_{index}"), format!("value {index} of {name}")));
        let secrets = (0..30).map(|index| {
            EnvVar::from_secret(format!("SECRET_{index}"), format!("{name}-settings"), format!("key-{index}"))
        });
        cluster.env = settings.chain(secrets).collect::<Vec<_>>().into();
        cluster.sidecars = (0..4).map(sidecar).collect::<Vec<_>>().into();
        shop = shop.clusters(name, cluster);
    }
    App::new("bench", ReleaseName::NEWEST, Platform::Hetzner)
        .accept("no-backup", "a bench")
        .external_operator(operator)
        .charts("shop", shop)
}

fn sidecar(number: i32) -> Sidecar {
    let amounts = |cpu: Option<&str>| ResourceAmounts {
        cpu: cpu.map(|cpu| cpu.parse().unwrap()),
        memory: Some("64Mi".parse().unwrap()),
        ..ResourceAmounts::default()
    };
    Sidecar {
        command: None,
        env: Some(
            (0..20).map(|index| EnvVar::new(format!("OPTION_{index}"), "on")).collect::<Vec<_>>().into(),
        ),
        image: Some(format!("example.com/sidecar:{number}").into()),
        name: Some(format!("sidecar-{number}").into()),
        ports: Some(vec![ContainerPort {
            container_port: 9000 + number,
            host_ip: None,
            host_port: None,
            name: Some(format!("http-{number}").into()),
            protocol: None,
        }]),
        resources: Some(Resources { limits: Some(amounts(None)), requests: Some(amounts(Some("50m"))) }),
    }
}

fn main() -> std::process::ExitCode {
    pgsynth::cli::main([app(std::env::var("CLUSTERS").unwrap().parse().unwrap())])
}
