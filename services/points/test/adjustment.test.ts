import type { Adjustment } from '@loyalnest/contracts/rest/customers';
import type { HistoryPage } from '@loyalnest/contracts/rest/points';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExpirePoints } from '../src/expiry/expire-points.job.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { Departures } from '../src/merging/departures.service.ts';
import { openMerchantRoom, type Answer, type MerchantRoom } from './merchant-room.ts';
import { takeReward } from './redemptions.ts';

let room: MerchantRoom;
let merchantId = 0;
let keys = 0;
const now = new Date('2026-03-02T00:00:00Z');
const dayMs = 24 * 60 * 60 * 1_000;

beforeAll(async () => {
  room = await openMerchantRoom(now.toISOString());
});
beforeEach(async () => {
  merchantId += 1;
  room.clock.set(now);
  await room.install(merchantId, { expiry: { afterMonths: 12 } });
});
afterAll(() => room.close());

const newKey = () => ({ 'idempotency-key': `key-${(keys += 1)}` });

function adjust(
  points: number,
  change: { customerId?: number; headers?: Record<string, string>; reason?: string } = {},
) {
  const { customerId = 7, headers = newKey(), reason = 'Sorry for the wait' } = change;
  return room.as<Adjustment>(merchantId, 'POST', '/v1/api/points/adjust', {
    body: { customerId, points, reason },
    headers,
  });
}

function undo(transferId: number, headers: Record<string, string> = newKey(), userId = 42) {
  return room.as<Adjustment>(merchantId, 'POST', `/v1/api/points/adjust/${transferId}/undo`, { headers, userId });
}

function spend(points: number): Promise<void> {
  const redemptionId = (keys += 1);
  const ledger = room.running.app.get(Ledger, { strict: false });
  const taken = { merchantId, customerId: 7, redemptionId, points, code: `CODE${redemptionId}`, now };
  return takeReward(room.database, ledger, taken);
}

function give(points: number, expiresAt: Date | null = null): Promise<void> {
  const earn = { kind: 'earn' as const, to: 'available' as const, actor: 'test', earnedAt: now, expiresAt };
  return room.post(merchantId, { ...earn, customerId: 7, points, businessKey: `test/${(keys += 1)}` });
}

async function lots(): Promise<unknown[]> {
  const { rows } = await room.databases.owner.query<{ points: number; remaining: number; expires_at: Date | null }>(
    `select points::int, remaining::int, expires_at from points.lots where merchant_id = $1 order by lot_id`,
    [merchantId],
  );
  return rows.map((row) => [row.points, row.remaining, row.expires_at?.toISOString().slice(0, 10) ?? null]);
}

async function history(): Promise<HistoryPage['items']> {
  return (await room.as<HistoryPage>(merchantId, 'GET', '/v1/api/points/history?customerId=7')).body.items;
}

function closeCustomer(customerId: number): Promise<void> {
  const departures = room.running.app.get(Departures, { strict: false });
  return room.database.forMerchant(merchantId, (tx) => departures.close(tx, { merchantId, customerId }, now));
}

function refusal({ status, body }: Answer<unknown>): unknown {
  return [status, (body as { code: string }).code];
}

describe('adjusting', () => {
  it('gives points that last as long as earned ones, in the name of who did it', async () => {
    const { status, body } = await adjust(250);
    expect(status).toBe(201);
    expect(body).toEqual({
      transferId: expect.any(Number),
      customerId: 7,
      points: 250,
      available: 250,
      reason: 'Sorry for the wait',
      reversesTransferId: null,
    });
    expect(await lots()).toEqual([[250, 250, '2027-03-02']]);
    expect(await history()).toMatchObject([
      {
        transferId: body.transferId,
        kind: 'adjust',
        from: 'adjusted',
        to: 'available',
        actor: 'staff:42',
        undoneBy: null,
      },
    ]);
    await room.expectProven(merchantId);
  });

  it('takes from the lots that expire soonest', async () => {
    await give(100);
    await give(50, new Date('2026-09-01T00:00:00Z'));
    expect((await adjust(-70)).body).toMatchObject({ points: -70, available: 80 });
    expect(await lots()).toEqual([
      [100, 80, null],
      [50, 0, '2026-09-01'],
    ]);
    await room.expectProven(merchantId);
  });

  it('refuses to take more than is available, also of somebody who never had points', async () => {
    await adjust(10);
    const answer = await adjust(-11);
    expect(refusal(answer)).toEqual([422, 'insufficient-points']);
    expect(answer.body).toMatchObject({ available: 10 });
    expect(refusal(await adjust(-1, { customerId: 8 }))).toEqual([422, 'insufficient-points']);
  });

  it('refuses a customer who is gone', async () => {
    await adjust(10);
    await closeCustomer(7);
    expect(refusal(await adjust(5))).toEqual([404, 'customer-not-found']);
    await room.expectProven(merchantId);
  });

  it('asks for a key, a reason and points', async () => {
    expect(refusal(await adjust(5, { headers: {} }))).toEqual([428, 'idempotency-key-missing']);
    expect(refusal(await adjust(0))).toEqual([400, 'invalid-request']);
    expect(refusal(await adjust(5, { reason: ' x ' }))).toEqual([400, 'invalid-request']);
  });

  it('happens once per key, and refuses the key for something else', async () => {
    const headers = newKey();
    const [first, second] = await Promise.all([adjust(5, { headers }), adjust(5, { headers })]);
    expect(second).toEqual(first);
    expect(await adjust(5, { headers })).toEqual(first);
    expect(refusal(await adjust(6, { headers }))).toEqual([409, 'idempotency-key-reused']);
    expect(await history()).toHaveLength(1);
  });

  it('finds what it had done when its answer was lost', async () => {
    const headers = newKey();
    const first = await adjust(5, { headers });
    await room.databases.owner.query('delete from points.idempotency_keys where key = $1', [
      headers['idempotency-key'],
    ]);
    expect(await adjust(5, { headers })).toEqual(first);
    expect(await history()).toHaveLength(1);
  });

  it('never takes more than there is when several take at once', async () => {
    await give(100);
    const answers = await Promise.all(Array.from({ length: 8 }, () => adjust(-30)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
    expect((await adjust(-10)).body).toMatchObject({ available: 0 });
    await room.expectProven(merchantId);
  });
});

describe('undoing', () => {
  it('puts what was taken back into the same lots, with their dates', async () => {
    await give(100);
    await give(50, new Date('2026-09-01T00:00:00Z'));
    const taken = await adjust(-70);
    await room.settled();
    room.clock.advance(dayMs);
    const { status, body } = await undo(taken.body.transferId, newKey(), 43);
    expect(status).toBe(201);
    expect(body).toEqual({
      transferId: expect.any(Number),
      customerId: 7,
      points: 70,
      available: 150,
      reason: 'Sorry for the wait',
      reversesTransferId: taken.body.transferId,
    });
    expect(await lots()).toEqual([
      [100, 100, null],
      [50, 50, '2026-09-01'],
    ]);
    const [reversal, reversed] = await history();
    expect(reversal).toMatchObject({ actor: 'staff:43', reversesTransferId: taken.body.transferId, undoneBy: null });
    expect(reversed).toMatchObject({ transferId: taken.body.transferId, undoneBy: body.transferId });
    await room.expectProven(merchantId);
  });

  it('gives a week to lots whose date passed meanwhile', async () => {
    await give(50, new Date('2026-03-10T00:00:00Z'));
    const taken = await adjust(-50);
    await room.settled();
    room.clock.set('2026-03-20T00:00:00Z');
    await undo(taken.body.transferId);
    expect(await lots()).toEqual([[50, 50, '2026-03-27']]);
    await room.expectProven(merchantId);
  });

  it('pays off a debt first', async () => {
    await give(50);
    const taken = await adjust(-50);
    await room.post(merchantId, {
      kind: 'clawback',
      policy: 'negative',
      customerId: 7,
      points: 20,
      businessKey: 'test/clawback',
      actor: 'shopify',
    });
    expect((await undo(taken.body.transferId)).body).toMatchObject({ available: 30 });
    expect(await lots()).toEqual([[50, 30, null]]);
    await room.expectProven(merchantId);
  });

  it('takes back what was given, from the lot it made', async () => {
    await give(500, new Date('2026-09-01T00:00:00Z'));
    const given = await adjust(100);
    expect((await undo(given.body.transferId)).body).toMatchObject({ points: -100, available: 500 });
    expect(await lots()).toEqual([
      [500, 500, '2026-09-01'],
      [100, 0, '2027-03-02'],
    ]);
    await room.expectProven(merchantId);
  });

  it('takes other points where those given were spent before them, and refuses when too few are left', async () => {
    const given = await adjust(100);
    await give(500);
    await spend(40);
    expect((await undo(given.body.transferId)).body).toMatchObject({ points: -100, available: 460 });
    expect(await lots()).toEqual([
      [100, 0, '2027-03-02'],
      [500, 460, null],
    ]);
    const again = await adjust(100);
    await spend(500);
    const refused = await undo(again.body.transferId);
    expect(refusal(refused)).toEqual([422, 'insufficient-points']);
    expect(refused.body).toMatchObject({ available: 60 });
    await room.expectProven(merchantId);
  });

  it('does not take other points for those that have expired', async () => {
    const given = await adjust(100);
    await give(500);
    room.clock.set('2027-03-03T00:00:00Z');
    await room.running.app.get(ExpirePoints, { strict: false }).run();
    expect(refusal(await undo(given.body.transferId))).toEqual([422, 'insufficient-points']);
    expect(await lots()).toEqual([
      [100, 0, '2027-03-02'],
      [500, 500, null],
    ]);
  });

  it('happens once, whoever asks and how often at once', async () => {
    await give(50);
    const taken = await adjust(-50);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => undo(taken.body.transferId, newKey(), 42 + index)),
    );
    const won = answers.find(({ status }) => status === 201);
    const lost = answers.filter(({ status }) => status !== 201);
    expect(lost.map(refusal)).toEqual(Array.from({ length: 5 }, () => [409, 'already-undone']));
    expect(lost[0]?.body).toMatchObject({ undoneBy: won?.body.transferId });
    expect(await lots()).toEqual([[50, 50, null]]);
    await room.expectProven(merchantId);
  });

  it('gives a repeated request its first answer', async () => {
    const given = await adjust(5);
    const headers = newKey();
    const first = await undo(given.body.transferId, headers);
    expect(first.status).toBe(201);
    expect(await undo(given.body.transferId, headers)).toEqual(first);
  });

  it('undoes only what a person adjusted, and no undo', async () => {
    await room.order(merchantId, 1);
    const [earned] = await history();
    expect(refusal(await undo(earned!.transferId))).toEqual([409, 'not-undoable']);
    const given = await adjust(5);
    const undone = await undo(given.body.transferId);
    expect(refusal(await undo(undone.body.transferId))).toEqual([409, 'not-undoable']);
  });

  it('does not know a stranger’s transfer, nor one that is not there', async () => {
    const given = await adjust(5);
    expect(refusal(await undo(given.body.transferId + 1_000_000))).toEqual([404, 'transfer-not-found']);
    merchantId += 1;
    await room.install(merchantId);
    expect(refusal(await undo(given.body.transferId))).toEqual([404, 'transfer-not-found']);
  });

  it('refuses for a customer who is gone', async () => {
    const given = await adjust(5);
    await closeCustomer(7);
    expect(refusal(await undo(given.body.transferId))).toEqual([404, 'customer-not-found']);
  });
});
