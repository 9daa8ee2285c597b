//! What happens when it is applied, and in what order it is applied best.

use pgsynth_constructs::upstream::behaviour::impact::Impact;

use super::{ClusterDiff, Diff, Kind};

/// What happens to the clusters that are interrupted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollout {
    /// One step for each, in the order in which they are applied best.
    pub steps: Vec<Step>,
    /// Pods that are made anew.
    pub pods: u32,
    /// Switchovers.
    pub switchovers: u32,
}

/// A cluster that is interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The cluster, `<namespace>/<name>`.
    pub cluster: String,
    /// What happens, as a sentence.
    pub what: String,
}

/// What happens: standbys before those that they follow, clusters that can switch over before those that cannot.
pub fn rollout(diff: &Diff) -> Rollout {
    let operator = diff.operator.iter().map(|change| change.impact).max().unwrap_or(Impact::NoEffect);
    let mut hit: Vec<&ClusterDiff> = diff
        .clusters
        .iter()
        .filter(|cluster| cluster.kind == Kind::Changed && cluster.impact().max(operator) >= Impact::Restart)
        .collect();
    hit.sort_by_key(|cluster| (!cluster.standby, cluster.instances < 2, cluster.name.clone()));
    let mut rollout = Rollout::default();
    for cluster in hit {
        let (pods, impact) = (cluster.instances, cluster.impact());
        let switchover = pods > 1;
        let what = match impact {
            Impact::Roll => {
                rollout.pods += pods;
                rollout.switchovers += u32::from(switchover);
                match switchover {
                    true => format!(
                        "{pods} pods one after the other, the primary last, after a switchover: sessions on it end"
                    ),
                    false => "1 pod: the database is away until it is back".to_owned(),
                }
            }
            Impact::Restart => format!("PostgreSQL restarts in {}: sessions end", pods_of(pods)),
            Impact::Refused => {
                "what is refused stays as it is, and may stop every sync of the cluster".to_owned()
            }
            _ => {
                let why = cluster
                    .changes
                    .iter()
                    .filter(|change| change.impact == impact)
                    .map(|change| change.why.as_str());
                let why: Vec<_> = why.filter(|why| !why.is_empty()).collect();
                if why.is_empty() { impact.sentence().to_owned() } else { why.join("; ") }
            }
        };
        let upgrade = cluster.changes.iter().any(|change| change.path == "spec.postgresql.version");
        let when = match (upgrade, &cluster.windows[..]) {
            (true, [_, ..]) => format!("; in a window, {}", cluster.windows.join(", ")),
            (false, [_, ..]) => "; at once: its windows hold back upgrades only".to_owned(),
            (_, []) => "; at once".to_owned(),
        };
        rollout.steps.push(Step { cluster: cluster.name.clone(), what: what + &when });
    }
    rollout
}

fn pods_of(count: u32) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}
