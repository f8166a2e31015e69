import { globSync } from 'node:fs';
import { commands } from '@loyalnest/dev/commands';
import { root } from '@loyalnest/dev/instance';
import { describe, expect, it } from 'vitest';
import { textOf, yamlOf } from './files.ts';

type Workflow = {
  name: string;
  permissions?: unknown;
  concurrency?: unknown;
  jobs: Record<string, { 'timeout-minutes'?: number }>;
};

const files = globSync('.github/workflows/*.yml', { cwd: root }).sort();
const names = files.map((file) => (yamlOf(file) as Workflow).name);

describe.each(files)('%s', (file) => {
  const workflow = yamlOf(file) as Workflow;

  it('may do no more than it says', () => {
    expect(workflow.permissions).toBeDefined();
    expect(workflow.permissions).not.toBe('write-all');
  });

  it('runs once at a time, and not for ever', () => {
    expect(workflow.concurrency).toBeDefined();
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('calls commands that exist', () => {
    const called = [...textOf(file).matchAll(/\.\/dev\.sh ([a-z-]+)/g)].flatMap(([, name]) => name ?? []);
    expect(called.filter((name) => !commands.some((command) => command.name === name))).toEqual([]);
  });

  it('names the version of every action', () => {
    const used = [...textOf(file).matchAll(/uses: (\S+)/g)].flatMap(([, action]) => action ?? []);
    expect(used.filter((action) => !action.startsWith('./') && !/@v\d+/.test(action))).toEqual([]);
  });
});

it('alerts listen to every other workflow', () => {
  const alerts = yamlOf('.github/workflows/alerts.yml') as { on: { workflow_run: { workflows: string[] } } };
  expect(alerts.on.workflow_run.workflows.toSorted()).toEqual(names.filter((name) => name !== 'alerts').toSorted());
});
