import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntilDelivered } from '@loyalnest/load/bed/outbox';
import { Checks } from '@loyalnest/load/crash/checks';
import { shopControl } from '@loyalnest/dev/seed/shop-control';
import pg from 'pg';
import { z } from 'zod';
import type { Operations } from './load/operations.ts';
import type { Whole } from './whole/whole.ts';

export type Invariants = { lost: string[]; doubled: string[]; differences: string[] };

/** The job that moves them on begins after half a minute and runs twice a minute. */
const heldMs = 90_000;
const pollMs = 250;

/** Acknowledged, and not in the ledger. To be asked before anything is told again, which would bring it back. */
export async function findLost(whole: Whole, operations: Operations): Promise<string[]> {
  const checks = new Checks(whole.ownerUrl);
  const versions = await query<{ name: string }>(
    whole,
    "select shop_domain || ' ' || version as name from points.program_settings join points.shops using (merchant_id)",
  );
  const saved = new Set(versions.map(({ name }) => name));
  return [
    ...(await checks.findLost(operations.acknowledged, operations.taken)),
    ...operations.saved
      .filter(({ shopDomain, version }) => !saved.has(`${shopDomain} ${version}`))
      .map(({ shopDomain, version }) => `version ${version} of the rules of ${shopDomain}`),
  ];
}

/** Tells again what was not acknowledged, lets everything come to rest, and compares all that was told with the ledger. */
export async function settle(whole: Whole, operations: Operations): Promise<Invariants> {
  await operations.settle();
  await waitUntilDelivered(whole.ownerUrl);
  const held = await waitUntilNoneHeld(whole);
  const checks = new Checks(whole.ownerUrl);
  const { lost, doubled } = await checks.compareOrders(operations.orders);
  const differences = [
    ...(await checks.findDifferences(whole.pointsUrl)),
    ...held.map((redemption) => `redemption ${redemption} has not got its code`),
  ];
  if (operations.openCount > 0) differences.push(`${operations.openCount} requests were not answered to the end`);
  return { lost, doubled: [...doubled, ...(await compareCodes(whole))], differences };
}

/** Points that are set aside until a code is made are either spent or back after a while. */
async function waitUntilNoneHeld(whole: Whole): Promise<string[]> {
  const deadline = performance.now() + heldMs;
  for (;;) {
    const rows = await query<{ id: string }>(
      whole,
      "select redemption_id::text as id from points.reward_redemptions where status = 'held'",
    );
    if (rows.length === 0 || performance.now() > deadline) return rows.map(({ id }) => id);
    await sleep(pollMs);
  }
}

const discountsSchema = z.object({
  discounts: z.array(z.object({ codes: z.array(z.object({ code: z.string() })) })),
});

/** A code that Shopify has and no redemption knows is a reward for nothing. */
async function compareCodes(whole: Whole): Promise<string[]> {
  const shops = await query<{ shop_domain: string; codes: string[] }>(
    whole,
    `select shop_domain, array_agg(code) filter (where code is not null) as codes
     from points.shops left join points.reward_redemptions using (merchant_id) group by shop_domain`,
  );
  const control = shopControl(whole.instance.simulatorUrl);
  const surplus = shops.map(async ({ shop_domain: domain, codes }) => {
    const { discounts } = await control.get(`/shops/${domain}/discounts`, discountsSchema);
    const known = new Set(codes ?? []);
    const made = discounts.flatMap((discount) => discount.codes.map(({ code }) => code));
    return made.filter((code) => !known.has(code)).map(() => `a code of ${domain} that nobody paid for`);
  });
  return (await Promise.all(surplus)).flat();
}

async function query<Row extends pg.QueryResultRow>(whole: Whole, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: whole.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
