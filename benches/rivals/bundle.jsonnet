// The work of `cluster.rs` in Jsonnet: the same objects of one cluster, a file each. CLUSTERS is a number.
local cluster(name) = {
  apiVersion: 'acid.zalan.do/v1',
  kind: 'postgresql',
  metadata: {
    annotations: {
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    },
    labels: { 'app.kubernetes.io/managed-by': 'rival', 'app.kubernetes.io/part-of': 'bench' },
    name: name,
    namespace: 'shop',
  },
  spec: {
    databases: { shop: 'shop' },
    numberOfInstances: 2,
    patroni: { initdb: { 'data-checksums': 'true' } },
    postgresql: {
      parameters: { log_connections: 'on', log_disconnections: 'on', log_checkpoints: 'on', jit: 'on', huge_pages: 'off' },
      version: '18',
    },
    resources: { limits: { memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
    teamId: 'acme',
    topologySpreadConstraints: [{
      labelSelector: { matchLabels: { application: 'spilo', 'cluster-name': name } },
      maxSkew: 1,
      nodeTaintsPolicy: 'Honor',
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
    }],
    users: { shop: [] },
    volume: { size: '50Gi', storageClass: 'hcloud-volumes' },
  },
};

{
  ['40-shop-orders-%d.yaml' % index]: std.manifestYamlDoc(cluster('orders-%d' % index), quote_keys=false) + '\n'
  for index in std.range(0, std.parseInt(std.extVar('CLUSTERS')) - 1)
}
