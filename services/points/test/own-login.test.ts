import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PointsService } from '@loyalnest/contracts/proto/loyalnest/points/v1/points_pb';
import { SystemClock } from '@loyalnest/platform/clock';
import { loadConfig } from '@loyalnest/platform/config/config';
import { Database } from '@loyalnest/platform/database/database';
import { createPool } from '@loyalnest/platform/database/pool';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { RpcClients } from '@loyalnest/platform/rpc/rpc';
import { start } from '@loyalnest/platform/run';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { points } from '../src/index.ts';
import { installShop } from './programme.ts';

let databases: TestDatabase;
let ownLogin: string;
let folder: string;

beforeAll(async () => {
  databases = await cloneDatabase();
  const { ownerUrl, roleSecret } = databases;
  ownLogin = serviceDatabaseUrl({ databaseUrl: ownerUrl, service: 'points', roleSecret });
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-own-login-'));
  const keys = { current: 1, keys: { 1: randomBytes(32).toString('base64') } };
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
});

afterAll(async () => {
  await databases.close();
  rmSync(folder, { recursive: true });
});

it('works with the login of its own role and no secret of the others, jobs and all', async () => {
  const config = loadConfig({
    PORT: '0',
    DATABASE_URL: ownLogin,
    RPC_SECRET: 'what services know each other by',
    AUTH_RPC_URL: 'http://127.0.0.1:9',
    MASTER_KEY_FILE: join(folder, 'keys.json'),
    SHOPIFY_CLIENT_ID: 'test-client',
    SHOPIFY_CLIENT_SECRET: 'a-client-secret-for-tests',
  });
  const logger = createLogger({ level: 'silent', service: 'points' });
  const running = await start({ config, services: [points], logger });
  onTestFinished(() => running.close());
  expect((await fetch(`${running.url}/readyz`)).status).toBe(200);

  await installShop(databases.as('points'), new SystemClock(), { merchantId: 1 });
  const rpc = running.app.get(RpcClients).client(PointsService);
  const earning = { merchantId: 1n, customerId: 7n, points: 50n, businessKey: 'birthday/2026/7', reason: 'birthday' };
  expect(await rpc.earn(earning)).toMatchObject({ isNew: true, available: 50n });
});

it('sees nothing of another service with that login', async () => {
  const pool = createPool({ connectionString: ownLogin, max: 2, applicationName: 'test' });
  onTestFinished(() => pool.end());
  const database = new Database(pool);
  for (const table of ['admin_core.merchants', 'auth.offline_tokens', 'admin_core_jobs.bullmq_job']) {
    await expect(database.forMerchant(1, (tx) => tx.query(`select 1 from ${table}`))).rejects.toThrow(
      'permission denied',
    );
  }
});
