import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@connectrpc/connect';
import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { ManualClock } from '@loyalnest/platform/clock';
import { loadConfig } from '@loyalnest/platform/config/config';
import { RpcClients } from '@loyalnest/platform/rpc/rpc';
import { start, type RunningApp } from '@loyalnest/platform/run';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { adminCore } from '../src/index.ts';

export type Row = Record<string, unknown>;

/** The room, started on a database of its own, with a clock that stands still. */
export type Room = {
  running: RunningApp;
  database: TestDatabase;
  clock: ManualClock;
  admin: Client<typeof AdminService>;
  keyFile: string;
  /** Looks at what happened, past row-level security. */
  rows<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Events published so far, oldest first. */
  events(type?: string): Promise<{ type: string; key: string; payload: unknown }[]>;
  install(shopDomain: string): Promise<number>;
  close(): Promise<void>;
};

export const clientSecret = 'a-client-secret-for-tests';

export async function openRoom(): Promise<Room> {
  const database = await cloneDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-admin-core-'));
  const keyFile = join(folder, 'keys.json');
  writeFileSync(keyFile, JSON.stringify({ current: 1, keys: { 1: randomBytes(32).toString('base64') } }), {
    mode: 0o600,
  });
  const clock = new ManualClock('2026-11-20T12:00:00Z');
  const config = loadConfig({
    DATABASE_URL: database.ownerUrl,
    DATABASE_ROLE_SECRET: database.roleSecret,
    SHOPIFY_CLIENT_ID: 'client',
    SHOPIFY_CLIENT_SECRET: clientSecret,
    MASTER_KEY_FILE: keyFile,
    PORT: '0',
    LOG_LEVEL: 'silent',
  });
  const running = await start({ config, services: [adminCore], clock, runsJobs: false });
  const admin = running.app.get(RpcClients).client(AdminService);
  const rows = async <R extends Row = Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> =>
    (await database.owner.query<R>(sql, [...values])).rows;
  return {
    running,
    database,
    clock,
    admin,
    keyFile,
    rows,
    events: (type) =>
      rows('select type, key, payload from admin_core.outbox where $1::text is null or type = $1 order by xid, id', [
        type ?? null,
      ]) as never,
    async install(shopDomain) {
      const { merchantId } = await admin.installMerchant({ ...aShop, shopDomain });
      return Number(merchantId);
    },
    async close() {
      await running.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const aShop = { name: 'Example', currency: 'EUR', timezone: 'Europe/Berlin', shopifyPlan: 'Basic' };
