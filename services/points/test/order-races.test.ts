import type { Database, Tx } from '@loyalnest/platform/database/database';
import { ManualClock } from '@loyalnest/platform/clock';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postOrders, type OrderArrival } from '../src/intake/order-batch.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { isLostRace } from '../src/ledger/lost-race.ts';
import { TransferIds } from '../src/ledger/transfer-ids.ts';
import { ProgrammeCache } from '../src/programme/programme.repository.ts';
import { aRefund, aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';
import { takeReward } from './redemptions.ts';

let databases: TestDatabase;
let database: Database;
let ids: TransferIds;
let merchantId = 0;
const clock = new ManualClock('2026-03-02T00:00:00Z');
const programmes = new ProgrammeCache();

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  ids = new TransferIds(database);
});

beforeEach(async () => {
  merchantId += 1;
  await installShop(database, clock, { merchantId });
});

afterAll(() => databases.close());

/** Posts in one transaction; `beforeReadingOrders` runs after it locked the balances, as if another process were faster. */
async function post(arrivals: OrderArrival[], beforeReadingOrders: () => Promise<unknown> = async () => undefined) {
  const nextTransferId = await ids.block(arrivals.length * 6);
  return database.forMerchant(merchantId, (tx) => {
    let locking: Promise<unknown> | undefined;
    const slow = {
      query: async (text: string, values?: readonly unknown[], name?: string) => {
        if (name === 'read-orders') {
          await locking;
          await beforeReadingOrders();
        }
        const answer = tx.query(text, values, name);
        if (name === 'lock-balances') locking = answer;
        return answer;
      },
      queryAndCommit: (text: string, values: readonly unknown[], name: string) => tx.queryAndCommit(text, values, name),
      onCommit: (listener: () => void) => tx.onCommit(listener),
    } as Tx;
    return postOrders(arrivals, { tx: slow, now: clock.now(), programmes, nextTransferId });
  });
}

async function balanceAndLots(customerId = 7) {
  const { rows } = await databases.owner.query<{ available: number; lots: number }>(
    `select available::int, (select coalesce(sum(remaining), 0)::int from points.lots
       where lots.merchant_id = $1 and lots.customer_id = $2) as lots
     from points.customer_balances where merchant_id = $1 and customer_id = $2`,
    [merchantId, customerId],
  );
  return rows[0];
}

const order = { orderId: 1, facts: facts() };
const refund = { orderId: 1, facts: facts({ snapshot: null, refunds: { 900: aRefund({ totalMinor: 1_000 }) } }) };

describe('two processes that post at once', () => {
  it('never post to a balance that one of them has not locked: a refund whose order came meanwhile runs again', async () => {
    const lost = post([{ merchantId, ...refund }], () => post([{ merchantId, ...order }]));
    await expect(lost).rejects.toSatisfy(isLostRace);
    await post([{ merchantId, ...refund }]);
    expect(await balanceAndLots()).toEqual({ available: 27, lots: 27 });
  });

  it('never open the same customer twice: who comes second runs again', async () => {
    const other = { orderId: 2, facts: facts() };
    const lost = post([{ merchantId, ...order }], () => post([{ merchantId, ...other }]));
    await expect(lost).rejects.toSatisfy(isLostRace);
    await post([{ merchantId, ...order }]);
    expect(await balanceAndLots()).toEqual({ available: 74, lots: 74 });
  });

  it('give a reward back to whoever took it, though somebody else used the code and only the refund is heard', async () => {
    await post([{ merchantId, ...order }]);
    const code = `LOYAL${merchantId}`;
    await takeReward(database, new Ledger(database), {
      merchantId,
      customerId: 7,
      redemptionId: merchantId,
      points: 30,
      code,
      now: clock.now(),
    });
    const used = facts({ snapshot: aSnapshot({ customerId: 8, codes: [code] }) });
    await post([{ merchantId, orderId: 2, facts: used }]);
    expect(await balanceAndLots()).toEqual({ available: 7, lots: 7 });
    await post([{ merchantId, orderId: 2, facts: facts({ snapshot: null, cancelledAt: '2026-03-01T12:00:00.000Z' }) }]);
    expect(await balanceAndLots()).toEqual({ available: 37, lots: 37 });
  });

  it('capture a reward once when two orders of one batch used its code', async () => {
    await post([{ merchantId, ...order }]);
    const code = `LOYAL${merchantId}`;
    const taken = { merchantId, customerId: 7, points: 15, now: clock.now() };
    await takeReward(database, new Ledger(database), { ...taken, redemptionId: 2 * merchantId, code });
    await takeReward(database, new Ledger(database), { ...taken, redemptionId: 2 * merchantId + 1, code: 'OTHER' });
    const used = facts({ snapshot: aSnapshot({ codes: [code] }) });
    await post([2, 3].map((orderId) => ({ merchantId, orderId, facts: used })));
    const { rows } = await databases.owner.query(
      'select held::int, available::int from points.customer_balances where merchant_id = $1',
      [merchantId],
    );
    expect(rows).toEqual([{ held: 15, available: 3 * 37 - 30 }]);
  });

  it('do not wait for each other in a circle, whatever order their orders came in', async () => {
    const arrivals = Array.from({ length: 40 }, (_, index) => ({
      merchantId,
      orderId: index + 1,
      facts: facts({ snapshot: aSnapshot({ customerId: index + 1 }) }),
    }));
    const results = await Promise.allSettled([post(arrivals), post(arrivals.toReversed()), post(arrivals)]);
    const errors = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as { code?: string }] : [],
    );
    expect(errors.map((error) => error.code)).not.toContain('40P01');
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
  });
});
