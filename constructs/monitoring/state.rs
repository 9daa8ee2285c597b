//! The status of `postgresql` resources as a series: configuration for kube-state-metrics.

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::base::{Object, Scope, Stage};

/// Words of the operator for a resource's status (pkg/apis/acid.zalan.do/v1/const.go), as kube-state-metrics reads them.
const CONFIGURATION: &str = "\
kind: CustomResourceStateMetrics
spec:
  resources:
    - groupVersionKind: {group: acid.zalan.do, version: v1, kind: postgresql}
      metricNamePrefix: kube_postgresql
      labelsFromPath:
        namespace: [metadata, namespace]
        name: [metadata, name]
        team: [spec, teamId]
      metrics:
        - name: status
          help: Status of the resource, as the operator sees it
          each:
            type: StateSet
            stateSet:
              labelName: status
              path: [status, PostgresClusterStatus]
              list: [Creating, Updating, UpdateFailed, SyncFailed, CreateFailed, Running, Invalid]
";

/// The ConfigMap; kube-state-metrics takes it by `--custom-resource-state-config-file`, and needs to list `postgresqls`.
pub(crate) fn configuration(app: &str, namespace: &str, scope: &Scope) -> Object {
    let map = ConfigMap {
        metadata: ObjectMeta {
            name: Some(format!("{app}-kube-state-metrics")),
            namespace: Some(namespace.to_owned()),
            labels: Some(scope.labels().clone().into_iter().collect()),
            ..ObjectMeta::default()
        },
        data: Some([("config.yaml".to_owned(), CONFIGURATION.to_owned())].into()),
        ..ConfigMap::default()
    };
    Object::of(Stage::Monitoring, &scope.owning("monitoring", "state"), map)
}
