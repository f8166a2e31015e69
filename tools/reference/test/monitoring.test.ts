import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { ensureSystemProgram } from '@loyalnest/platform/local-servers/system-program';
import { beforeAll, describe, expect, it } from 'vitest';
import { dashboards } from '../src/monitoring/dashboards.ts';
import { grafanaDashboard } from '../src/monitoring/panel.ts';
import { memoryHighBytes } from '../src/monitoring/processes.ts';
import { alerts, ruleGroups } from '../src/monitoring/prometheus.ts';
import { toYaml } from '../src/monitoring/yaml.ts';

const folder = join(root, 'deploy/prometheus');

describe('rules and alerts', () => {
  let promtool: string;

  beforeAll(async () => {
    promtool = await ensureSystemProgram({ name: 'promtool', debianPackage: 'prometheus' });
  }, 300_000);

  function run(...args: string[]): Promise<{ isPassed: boolean; output: string }> {
    return new Promise((settle) => {
      execFile(promtool, args, { cwd: folder }, (error, stdout, stderr) =>
        settle({ isPassed: error === null, output: stdout + stderr }),
      );
    });
  }

  it('are a configuration that Prometheus accepts', async () => {
    expect(await run('check', 'config', 'prometheus.yml')).toMatchObject({ isPassed: true });
  });

  const tests = globSync('tests/*.yml', { cwd: folder }).sort();

  it.each(tests)(
    'fire when they should and are silent when they should: %s',
    async (file) => {
      const { isPassed, output } = await run('test', 'rules', file);
      expect(isPassed, output).toBe(true);
    },
    120_000,
  );

  it('each have a case in which they fire, and one in which they do not', () => {
    const tested = tests.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    for (const { name, cases } of alerts) {
      expect(new Set(cases.map(({ fires }) => fires.length > 0)), name).toEqual(new Set([true, false]));
      cases.forEach((_case, nth) => expect(tested).toContain(`'${name}, case ${nth + 1}'`));
    }
  });

  it('are told apart by their names', () => {
    const names = [...alerts.map(({ name }) => name), ...ruleGroups.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
    for (const { name } of alerts) expect(name).toMatch(/^LoyalNest[A-Z]/);
  });

  it('are what Alertmanager keeps back or lets through, by names that exist', () => {
    const config = readFileSync(join(root, 'deploy/alertmanager/alertmanager.yml'), 'utf8');
    const matchers = [...config.matchAll(/alertname=(~?)"([^"]+)"/g)];
    expect(matchers.length).toBeGreaterThan(0);
    for (const [, isPattern, text = ''] of matchers) {
      // Alternatives one by one: each has to mean something.
      const [, before = '', inner = text, after = ''] = /^(.*)\((.*)\)(.*)$/.exec(text) ?? [];
      const patterns = isPattern ? inner.split('|').map((one) => `${before}${one}${after}`) : [text];
      for (const pattern of patterns)
        expect(alerts.filter(({ name }) => new RegExp(`^${pattern}$`).test(name)).length, pattern).toBeGreaterThan(0);
    }
  });

  it('are explained in the runbook, one section for each alert and none for others', () => {
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
    const sections = [...runbook.matchAll(/^### (LoyalNest\S+)$/gm)].map(([, name]) => name);
    expect(sections.toSorted(byText)).toEqual(alerts.map(({ name }) => name).toSorted(byText));
  });
});

describe('LoyalNestMemoryHigh', () => {
  /** Every limit of memory in a container that runs a program of ours, by file. */
  const limits = [
    { file: 'deploy/compose/compose.yaml', limits: /^x-service:.*?limits: \{[^}]*memory: (\S+?)[,}]/gms },
    { file: 'deploy/compose/compose.small.yaml', limits: /^x-program:.*?limits: \{[^}]*memory: (\S+?)[,}]/gms },
    { file: 'deploy/kubernetes/loyalnest/values.yaml', limits: /limits: \{ memory: (\S+) \}/g },
  ];

  it.each(limits)('fires before the system ends a process: $file', ({ file, limits: pattern }) => {
    // nginx is nobody whose memory is watched.
    const text = readFileSync(join(root, file), 'utf8').replace(/^nginx:.*?(?=^\S)/ms, '');
    const found = [...text.matchAll(pattern)].map(([, amount = '']) => bytesOf(amount));
    expect(found.length).toBeGreaterThan(0);
    // Room for what it takes while the alert waits and somebody looks.
    for (const limit of found) expect(limit).toBeGreaterThanOrEqual(memoryHighBytes * 1.2);
  });

  function bytesOf(amount: string): number {
    const [, number, unit] = /^(\d+)(M|Mi|G|Gi)$/.exec(amount) ?? [];
    return Number(number) * 1024 ** (unit?.startsWith('G') ? 3 : 2);
  }
});

describe('dashboards', () => {
  type Grafana = {
    uid: string;
    panels: { id: number; type: string; gridPos: Record<'x' | 'y' | 'w' | 'h', number> }[];
  };
  const made = dashboards.map((dashboard) => grafanaDashboard(dashboard) as Grafana);

  it.each(made)('have panels that do not overlap: $uid', ({ panels }) => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, nth) => `${x + (nth % w)}/${y + Math.floor(nth / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it('are what the runbook calls them: in quotation marks are only dashboards and panels', () => {
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8').replace(/^```.*?^```$/gms, '');
    const quoted = [...runbook.replaceAll(/`[^`]*`/g, '').matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
    expect(quoted.length).toBeGreaterThan(10);
    const titles = dashboards.flatMap(({ title, rows }) => [
      title.replace('LoyalNest: ', ''),
      ...rows.flatMap(({ panels }) => panels.map((panel) => panel.title)),
    ]);
    expect(quoted.filter((name) => !titles.includes(name))).toEqual([]);
  });

  it('say of every panel what it shows and what is normal', () => {
    for (const { rows } of dashboards)
      for (const panel of rows.flatMap(({ panels }) => panels)) expect(panel.description, panel.title).toMatch(/\.$/);
  });
});

it('writes YAML that says what it was given', () => {
  expect(toYaml({ a: [{ b: 'x: "y"', c: [] }, 'd'], e: { f: 1, g: undefined }, h: {} })).toBe(
    '\na: \n  - b: "x: \\"y\\""\n    c: []\n  - "d"\ne: \n  f: 1\nh: {}',
  );
});

function byText(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}
