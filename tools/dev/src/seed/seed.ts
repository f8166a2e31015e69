import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Instance } from '../instance.ts';
import { writePrivate } from '../secrets.ts';
import { seedCustomers } from './customers.ts';
import { seedCurrency, seedOrders, type SeedRow } from './orders.ts';
import { seedProducts } from './products.ts';
import { shopControl, type ShopControl } from './shop-control.ts';

export const demoShop = 'demo-shop.myshopify.com';

/** What is known about the seed of an instance. Without `finishedAt` it was interrupted and is done again. */
const recordSchema = z.object({
  /** The database that received the orders, `embedded` or an address; another one knows nothing of them. */
  database: z.string(),
  /** The year of orders ends here, also when the seed is done again on a later day. */
  until: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
});

type SeedRecord = z.infer<typeof recordSchema>;

export type SeedOptions = { instance: Instance; database: string; now: Date; onProgress: (text: string) => void };

export type SeedResult = { outcome: 'present' } | { outcome: 'seeded'; orders: number; customers: number };

/**
 * Gives the demo shop its customers and their year of orders, through the same door as a real shop's. Every step may be
 * repeated: rows that are true already are only told again, and the product takes a thing told twice for once.
 */
export async function ensureSeed(options: SeedOptions): Promise<SeedResult> {
  const { instance, database, now, onProgress } = options;
  const known = readRecord(instance);
  if (known?.database === database && known.finishedAt) return { outcome: 'present' };
  const record: SeedRecord = { database, until: known?.until ?? now.toISOString() };
  writeRecord(instance, record);

  const control = shopControl(instance.simulatorUrl);
  onProgress('demo shop: opening');
  await openShop(control);
  const { first, later } = splitRows(seedOrders(new Date(record.until)));
  await deliver(control, { rows: first, of: first.length + later.length, before: 0, onProgress });
  onProgress('demo shop: customers');
  await nameCustomers(control);
  await deliver(control, { rows: later, of: first.length + later.length, before: first.length, onProgress });

  writeRecord(instance, { ...record, finishedAt: new Date().toISOString() });
  const orders = [...first, ...later].filter(({ kind }) => kind === 'order').length;
  return { outcome: 'seeded', orders, customers: seedCustomers().length };
}

async function openShop(control: ShopControl): Promise<void> {
  const facts = { domain: demoShop, name: 'Demo Shop', currency: seedCurrency, timezone: 'America/New_York' };
  const shops = await control.get('/shops', z.object({ shops: z.array(z.object({ domain: z.string() })) }));
  if (!shops.shops.some(({ domain }) => domain === demoShop)) await control.post('/shops', facts, z.unknown());

  const { products } = await control.get(
    `/shops/${demoShop}/products`,
    z.object({ products: z.array(z.object({ title: z.string() })) }),
  );
  const missing = seedProducts.filter(({ title }) => !products.some((product) => product.title === title));
  for (const product of missing) await control.post(`/shops/${demoShop}/products`, product, z.unknown());

  const answer = z.object({ app: z.object({ status: z.number().nullable(), body: z.unknown() }).nullable() });
  const { app } = await control.post(`/shops/${demoShop}/install`, {}, answer);
  if (app?.status && app.status < 300) return;
  throw new UserError(
    `the app does not open in the demo shop: ${app?.status ?? ''} ${JSON.stringify(app?.body ?? '')}`,
  );
}

/** Each customer's first order comes before the others: with it the customer appears, and can be given a name. */
function splitRows(rows: SeedRow[]): { first: SeedRow[]; later: SeedRow[] } {
  const seen = new Set<string>();
  const isFirst = (row: SeedRow) =>
    row.kind === 'order' && !seen.has(row.customer_id) && Boolean(seen.add(row.customer_id));
  const first = rows.filter(isFirst);
  const chosen = new Set(first);
  return { first, later: rows.filter((row) => !chosen.has(row)) };
}

const played = z.object({ rejected: z.array(z.object({ index: z.number(), reason: z.string() })) });
const progress = z.object({
  pending: z.number(),
  retrying: z.number(),
  deliveries: z.object({ failed: z.number(), failedAttempts: z.number() }),
});

/** A step of the progress that can be seen. */
const rowsPerCall = 100;
const deliverTimeoutMs = 120_000;

async function deliver(
  control: ShopControl,
  options: { rows: SeedRow[]; of: number; before: number; onProgress: (text: string) => void },
): Promise<void> {
  const { rows, of, before, onProgress } = options;
  for (let start = 0; start < rows.length; start += rowsPerCall) {
    const call = { rows: rows.slice(start, start + rowsPerCall), customerWebhooks: true };
    const { rejected } = await control.post(`/shops/${demoShop}/bulk`, call, played);
    if (rejected[0]) throw new UserError(`the simulator refuses a row of the demo shop: ${rejected[0].reason}`);
    await waitUntilDelivered(control);
    onProgress(
      `demo shop: ${before + Math.min(start + rowsPerCall, rows.length)} of ${of} orders, refunds and cancellations`,
    );
  }
}

async function waitUntilDelivered(control: ShopControl): Promise<void> {
  const { idle } = await control.get(`/idle?timeoutMs=${deliverTimeoutMs}`, z.object({ idle: z.boolean() }));
  const { retrying, deliveries } = await control.get(`/shops/${demoShop}/bulk`, progress);
  if (idle && retrying === 0 && deliveries.failed === 0) return;
  throw new UserError(
    `the server did not take every webhook of the demo shop: ${retrying + deliveries.failed} are open`,
  );
}

const customerList = z.object({
  customers: z.array(z.object({ id: z.number(), rowId: z.string().optional(), email: z.string().nullable() })),
});

async function nameCustomers(control: ShopControl): Promise<void> {
  const { customers } = await control.get(`/shops/${demoShop}/customers?limit=1000`, customerList);
  const idByRow = new Map(customers.map(({ id, rowId }) => [rowId, id]));
  for (const { rowId, ...facts } of seedCustomers()) {
    const id = idByRow.get(rowId);
    if (id === undefined) throw new UserError(`the simulator does not know the demo customer ${rowId}`);
    await control.patch(`/shops/${demoShop}/customers/${id}`, facts);
  }
  await waitUntilDelivered(control);
}

function readRecord(instance: Instance): SeedRecord | undefined {
  const file = recordFile(instance);
  if (!existsSync(file)) return undefined;
  const parsed = recordSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

function writeRecord(instance: Instance, record: SeedRecord): void {
  writePrivate(recordFile(instance), record);
}

function recordFile(instance: Instance): string {
  return join(instance.paths.run, 'seed.json');
}
