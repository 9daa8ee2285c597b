//! The stores, policies and archives of an app, as its constructs look them up.

use std::collections::BTreeMap;

use super::{Archive, ArchivePath, Place};
use pgsynth_upstream::behaviour::retention::Numbers;

use crate::backup_policy::BackupPolicy;
use crate::base::{Problem, Problems, unknown_reference};
use crate::object_store::ObjectStore;
use crate::values::Section;

/// What is known of the archive of a cluster that the app has, or that it has retired.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The generation that is or was the last.
    pub(crate) generation: u32,
    /// The policy under which it is or was written.
    pub(crate) policy: Option<String>,
    /// Major version of PostgreSQL; unknown for retired clusters.
    pub(crate) major: Option<u32>,
    /// Roles of the cluster.
    pub(crate) roles: Vec<String>,
    /// Whether the app has retired it.
    pub(crate) retired: bool,
}

/// The stores, policies and archives of an app.
#[derive(Debug)]
pub(crate) struct Archives<'a> {
    pub(crate) stores: &'a Section<ObjectStore>,
    pub(crate) policies: &'a Section<BackupPolicy>,
    /// What each policy comes to, by its id: computed once, because it walks through years of days.
    pub(crate) numbers: BTreeMap<&'a str, Numbers>,
    /// Domain of the Kubernetes cluster.
    pub(crate) domain: String,
    /// Histories by `<chart>/<cluster>`.
    pub(crate) histories: BTreeMap<String, History>,
    /// Archives that somebody else began, by namespace, name and generation of the clusters that write them.
    pub(crate) adopted: BTreeMap<(&'a str, &'a str, u32), &'a ArchivePath>,
}

impl<'a> Archives<'a> {
    /// Reports a policy that the app does not have.
    pub(crate) fn check_policy(&self, id: &str, path: &str, problems: &mut Problems) {
        if self.policies.get(id).is_none() {
            let known: Vec<_> = self.policies.iter().map(|(id, _)| id.as_str()).collect();
            unknown_reference(path, id, "backup policy", "backups", &known, problems);
        }
    }

    /// The history of a cluster, by `<chart>/<cluster>`, or by its id alone within `chart`.
    pub(crate) fn find(&self, chart: &str, cluster: &str) -> Option<(String, &History)> {
        let id = if cluster.contains('/') { cluster.to_owned() } else { format!("{chart}/{cluster}") };
        let history = self.histories.get(&id)?;
        Some((id, history))
    }

    /// Reports a cluster that neither the app nor its `retired` has.
    pub(crate) fn no_cluster<'b>(
        &self,
        path: &str,
        cluster: &str,
        problems: &'b mut Problems,
    ) -> &'b mut Problem {
        let known: Vec<_> = self.histories.keys().map(String::as_str).collect();
        unknown_reference(path, cluster, "cluster", "charts", &known, problems)
    }

    /// The archive at a place, as this policy writes it.
    pub(crate) fn archive<'b>(&'b self, policy: &str, place: Place<'b>) -> Option<Archive<'b>>
    where
        'a: 'b,
    {
        let numbers = *self.numbers.get(policy)?;
        let policy = self.policies.get(policy)?;
        let store = self.stores.get(policy.store.as_str())?;
        Some(Archive { store_id: policy.store.as_str(), store, policy, numbers, domain: &self.domain, place })
    }

    /// The archive of a generation.
    pub(crate) fn generation<'b>(
        &'b self,
        policy: &str,
        namespace: &'b str,
        cluster: &'b str,
        generation: u32,
    ) -> Option<Archive<'b>>
    where
        'a: 'b,
    {
        let place = match self.adopted.get(&(namespace, cluster, generation)) {
            Some(path) => Place::Path(path),
            None => Place::Generation { namespace, cluster, generation },
        };
        self.archive(policy, place)
    }

    /// The archive at a path.
    pub(crate) fn path<'b>(&'b self, policy: &str, path: &'b ArchivePath) -> Option<Archive<'b>>
    where
        'a: 'b,
    {
        self.archive(policy, Place::Path(path))
    }
}
