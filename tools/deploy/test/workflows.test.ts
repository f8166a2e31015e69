import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '@loyalnest/dev/commands';
import { root } from '@loyalnest/dev/instance';
import { describe, expect, it } from 'vitest';
import { isBundled, textOf, yamlOf } from './files.ts';

type Workflow = {
  name: string;
  permissions?: unknown;
  concurrency?: unknown;
  jobs: Record<string, Job>;
};
type Job = {
  'timeout-minutes'?: number;
  strategy?: { matrix?: Record<string, string[]> };
  steps: Step[];
};
type Step = { run?: string; uses?: string; env?: Record<string, string>; 'working-directory'?: string };

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

  const calls = Object.values(workflow.jobs).flatMap((job) => job.steps.flatMap((step) => callsOf(job, step)));

  it.skipIf(calls.length === 0)('calls commands that exist, with subcommands and options that they have', () => {
    for (const [name = '', ...args] of calls) {
      expect(commands.map((command) => command.name)).toContain(name);
      const [first = ''] = args;
      const subcommand = /^[a-z][a-z-]*$/.test(first) ? [first] : [];
      const options = args.filter((arg) => /^--[a-z-]+$/.test(arg));
      for (const word of [...subcommand, ...options])
        expect(helpOf(name), `${name} ${word}`).toMatch(new RegExp(`(^ +|${name} |[[| ])${word}(?![\\w-])`, 'm'));
    }
  });

  it('names files and folders that exist', () => {
    for (const { run = '', uses = '', 'working-directory': folder = '.' } of stepsOf(workflow)) {
      expect(existsSync(join(root, folder)), folder).toBe(true);
      const own = uses.startsWith('./') ? [join(uses, 'action.yml')] : [];
      for (const path of [...own, ...pathsIn(run)]) expect(isThere(join(folder, path)), path).toBe(true);
    }
  });

  it('names the version of every action', () => {
    const used = [...textOf(file).matchAll(/uses: (\S+)/g)].flatMap(([, action]) => action ?? []);
    expect(used.filter((action) => !action.startsWith('./') && !/@v\d+/.test(action))).toEqual([]);
  });
});

it('ci starts both shapes with a real engine, and waits until they are well', () => {
  const { jobs } = yamlOf('.github/workflows/ci.yml') as Workflow;
  const typed = jobs['deploy']?.steps.flatMap(({ run = '' }) => run.split('\n').map((line) => line.trim())) ?? [];
  for (const file of ['', '--file compose.small.yaml ']) {
    const start = typed.find((line) => line.startsWith(`docker compose ${file}up`));
    expect(start).toMatch(/ --wait --wait-timeout \d+$/);
  }
  expect(typed).toContain('docker compose exec -T pages /usr/local/bin/node apps/server/dist/health.js');
});

it('the cache is known by files that exist', () => {
  const action = textOf('.github/actions/prepare/action.yml');
  const [, hashed = ''] = /hashFiles\((.*?)\)/.exec(action) ?? [];
  const paths = [...hashed.matchAll(/'([^']+)'/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
});

it('alerts listen to every other workflow', () => {
  const alerts = yamlOf('.github/workflows/alerts.yml') as { on: { workflow_run: { workflows: string[] } } };
  expect(alerts.on.workflow_run.workflows.toSorted()).toEqual(names.filter((name) => name !== 'alerts').toSorted());
});

function stepsOf(workflow: Workflow): Step[] {
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps);
}

/** The words after `dev.sh` in each call of a step; one that goes through a matrix is a call for each value. */
function callsOf(job: Job, { run = '', env = {} }: Step): string[][] {
  const lines = run.replaceAll(/\\\n/g, ' ').matchAll(/(?:^|[\s/])dev\.sh ([^\n|;&<>]*)/g);
  return [...lines].flatMap(([, line = '']) => {
    const words = line
      .trim()
      .split(/\s+/)
      .map((word) => word.replaceAll('"', ''));
    return words.reduce<string[][]>(
      (made, word) => made.flatMap((before) => meanings(word, job, env).map((meant) => [...before, meant])),
      [[]],
    );
  });
}

/** `$NAME` is what the environment says, and that may be each value of the matrix. */
function meanings(word: string, job: Job, env: Record<string, string>): string[] {
  const value = word.startsWith('$') ? (env[word.slice(1)] ?? word) : word;
  const [, axis = ''] = /^\$\{\{ matrix\.(\w+) \}\}$/.exec(value) ?? [];
  return job.strategy?.matrix?.[axis] ?? [value];
}

const help = new Map<string, string>();

/** What a command says about itself, to whichever of the two streams. */
function helpOf(name: string): string {
  const known = help.get(name);
  if (known !== undefined) return known;
  const asked = spawnSync(process.execPath, ['tools/dev/src/main.ts', name, '--help'], { cwd: root, encoding: 'utf8' });
  help.set(name, asked.stdout + asked.stderr);
  return asked.stdout + asked.stderr;
}

/** Words that look like a file or folder of the repository: with a slash in them, or the ending of something we write. */
function pathsIn(run: string): string[] {
  const words = run.split(/[\s"'()]+/).filter((word) => /^[.\w-][\w./-]*$/.test(word));
  return words.filter((word) => (word.includes('/') && !word.startsWith('/')) || /\.(ya?ml|sh|conf|[jt]s)$/.test(word));
}

/** Of what is only built, whether the image has it. */
function isThere(path: string): boolean {
  const [, program] = /apps\/server\/dist\/([a-z-]+)\.js$/.exec(path) ?? [];
  return program === undefined ? existsSync(join(root, path)) : isBundled(program);
}
