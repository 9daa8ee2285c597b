//! A Rust app of as many clusters as `CLUSTERS` says, for the comparison with other tools.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

use pgsynth::constructs::base::Problem;
use pgsynth::constructs::operator::WatchSetting;
use pgsynth::constructs::platform::Platform;
use pgsynth::constructs::releases::ReleaseName;
use pgsynth::constructs::{App, Backup, Chart, Cluster, Database, ExternalOperator, Namespace, Volume};

fn app(clusters: usize) -> Result<App, Problem> {
    let mut app = App::new("bench".parse().unwrap(), ReleaseName::NEWEST, Platform::Hetzner);
    app.accept.insert("no-backup".to_owned(), "a bench".to_owned());
    let mut operator = ExternalOperator::new("postgres-operator".parse().unwrap(), WatchSetting::All);
    operator.configuration.kubernetes.get_or_insert_default().enable_readiness_probe = Some(true);
    app.external_operator = Some(operator);
    let mut shop = Chart::new(Namespace::existing("shop".parse().unwrap()));
    for index in 0..clusters {
        let volume = Volume::new("50Gi".parse().unwrap());
        let mut cluster =
            Cluster::new("acme".parse().unwrap(), "18".parse().unwrap(), volume, Backup::none("a bench"));
        cluster.users.insert("shop".to_owned(), vec![]);
        cluster.databases.insert("shop".to_owned(), Database::owned_by("shop"));
        for name in ["log_connections", "log_disconnections", "log_checkpoints", "jit"] {
            cluster.parameters.insert(name.to_owned(), true.into());
        }
        shop.clusters.add(&format!("orders-{index}"), cluster).unwrap();
    }
    app.charts.add("shop", shop).unwrap();
    Ok(app)
}

fn main() -> std::process::ExitCode {
    pgsynth::cli::main([app(std::env::var("CLUSTERS").unwrap().parse().unwrap())])
}
