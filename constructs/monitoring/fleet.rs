//! All monitored clusters of an app: what is there once for all of them.

use indexmap::IndexMap;

use super::expressions::Expressions;
use super::members::{self, Member};
use super::rules::Set;
use super::{Monitored, MonitoringStack, dashboards, state, targets};
use crate::base::{Object, Scope};

/// The monitored clusters of an app.
pub(crate) struct Fleet<'a> {
    stack: &'a MonitoringStack,
    members: Vec<Member<'a>>,
}

impl<'a> Fleet<'a> {
    pub(crate) fn of<'m>(
        stack: &'a MonitoringStack,
        clusters: impl Iterator<Item = &'m Monitored<'a>>,
        scope: &Scope,
    ) -> Self
    where
        'a: 'm,
    {
        Self { stack, members: clusters.map(|cluster| Member::of(cluster, scope.operator())).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Targets, rules and dashboards; in the namespace of the first cluster, where they are not of one of them.
    pub(crate) fn objects(&self, scope: &Scope) -> Vec<Object> {
        let Some(first) = self.members.first() else { return vec![] };
        let scope = &Scope { chart: "app", ..scope.clone() };
        let (app, namespace, stack) = (scope.app, first.namespace, self.stack);
        // In the order of their names, and each once: labels of one cluster may be those of another.
        let mut taken: IndexMap<&str, ()> = [("team", ())].into();
        taken.extend(
            self.members.iter().flat_map(|member| member.labels).map(|(name, _)| (name.as_str(), ())),
        );
        let longest = self.members.iter().filter_map(|member| member.oldest).max();
        let of = Expressions {
            app,
            label: &stack.cluster_label,
            taken: taken.into_keys().collect::<Vec<_>>().join(", "),
            oldest: longest.unwrap_or(0).max(8 * 86_400),
        };
        let clusters = members::info(&self.members, &of);
        let objectives = members::objectives(&self.members, &of);
        let set = Set { members: &self.members, stack, of };
        let mut rules = vec![objectives];
        rules.extend(set.groups());
        let mut objects = targets::objects(&self.members, stack, namespace, scope);
        objects.extend(targets::rules(clusters, rules, stack, namespace, scope));
        if stack.resource_status {
            objects.push(state::configuration(app, namespace, scope));
        }
        objects.extend(dashboards::objects(&set, namespace, scope));
        objects
    }
}
