import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { freePort } from '@loyalnest/platform/testing/ports';
import { buildProgram, type BuiltProgram, type RunningProgram } from '@loyalnest/platform/testing/program';
import { rpcHealth } from '@loyalnest/platform/testing/rpc-health';
import { readAppToml, startSimulator, type Simulator } from '@loyalnest/shopify-simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aKey, client } from './harness.ts';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let database: TestDatabase;
let simulator: Simulator;
let folder: string;
let programs: { auth: BuiltProgram; adminCore: BuiltProgram };
let ports: { auth: number; adminCore: number; adminCoreRpc: number };
const running = new Set<RunningProgram>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-two-'));
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ current: 1, keys: { 1: aKey() } }), { mode: 0o600 });
  ports = { auth: await freePort(), adminCore: await freePort(), adminCoreRpc: await freePort() };
  const appUrl = `http://127.0.0.1:${ports.auth}`;
  simulator = await startSimulator({ ...client, appUrl, toml: readAppToml(pathOf('../../../shopify.app.toml')) });
  database = await cloneDatabase();
  programs = {
    auth: await buildProgram(pathOf('../src/main.ts')),
    adminCore: await buildProgram(pathOf('../../admin-core/src/main.ts')),
  };
});

afterAll(async () => {
  await Promise.all([...running].map((program) => program.stop('SIGKILL')));
  for (const program of Object.values(programs)) program.remove();
  await simulator.close();
  await database.close();
  rmSync(folder, { recursive: true });
});

/** What a service of its own gets: the login of its role, and no secret from which others' follow. */
function environmentOf(service: string, more: Record<string, string>): Record<string, string> {
  const { ownerUrl, roleSecret } = database;
  return {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: serviceDatabaseUrl({ databaseUrl: ownerUrl, service, roleSecret }),
    RPC_SECRET: 'what auth and admin-core know each other by',
    MASTER_KEY_FILE: join(folder, 'keys.json'),
    SHOPIFY_CLIENT_ID: client.clientId,
    SHOPIFY_CLIENT_SECRET: client.clientSecret,
    SHOPIFY_GATEWAY_URL: simulator.url,
    ...more,
  };
}

async function started(program: BuiltProgram, environment: Record<string, string>): Promise<RunningProgram> {
  const process = program.start(environment);
  running.add(process);
  await process.says('"listening"');
  return process;
}

const startAdminCore = () =>
  started(
    programs.adminCore,
    environmentOf('admin-core', { PORT: String(ports.adminCore), RPC_PORT: String(ports.adminCoreRpc) }),
  );
const startAuth = () =>
  started(
    programs.auth,
    environmentOf('auth', {
      PORT: String(ports.auth),
      ADMIN_CORE_RPC_URL: `http://127.0.0.1:${ports.adminCoreRpc}`,
    }),
  );

async function control<Body>(path: string, body: unknown): Promise<Body> {
  const response = await fetch(`${simulator.url}/control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Body;
}

async function aShop(shop: string): Promise<void> {
  await control('shops', { domain: shop, currency: 'EUR', timezone: 'Europe/Berlin' });
  await control(`shops/${shop}/install`, { open: false });
}

async function login(shop: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const { sessionToken } = await control<{ sessionToken: string }>(`shops/${shop}/session-token`, {});
  const response = await fetch(`http://127.0.0.1:${ports.auth}/v1/api/auth/login`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sessionToken}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('signs a merchant in when auth and admin-core are two processes, each with its own login', async () => {
  const adminCore = await startAdminCore();
  const auth = await startAuth();
  await aShop('first');
  const { status, body } = await login('first');
  expect({ status, body }).toMatchObject({ status: 200, body: { isNew: true, shopDomain: 'first.myshopify.com' } });
  const { rows } = await database.owner.query('select shop_domain from admin_core.merchants where merchant_id = $1', [
    body['merchantId'],
  ]);
  expect(rows).toEqual([{ shop_domain: 'first.myshopify.com' }]);
  expect(await login('first')).toMatchObject({ status: 200, body: { isNew: false } });

  // admin-core dies: whoever is known signs in, whoever is new is asked to come back, and can when it is there again.
  await adminCore.stop('SIGKILL');
  await aShop('second');
  expect(await login('first')).toMatchObject({ status: 200 });
  expect(await login('second')).toMatchObject({ status: 503, body: { code: 'overloaded' } });
  const next = await startAdminCore();
  await expect.poll(() => login('second')).toMatchObject({ status: 200, body: { isNew: true } });

  expect(await auth.stop()).toBe(0);
  expect(await next.stop()).toBe(0);
});

it('says over gRPC whether it serves: not while its database is away', async () => {
  const adminCore = await startAdminCore();
  const status = () => rpcHealth(ports.adminCoreRpc, 'loyalnest.admin.v1.AdminService');
  expect(await status()).toBe('SERVING');

  const name = new URL(database.ownerUrl).pathname.slice(1);
  await database.owner.query(`revoke connect on database ${name} from public`);
  await database.owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'loyalnest_admin_core'`,
    [name],
  );
  await expect.poll(status).toBe('NOT_SERVING');
  await database.owner.query(`grant connect on database ${name} to public`);
  await expect.poll(status).toBe('SERVING');
  expect(await adminCore.stop()).toBe(0);
});

it('does not start without the address of a service that it calls, or with a login that is not its own', async () => {
  const cases = [
    {
      environment: environmentOf('auth', { PORT: '0' }),
      line: 'ADMIN_CORE_RPC_URL: is not set, admin-core does not run in this process, and auth calls it',
    },
    {
      environment: { ...environmentOf('auth', { PORT: '0' }), DATABASE_URL: database.ownerUrl },
      line: 'DATABASE_URL: has to log in as loyalnest_auth where there is no DATABASE_ROLE_SECRET',
    },
  ];
  for (const { environment, line } of cases) {
    const auth = programs.auth.start(environment);
    expect(await auth.ended).toBe(1);
    expect(auth.output()).toBe(`cannot start: ${line}\n`);
  }
});
