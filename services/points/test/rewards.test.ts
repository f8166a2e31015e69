import type { RewardList, RewardResponse } from '@loyalnest/contracts/rest/points';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

const path = '/v1/api/rewards';
let room: MerchantRoom;
let merchantId = 0;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
});
beforeEach(async () => {
  merchantId += 1;
  await room.install(merchantId);
});
afterAll(() => room.close());

function aRewardInput(change: object = {}) {
  const limits = { validDays: 90, perCustomerMax: null, totalMax: null };
  return { kind: 'fixed_amount', name: 'Ten off', points: 1_000, amountMinor: 1_000, ...limits, ...change };
}

function add(key: string | undefined, input = aRewardInput(), of = merchantId, userId = 42) {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  return room.as<RewardResponse>(of, 'POST', path, { body: input, headers, userId });
}

async function idsNow(): Promise<number[]> {
  const { body } = await room.as<RewardList>(merchantId, 'GET', path);
  return body.items.map(({ rewardId }) => rewardId);
}

describe('adding a reward', () => {
  it('adds one per Idempotency-Key, also when two requests come at the same time', async () => {
    const before = await idsNow();
    const answers = [...(await Promise.all([add('press-1'), add('press-1')])), await add('press-1')];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const [rewardId, ...others] = answers.map(({ body }) => body.rewardId);
    expect(others).toEqual([rewardId, rewardId]);
    expect(await idsNow()).toHaveLength(before.length + 1);
    expect((await add('press-2')).body.rewardId).not.toBe(rewardId);
  });

  it('finds what a process added that died before it had written down its answer', async () => {
    const { body } = await add('press-1');
    await room.databases.owner.query("delete from points.idempotency_keys where merchant_id = $1 and key = 'press-1'", [
      merchantId,
    ]);
    expect(await add('press-1')).toMatchObject({ status: 201, body: { rewardId: body.rewardId } });
  });

  it('refuses another reward under the same key', async () => {
    await add('press-1');
    const before = await idsNow();
    expect(await add('press-1', aRewardInput({ points: 2_000 }))).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await idsNow()).toEqual(before);
  });

  it('keeps the keys of two people and of two shops apart', async () => {
    const mine = await add('press-1');
    expect((await add('press-1', aRewardInput(), merchantId, 43)).body.rewardId).not.toBe(mine.body.rewardId);
    const other = merchantId + 1;
    await room.install(other);
    expect((await add('press-1', aRewardInput(), other)).status).toBe(201);
    merchantId = other;
  });

  it('adds one per request without a key', async () => {
    const before = await idsNow();
    await add(undefined);
    await add(undefined);
    expect(await idsNow()).toHaveLength(before.length + 2);
  });
});
