//! A valid app seen again from where one of its clusters stands.

use super::Valid;
use crate::base::Scope;
use crate::crds::postgresql::Postgresql;
use crate::view::View;

impl Valid<'_> {
    /// Looks at a cluster, by `<chart>/<cluster>`; nothing where the app has none of that name.
    pub(crate) fn look<T>(&self, id: &str, with: impl FnOnce(&View) -> T) -> Option<T> {
        let (chart_id, name) = id.split_once('/')?;
        let chart = self.app.charts.get(chart_id)?;
        let (name, cluster) = chart.clusters.iter().find(|(own, _)| own.as_str() == name)?;
        let facts = self.clusters.get(id)?;
        let mut resources = self.objects.iter().filter_map(|object| object.downcast::<Postgresql>());
        let resource = resources.find(|resource| {
            resource.metadata.name.as_deref() == Some(facts.name.as_str())
                && resource.metadata.namespace.as_deref() == Some(facts.namespace.as_str())
        })?;
        let labels = self.app.labels(Some(chart));
        let images = self.app.images.pulled(&self.app.release.release().images);
        let scope = Scope {
            path: format!("charts.{chart_id}.clusters.{name}"),
            app: self.app.name.as_str(),
            chart: chart_id,
            id: name.as_str(),
            namespace: chart.namespace.name.as_str(),
            labels: &labels,
            platform: self.app.platform,
            release: self.app.release.release(),
            images: &images,
            protect: self.app.protect,
            operator: &self.operator,
            clusters: &self.clusters,
        };
        let archives = self.app.archives(&self.operator);
        Some(with(&View {
            output: self.app.output_folder(),
            scope: &scope,
            archives: &archives,
            cluster,
            facts,
            resource,
        }))
    }
}
