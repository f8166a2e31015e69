import { grafanaDashboard } from './panel.ts';
import { dashboards } from './dashboards.ts';
import { chartRules, prometheusConfig, prometheusRules, prometheusTests } from './prometheus.ts';

type Services = { services: readonly { name: string }[] };

/** What Prometheus and Grafana are given, from one description of alerts and one of panels. */
export const monitoringDocuments: readonly { path: string; write: (server: Services) => string }[] = [
  {
    path: 'deploy/prometheus/prometheus.yml',
    write: ({ services }) => prometheusConfig(services.map(({ name }) => name)),
  },
  ...[...prometheusRules()].map(([name, text]) => ({ path: `deploy/prometheus/rules/${name}.yml`, write: () => text })),
  { path: 'deploy/kubernetes/loyalnest/files/rules.yml', write: chartRules },
  ...[...prometheusTests()].map(([name, text]) => ({ path: `deploy/prometheus/tests/${name}.yml`, write: () => text })),
  ...dashboards.map((dashboard) => ({
    path: `deploy/grafana/dashboards/${dashboard.uid}.json`,
    write: () => JSON.stringify(grafanaDashboard(dashboard)),
  })),
];
