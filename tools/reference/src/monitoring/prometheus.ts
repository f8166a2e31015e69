import type { Alert, AlertCase, RuleGroup } from './alert.ts';
import { ledgerGroups } from './ledger.ts';
import { neighbourGroups } from './neighbours.ts';
import { processGroups } from './processes.ts';
import { queueGroups } from './queues.ts';
import { sloGroups } from './slo.ts';
import { toYaml, type Yaml } from './yaml.ts';

/** The port of `GET /metrics` in every container; METRICS_PORT in deploy/compose. */
const metricsPort = 7_402;

export const ruleGroups: readonly RuleGroup[] = [
  ...sloGroups,
  ...queueGroups,
  ...ledgerGroups,
  ...neighbourGroups,
  ...processGroups,
];

export const alerts: readonly Alert[] = ruleGroups.flatMap((group) => group.alerts ?? []);

const generated = '# Generated from tools/reference/src/monitoring by ./dev.sh reference.';

/** deploy/prometheus/prometheus.yml: one address for each service, behind which any number of processes may be. */
export function prometheusConfig(services: readonly string[]): string {
  const config = {
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    scrape_configs: [
      {
        job_name: 'loyalnest',
        dns_sd_configs: [{ names: [...services], type: 'A', port: metricsPort }],
        // Containers are known by their addresses, which say nothing to a person.
        relabel_configs: [{ source_labels: ['__meta_dns_name'], target_label: 'service' }],
        // What a figure itself says of its service stays.
        honor_labels: true,
      },
      { job_name: 'prometheus', static_configs: [{ targets: ['localhost:9090'] }] },
    ],
  };
  return `${generated}\n${toYaml(config)}\n`;
}

/** deploy/prometheus/rules/FILE.yml, by file. */
export function prometheusRules(): ReadonlyMap<string, string> {
  const files = Map.groupBy(ruleGroups, ({ file }) => file);
  return new Map(
    [...files].map(([file, groups]) => [file, `${generated}\n${toYaml({ groups: groups.map(writeGroup) })}\n`]),
  );
}

/** The same for the chart, which can read no file outside of its folder: all groups in one, as a PrometheusRule has them. */
export function chartRules(): string {
  return `${generated}\n${toYaml({ groups: ruleGroups.map(writeGroup) })}\n`;
}

/**
 * deploy/prometheus/tests/FILE.yml for `promtool test rules`, by file. Cases that last for days look less often, and are
 * apart: how often is said once for a file.
 */
export function prometheusTests(): ReadonlyMap<string, string> {
  const cases = ruleGroups.flatMap(({ file, alerts: ofGroup = [] }) =>
    ofGroup.flatMap((alert) => alert.cases.map((one, nth) => ({ file, alert, nth, every: '1m', ...one }))),
  );
  const files = Map.groupBy(cases, ({ file, every }) => (every === '1m' ? file : `${file}-${every}`));
  return new Map([...files].map(([name, ofFile]) => [name, writeTests(ofFile)]));
}

type TestedCase = AlertCase & { file: string; alert: Alert; nth: number; every: string };

function writeTests(cases: readonly TestedCase[]): string {
  const [first] = cases;
  if (!first) throw new Error('a file without tests');
  const tests = cases.map(({ alert, nth, series, every, at, fires }) => ({
    name: `${alert.name}, case ${nth + 1}`,
    interval: every,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      { eval_time: at, alertname: alert.name, exp_alerts: fires.map((labels) => fired(alert, labels)) },
    ],
  }));
  return `${generated}\n${toYaml({ rule_files: [`../rules/${first.file}.yml`], evaluation_interval: first.every, tests })}\n`;
}

function writeGroup({ name, recordings = [], alerts: ofGroup = [] }: RuleGroup): Yaml {
  return { name, rules: [...recordings, ...ofGroup.map(alertRule)] };
}

function alertRule(alert: Alert): Yaml {
  const { name, expr, severity } = alert;
  return { alert: name, expr, for: alert.for, labels: { severity }, annotations: annotations(alert) };
}

function fired(alert: Alert, labels: Readonly<Record<string, string>>): Yaml {
  return { exp_labels: { ...labels, severity: alert.severity }, exp_annotations: annotations(alert) };
}

function annotations({ name, summary }: Alert) {
  return { summary, runbook: `docs/runbook.md#${name.toLowerCase()}` };
}
