import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { describe, expect, inject, it } from 'vitest';
import { runCommand } from './running.ts';
import { Shop, type Answer, type Redemption } from './shop.ts';

// What takes a minute and more, side by side: a job that comes by every minute or half is waited for while orders come in.
const running = inject('running');
const cost = 500;

/** Real orders of a real shop; not part of this repository. */
const realOrders = join(root, '../shared/data/cdnow.csv');

describe.concurrent('an order that a gift card paid in part', () => {
  it('earns for the rest, once Shopify has told what the card paid', { timeout: 200_000 }, async () => {
    const shop = await Shop.open(running, 'card');
    const customerId = await shop.addCustomer();
    await shop.order({ customerId, amount: '80', giftCard: '30' });
    await shop.settled();
    await expect.poll(() => shop.availableOf(customerId), { timeout: 150_000, interval: 1_000 }).toBe(50);
    await shop.expectProvenLedger();
  });
});

describe.concurrent('when Shopify fails during a redemption', () => {
  /** Longer than it takes to give up on a request, and for the job to come by twice. */
  const settledWithinMs = 150_000;

  type Faults = Record<string, unknown>;
  const faults: [string, Faults][] = [
    ['is slow', { slowMs: 2_500 }],
    ['throttles', { throttleNext: 3 }],
    ['answers 500', { errorNext: 3 }],
    ['answers 500 for long', { errorNext: 5 }],
    ['sends half a response', { cutNext: 2 }],
    ['makes the code and sends half the response', { cutNext: 1 }],
    [
      'refuses the codes',
      { userErrors: { discountRedeemCodeBulkAdd: { next: 1, message: 'Something is wrong', code: 'INVALID' } } },
    ],
    [
      'refuses the discount',
      { userErrors: { discountCodeBasicCreate: { next: 1, message: 'Not now', code: 'INVALID' } } },
    ],
  ];

  it('points are never lost: a code in the end, or the points back', { timeout: 300_000 }, async () => {
    const stories = await Promise.all(faults.map(([what, api]) => begin(what, api)));
    await Promise.all(stories.map((story) => expectSettled(story)));
  });

  type Story = { what: string; shop: Shop; customerId: number; answer: Answer<Redemption> };

  /** Each fault has a shop of its own, so that it hits this redemption and no other. */
  async function begin(what: string, api: Faults): Promise<Story> {
    const ailing = await Shop.open(running, 'ailing');
    const customerId = await ailing.customerWith(cost);
    const body = { rewardId: await rewardOf(ailing) };
    await ailing.control('PUT', '/faults', { api });
    const answer = await ailing.asShopper<Redemption>(customerId, 'POST', '/v1/api/points/redeem', body, {
      'idempotency-key': randomUUID(),
    });
    return { what, shop: ailing, customerId, answer };
  }

  async function expectSettled({ what, shop: ailing, customerId, answer }: Story): Promise<void> {
    expect([201, 502, 503], what).toContain(answer.status);
    const redemption = async () => {
      const path = `/v1/api/redemptions?customerId=${customerId}`;
      const { body } = await ailing.asMerchant<{ items: Redemption[] }>('GET', path);
      expect(body.items, what).toHaveLength(1);
      return body.items[0]!;
    };
    const states = ['active', 'failed', 'released'];
    await expect
      .poll(async () => (await redemption()).status, { timeout: settledWithinMs, interval: 500, message: what })
      .toSatisfy((status: string) => states.includes(status));
    const { status, code } = await redemption();
    const isActive = status === 'active';
    const { available, held } = await ailing.balanceOf(customerId);
    expect({ what, available, held }).toEqual({ what, available: isActive ? 0 : cost, held: isActive ? cost : 0 });
    const codes = await codesAtShopify(ailing);
    expect(
      codes.filter((known) => known === code),
      what,
    ).toHaveLength(isActive ? 1 : 0);
    expect(codes, what).toHaveLength(isActive ? 1 : 0);
    await ailing.control('DELETE', '/faults');
    await ailing.expectProvenLedger();
  }
});

describe.concurrent('a year and a half of a real shop', () => {
  /** A minute on an idle machine of two cores; ten on one that others use. */
  it.skipIf(!existsSync(realOrders))(
    `69,659 real orders end at 2,453,159 points over 23,570 customers (skipped where ../shared/data/cdnow.csv is not there)`,
    { timeout: 600_000 },
    async () => {
      const shop = `cdnow-${Math.random().toString(36).slice(2, 8)}`;
      const args = ['--shop', shop, '--duplicate', '0.2', '--reorder', '0.2', '--json'];
      const { exitCode, stdout, stderr } = await runCommand(running, ['replay', realOrders, ...args]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({
        orders: 69_659,
        refunds: 0,
        cancellations: 0,
        customers: 23_570,
        failed: 0,
        pointsIssued: 2_453_159,
        pointsRevoked: 0,
        pointsOutstanding: 2_453_159,
      });
      const domain = `${shop}.myshopify.com`;
      const proof = await runCommand(running, ['verify-ledger', '--json', '--shop', domain]);
      expect(JSON.parse(proof.stdout)).toMatchObject({ ok: true, checked: { orders: 69_659 }, differences: [] });
    },
  );
});

async function rewardOf(shop: Shop): Promise<number> {
  const { body } = await shop.asMerchant<{ items: { rewardId: number; points: number }[] }>('GET', '/v1/api/rewards');
  const reward = body.items.find(({ points }) => points === cost);
  if (!reward) throw new Error('a new shop has no reward of 500 points');
  return reward.rewardId;
}

async function codesAtShopify(shop: Shop): Promise<string[]> {
  const { discounts } = await shop.control<{ discounts: { codes: { code: string }[] }[] }>('GET', '/discounts');
  return discounts.flatMap(({ codes }) => codes.map(({ code }) => code));
}
