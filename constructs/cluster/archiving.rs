//! A cluster's archive side, restore side and standby side: variables, guard, certificates and `archive_timeout`.

use indexmap::IndexMap;

use super::Cluster;
use crate::archive::{Archive, Archives, Guard, history};
use crate::base::{BackupFacts, Kind, Problem, Problems, Scope};
use crate::crds::env::EnvVar;
use crate::crds::postgresql::{AdditionalVolume, PostgresqlSettings, PostgresqlSpec};
use crate::crds::{At, Mirror, Named};
use crate::restore::{Method, RestoreTarget};
use crate::rules::{RESTORE_METHOD, report};
use crate::values::Parameter;
use pgsynth_upstream::behaviour::variables;

impl Cluster {
    /// The archive that this cluster writes.
    fn own_archive<'a>(
        &'a self,
        name: &'a str,
        namespace: &'a str,
        archives: &'a Archives,
    ) -> Option<Archive<'a>> {
        archives.generation(self.backup.policy()?.as_str(), namespace, name, self.generation.get())
    }

    /// Every variable of the model: they are the cluster's, and nobody else sets them.
    fn model(&self, name: &str, image: &str, scope: &Scope, archives: &Archives) -> Vec<EnvVar> {
        let mut variables = vec![];
        let archive = self.own_archive(name, scope.namespace(), archives).filter(|_| !self.adopted);
        if let Some(archive) = archive {
            variables.extend(archive.reading());
            variables.extend(archive.writing());
            let source = self.restore.as_ref().and_then(|restore| restore.archive(scope, archives));
            variables.extend(source.iter().flat_map(|source| archive.against(source)));
        }
        if let Some(restore) = &self.restore
            && let Ok(Method { method, .. }) = restore.method_of(image, scope)
        {
            variables.extend(restore.variables(name, method, scope, archives));
        }
        if let Some(standby) = &self.standby {
            variables.extend(standby.variables(scope, archives));
        }
        variables
    }

    /// Whether the model has a side that this name belongs to: without a backup, a restore or a standby its names are free.
    fn models(&self, name: &str) -> bool {
        let upper = name.to_ascii_uppercase();
        match (upper.starts_with("CLONE_"), upper.starts_with("STANDBY_")) {
            (true, _) => self.restore.is_some(),
            (_, true) => self.standby.is_some(),
            _ => self.backup.policy().is_some() && !self.adopted,
        }
    }

    /// Adds the model to what the cluster and its overlay say. Names that are taken are reported by their paths.
    pub(super) fn archiving(
        &self,
        name: &str,
        scope: &Scope,
        archives: &Archives,
        spec: &mut PostgresqlSpec,
    ) -> Vec<Taken> {
        let mut taken: Vec<_> = spec
            .env
            .iter()
            .flat_map(|list| list.iter().enumerate())
            .filter(|(_, variable)| variables::is_owned(&variable.name) && self.models(&variable.name))
            .map(|(index, variable)| Taken {
                path: format!("env.{index}.name"),
                name: variable.name.to_string(),
            })
            .collect();
        let image = scope.operator().image(spec).to_owned();
        let archive = self.own_archive(name, scope.namespace(), archives).filter(|_| !self.adopted);
        let restore = self.restore.as_ref();
        let mut over = PostgresqlSpec::default();
        let model = self.model(name, &image, scope, archives);
        over.env = (!model.is_empty()).then(|| Named::from(model));

        let of_restore = restore.and_then(|restore| restore.archive(scope, archives));
        let of_standby = self.standby.as_ref().and_then(|standby| standby.archive(scope, archives));
        let mut volumes: Vec<AdditionalVolume> = vec![];
        for read in [archive, of_restore, of_standby].iter().flatten() {
            if let Some(volume) = read
                .store
                .ca_volume(read.store_id)
                .filter(|volume| !volumes.iter().any(|known| known == volume))
            {
                volumes.push(volume);
            }
        }
        over.additional_volumes = (!volumes.is_empty()).then(|| Named::from(volumes));

        if archive.is_some() || restore.is_some() {
            let method = restore.and_then(|restore| restore.method_of(&image, scope).ok());
            let guard = Guard {
                script: scope.release().archive_guard,
                image: &image,
                scope: name,
                generation: match archive {
                    Some(_) => history(scope.namespace(), name, self.generation.get()),
                    None => "none".to_owned(),
                },
                archive,
                method: method.map(|known| known.method.as_str()),
                config_maps: scope.operator().configuration.kubernetes_use_configmaps == Some(true),
                volume: spec.volume.as_ref(),
            };
            over.init_containers = Some(Named::from(vec![guard.container()]));
        }
        let mut clashes = vec![];
        spec.merge(over, At::default(), &mut clashes);
        let of_names = clashes.into_iter().filter(|path| !path.starts_with("env."));
        taken.extend(of_names.map(|path| {
            let name = path.rsplit('.').next().unwrap_or_default().to_owned();
            Taken { path, name }
        }));

        if let Some(archive) = archive {
            let settings = spec.postgresql.get_or_insert_with(PostgresqlSettings::default);
            let parameters = settings.parameters.get_or_insert_with(IndexMap::new);
            if parameters.contains_key(TIMEOUT) {
                taken.push(Taken {
                    path: format!("postgresql.parameters.{TIMEOUT}"),
                    name: TIMEOUT.to_owned(),
                });
            }
            let timeout = archive.numbers.archive_timeout;
            parameters.insert(TIMEOUT.to_owned(), Parameter::from(format!("{timeout}s").as_str()));
        }
        taken
    }

    pub(super) fn validate_archiving(
        &self,
        name: &str,
        scope: &Scope,
        archives: &Archives,
        problems: &mut Problems,
    ) {
        if self.backup.policy().is_none() && self.generation.get() != 1 {
            problems.forbidden(
                scope.at("generation"),
                "a cluster without a backup has only one history, which is kept nowhere",
            );
        }
        let here = scope.below("restore");
        if let Some(restore) = &self.restore {
            let roles: Vec<_> = self.users.keys().cloned().collect();
            let own = RestoreTarget {
                id: format!("{}/{name}", scope.chart()),
                generation: self.generation.get(),
                major: self.postgres.as_str().parse().ok(),
                roles: &roles,
            };
            restore.validate(&own, &here, archives, problems);
            if self.standby.is_some() {
                problems.forbidden(here.path(), "`standby` gives the cluster its data; keep one of the two");
            }
            let image = scope.operator().image(&self.spec);
            match restore.method_of(image, scope) {
                Ok(Method { seen: true, .. }) => {}
                Ok(Method { method, seen: false }) => {
                    let message =
                        format!("`{method}` is presumed for image `{image}`: nobody has seen it restore");
                    report(&RESTORE_METHOD, Problem::new(Kind::Risky, here.path(), message), problems)
                        .help("the guard checks the image before the bootstrap; on a mismatch it stops, and names the method that the image knows");
                }
                Err(rule) => {
                    problems.required(here.at("method"), rule);
                }
            }
        }
    }

    /// What others may know of the backup.
    pub(super) fn backup_facts(
        &self,
        name: &str,
        namespace: &str,
        archives: &Archives,
    ) -> Option<BackupFacts> {
        let policy = self.backup.policy()?.as_str();
        let archive = self.own_archive(name, namespace, archives)?;
        let older = (1..self.generation.get())
            .filter_map(|generation| Some(archives.generation(policy, namespace, name, generation)?.root()));
        Some(BackupFacts {
            policy: policy.to_owned(),
            store: archive.store_id.to_owned(),
            generation: self.generation.get(),
            root: archive.root(),
            endpoint: archive.store.endpoint(archive.store_id, archive.domain),
            schedule: archive.policy.schedule_of(&format!("{namespace}/{name}")),
            rpo: archive.policy.rpo.seconds(),
            numbers: archive.numbers,
            superseded: older.collect(),
        })
    }
}

const TIMEOUT: &str = "archive_timeout";

/// A name of the backup model that somebody else has used.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// Path in the object's `spec`.
    pub(super) path: String,
    /// The name.
    pub(super) name: String,
}
