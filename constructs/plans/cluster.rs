//! A whole cluster back: anew beside the running one, in its own place, after everything is lost, or from what is left of a
//! volume. Each is an edit of the app, or none, with what has to be done around it in its order.

use super::ending;
use super::{Change, Plan, Refused, Step, unknown};
use crate::app::{App, Valid};
use crate::archive::Generation;
use crate::chart::Chart;
use crate::cluster::Cluster;
use crate::restore::Restore;
use crate::values::{Id, Moment, UtcTime};
use crate::view::View;
use pgsynth_upstream::behaviour::pods;

/// Which way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// A new cluster of this id in the same chart; the running one stays as it is.
    As(String),
    /// The running cluster itself, which ends first.
    InPlace,
    /// The Kubernetes cluster is gone, or all of the cluster's volumes.
    TotalLoss,
    /// One volume is lost, or one node with it.
    Volume,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The cluster, as `<chart>/<cluster>`.
    pub cluster: String,
    /// Which way.
    pub way: Way,
    /// The time; the end of the archive where it is not said.
    pub at: Option<UtcTime>,
    /// Whether a transaction that was committed exactly then is left out.
    pub exclusive: bool,
    /// Which history is read; the present one where it is not said.
    pub generation: Option<u32>,
}

/// The plan, with the edit of the app that it needs.
///
/// # Errors
/// The cluster or the generation is not known, the cluster has no archive, or the way takes no time.
pub fn plan(valid: &Valid, request: &Request) -> Result<Plan, Refused> {
    let known: Vec<_> = valid.clusters().keys().map(String::as_str).collect();
    let planned = valid.look(&request.cluster, |view| planned(valid, view, request));
    planned.unwrap_or_else(|| Err(unknown("cluster", &request.cluster, &known)))
}

fn planned(valid: &Valid, view: &View, request: &Request) -> Result<Plan, Refused> {
    let id = &request.cluster;
    let Some(backup) = view.facts.backup.as_ref().filter(|_| !view.facts.standby) else {
        return Err(Refused::new(format!("`{id}` writes no archive: there is nothing to restore from")));
    };
    let read = request.generation.unwrap_or(backup.generation);
    if read == 0 || read > backup.generation {
        return Err(Refused::new(format!(
            "`{id}` has generations 1 to {}, and not {read}",
            backup.generation
        )));
    }
    super::check_begin(view, id, read, request.at)?;
    let at = request.at.map_or_else(Moment::latest, moment);
    let whole = Whole { valid, view, request, read, at, generation: backup.generation };
    match &request.way {
        Way::As(name) => whole.beside(name),
        Way::InPlace => whole.in_place(),
        Way::TotalLoss => whole.total_loss(),
        Way::Volume => whole.volume(),
    }
}

fn moment(at: UtcTime) -> Moment {
    let text = at.to_string().replace(' ', "T") + ":00";
    text.parse().unwrap_or_else(|_| Moment::latest())
}

struct Whole<'a> {
    valid: &'a Valid<'a>,
    view: &'a View<'a>,
    request: &'a Request,
    read: u32,
    at: Moment,
    generation: u32,
}

impl Whole<'_> {
    fn restore(&self) -> Restore {
        Restore::of(self.view.facts.name.as_str(), self.read, self.at.clone())
            .exclusive(self.request.exclusive)
    }

    fn restore_text(&self) -> String {
        let exclusive = if self.request.exclusive { ", exclusive: true" } else { "" };
        format!(
            "{{cluster: {}, generation: {}, at: \"{}\"{exclusive}}}",
            self.view.facts.name, self.read, self.at
        )
    }

    /// The app with this done to its chart.
    fn app(&self, change: impl FnOnce(&mut Chart)) -> Box<App> {
        let mut app = self.valid.app().clone();
        if let Some(chart) = app.charts.get_mut(self.view.scope.chart()) {
            change(chart);
        }
        Box::new(app)
    }

    fn again(&self) -> (Change, Box<App>) {
        let (generation, restore) = (self.generation + 1, self.restore());
        let app = self.app(|chart| {
            if let Some(cluster) = chart.clusters.get_mut(&self.view.facts.name) {
                cluster.generation = Generation::from(generation);
                cluster.restore = Some(restore);
            }
        });
        let fields = vec![("generation", generation.to_string()), ("restore", self.restore_text())];
        (Change::Set { fields }, app)
    }

    fn plan(&self, title: String, service: &str, steps: Vec<Step>, edit: Option<(Change, Box<App>)>) -> Plan {
        let stamp = self.request.at.map_or_else(|| "latest".to_owned(), UtcTime::stamp);
        let word = match &self.request.way {
            Way::As(name) => format!("as-{name}"),
            Way::InPlace => "in-place".to_owned(),
            Way::TotalLoss => "total-loss".to_owned(),
            Way::Volume => "volume".to_owned(),
        };
        let facts = &self.view.facts;
        let root = self.view.archive(self.read);
        Plan {
            folder: format!("{}-{word}-{stamp}", self.request.cluster.replace('/', ".")),
            title,
            service: service.to_owned(),
            facts: vec![
                ("cluster", format!("{}/{}", facts.namespace, facts.name)),
                (
                    "time",
                    self.request.at.map_or_else(|| "the end of the archive".to_owned(), |at| at.to_string()),
                ),
                ("read from", root.map(|archive| archive.root()).unwrap_or_default()),
                ("generation that is read", self.read.to_string()),
            ],
            steps,
            files: vec![],
            edit,
        }
    }

    fn kubectl(&self) -> String {
        format!("kubectl -n {}", self.view.facts.namespace)
    }

    fn selector(&self) -> String {
        let labels = pods::labels(&self.view.facts.name, self.view.scope.operator().kubernetes());
        labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    }

    fn chart(&self) -> &str {
        self.view.scope.chart()
    }

    fn beside(&self, name: &str) -> Result<Plan, Refused> {
        if self.view.scope.clusters.contains_key(&format!("{}/{name}", self.chart())) {
            return Err(Refused::new(format!("there is a cluster `{}/{name}` already", self.chart())));
        }
        name.parse::<Id>().map_err(|wrong| Refused::new(wrong.to_string()))?;
        let restore = self.restore();
        let mut copy = Cluster { restore: Some(restore), ..self.view.cluster.clone() };
        copy.generation = Generation::from(1);
        let app = self.app(|chart| {
            let _ = chart.clusters.add(name, copy);
        });
        let change = Change::Copy {
            name: name.to_owned(),
            fields: vec![("restore", self.restore_text())],
            without: vec!["generation"],
        };
        let steps = vec![
            Step {
                title: format!("Add cluster `{name}` to the app"),
                about: "It is a copy of the running one, with `restore`; its Secrets, Services and archive have its own name. Look through what it shares with the original: load balancers, node ports, `retired`.".to_owned(),
                commands: vec!["pgsynth synth".to_owned(), "pgsynth list --secrets".to_owned()],
                see: "the new files of the cluster, and no error".to_owned(),
                takes: "a minute".to_owned(),
                back: "take the edit back; `synth` removes the files".to_owned(),
            },
            self.apply(),
            self.watch(name, "bootstrap"),
            self.reached(name),
        ];
        let title = format!("Restore `{}` as a new cluster `{name}`, to {}", self.request.cluster, self.at);
        Ok(self.plan(title, "The running cluster is not touched.", steps, Some((change, app))))
    }

    fn in_place(&self) -> Result<Plan, Refused> {
        let (kubectl, name, selector) = (self.kubectl(), &self.view.facts.name, self.selector());
        let leader = format!("$({kubectl} get pods -l {selector},spilo-role=master -o name)");
        let steps = vec![
            Step {
                title: "Suspend what applies by itself".to_owned(),
                about: "Argo CD or Flux would bring the cluster back in the middle. Without either this step is done.".to_owned(),
                commands: vec![],
                see: "automatic syncs of this app are off".to_owned(),
                takes: "a minute".to_owned(),
                back: "turn them on".to_owned(),
            },
            Step {
                title: "Archive the last WAL".to_owned(),
                about: "What was written until now stays restorable, in the generation of before.".to_owned(),
                commands: vec![
                    format!("{kubectl} exec {leader} -c postgres -- psql -U postgres -Atc 'SELECT pg_switch_wal()'"),
                    format!("{kubectl} exec {leader} -c postgres -- psql -U postgres -xc 'SELECT last_archived_wal, last_archived_time, last_failed_time FROM pg_stat_archiver'"),
                ],
                see: "`last_archived_time` is of this minute".to_owned(),
                takes: "seconds".to_owned(),
                back: "nothing to go back from".to_owned(),
            },
            Step {
                title: "Keep the volumes".to_owned(),
                about: "They are the way back until the end of this plan.".to_owned(),
                commands: vec![format!(
                    "for volume in $({kubectl} get pvc -l {selector} -o jsonpath='{{.items[*].spec.volumeName}}'); do kubectl patch pv $volume -p '{{\"spec\":{{\"persistentVolumeReclaimPolicy\":\"Retain\"}}}}'; done"
                )],
                see: format!("`kubectl get pv` shows `Retain` for each volume of `{name}`; note their names"),
                takes: "seconds".to_owned(),
                back: "nothing to go back from".to_owned(),
            },
            Step {
                title: "End the cluster".to_owned(),
                about: "From here the database is not in service. Its Secrets stay, and with them the passwords.".to_owned(),
                commands: ending::commands(&self.view.facts.namespace, name, self.view.scope.operator())
                    .into_iter()
                    .chain([
                        format!("{kubectl} wait --for=delete pod -l {selector} --timeout=10m"),
                        format!("{kubectl} delete pvc -l {selector}"),
                        format!("{kubectl} delete configmap,endpoints -l {selector} --ignore-not-found"),
                    ])
                    .collect(),
                see: format!("`{kubectl} get pods,pvc,configmap -l {selector}` finds nothing: with Patroni's state of before, the new pods would wait for a leader"),
                takes: "a minute or two".to_owned(),
                back: format!("take the edit back, make claims for the kept volumes (`spec.volumeName`) under their old names, and apply `{name}` again"),
            },
            Step {
                title: "Edit the app and apply".to_owned(),
                about: format!("Generation {} is a history of its own: the archive of generation {} is read and never written again.", self.generation + 1, self.read),
                commands: vec![
                    format!("pgsynth synth --accept-generation {}", self.request.cluster),
                    format!("kubectl apply -f {}/", self.output()),
                ],
                see: "the cluster's object is created".to_owned(),
                takes: "seconds".to_owned(),
                back: "as in the step before".to_owned(),
            },
            self.watch(name, "bootstrap"),
            self.reached(name),
            Step {
                title: "Resume, and let the old volumes go".to_owned(),
                about: "Only when the data is what was wanted.".to_owned(),
                commands: vec!["kubectl delete pv <the names that were noted>".to_owned()],
                see: "a base backup of the new generation: `pgsynth list --backups` says where".to_owned(),
                takes: "a minute".to_owned(),
                back: "none after this".to_owned(),
            },
        ];
        let title = format!("Restore `{}` in its own place, to {}", self.request.cluster, self.at);
        Ok(self.plan(
            title,
            "The cluster is out of service from step 4 until its restore has ended.",
            steps,
            Some(self.again()),
        ))
    }

    fn total_loss(&self) -> Result<Plan, Refused> {
        let name = &self.view.facts.name;
        let output = self.output();
        let steps = vec![
            Step {
                title: "Edit the app".to_owned(),
                about: format!("The new cluster writes generation {}, and reads generation {}: what is there of it is never overwritten.", self.generation + 1, self.read),
                commands: vec![format!("pgsynth synth --accept-generation {}", self.request.cluster)],
                see: "no error".to_owned(),
                takes: "a minute".to_owned(),
                back: "take the edit back".to_owned(),
            },
            Step {
                title: "Give the store's keys to the Kubernetes cluster".to_owned(),
                about: "The app file, the bucket, its credentials and, where archives are encrypted, the key are all that is needed. Passwords of roles are new: the operator makes them, and sets them in the restored database.".to_owned(),
                commands: vec![
                    format!("kubectl apply --server-side --force-conflicts -f {output}/crds/"),
                    format!("kubectl wait --for=condition=Established --timeout=60s -f {output}/crds/"),
                    format!("kubectl apply -f {output}/00-*namespaces.yaml"),
                    "pgsynth list --secrets".to_owned(),
                ],
                see: "each Secret of the list is there".to_owned(),
                takes: "minutes".to_owned(),
                back: "nothing to go back from".to_owned(),
            },
            self.apply(),
            self.watch(name, "bootstrap"),
            self.reached(name),
        ];
        let title = format!("Restore `{}` after everything is lost, to {}", self.request.cluster, self.at);
        Ok(self.plan(
            title,
            "The cluster is out of service until its restore has ended.",
            steps,
            Some(self.again()),
        ))
    }

    fn volume(&self) -> Result<Plan, Refused> {
        if self.request.at.is_some() {
            let refused =
                Refused::new("a lost volume is refilled to the end of the archive: it takes no time");
            return Err(refused.hint("for an earlier time use `--in-place`"));
        }
        let (kubectl, name, selector) = (self.kubectl(), &self.view.facts.name, self.selector());
        let one = self.view.resource.spec.number_of_instances.is_some_and(|count| count.get() == 1);
        let service = match one {
            true => {
                "The cluster has one instance, and is out of service until its volume is refilled from the archive."
            }
            false => {
                "The cluster stays in service on its other instances; where the primary's volume is lost, Patroni has promoted a replica."
            }
        };
        let steps = vec![
            Step {
                title: "See what is lost".to_owned(),
                about: "A pod of a node that is gone stays Pending, with a claim whose volume cannot be attached.".to_owned(),
                commands: vec![
                    format!("{kubectl} get pods,pvc -l {selector} -o wide"),
                    format!("{kubectl} get configmap,endpoints {name}-config -o jsonpath='{{.items[*].metadata.annotations.initialize}}'"),
                ],
                see: "`initialize` is a number: Patroni knows which cluster it is, and refills an empty volume of it by itself. Is it empty and no instance is left, use the plan of `--total-loss`".to_owned(),
                takes: "a minute".to_owned(),
                back: "nothing to go back from".to_owned(),
            },
            Step {
                title: "Give the pod an empty volume".to_owned(),
                about: "Only the claim of the lost volume, and only when nothing of it can be had any more.".to_owned(),
                commands: vec![
                    "POD=<the pod>".to_owned(),
                    format!("{kubectl} delete pvc pgdata-$POD --wait=false"),
                    format!("{kubectl} delete pod $POD --force --grace-period=0"),
                ],
                see: "a new claim is bound, and the pod starts".to_owned(),
                takes: "a minute".to_owned(),
                back: "none: the old claim is gone, its volume is kept where the class says `Retain`".to_owned(),
            },
            Step {
                title: "Watch it refill".to_owned(),
                about: match one {
                    true => "Patroni fetches the newest base backup, replays all WAL of the archive, and promotes it; what was not archived yet is lost, at most `rpo`.".to_owned(),
                    false => "Patroni copies from the primary, or from the newest base backup.".to_owned(),
                },
                commands: vec![
                    format!("{kubectl} logs $POD -c archive-guard"),
                    format!("{kubectl} exec $POD -c postgres -- patronictl list"),
                ],
                see: "`running` or `streaming`, and lag 0. Does the guard stop it, its sentence says which edit is needed".to_owned(),
                takes: "the time to fetch the base backup and replay the WAL since".to_owned(),
                back: "nothing to go back from".to_owned(),
            },
        ];
        Ok(self.plan(format!("Refill a lost volume of `{}`", self.request.cluster), service, steps, None))
    }

    fn output(&self) -> &str {
        self.valid.app().output_folder()
    }

    fn apply(&self) -> Step {
        Step {
            title: "Apply".to_owned(),
            about: "The guard in the pod looks into the image and the archive before anything is fetched, and stops with a sentence where it would not end well.".to_owned(),
            commands: vec![format!("kubectl apply -f {}/", self.output())],
            see: "the pods start".to_owned(),
            takes: "seconds".to_owned(),
            back: "take the edit back and apply".to_owned(),
        }
    }

    fn watch(&self, name: &str, what: &str) -> Step {
        let kubectl = self.kubectl();
        Step {
            title: "Watch the restore".to_owned(),
            about: format!(
                "A wrong key or a damaged base backup shows as a {what} that never ends: the log has the reason."
            ),
            commands: vec![
                format!("{kubectl} logs {name}-0 -c archive-guard"),
                format!("{kubectl} logs -f {name}-0 -c postgres"),
                format!(
                    "{kubectl} wait --for=jsonpath='{{.status.PostgresClusterStatus}}'=Running --timeout=24h postgresql/{name}"
                ),
            ],
            see: "`Running`".to_owned(),
            takes: "the time to fetch the newest base backup before the time, and to replay the WAL since"
                .to_owned(),
            back: "as in the step before".to_owned(),
        }
    }

    /// Spilo tries again without the time where it cannot be reached, and the cluster comes up as if all were well.
    fn reached(&self, name: &str) -> Step {
        let kubectl = self.kubectl();
        let data = "/home/postgres/pgdata/pgroot/data";
        let wanted = match self.request.at {
            Some(at) => format!("the last line says `before` or `after` and a time at {at}. Does it say `no recovery target specified`, the archive had not everything, and the data is older than asked: see what is missing in the archive (`wal-g wal-show` in the pod), and restore to a time that is there"),
            None => "the last line says `no recovery target specified`, as it should: all that was archived is in. The last commit is close to the end of the old cluster".to_owned(),
        };
        Step {
            title: "See how far it came".to_owned(),
            about: "Spilo drops a time that it cannot reach, in silence: only the history file of the timeline tells.".to_owned(),
            commands: vec![
                format!("{kubectl} exec {name}-0 -c postgres -- bash -c 'tail -n 1 \"$(ls {data}/pg_wal/*.history | tail -n 1)\"'"),
                format!("{kubectl} exec {name}-0 -c postgres -- bash -c 'grep -hE \"recovery stopping|last completed transaction|Retrying point-in-time recovery\" {data}/../pg_log/* | tail'"),
            ],
            see: wanted,
            takes: "seconds".to_owned(),
            back: "the archive that was read is unchanged: restore again".to_owned(),
        }
    }
}
