// The work of `bundle.jsonnet` as a cdk8s app: a chart, and so a file, for each cluster.
const { App, Chart, ApiObject } = require('cdk8s');

const range = (count) => [...Array(count).keys()];
const app = new App({ outdir: process.argv[3] });
for (let index = 0; index < Number(process.argv[2]); index++) {
  const name = `orders-${index}`;
  const chart = new Chart(app, `40-shop-${name}`, { namespace: 'shop' });
  new ApiObject(chart, 'cluster', {
    apiVersion: 'acid.zalan.do/v1',
    kind: 'postgresql',
    metadata: {
      annotations: {
        'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      },
      labels: { 'app.kubernetes.io/managed-by': 'rival', 'app.kubernetes.io/part-of': 'bench' },
      name,
    },
    spec: {
      databases: { shop: 'shop' },
      env: [
        ...range(30).map((index) => ({ name: `SETTING_${index}`, value: `value ${index} of ${name}` })),
        ...range(30).map((index) => ({
          name: `SECRET_${index}`,
          valueFrom: { secretKeyRef: { key: `key-${index}`, name: `${name}-settings` } },
        })),
      ],
      numberOfInstances: 2,
      patroni: { initdb: { 'data-checksums': 'true' } },
      postgresql: {
        parameters: { log_connections: 'on', log_disconnections: 'on', log_checkpoints: 'on', jit: 'on', huge_pages: 'off' },
        version: '18',
      },
      resources: { limits: { memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
      sidecars: range(4).map((sidecar) => ({
        env: range(20).map((index) => ({ name: `OPTION_${index}`, value: 'on' })),
        image: `example.com/sidecar:${sidecar}`,
        name: `sidecar-${sidecar}`,
        ports: [{ containerPort: 9000 + sidecar, name: `http-${sidecar}`, protocol: 'TCP' }],
        resources: { limits: { memory: '64Mi' }, requests: { cpu: '50m', memory: '64Mi' } },
      })),
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
  });
}
app.synth();
