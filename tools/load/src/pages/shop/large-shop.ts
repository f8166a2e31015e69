import { setTimeout as sleep } from 'node:timers/promises';
import { shopControl } from '@loyalnest/dev/seed/shop-control';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { FileKeyProvider } from '@loyalnest/platform/crypto/file-key-provider';
import { Database } from '@loyalnest/platform/database/database';
import { createPool } from '@loyalnest/platform/database/pool';
import { verifyLedger } from '@loyalnest/points/proof/verify-ledger';
import pg from 'pg';
import { z } from 'zod';
import type { Bed } from '../../bed/bed.ts';
import { writeLargeCustomers } from './large-customers.ts';
import { writeLargeLedger } from './large-ledger.ts';

export const largeShop = 'large-shop.myshopify.com';

const pollMs = 100;
const installMs = 30_000;
/** A year of orders of 100,000 customers takes a while to be counted anew. */
const buildMs = 300_000;

type FillOptions = { customers: number; now: Date; onProgress: (text: string) => void };

/**
 * A shop that installs the app the way shops do, and then has that many customers with a year of orders. The server is
 * stopped while they are written and runs again, with its projections built, when this resolves.
 */
export async function fillLargeShop(bed: Bed, { customers, now, onProgress }: FillOptions): Promise<void> {
  const merchantId = await install(bed);
  await bed.kill('server', 'SIGKILL');
  await Promise.all([
    writeLargeLedger(bed.ownerUrl, { merchantId, customers, now }),
    withDatabase(bed, 'admin-core', (database) =>
      writeLargeCustomers({
        database,
        encryption: new Encryption(new FileKeyProvider(bed.instance.paths.keys)),
        merchantId,
        customers,
        now,
        onProgress: (written) => onProgress(`a large shop: ${written} of ${customers} customers`),
      }),
    ),
  ]);
  onProgress('a large shop: does its ledger add up?');
  await withDatabase(bed, 'points', async (database) => {
    const findings = await verifyLedger(database, { merchantIds: [merchantId], now });
    const { ok, differences } = findings.total();
    if (!ok) throw new Error(`the large shop's ledger does not add up: ${differences[0]?.difference}`);
  });
  onProgress('a large shop: its projections');
  await withOwner(bed, async (owner) => {
    // The theme block is on; otherwise the home page would show how to set the programme up.
    await owner.query('update points.shops set widget_seen_at = now() where merchant_id = $1', [merchantId]);
    // A shop that is not built is made from its ledger when the server starts.
    await owner.query('delete from points.projected_shops where merchant_id = $1', [merchantId]);
    await owner.query('vacuum analyze');
    await bed.startServer();
    await waitFor(buildMs, 'the projections were not built', async () => {
      const { rowCount } = await owner.query('select from points.projected_shops where merchant_id = $1', [merchantId]);
      return rowCount === 1;
    });
    await owner.query('vacuum analyze');
    await owner.query('checkpoint');
  });
}

async function install(bed: Bed): Promise<number> {
  const control = shopControl(bed.instance.simulatorUrl);
  const facts = { domain: largeShop, name: 'Large Shop', currency: 'EUR', timezone: 'Europe/Berlin' };
  await control.post('/shops', facts, z.unknown());
  await control.post(`/shops/${largeShop}/install`, {}, z.unknown());
  return withOwner(bed, async (owner) => {
    let merchantId: number | undefined;
    await waitFor(installMs, 'the shop did not install the app', async () => {
      const { rows } = await owner.query<{ merchant_id: string }>(
        'select merchant_id from points.shops join points.rewards using (merchant_id) where shop_domain = $1',
        [largeShop],
      );
      merchantId = rows[0] && Number(rows[0].merchant_id);
      return merchantId !== undefined;
    });
    if (merchantId === undefined) throw new Error('the shop has no merchant');
    return merchantId;
  });
}

async function waitFor(timeoutMs: number, otherwise: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(otherwise);
    await sleep(pollMs);
  }
}

async function withDatabase(bed: Bed, service: string, work: (database: Database) => Promise<void>): Promise<void> {
  const pool = createPool({ connectionString: bed.databaseUrlOf(service), max: 2, applicationName: 'bench' });
  try {
    await work(new Database(pool));
  } finally {
    await pool.end();
  }
}

async function withOwner<R>(bed: Bed, work: (owner: pg.Client) => Promise<R>): Promise<R> {
  const owner = new pg.Client({ connectionString: bed.ownerUrl });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
