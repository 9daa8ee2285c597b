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
    env: [
      { name: 'SETTING_%d' % index, value: 'value %d of %s' % [index, name] }
      for index in std.range(0, 29)
    ] + [
      { name: 'SECRET_%d' % index, valueFrom: { secretKeyRef: { key: 'key-%d' % index, name: name + '-settings' } } }
      for index in std.range(0, 29)
    ],
    numberOfInstances: 2,
    patroni: { initdb: { 'data-checksums': 'true' } },
    postgresql: {
      parameters: { log_connections: 'on', log_disconnections: 'on', log_checkpoints: 'on', jit: 'on', huge_pages: 'off' },
      version: '18',
    },
    resources: { limits: { memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
    sidecars: [{
      env: [{ name: 'OPTION_%d' % index, value: 'on' } for index in std.range(0, 19)],
      image: 'example.com/sidecar:%d' % sidecar,
      name: 'sidecar-%d' % sidecar,
      ports: [{ containerPort: 9000 + sidecar, name: 'http-%d' % sidecar, protocol: 'TCP' }],
      resources: { limits: { memory: '64Mi' }, requests: { cpu: '50m', memory: '64Mi' } },
    } for sidecar in std.range(0, 3)],
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
