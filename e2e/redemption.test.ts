import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { control, Shop, type Redemption } from './shop.ts';

const running = inject('running');
let shop: Shop;
let rewardId: number;
const cost = 500;

beforeAll(async () => {
  shop = await Shop.open(running, 'rewards');
  rewardId = await rewardOf(shop);
});

afterAll(() => shop.expectProvenLedger());

async function rewardOf(where: Shop): Promise<number> {
  const { body } = await where.asMerchant<{ items: { rewardId: number; points: number }[] }>('GET', '/v1/api/rewards');
  const reward = body.items.find(({ points }) => points === cost);
  if (!reward) throw new Error('a new shop has no reward of 500 points');
  return reward.rewardId;
}

/** As a client should: what is answered 503 is asked again, with the same key. */
async function redeem(customerId: number, key: string = randomUUID(), body: Record<string, unknown> = { rewardId }) {
  for (;;) {
    const headers = { 'idempotency-key': key };
    const answer = await shop.asShopper<Redemption>(customerId, 'POST', '/v1/api/points/redeem', body, headers);
    if (answer.status !== 503) return answer;
    await sleep(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

async function look(redemptionId: number): Promise<Redemption> {
  return (await shop.asMerchant<Redemption>('GET', `/v1/api/redemptions/${redemptionId}`)).body;
}

async function codesAtShopify(): Promise<string[]> {
  const { discounts } = await shop.control<{ discounts: { codes: { code: string }[] }[] }>('GET', '/discounts');
  return discounts.flatMap(({ codes }) => codes.map(({ code }) => code));
}

describe('redemptions at the same time', () => {
  it.each([
    [3_200, 6],
    [499, 0],
    [500, 1],
  ])('of 64 on a balance of %i points, exactly %i succeed', async (points, succeed) => {
    const customerId = await shop.customerWith(points);
    const answers = await Promise.all(Array.from({ length: 64 }, () => redeem(customerId)));
    const taken = answers.filter(({ status }) => status === 201);
    const outcomes = Map.groupBy(answers, ({ status, body }) => `${status} ${(body as { code?: string }).code}`);
    const refused = [...outcomes]
      .filter(([outcome]) => !outcome.startsWith('201'))
      .map(([outcome, { length }]) => [outcome, length]);
    expect(refused).toEqual([['422 insufficient-points', 64 - succeed]]);
    expect(taken).toHaveLength(succeed);
    expect(new Set(taken.map(({ body }) => body.code)).size).toBe(succeed);
    const left = points - succeed * cost;
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: left, held: succeed * cost });
  });

  it('and an order that is cancelled meanwhile never add up to more than there was', async () => {
    const customerId = await shop.addCustomer();
    const order = await shop.order({ customerId, amount: '2000' });
    await shop.settled();
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 16 }, () => redeem(customerId))),
      shop.control('POST', `/orders/${order.id}/cancel`, {}),
    ]);
    await shop.settled();
    const taken = answers.filter(({ status }) => status === 201).length;
    expect(taken).toBeLessThanOrEqual(4);
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 0 - taken * cost, held: taken * cost });
  });
});

describe('the same Idempotency-Key', () => {
  it('again gives the same answer, and takes no points again', async () => {
    const customerId = await shop.customerWith(2_000);
    const key = randomUUID();
    const first = await redeem(customerId, key);
    expect(first).toMatchObject({ status: 201, body: { status: 'active', points: cost } });
    const again = await redeem(customerId, key);
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 1_500, held: 500 });
  });

  it('at the same time sixteen times takes points once', async () => {
    const customerId = await shop.customerWith(2_000);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 16 }, () => redeem(customerId, key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.redemptionId}`)).size).toBe(1);
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 1_500, held: 500 });
  });

  it('with another body is refused with 409', async () => {
    const customerId = await shop.customerWith(2_000);
    const key = randomUUID();
    await redeem(customerId, key);
    const other = await redeem(customerId, key, { rewardId: rewardId + 1 });
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } });
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 1_500, held: 500 });
  });

  it('of another customer is another key', async () => {
    const [ann, ben] = [await shop.customerWith(600), await shop.customerWith(600)];
    const key = randomUUID();
    const [one, two] = [await redeem(ann, key), await redeem(ben, key)];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.redemptionId).not.toBe(two.body.redemptionId);
  });

  it('must be sent', async () => {
    const customerId = await shop.customerWith(600);
    const answer = await shop.asShopper(customerId, 'POST', '/v1/api/points/redeem', { rewardId });
    expect(answer).toMatchObject({ status: 428, body: { code: 'idempotency-key-missing' } });
    expect(await shop.availableOf(customerId)).toBe(600);
  });
});

describe('a reward', () => {
  it('works at checkout once, and its points are spent with the order that used it', async () => {
    const customerId = await shop.customerWith(700);
    const { body: taken } = await redeem(customerId);
    expect(await codesAtShopify()).toContain(taken.code);
    const order = await shop.order({ customerId, amount: '50', discountCode: taken.code });
    await shop.settled();
    expect(order.total).toBe('45.00');
    expect(await look(taken.redemptionId)).toMatchObject({ status: 'captured', orderId: order.id });
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 200 + 45, held: 0 });
    await shop.control('POST', `/orders/${order.id}/refund`, { full: true });
    await shop.settled();
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 700, held: 0 });
  });

  it('that is given back unused no longer works at checkout', async () => {
    const customerId = await shop.customerWith(700);
    const { body: taken } = await redeem(customerId);
    const path = `/v1/api/redemptions/${taken.redemptionId}/cancel`;
    const cancelled = await shop.asShopper(customerId, 'POST', path, {}, { 'idempotency-key': randomUUID() });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'released' } });
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 700, held: 0 });
    expect(await codesAtShopify()).not.toContain(taken.code);
    await expect(shop.order({ customerId, amount: '50', discountCode: taken.code })).rejects.toThrow('422');
  });
});

describe('when nothing is left to spend', () => {
  it('a reward is refused and nothing is asked of Shopify', async () => {
    const customerId = await shop.addCustomer();
    await shop.settled();
    const before = (await codesAtShopify()).length;
    expect(await redeem(customerId)).toMatchObject({
      status: 422,
      body: { code: 'insufficient-points', available: 0 },
    });
    expect((await codesAtShopify()).length).toBe(before);
    expect(await control(running, 'GET', '/idle?timeoutMs=1000')).toMatchObject({ idle: true });
  });
});
