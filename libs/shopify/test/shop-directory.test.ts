import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { Database } from '@loyalnest/platform/database/database';
import { createPool } from '@loyalnest/platform/database/pool';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ShopDirectory, type Shop } from '../src/shops/shop-directory.ts';

let database: TestDatabase;
let points: Database;
let directory: ShopDirectory;

beforeAll(async () => {
  database = await cloneDatabase();
  points = database.as('points');
});
beforeEach(async () => {
  await database.owner.query('delete from points.shops');
  directory = new ShopDirectory(points);
});
afterAll(() => database.close());

const minuteMs = 60_000;

function aShop(merchantId: number, parts: Partial<Shop> = {}): Shop {
  const shopDomain = `shop-${merchantId}.myshopify.com`;
  return { merchantId, shopDomain, currency: 'EUR', timezone: 'Europe/Berlin', isInstalled: true, ...parts };
}

const record = (shop: Shop) => points.forMerchant(shop.merchantId, (tx) => directory.record(tx, shop));
const changeElsewhere = (change: string) => database.owner.query(`update points.shops set ${change}`);

describe('the directory', () => {
  it('finds each of many shops that are asked for at once, and none that is not there', async () => {
    const shops = [1, 2, 3].map((merchantId) => aShop(merchantId));
    for (const shop of shops) await record(shop);
    const asked = [...shops, ...shops].map(({ shopDomain }) => directory.findShop(shopDomain));
    expect(await Promise.all([...asked, directory.findShop('none.myshopify.com')])).toEqual([
      ...shops,
      ...shops,
      undefined,
    ]);
  });

  it('remembers a shop for a moment, until it hears of a change', async () => {
    const shop = aShop(1);
    await record(shop);
    await directory.findShop(shop.shopDomain);
    await changeElsewhere(`currency = 'JPY'`);
    expect(await directory.findShop(shop.shopDomain)).toEqual(shop);
    await record({ ...shop, currency: 'KWD' });
    expect(await directory.findShop(shop.shopDomain)).toEqual({ ...shop, currency: 'KWD' });
  });

  it('takes the news of a new shop from many at once', async () => {
    for (let merchantId = 100; merchantId < 140; merchantId += 1) {
      const shop = aShop(merchantId);
      await Promise.all(Array.from({ length: 6 }, () => record(shop)));
      expect(await directory.findShop(shop.shopDomain)).toEqual(shop);
    }
  });

  it('does not remember that a shop is not installed', async () => {
    const shop = aShop(1, { isInstalled: false });
    await record(shop);
    expect(await directory.findShop(shop.shopDomain)).toEqual(shop);
    await changeElsewhere('is_installed = true');
    expect(await directory.findShop(shop.shopDomain)).toEqual({ ...shop, isInstalled: true });
  });

  it('tells a signed delivery which merchant a shop was a minute ago, and nobody else', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const shop = aShop(1);
    await record(shop);
    await directory.awaitShop(shop.shopDomain);
    await changeElsewhere(`currency = 'JPY'`);
    vi.setSystemTime(Date.now() + minuteMs - 1);
    expect(directory.recall(shop.shopDomain)).toBeUndefined();
    expect(await directory.awaitShop(shop.shopDomain)).toEqual(shop);
    vi.setSystemTime(Date.now() + 1);
    expect(await directory.awaitShop(shop.shopDomain)).toEqual({ ...shop, currency: 'JPY' });
  });

  it('reads the shops that go stale next beside the one it was asked for, the oldest first', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const shops = Array.from({ length: 40 }, (_, index) => aShop(index + 1));
    const [young, asked] = [aShop(50), aShop(51)];
    for (const shop of [...shops, young, asked]) await record(shop);
    const begunAtMs = Date.now();
    for (const { shopDomain } of shops) await directory.findShop(shopDomain);
    vi.setSystemTime(begunAtMs + 2_000);
    await directory.findShop(young.shopDomain);
    vi.setSystemTime(begunAtMs + 4_000);
    await changeElsewhere(`currency = 'JPY'`);
    await directory.findShop(asked.shopDomain);
    const currencies = [...shops, young].map(({ shopDomain }) => directory.recall(shopDomain)?.currency);
    expect(currencies).toEqual([...Array<string>(32).fill('JPY'), ...Array<string>(9).fill('EUR')]);
  });

  it('reads beside a signed delivery’s shop those that such deliveries need soon', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const [old, young, first, second] = [aShop(1), aShop(2), aShop(3), aShop(4)];
    for (const shop of [old, young, first, second]) await record(shop);
    const begunAtMs = Date.now();
    await directory.awaitShop(old.shopDomain);
    vi.setSystemTime(begunAtMs + 20_000);
    await directory.awaitShop(young.shopDomain);
    await changeElsewhere(`currency = 'JPY'`);
    const currencyOf = async (shop: Shop) => (await directory.awaitShop(shop.shopDomain))?.currency;
    vi.setSystemTime(begunAtMs + 29_999);
    await directory.awaitShop(first.shopDomain);
    expect([await currencyOf(old), await currencyOf(young)]).toEqual(['EUR', 'EUR']);
    vi.setSystemTime(begunAtMs + 30_000);
    await directory.awaitShop(second.shopDomain);
    expect([await currencyOf(old), await currencyOf(young)]).toEqual(['JPY', 'EUR']);
  });

  it('waits for the news of a shop, and gives up', async () => {
    const shop = aShop(1);
    const asked = directory.awaitShop(shop.shopDomain);
    await record(shop);
    expect(await asked).toEqual(shop);
    expect(await directory.awaitShop('none.myshopify.com')).toBeUndefined();
  });

  it('waits for the news that a shop is installed again, and gives up', async () => {
    const shop = aShop(1, { isInstalled: false });
    await record(shop);
    expect(await directory.awaitInstalled(shop.shopDomain)).toBeUndefined();
    const asked = directory.awaitInstalled(shop.shopDomain);
    await record({ ...shop, isInstalled: true });
    expect(await asked).toMatchObject({ isInstalled: true });
  });

  it('takes a shop to be installed still for a day while the database is away, unless it was gone before', async () => {
    const [there, gone, unseen] = [aShop(1), aShop(2), aShop(3)];
    for (const shop of [there, gone, unseen]) await record(shop);
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const connectionString = points.pool.options.connectionString ?? '';
    const own = new Database(createPool({ connectionString, max: 2, applicationName: 'test-away' }));
    const remembering = new ShopDirectory(own);
    for (const { shopDomain } of [there, gone]) await remembering.awaitInstalled(shopDomain);
    vi.setSystemTime(Date.now() + minuteMs);
    await changeElsewhere(`is_installed = merchant_id <> ${gone.merchantId}`);
    expect(await remembering.findShop(gone.shopDomain)).toMatchObject({ isInstalled: false });
    await own.pool.end();

    const away = { code: 'database-unavailable' };
    expect(await remembering.awaitInstalled(there.shopDomain)).toEqual(there);
    for (const { shopDomain } of [gone, unseen])
      await expect(remembering.awaitInstalled(shopDomain)).rejects.toMatchObject(away);
    // Whoever delivers orders comes back with them.
    vi.setSystemTime(Date.now() + minuteMs);
    await expect(remembering.awaitShop(there.shopDomain)).rejects.toMatchObject(away);
    vi.setSystemTime(Date.now() + 24 * 60 * minuteMs);
    await expect(remembering.awaitInstalled(there.shopDomain)).rejects.toMatchObject(away);
  });

  it('lists every shop by its id, installed or not', async () => {
    for (const merchantId of [3, 1, 2]) await record(aShop(merchantId, { isInstalled: merchantId !== 2 }));
    expect((await directory.listShops()).map(({ merchantId }) => merchantId)).toEqual([1, 2, 3]);
  });

  it('finds the shop of a merchant', async () => {
    await record(aShop(7));
    expect(await points.forNoMerchant((tx) => directory.findMerchant(tx, 7))).toEqual(aShop(7));
    expect(await points.forNoMerchant((tx) => directory.findMerchant(tx, 8))).toBeUndefined();
  });
});
