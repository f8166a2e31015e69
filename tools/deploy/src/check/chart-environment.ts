import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ensureSecrets } from '../secrets.ts';
import { problemsOfEnvironment, type Container } from './environment.ts';

type PodSpec = {
  containers: { name: string; args: string[]; env?: { name: string; value: string }[] }[];
  volumes?: { name: string; secret?: { items?: { key: string; path: string }[] } }[];
};
type Template = { spec: PodSpec };
type Resource = {
  kind: string;
  spec?: { template?: Template; jobTemplate?: { spec: { template: Template } } };
};

/** What containers of the rendered chart lack of what their programs read, or are given in vain. */
export function problemsOfChart(root: string, rendered: string): string[] {
  const resources = parseAllDocuments(rendered).map((document) => document.toJS() as Resource | null);
  const pods = resources.flatMap((resource) => {
    const template = resource?.spec?.jobTemplate?.spec.template ?? resource?.spec?.template;
    return template === undefined ? [] : [template.spec];
  });
  const containers = pods.flatMap(containersOf);
  if (containers.length === 0) return ['the chart has no containers of ours'];
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-secrets-'));
  try {
    const none = { ownerUrl: undefined, redisUrl: undefined };
    ensureSecrets({ root, folder, shopifyClientSecret: 'not-a-secret-of-anybody', ...none });
    return containers.flatMap((container) =>
      problemsOfEnvironment(container, join(folder, 'secrets')).map((problem) => `${container.program}: ${problem}`),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function containersOf({ containers, volumes = [] }: PodSpec): Container[] {
  const items = volumes.flatMap(({ name, secret }) => (name === 'secrets' ? (secret?.items ?? []) : []));
  const secrets = Object.fromEntries(items.map(({ key, path }) => [`/run/secrets/${path}`, key]));
  return containers.flatMap(({ args, env = [] }) => {
    const [, program] = /^apps\/server\/dist\/(.+)$/.exec(args[0] ?? '') ?? [];
    if (program === undefined) return [];
    return [{ program, secrets, env: Object.fromEntries(env.map(({ name, value }) => [name, value])) }];
  });
}
