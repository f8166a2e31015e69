import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNginx } from '@loyalnest/dev/nginx/program';
import { findServices } from '@loyalnest/platform/database/migrate';
import { secretNames } from '../secrets.ts';
import { problemsOfChart } from './chart-environment.ts';
import { runProgram, type Run } from './program.ts';
import { ensureSchemas } from './schemas.ts';
import { ensureValidator } from './validators.ts';

export type Check = {
  name: string;
  /** Says what is wrong, or nothing. */
  run: (root: string) => Promise<string | undefined>;
};

/** What Compose asks for before it says anything; none of it is looked at. */
const composeEnvironment = {
  APP_URL: 'https://loyalty.example.com',
  SHOPIFY_CLIENT_ID: 'client-id',
  LOYALNEST_UID: '65532',
  LOYALNEST_GID: '65532',
  KAFKA_CLUSTER_ID: 'AAAAAAAAAAAAAAAAAAAAAA',
};

const chart = 'deploy/kubernetes/loyalnest';
const nginxConfig = 'deploy/nginx/container.conf';
const chartValues = [
  ...['--values', 'deploy/kubernetes/examples/values.yaml'],
  ...['--set-file', 'featureFlags=feature-flags.json'],
  ...['--set-file', `nginx.config=${nginxConfig}`],
];

/** Each by the tool that the files are written for. */
export const checks: readonly Check[] = [
  ...['compose.yaml', 'compose.small.yaml'].map((file) => ({
    name: `docker compose config: deploy/compose/${file}`,
    run: async (root: string) => {
      const compose = await ensureValidator('docker-compose');
      const args = ['--file', join(root, 'deploy/compose', file), 'config', '--quiet'];
      return problemOf(await runProgram(compose, args, { cwd: tmpdir(), env: composeEnvironment }));
    },
  })),
  {
    name: `helm lint --strict: ${chart}`,
    run: async (root) => problemOf(await helm(root, ['lint', '--strict', chart, ...chartValues])),
  },
  ...[
    { what: 'the example values', more: () => [] },
    { what: 'a Secret of its own', more: secretValues },
  ].map(({ what, more }) => ({
    name: `helm template | kubeconform -strict: the chart with ${what}`,
    run: async (root: string) => {
      const rendered = await helm(root, ['template', 'loyalnest', chart, ...chartValues, ...more(root)]);
      return problemOf(rendered) ?? conform({ input: rendered.output });
    },
  })),
  {
    name: `every container of ${chart} is given what its program reads, and nothing else`,
    run: async (root) => {
      const rendered = await helm(root, ['template', 'loyalnest', chart, ...chartValues]);
      return problemOf(rendered) ?? (problemsOfChart(root, rendered.output).join('\n') || undefined);
    },
  },
  {
    name: 'kubeconform -strict: deploy/chaos-mesh, by the definitions of Chaos Mesh',
    run: async (root) =>
      conform({ files: globSync('deploy/chaos-mesh/*.yaml', { cwd: root }).map((file) => join(root, file)) }),
  },
  { name: `nginx -t: ${nginxConfig}`, run: testNginx },
  {
    name: 'actionlint: .github/workflows',
    run: async (root) => {
      const files = globSync('.github/workflows/*.yml', { cwd: root });
      return problemOf(await runProgram(await ensureValidator('actionlint'), ['-no-color', ...files], { cwd: root }));
    },
  },
];

/** Names are looked up when nginx starts, and its folders are the container's: here both are others. */
async function testNginx(root: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-nginx-'));
  try {
    const config = readFileSync(join(root, nginxConfig), 'utf8')
      .replace(/server [a-z-]+:(\d+)/g, 'server 127.0.0.1:$1')
      .replaceAll('/run/nginx', folder)
      .replaceAll('/dev/stdout', join(folder, 'log'));
    writeFileSync(join(folder, 'nginx.conf'), config);
    const { path } = await ensureNginx();
    return problemOf(await runProgram(path, ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function helm(root: string, args: string[]): Promise<Run> {
  return runProgram(await ensureValidator('helm'), args, { cwd: root });
}

/** The values that a Secret made by the chart needs, with nothing secret in them. */
function secretValues(root: string): string[] {
  const services = findServices(join(root, 'services')).map((service) => `database-url-${service}`);
  const names = [...secretNames, ...services];
  return ['--set', 'secrets.existing=', ...names.flatMap((name) => ['--set', `secrets.values.${name}=none`])];
}

/** By the schemas of Kubernetes and of the operators. Fails on a kind without one, and when nothing is looked at. */
async function conform(what: { input: string } | { files: string[] }): Promise<string | undefined> {
  const location = join(await ensureSchemas(), '{{.ResourceKind}}{{.KindSuffix}}.json');
  const args = ['-strict', '-summary', '-output', 'json', '-schema-location', location];
  const kubeconform = await ensureValidator('kubeconform');
  const result =
    'input' in what
      ? await runProgram(kubeconform, [...args, '-'], { input: what.input })
      : await runProgram(kubeconform, [...args, ...what.files]);
  const problem = problemOf(result);
  if (problem !== undefined) return problem;
  const { summary } = JSON.parse(result.output) as { summary: { valid: number; skipped: number } };
  return summary.valid > 0 && summary.skipped === 0 ? undefined : `nothing was checked: ${JSON.stringify(summary)}`;
}

function problemOf({ exitCode, output }: Run): string | undefined {
  return exitCode === 0 ? undefined : output.trim() || `ended with ${exitCode}`;
}
