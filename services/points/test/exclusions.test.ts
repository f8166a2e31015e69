import { fileURLToPath } from 'node:url';
import { defaultProgrammeSettings, type ProgrammeSettings } from '@loyalnest/contracts/programme';
import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { FeatureFlags } from '@loyalnest/platform/flags/feature-flags';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { freePort } from '@loyalnest/platform/testing/ports';
import { AdminClient } from '@loyalnest/shopify/admin/admin-client';
import { Throttle } from '@loyalnest/shopify/admin/throttle';
import { shopifyApiVersion } from '@loyalnest/shopify/api-version';
import { ShopHttp } from '@loyalnest/shopify/shop-http';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { readAppToml, startSimulator, type Simulator } from '@loyalnest/shopify-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProductExclusions } from '../src/exclusions/exclusions.service.ts';
import { RefreshExclusions } from '../src/exclusions/refresh-exclusions.job.ts';
import { OrderIntake } from '../src/intake/order-intake.ts';
import type { OrderSnapshot } from '../src/orders/order-snapshot.ts';
import { ProgrammeController } from '../src/programme/programme.controller.ts';
import { SettingsPreviews } from '../src/programme/settings-preview.service.ts';
import { verifyLedger } from '../src/proof/verify-ledger.ts';
import { ExchangedTokens } from './exchanged-tokens.ts';
import { aLine, aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';

const client = { clientId: 'test-client', clientSecret: 'a-client-secret-for-tests' };
const tomlPath = fileURLToPath(new URL('../../../shopify.app.toml', import.meta.url));
const clock = new ManualClock('2026-03-02T00:00:00Z');
const signal = new OutboxSignal();

let databases: TestDatabase;
let database: Database;
let simulator: Simulator;
let http: ShopHttp;
let awayHttp: ShopHttp;
let intake: OrderIntake;
/** As the service is while Shopify answers, and while it cannot be reached. */
let here: Rooms;
let away: Rooms;
let merchantId = 0;

type Rooms = { programme: ProgrammeController; refresh: RefreshExclusions };

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  await databases.owner.query(`select points.ensure_transaction_partitions('2026-03-01', 1)`);
  simulator = await startSimulator({ ...client, appUrl: 'http://127.0.0.1:9', toml: readAppToml(tomlPath) });
  http = new ShopHttp(simulator.url);
  awayHttp = new ShopHttp(`http://127.0.0.1:${await freePort()}`);
  intake = new OrderIntake(database, clock, signal);
  here = rooms(http);
  away = rooms(awayHttp);
});
beforeEach(async () => {
  merchantId += 1;
  await installShop(database, clock, { merchantId });
  await post('control/shops', { domain: shopDomain(), name: 'Shop' });
  await post(`control/shops/${shopDomain()}/install`, { open: false });
});
afterAll(async () => {
  intake.onApplicationShutdown();
  http.close();
  awayHttp.close();
  await simulator.close();
  await databases.close();
});

function rooms(over: ShopHttp): Rooms {
  const directory = new ShopDirectory(database);
  const admin = new AdminClient({
    tokens: new ExchangedTokens(simulator.url, client),
    http: over,
    throttle: new Throttle(),
  });
  const exclusions = new ProductExclusions(admin, database, clock);
  const previews = new SettingsPreviews(database, directory, exclusions, clock);
  const logger = createLogger({ level: 'silent', service: 'points' });
  return {
    programme: new ProgrammeController(
      database,
      previews,
      exclusions,
      clock,
      signal,
      new FeatureFlags(undefined, logger),
    ),
    refresh: new RefreshExclusions(exclusions, directory, database, clock, logger),
  };
}

async function post<Body>(path: string, body: unknown, host = ''): Promise<Body> {
  const response = await fetch(`${simulator.url}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(host === '' ? {} : { 'x-forwarded-host': host }) },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Body;
}

const shopDomain = () => `shop-${merchantId}.myshopify.com`;
const principal = () => ({ kind: 'merchant' as const, merchantId, shopDomain: shopDomain(), userId: 42, roles: [] });

/** A product of the shop at Shopify. */
async function addProduct(facts: { tags?: string[]; collections?: string[] }): Promise<number> {
  const { id } = await post<{ id: number }>(`control/shops/${shopDomain()}/products`, {
    title: 'Thing',
    price: '10.00',
    ...facts,
  });
  return id;
}

async function collectionId(productId: number): Promise<number> {
  const token = await new ExchangedTokens(simulator.url, client).accessToken({ shopDomain: shopDomain() });
  const answer = await http.post({
    shopDomain: shopDomain(),
    path: `/admin/api/${shopifyApiVersion}/graphql.json`,
    headers: { 'x-shopify-access-token': token },
    body: JSON.stringify({
      query: `{ product(id: "gid://shopify/Product/${productId}") { collections(first: 1) { nodes { id } } } }`,
    }),
    timeoutMs: 5_000,
  });
  return Number(/Collection\/(\d+)/.exec(JSON.stringify(answer))?.[1]);
}

type Exclude = Pick<ProgrammeSettings['purchase'], 'excludedTags' | 'excludedCollectionIds'>;

function excluding(exclude: Exclude): ProgrammeSettings {
  return { ...defaultProgrammeSettings, purchase: { ...defaultProgrammeSettings.purchase, ...exclude } };
}

async function save(exclude: Exclude, { programme } = here): Promise<void> {
  const { version } = await programme.settings(principal());
  await programme.save(principal(), { version, settings: excluding(exclude) });
}

/** An order of one piece of 10.00 of each product. */
function orderOf(productIds: (number | null)[], change: Partial<OrderSnapshot> = {}): OrderSnapshot {
  const lines = productIds.map((productId, index) => aLine({ id: index + 1, productId, priceMinor: 1_000 }));
  return aSnapshot({ lines, totalMinor: 1_000 * lines.length, ...change });
}

function buy(orderId: number, ...order: Parameters<typeof orderOf>): Promise<void> {
  return intake.submit({ merchantId, orderId, facts: facts({ snapshot: orderOf(...order) }) });
}

async function points(orderId: number): Promise<number> {
  const { rows } = await databases.owner.query<{ due: number }>(
    'select due_points::int as due from points.orders where merchant_id = $1 and order_id = $2',
    [merchantId, orderId],
  );
  return rows[0]?.due ?? NaN;
}

async function expectProven(): Promise<void> {
  const findings = await verifyLedger(database, { merchantIds: [merchantId], now: clock.now() });
  expect(findings.total().differences).toEqual([]);
}

describe('products that rules exclude by tag or collection', () => {
  it('earn nothing; others in the same order do', async () => {
    const tagged = await addProduct({ tags: ['Sale', 'No Points'] });
    const other = await addProduct({ tags: ['Sale'] });
    await save({ excludedTags: ['no points'] });
    await buy(1, [tagged, other, null]);
    expect(await points(1)).toBe(20);
    await expectProven();
  });

  it('earn nothing when they are in the collection', async () => {
    const inside = await addProduct({ collections: ['Outlet'] });
    const outside = await addProduct({ collections: ['New'] });
    await save({ excludedCollectionIds: [await collectionId(inside)] });
    await buy(1, [inside, outside]);
    expect(await points(1)).toBe(10);
  });

  it('are found page by page', async () => {
    const ids: number[] = [];
    for (let index = 0; index < 260; index += 1) ids.push(await addProduct({ tags: ['many'] }));
    await save({ excludedTags: ['many'] });
    await buy(1, [ids[0] ?? 0, ids[259] ?? 0, null]);
    expect(await points(1)).toBe(10);
  });

  it('earn again in orders after the rules no longer name them', async () => {
    const product = await addProduct({ tags: ['x'] });
    await save({ excludedTags: ['x'] });
    await save({ excludedTags: [] });
    await buy(1, [product]);
    expect(await points(1)).toBe(10);
  });

  it('are those of one shop', async () => {
    const product = await addProduct({ tags: ['x'] });
    await save({ excludedTags: ['x'] });
    merchantId += 500;
    await installShop(database, clock, { merchantId });
    await buy(1, [product]);
    expect(await points(1)).toBe(10);
    merchantId -= 500;
  });

  it('stay what they were for an order that has earned, whatever becomes of it', async () => {
    const product = await addProduct({ tags: ['x'] });
    const other = await addProduct({});
    await buy(1, [product]);
    await buy(2, [product, other]);
    await save({ excludedTags: ['x'] });
    const later = { updatedAt: '2026-03-01T11:00:00.000Z' };
    await buy(1, [product], { ...later, isFulfilled: true });
    expect(await points(1)).toBe(10);
    await save({});
    await buy(2, [product, other], { ...later, isFulfilled: true });
    expect(await points(2)).toBe(20);
    await expectProven();
  });

  it('that an edit brings into an order earn nothing, and what was there goes on earning', async () => {
    const product = await addProduct({ tags: ['x'] });
    const other = await addProduct({});
    await save({ excludedTags: ['x'] });
    await buy(1, [other]);
    await buy(1, [other, product], { updatedAt: '2026-03-01T11:00:00.000Z' });
    expect(await points(1)).toBe(10);
    await expectProven();
  });
});

describe('looking up excluded products', () => {
  it('takes over what is tagged later, and what no longer is', async () => {
    await save({ excludedTags: ['x'] });
    const product = await addProduct({ tags: ['x'] });
    await buy(1, [product]);
    await here.refresh.run();
    await buy(2, [product]);
    expect([await points(1), await points(2)]).toEqual([10, 0]);
    simulator.world.store.findShop(shopDomain())?.products.find(product)?.tags.splice(0);
    await here.refresh.run();
    await buy(3, [product]);
    expect(await points(3)).toBe(10);
  });

  it('keeps what was found last while Shopify is away', async () => {
    const product = await addProduct({ tags: ['x'] });
    await save({ excludedTags: ['x'] });
    await away.refresh.run();
    await buy(1, [product]);
    expect(await points(1)).toBe(0);
  });

  it('refuses to save other tags while Shopify is away, and saves other rules', async () => {
    await save({ excludedTags: ['x'] });
    await expect(save({ excludedTags: ['y'] }, away)).rejects.toMatchObject({ code: 'shopify-unavailable' });
    await save({ excludedTags: ['X'] }, away);
    expect(await here.programme.settings(principal())).toMatchObject({ version: 3 });
  });

  it('shows before saving what excluding a tag would have changed', async () => {
    const product = await addProduct({ tags: ['x'] });
    await buy(1, [product, null]);
    const settings = excluding({ excludedTags: ['x'] });
    expect(await here.programme.preview(principal(), { settings })).toMatchObject({
      current: { points: 20 },
      proposed: { points: 10 },
    });
    expect(await points(1)).toBe(20);
  });
});
