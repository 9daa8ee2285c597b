//! From a cluster's fields, its overlay and the defaults to the `postgresql` object.

use indexmap::IndexMap;

use super::archiving::Taken;
use super::{Cluster, Overlay, Rotation};
use crate::archive::Archives;
use crate::base::{Identity, Object, Problems, Scope, Stage};
use crate::crds::postgresql::{
    Metadata, Patroni, Postgresql, PostgresqlSettings, PostgresqlSpec, ResourceAmounts, Resources,
};
use crate::crds::{At, CustomResource, Mirror, Named};
use crate::values::Parameter;

/// A cluster's `postgresql` object, and what is wrong with its overlay.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The object as it is rendered; boxed, because it is moved from hand to hand.
    pub resource: Box<Postgresql>,
    clashes: Vec<String>,
    missing: Vec<String>,
    taken: Vec<Taken>,
    exported: Vec<String>,
}

impl Cluster {
    /// The `postgresql` object: the fields, the overlay over them, and the defaults below both.
    pub(crate) fn resolve(&self, name: &str, scope: &Scope, archives: &Archives) -> Resolved {
        let mut spec = self.rendered(name, scope, archives);
        let mut clashes = vec![];
        if let Some(over) = self.spec.given() {
            spec.merge(over.clone(), At::default(), &mut clashes);
        }
        let taken = self.archiving(name, scope, archives, &mut spec);
        let exported = self.exporting(name, scope, &mut spec);
        if !self.adopted {
            self.fill_defaults(&mut spec, scope);
        }
        let mut missing = vec![];
        spec.missing(At::default(), &mut missing);

        let mut labels = if self.adopted { IndexMap::new() } else { scope.labels().clone() };
        labels.extend(self.labels.clone());
        let annotations = match self.adopted {
            true => some_map(&self.annotations),
            false => crate::base::annotations_of(Stage::Cluster, scope, &self.annotations)
                .map(|annotations| annotations.into_iter().collect()),
        };
        let metadata = Metadata {
            annotations,
            labels: (!labels.is_empty()).then_some(labels),
            name: Some(name.to_owned()),
            namespace: Some(scope.namespace().to_owned()),
            others: IndexMap::new(),
        };
        let resource = Postgresql {
            api_version: Some(format!("{}/v1", Postgresql::GROUP)),
            kind: Some(Postgresql::KIND.to_owned()),
            metadata,
            spec,
            status: None,
        };
        Resolved { resource: Box::new(resource), clashes, missing, taken, exported }
    }

    fn rendered(&self, name: &str, scope: &Scope, archives: &Archives) -> PostgresqlSpec {
        // No `..`: a new field does not compile until it has been dealt with here.
        let Self {
            team,
            postgres,
            instances,
            volume,
            backup: _,
            adopted,
            archive: _,
            generation: _,
            restore: _,
            monitoring: _,
            parameters,
            resources,
            high_availability,
            spread,
            pooler,
            exposure,
            access: _,
            tls,
            users,
            databases,
            rotation: Rotation { users: rotated, in_place, ignore },
            pg_hba,
            initdb,
            volumes,
            sidecars,
            init_containers,
            env,
            env_from,
            env_from_names: _,
            tolerations,
            node_affinity,
            priority_class,
            maintenance_windows,
            standby,
            labels: _,
            annotations: _,
            pod_annotations,
            service_annotations,
            spec: _,
            allow_long_name: _,
            accept: _,
        } = self;

        let mut owners = IndexMap::new();
        let mut prepared = IndexMap::new();
        for (database, definition) in databases {
            let (owner, preparation) = definition.render();
            owners.extend(owner.map(|owner| (database.clone(), owner)));
            prepared.extend(preparation.map(|preparation| (database.clone(), preparation)));
        }
        let patroni = Patroni {
            initdb: (!initdb.is_empty()).then(|| initdb.clone()),
            pg_hba: (!pg_hba.is_empty()).then(|| pg_hba.clone()),
            ..high_availability.render()
        };
        let resources = resources.render();
        let mut spec = PostgresqlSpec {
            team_id: Some(team.to_string()),
            number_of_instances: instances.signed().try_into().ok(),
            postgresql: Some(PostgresqlSettings {
                parameters: some_map(parameters),
                version: Some(postgres.clone()),
            }),
            volume: Some(volume.render(*adopted, scope)),
            resources: (resources != Resources::default()).then_some(resources),
            patroni: (patroni != Patroni::default()).then_some(patroni),
            topology_spread_constraints: spread.render(
                name,
                if *adopted { 1 } else { instances.get() },
                scope,
            ),
            enable_connection_pooler: pooler.as_ref().map(|_| true),
            enable_replica_connection_pooler: pooler
                .as_ref()
                .and_then(|pooler| pooler.replicas.then_some(true)),
            connection_pooler: pooler.as_ref().map(|pooler| Box::new(pooler.render())),
            tls: tls.as_ref().map(super::Tls::render),
            users: some_map(users),
            databases: some_map(&owners),
            prepared_databases: some_map(&prepared),
            users_with_secret_rotation: some_list(rotated).map(Some),
            users_with_in_place_secret_rotation: some_list(in_place).map(Some),
            users_ignoring_secret_rotation: some_list(ignore).map(Some),
            additional_volumes: some_named(volumes),
            sidecars: some_named(sidecars),
            init_containers: some_named(init_containers),
            env: some_named(env),
            env_from: some_list(env_from),
            tolerations: some_list(tolerations),
            node_affinity: node_affinity.clone(),
            pod_priority_class_name: priority_class.as_ref().map(ToString::to_string),
            maintenance_windows: some_list(maintenance_windows),
            standby: standby.as_ref().map(|standby| standby.render(scope, archives)),
            pod_annotations: some_map(pod_annotations),
            service_annotations: some_map(service_annotations),
            ..PostgresqlSpec::default()
        };
        exposure.render(scope, &mut spec);
        spec
    }

    /// Adds the exporter of `monitoring`; returns paths that somebody else has used.
    fn exporting(&self, name: &str, scope: &Scope, spec: &mut PostgresqlSpec) -> Vec<String> {
        match (&self.monitoring, scope.cluster(name)) {
            (Some(monitoring), Some(facts)) => {
                crate::monitoring::add_exporter(monitoring, facts, scope, spec)
            }
            _ => vec![],
        }
    }

    fn fill_defaults(&self, spec: &mut PostgresqlSpec, scope: &Scope) {
        let defaults = &scope.release().pods;
        if !self.resources.wants_huge_pages() {
            let settings = spec.postgresql.get_or_insert_with(PostgresqlSettings::default);
            let parameters = settings.parameters.get_or_insert_with(IndexMap::new);
            let value = || Parameter::from(defaults.huge_pages);
            parameters.entry("huge_pages".to_owned()).or_insert_with(value);
        }
        let initdb =
            spec.patroni.get_or_insert_with(Patroni::default).initdb.get_or_insert_with(IndexMap::new);
        let checksums = || defaults.data_checksums.to_owned();
        initdb.entry("data-checksums".to_owned()).or_insert_with(checksums);
        let group = scope.operator().kubernetes().and_then(|section| section.spilo_fsgroup);
        if spec.tls.is_some() && group.is_none() {
            spec.spilo_fs_group.get_or_insert(defaults.fs_group);
        }

        let resources = spec.resources.get_or_insert_with(Resources::default);
        let memory =
            |amounts: &Option<ResourceAmounts>| amounts.as_ref().and_then(|amounts| amounts.memory.clone());
        let (requested, limit) = (memory(&resources.requests), memory(&resources.limits));
        let platform = || Some((scope.release().pods.memory)(scope.platform()));
        let limit = limit.or_else(|| requested.clone()).or_else(platform);
        let requested = requested.or_else(|| limit.clone());
        let requests = resources.requests.get_or_insert_with(ResourceAmounts::default);
        requests.fill(ResourceAmounts {
            cpu: Some((scope.release().pods.cpu)(scope.platform())),
            memory: requested,
            ..ResourceAmounts::default()
        });
        let limits = resources.limits.get_or_insert_with(ResourceAmounts::default);
        limits.fill(ResourceAmounts { memory: limit, ..ResourceAmounts::default() });

        pgsynth_upstream::behaviour::filled::fill_in(spec);
    }
}

impl Resolved {
    pub(crate) fn validate(&self, cluster: &Cluster, scope: &Scope, problems: &mut Problems) {
        for path in &self.clashes {
            let field = Cluster { spec: Overlay::default(), ..cluster.clone() }.place(path);
            problems.forbidden(
                scope.at(&format!("spec.{path}")),
                format!("the cluster already sets it through `{field}`; set it in one place"),
            );
        }
        for Taken { path, name } in &self.taken {
            problems
                .forbidden(
                    scope.at(&cluster.place(path)),
                    "the backup model sets it, so that what is archived can be restored",
                )
                .value(name)
                .help("use `backup`, `restore` or `standby` of the cluster, and `stores` and `backups` of the app");
        }
        for path in &self.exported {
            problems.forbidden(scope.at(&cluster.place(path)), "`monitoring` sets it; choose another name");
        }
        for path in &self.missing {
            problems.required(
                scope.at(&format!("spec.{path}")),
                "the operator's schema requires it when its section is given",
            );
        }
    }

    pub(crate) fn object(self, scope: &Scope) -> Object {
        let metadata = &self.resource.metadata;
        let identity = Identity {
            api_version: format!("{}/v1", Postgresql::GROUP),
            kind: Postgresql::KIND.to_owned(),
            namespace: metadata.namespace.clone(),
            name: metadata.name.clone().unwrap_or_default(),
        };
        Object::boxed(Stage::Cluster, scope, identity, self.resource)
    }
}

fn some_map<V: Clone>(map: &IndexMap<String, V>) -> Option<IndexMap<String, V>> {
    (!map.is_empty()).then(|| map.clone())
}

fn some_list<V: Clone>(list: &[V]) -> Option<Vec<V>> {
    (!list.is_empty()).then(|| list.to_vec())
}

fn some_named<V: Clone>(list: &Named<V>) -> Option<Named<V>> {
    (!list.is_empty()).then(|| list.clone())
}
