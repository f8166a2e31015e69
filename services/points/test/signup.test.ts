import { customerCreated } from '@loyalnest/contracts/events';
import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { SignupEvents } from '../src/signup/signup.events.ts';
import { installShop } from './programme.ts';

let databases: TestDatabase;
let database: Database;
let signups: SignupEvents;
let merchantId = 0;
const clock = new ManualClock('2026-03-02T00:00:00Z');

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  signups = new SignupEvents(new Ledger(database), clock);
});

beforeEach(() => {
  merchantId += 1;
});

afterAll(() => databases.close());

function signup(customerId: number, of = merchantId, createdAt = '2026-03-01T12:00:00Z'): DeliveredEvent {
  return {
    source: 'admin-core',
    id: customerId,
    merchantId: of,
    key: `${of}/${customerId}`,
    type: customerCreated.name,
    payload: { merchantId: of, customerId, createdAt },
    occurredAt: clock.now(),
  };
}

function hear(...events: DeliveredEvent[]): Promise<void> {
  const merchantIds = [...new Set(events.map((event) => event.merchantId))];
  return database.forMerchants(merchantIds, (tx) => signups.handle(tx, events));
}

async function balances(of = merchantId): Promise<number[]> {
  const { rows } = await databases.owner.query<{ available: number }>(
    'select available::int from points.customer_balances where merchant_id = $1 order by customer_id',
    [of],
  );
  return rows.map(({ available }) => available);
}

describe('a signup', () => {
  it('earns what the programme says', async () => {
    await installShop(database, clock, { merchantId, settings: { expiry: { afterMonths: 12 } } });
    await hear(signup(7));
    expect(await balances()).toEqual([200]);
    const { rows } = await databases.owner.query(
      `select business_key, rule_version, expires_at from points.points_transactions join points.lots on lot_id = transfer_id
       where points_transactions.merchant_id = $1`,
      [merchantId],
    );
    expect(rows).toEqual([{ business_key: 'signup/7', rule_version: 2, expires_at: new Date('2027-03-02T00:00:00Z') }]);
  });

  it('earns once when the news comes twice, together or apart', async () => {
    await installShop(database, clock, { merchantId });
    await hear(signup(7), signup(7), signup(8));
    await hear(signup(7));
    expect(await balances()).toEqual([200, 200]);
  });

  it.each([
    ['the programme is off', { isOn: false }],
    ['the rule is off', { signup: { isOn: false, points: 200 } }],
    ['the rule gives nothing', { signup: { isOn: true, points: 0 } }],
  ])('earns nothing while %s', async (_case, settings) => {
    await installShop(database, clock, { merchantId, settings });
    await hear(signup(7));
    expect(await balances()).toEqual([]);
  });

  it('earns nothing for an account that is older than the programme', async () => {
    await installShop(database, clock, { merchantId });
    await hear(signup(7, merchantId, '2025-11-05T09:00:00Z'), signup(8));
    expect(await balances()).toEqual([200]);
  });

  it('earns at each of several shops by its own rule', async () => {
    const other = merchantId + 500;
    await installShop(database, clock, { merchantId });
    await installShop(database, clock, { merchantId: other, settings: { signup: { isOn: true, points: 5 } } });
    await hear(signup(7), signup(7, other));
    expect([await balances(), await balances(other)]).toEqual([[200], [5]]);
  });

  it('of an unknown shop is refused, so that the event is tried again', async () => {
    await expect(hear(signup(7))).rejects.toThrow('no programme');
  });
});
