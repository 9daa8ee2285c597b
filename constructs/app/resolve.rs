//! From an app to its operator, scopes and labels.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::App;
use crate::archive::{Archives, Generation, History};
use crate::base::{ClusterFacts, OperatorFacts, Problems};
use crate::chart::Chart;
use crate::operator::Operator;

impl App {
    /// The charts that render an operator.
    pub(super) fn operators(&self) -> impl Iterator<Item = (&str, &Chart, &Operator)> {
        self.charts.iter().filter_map(|(id, chart)| Some((id.as_str(), chart, chart.operator.as_ref()?)))
    }

    /// The one operator that the app runs under, or what is wrong with that.
    pub(super) fn operator(&self, problems: &mut Problems) -> Option<OperatorFacts> {
        let rendered: Vec<_> = self.operators().collect();
        match (&self.external_operator, &rendered[..]) {
            (None, []) => {
                problems
                    .required("externalOperator", "the operator that the app runs under, because many rules depend on its configuration")
                    .help("render it in a chart (`operator: {watch: all}`), or state the one that runs already (`externalOperator: {namespace: ..., watch: all}`)");
                None
            }
            (Some(external), []) => Some(external.facts(self.release.release())),
            (None, [(_, chart, operator)]) => Some(operator.facts(
                chart.namespace.name.as_str(),
                self.platform,
                self.release.release(),
                &self.images,
            )),
            (Some(_), [(id, ..), ..]) => {
                problems.forbidden(
                    "externalOperator",
                    format!("chart `{id}` renders the operator; keep one of the two"),
                );
                None
            }
            (None, [(first, ..), (second, ..), ..]) => {
                problems.forbidden(
                    format!("charts.{second}.operator"),
                    format!(
                        "chart `{first}` renders the operator already; two operators fight over every cluster"
                    ),
                );
                None
            }
        }
    }

    /// Labels of every object of a chart, or of the app alone.
    pub(super) fn labels(&self, chart: Option<&Chart>) -> IndexMap<String, String> {
        // Not `app.kubernetes.io/instance`: Argo CD takes objects with it for its own.
        let mut labels = IndexMap::from([
            ("app.kubernetes.io/managed-by".to_owned(), "pgsynth".to_owned()),
            ("app.kubernetes.io/part-of".to_owned(), self.name.to_string()),
        ]);
        labels.extend(chart.into_iter().flat_map(|chart| chart.labels.clone()));
        labels
    }

    /// Stores, policies, and the archives of clusters that are there or retired.
    pub(super) fn archives(&self, operator: &OperatorFacts) -> Archives<'_> {
        let mut histories = BTreeMap::new();
        for (id, retired) in &self.retired {
            let name = id.split_once('/').map_or(id.as_str(), |(_, cluster)| cluster);
            let history = History {
                namespace: retired.namespace.as_ref().map(ToString::to_string).unwrap_or_default(),
                name: name.to_owned(),
                generation: retired.generation.map_or(1, Generation::get),
                policy: retired.backup.as_ref().map(ToString::to_string),
                major: None,
                roles: vec![],
                retired: true,
            };
            histories.insert(id.clone(), history);
        }
        for (chart_id, chart) in self.charts.iter() {
            for (name, cluster) in chart.clusters.iter() {
                let history = History {
                    namespace: chart.namespace.name.to_string(),
                    name: name.to_string(),
                    generation: cluster.generation.get(),
                    policy: cluster.backup.policy().map(ToString::to_string),
                    major: cluster.postgres.as_str().parse().ok(),
                    roles: cluster.users.keys().cloned().collect(),
                    retired: false,
                };
                histories.insert(format!("{chart_id}/{name}"), history);
            }
        }
        let clusters = self.charts.iter().flat_map(|(_, chart)| {
            let namespace = chart.namespace.name.as_str();
            chart.clusters.iter().map(move |(name, cluster)| (namespace, name.as_str(), cluster))
        });
        let adopted = clusters.filter_map(|(namespace, name, cluster)| {
            let archive = cluster.archive.as_ref().filter(|_| cluster.adopted)?;
            Some(((namespace, name, cluster.generation.get()), &archive.path))
        });
        Archives {
            adopted: adopted.collect(),
            stores: &self.stores,
            policies: &self.backups,
            numbers: self.backups.iter().map(|(id, policy)| (id.as_str(), policy.numbers())).collect(),
            domain: operator.domain().to_owned(),
            histories,
        }
    }

    /// Facts of every cluster, by `<chart>/<cluster>`.
    pub(super) fn facts(
        &self,
        operator: &OperatorFacts,
        archives: &Archives,
    ) -> BTreeMap<String, ClusterFacts> {
        let clusters = self.charts.iter().flat_map(|(id, chart)| {
            chart.clusters.iter().map(move |(name, cluster)| {
                (
                    format!("{id}/{name}"),
                    cluster.facts(name.as_str(), chart.namespace.name.as_str(), operator, archives),
                )
            })
        });
        clusters.collect()
    }
}
