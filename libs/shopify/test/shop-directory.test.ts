import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import type { Database } from '@loyalnest/platform/database/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
