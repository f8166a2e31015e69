import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { loadConfig } from '@loyalnest/platform/config/config';
import { assemble } from '@loyalnest/platform/run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsOfEnvironment, type Container } from '../src/check/environment.ts';
import { ensureSecrets } from '../src/secrets.ts';
import { serviceOf, services, yamlOf } from './files.ts';

type Described = {
  command?: string[];
  image?: string;
  environment?: Record<string, string>;
  secrets?: (string | { source: string; target: string })[];
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-secrets-'));
  const none = { ownerUrl: undefined, redisUrl: undefined };
  ensureSecrets({ root, folder, shopifyClientSecret: 'not-a-secret-of-anybody', ...none });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What who deploys has put into `.env`, and nothing else. */
const asked: Record<string, string> = { APP_URL: 'https://loyalty.example.com', SHOPIFY_CLIENT_ID: 'client-id' };

/** As Compose does it: `${NAME}`, `${NAME:-otherwise}`, `${NAME:+if there}`, `${NAME:?complaint}`. */
function filledIn(text: string): string {
  return text.replace(/\$\{([A-Z_]+)(?::([-+?])([^}]*))?\}/g, (_, name: string, how?: string, other = '') => {
    const value = asked[name] ?? '';
    if (how === '+') return value === '' ? '' : other;
    return value === '' && how === '-' ? other : value;
  });
}

function containersOf(file: string): Container[] {
  const { services: all } = yamlOf(file) as { services: Record<string, Described> };
  return Object.values(all).flatMap(
    ({ command = ['apps/server/dist/main.js'], image, environment = {}, secrets = [] }) => {
      const [, program] = /^apps\/server\/dist\/(.+)$/.exec(command[0] ?? '') ?? [];
      if (program === undefined || !image?.startsWith('${LOYALNEST_IMAGE')) return [];
      const env = Object.entries(environment).map(([name, value]) => [name, filledIn(value)] as const);
      const files = secrets.map((secret) => (typeof secret === 'string' ? { source: secret, target: secret } : secret));
      return [
        {
          program,
          env: Object.fromEntries(env),
          secrets: Object.fromEntries(files.map(({ source, target }) => [`/run/secrets/${target}`, source])),
        },
      ];
    },
  );
}

const large = containersOf('deploy/compose/compose.yaml');

describe.each([
  ['compose.yaml', large],
  ['compose.small.yaml', containersOf('deploy/compose/compose.small.yaml')],
])('%s', (_, containers) => {
  it.each(containers)('gives $program all that it reads, and nothing in vain', (container) => {
    expect(problemsOfEnvironment(container, join(folder, 'secrets'))).toEqual([]);
  });
});

it('looks at every service', () => {
  expect(large.map(({ program }) => program)).toEqual(
    expect.arrayContaining([...services.map((name) => `services/${name}.js`), 'pages.js', 'migrate.js']),
  );
});

it.each(services)('has what %s is put together with: its login, keys, addresses of others, files', async (name) => {
  const { env = {}, secrets = {} } = large.find(({ program }) => program === `services/${name}.js`) ?? {};
  const placed = Object.entries(env).map(([key, value]) => {
    const file = secrets[value];
    return [key, file === undefined ? inRepository(value) : join(folder, 'secrets', file)];
  });
  // Nobody has to be there: Redis would be called at once.
  const config = { ...loadConfig(Object.fromEntries(placed) as Record<string, string>), REDIS_URL: undefined };
  const assembled = await assemble({ config: { ...config, LOG_LEVEL: 'silent' }, services: [await serviceOf(name)] });
  expect(assembled.rooms).toHaveLength(1);
  await assembled.close();
});

/** What a container has mounted, and what the image holds. */
function inRepository(path: string): string {
  return path.replace('/etc/loyalnest/', `${root}/`).replace(/^\/app\//, `${root}/`);
}

describe('problems of an environment', () => {
  const points = () => {
    const found = large.find(({ program }) => program === 'services/points.js');
    if (!found) throw new Error('compose.yaml has no points');
    return found;
  };
  const problemsWith = (env: Record<string, string>) =>
    problemsOfEnvironment({ ...points(), env: { ...points().env, ...env } }, join(folder, 'secrets'));

  it.each([
    'DATABASE_URL_FILE',
    'SHOPIFY_CLIENT_ID',
    'KAFKA_BROKERS',
    'REDIS_URL_FILE',
    'MASTER_KEY_FILE',
    'WIDGET_FOLDER',
  ])('are that %s is missing', (name) => {
    expect(problemsWith({ [name]: '' }).join()).toContain(name.replace(/_URL_FILE$/, '_URL'));
  });

  it('are names that nobody reads, values that cannot be, and files that are not there', () => {
    expect(problemsWith({ DATABASE_POOL: '6' })).toEqual(['DATABASE_POOL is nothing that services/points.js reads']);
    expect(problemsWith({ METRICS_PORT: 'none' }).join()).toContain('METRICS_PORT');
    expect(problemsWith({ RPC_SECRET_FILE: '/run/secrets/other' }).join()).toContain('RPC_SECRET_FILE');
  });
});
