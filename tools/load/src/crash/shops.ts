import { setTimeout as sleep } from 'node:timers/promises';
import { shopControl } from '@loyalnest/dev/seed/shop-control';
import pg from 'pg';
import { z } from 'zod';

export type CrashShop = { domain: string; rewardId: number; rewardMinor: number };

const domains = ['crash-one.myshopify.com', 'crash-two.myshopify.com'];
const pollMs = 50;
const timeoutMs = 30_000;

/** Two shops that install the app the way shops do, with the rewards that a new shop starts with. */
export async function openShops(bed: { instance: { simulatorUrl: string }; ownerUrl: string }): Promise<CrashShop[]> {
  const control = shopControl(bed.instance.simulatorUrl);
  for (const domain of domains) {
    await control.post('/shops', { domain, name: domain, currency: 'EUR', timezone: 'UTC' }, z.unknown());
    await control.post(`/shops/${domain}/install`, {}, z.unknown());
  }
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const shops = await findShops(bed.ownerUrl);
    if (shops.length === domains.length) return shops;
    if (performance.now() > deadline) throw new Error('the shops did not install the app');
    await sleep(pollMs);
  }
}

async function findShops(ownerUrl: string): Promise<CrashShop[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ shop_domain: string; reward_id: string; amount_minor: string }>(
      `select shop_domain, reward_id, amount_minor
       from points.shops join points.rewards using (merchant_id)
       where rewards.kind = 'fixed_amount'`,
    );
    return rows.map((row) => ({
      domain: row.shop_domain,
      rewardId: Number(row.reward_id),
      rewardMinor: Number(row.amount_minor),
    }));
  } finally {
    await client.end();
  }
}
