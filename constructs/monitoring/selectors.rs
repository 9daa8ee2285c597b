//! Which series are a cluster's: literal selectors, rendered once, so that two clusters of one namespace never mix.

use crate::backup_policy::{Drill, Dumps};

/// The selectors of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Selectors {
    pub(crate) namespace: String,
    pub(crate) cluster: String,
    /// Beginning of the names of the dumps' CronJobs.
    pub(crate) dumps: String,
    /// Operations in a second and MiB in a second of the volume, where they are provisioned.
    pub(crate) provisioned: (i32, i32),
}

impl Selectors {
    /// An expression with its placeholders filled in.
    pub(crate) fn fill(&self, expr: &str) -> String {
        let Self { namespace, cluster, dumps, provisioned: (iops, throughput) } = self;
        // Anchored: neither the pooler's pods nor those of a cluster `<cluster>-2`.
        let job: String = format!("{dumps}{cluster}").chars().take(52).collect();
        let job = job.trim_end_matches('-');
        let (drill, own_dumps) = (Drill::job(cluster), Dumps::job(cluster));
        let places = [
            // `$throughput` before `$t`, which is the threshold.
            ("$throughput", throughput.to_string()),
            ("$iops", iops.to_string()),
            ("$S", format!(r#"namespace="{namespace}",pod=~"{cluster}-[0-9]+""#)),
            ("$P", format!(r#"namespace="{namespace}",pod=~"{cluster}-pooler-.+""#)),
            ("$V", format!(r#"namespace="{namespace}",persistentvolumeclaim=~"pgdata-{cluster}-[0-9]+""#)),
            ("$C", format!(r#"namespace="{namespace}",cronjob="{job}""#)),
            ("$J", format!(r#"namespace="{namespace}",job_name=~"{job}-[0-9]+""#)),
            ("$K", format!(r#"namespace="{namespace}",cronjob="{drill}""#)),
            ("$L", format!(r#"namespace="{namespace}",job_name=~"{drill}-[0-9]+""#)),
            ("$E", format!(r#"namespace="{namespace}",cronjob="{own_dumps}""#)),
            ("$F", format!(r#"namespace="{namespace}",job_name=~"{own_dumps}-[0-9]+""#)),
            ("$N", format!(r#"namespace="{namespace}",name="{cluster}""#)),
            ("$R", format!(r#"namespace="{namespace}",cluster="{cluster}""#)),
            ("$D", r#"datname!~"template[01]""#.to_owned()),
        ];
        places.iter().fold(expr.to_owned(), |expr, (name, value)| expr.replace(name, value))
    }
}
