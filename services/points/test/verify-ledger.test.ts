import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import type { Proof } from '../src/proof/findings.ts';
import { verifyLedger } from '../src/proof/verify-ledger.ts';
import { aRefund, aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';

let databases: TestDatabase;
let database: Database;
let intake: OrderIntake;
let ledger: Ledger;
let merchantId = 0;
const clock = new ManualClock(new Date());

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  intake = new OrderIntake(database, clock, new OutboxSignal());
  ledger = new Ledger(database);
});

beforeEach(async () => {
  merchantId += 1;
  await installShop(database, clock, { merchantId });
  await fillLedger();
});

afterAll(async () => {
  intake.onApplicationShutdown();
  await databases.close();
});

/** Three orders of two customers, one refunded in part and one cancelled, and a reward that an order used. */
async function fillLedger(): Promise<void> {
  const cancelledAt = '2026-03-01T12:00:00.000Z';
  await intake.submit({ merchantId, orderId: 1, facts: facts() });
  await intake.submit({ merchantId, orderId: 2, facts: facts({ snapshot: aSnapshot({ customerId: 8 }) }) });
  await intake.submit({ merchantId, orderId: 3, facts: facts({ snapshot: aSnapshot({ customerId: 8 }) }) });
  await intake.submit({ merchantId, orderId: 3, facts: facts({ snapshot: null, cancelledAt }) });
  const refund = aRefund({ totalMinor: 1_000 });
  await intake.submit({ merchantId, orderId: 1, facts: facts({ snapshot: null, refunds: { 900: refund } }) });
  await takeAndUseReward();
}

async function takeAndUseReward(): Promise<void> {
  const common = { customerId: 7, points: 20, redemptionId: 1_000 + merchantId, actor: 'customer' };
  await database.forMerchant(merchantId, async (tx) => {
    const [held] = await ledger.post(tx, merchantId, [{ ...common, kind: 'hold', businessKey: 'r/hold' }], clock.now());
    const [used] = await ledger.post(
      tx,
      merchantId,
      [{ ...common, kind: 'capture', businessKey: 'r/use' }],
      clock.now(),
    );
    if (held?.outcome !== 'posted' || used?.outcome !== 'posted') throw new Error('not posted');
    await tx.query(
      `insert into reward_redemptions (merchant_id, redemption_id, customer_id, reward_id, points, code, bucket, status,
         shares, hold_transfer_id, capture_transfer_id, order_id, created_at, request_key)
       overriding system value
       select $1, $2, 7, reward_id, 20, 'LOYAL1', 'x', 'captured', $3, $4, $5, 1, $6, 'request'
       from rewards where merchant_id = $1 limit 1`,
      [
        merchantId,
        common.redemptionId,
        JSON.stringify(held.transfer.lots),
        held.transfer.transferId,
        used.transfer.transferId,
        clock.now(),
      ],
    );
  });
}

async function verify(now = clock.now()): Promise<Proof> {
  const findings = await verifyLedger(database, { merchantIds: [merchantId], now });
  return findings.total();
}

/** Does to the rows what only somebody with the owner's password could: no trigger stands in the way. */
async function tamper(...statements: string[]): Promise<void> {
  const client = await databases.owner.connect();
  try {
    await client.query(`set session_replication_role = replica; set search_path = points`);
    for (const statement of statements) await client.query(statement.replaceAll('$m', String(merchantId)));
  } finally {
    client.release(true);
  }
}

async function differencesAfter(...statements: string[]): Promise<string[]> {
  await tamper(...statements);
  const proof = await verify();
  expect(proof.ok).toBe(proof.differences.length === 0);
  return proof.differences.map(({ check, difference }) => `${check}: ${difference}`);
}

describe('verify-ledger', () => {
  it('says what it checked, and finds nothing in a ledger that only the product wrote', async () => {
    expect(await verify()).toEqual({
      ok: true,
      checked: {
        merchants: 1,
        customers: 2,
        transfers: 7,
        lots: 3,
        redemptions: 1,
        orders: 3,
        businessKeys: 7,
        events: 7,
      },
      differences: [],
    });
  });

  it('finds a balance that its transfers do not add up to', async () => {
    const differences = await differencesAfter(
      'update customer_balances set pending = 5 where merchant_id = $m and customer_id = 8',
    );
    expect(differences).toEqual(['balances: customer 8: pending is 5, but the transfers add up to 0']);
  });

  it('finds a balance that has gone', async () => {
    const differences = await differencesAfter(
      'delete from customer_balances where merchant_id = $m and customer_id = 8',
      'delete from lots where merchant_id = $m and customer_id = 8',
    );
    expect(differences).toEqual([
      'balances: customer 8: there is no balance for available, but the transfers add up to 37',
    ]);
  });

  it('finds a transfer to an account that nobody has', async () => {
    const differences = await differencesAfter(
      'alter table points_transactions drop constraint transfer_kind_names_its_accounts',
      `insert into points_transactions (merchant_id, transfer_id, created_at, customer_id, kind, from_account, to_account, points, business_key, actor)
       values ($m, 1, now(), 8, 'earn', 'issued', 'lost', 3, 'lost', 'x')`,
      `insert into transfer_keys select merchant_id, business_key, transfer_id, created_at from points_transactions where merchant_id = $m and business_key = 'lost'`,
    );
    expect(differences).toEqual([
      "trial-balance: the programme's accounts gave out 47 more than they took back, but customers have 44",
    ]);
  });

  it('finds lots that hold less than is available', async () => {
    const differences = await differencesAfter(
      'update lots set remaining = remaining - 2 where merchant_id = $m and customer_id = 8 and remaining > 0',
    );
    expect(differences).toEqual(['lots: customer 8: lots hold 35, but available is 37, so they should hold 37']);
  });

  it('finds lots that hold something though the balance is below zero', async () => {
    await database.forMerchant(merchantId, (tx) =>
      ledger.post(
        tx,
        merchantId,
        [{ kind: 'clawback', customerId: 8, points: 50, businessKey: 'c', actor: 'shopify', policy: 'negative' }],
        clock.now(),
      ),
    );
    expect((await verify()).differences).toEqual([]);
    const differences = await differencesAfter(
      'update lots set remaining = 1 where merchant_id = $m and lot_id = (select min(lot_id) from lots where merchant_id = $m and customer_id = 8)',
    );
    expect(differences).toEqual(['lots: customer 8: lots hold 1, but available is -13, so they should hold 0']);
  });

  it('finds an order whose facts are due something else', async () => {
    const differences = await differencesAfter(
      `update orders set snapshot = jsonb_set(snapshot, '{lines,0,priceMinor}', '4000') where merchant_id = $m and order_id = 2`,
    );
    expect(differences).toEqual(['orders: order 2: 37 points are due as stored, 40 as computed from its facts']);
  });

  it('finds an order that posted something else than it says', async () => {
    const differences = await differencesAfter(
      'update orders set available_points = 36 where merchant_id = $m and order_id = 2',
      'update orders set pending_points = 1 where merchant_id = $m and order_id = 1',
    );
    expect(differences.toSorted()).toEqual([
      'orders: order 1: 1 points are pending, but its transfers add up to 0',
      'orders: order 2: 36 points became available, but its transfers add up to 37',
    ]);
  });

  it('finds transfers of an order that does not exist', async () => {
    const differences = await differencesAfter('delete from orders where merchant_id = $m and order_id = 2');
    expect(differences).toEqual(['orders: order 2 does not exist, but transfers that name it add up to 37']);
  });

  it('counts what a clawback could not find as forgiven', async () => {
    await installShop(database, clock, { merchantId: merchantId + 500, settings: { clawbackPolicy: 'floor' } });
    const shop = { merchantId: merchantId + 500, orderId: 1 };
    await intake.submit({ ...shop, facts: facts() });
    await database.forMerchant(shop.merchantId, (tx) =>
      ledger.post(
        tx,
        shop.merchantId,
        [{ kind: 'adjust', direction: 'debit', customerId: 7, points: 30, businessKey: 'a', actor: 'staff:1' }],
        clock.now(),
      ),
    );
    await intake.submit({ ...shop, facts: facts({ snapshot: null, cancelledAt: '2026-03-01T12:00:00.000Z' }) });
    const findings = await verifyLedger(database, { merchantIds: [shop.merchantId], now: clock.now() });
    expect(findings.total()).toMatchObject({ ok: true, differences: [], checked: { transfers: 3 } });
  });

  it('finds a redemption whose transfers do not add up to its status', async () => {
    const id = 1_000 + merchantId;
    const differences = await differencesAfter(
      `update reward_redemptions set status = 'released' where merchant_id = $m`,
    );
    expect(differences).toEqual([
      `redemptions: redemption ${id} of 20 points is released with 0 restored, but its transfers hold 20, capture 20, release 0 and restore 0`,
    ]);
  });

  it('finds a redemption that names another transfer as its hold', async () => {
    const differences = await differencesAfter(
      `update reward_redemptions set hold_transfer_id = 1 where merchant_id = $m`,
    );
    expect(differences).toEqual([
      expect.stringMatching(/^redemptions: redemption \d+ names transfer 1 as its hold; it is \d+$/),
    ]);
  });

  it('finds a capture without a hold', async () => {
    const differences = await differencesAfter(
      `update points_transactions set redemption_id = null where merchant_id = $m and kind = 'capture'`,
    );
    expect(differences.toSorted()).toEqual([
      'redemptions: 1 transfers of rewards name no redemption',
      expect.stringMatching(/^redemptions: redemption \d+ of 20 points is captured .* hold 20, capture 0,/),
    ]);
  });

  it('finds transfers of a redemption that does not exist', async () => {
    const differences = await differencesAfter('delete from reward_redemptions where merchant_id = $m');
    expect(differences).toEqual([
      `redemptions: redemption ${1_000 + merchantId} does not exist, but 2 transfers name it`,
    ]);
  });

  it('finds a transfer without its business key', async () => {
    const differences = await differencesAfter(
      `delete from transfer_keys where merchant_id = $m and business_key = 'order/2/earn'`,
    );
    expect(differences).toEqual([
      expect.stringMatching(/^business-keys: transfer \d+ says "order\/2\/earn", which is not its business key$/),
    ]);
  });

  it('finds a business key without its transfer', async () => {
    const differences = await differencesAfter(
      `insert into transfer_keys (merchant_id, business_key, transfer_id, created_at) values ($m, 'ghost', 5, now())`,
    );
    expect(differences).toEqual(['business-keys: business key "ghost" names transfer 5, which does not exist']);
  });

  it('finds transfers that no month has a partition for', async () => {
    const differences = await differencesAfter(
      `update points_transactions set created_at = '2001-01-01' where merchant_id = $m and business_key = 'order/2/earn'`,
      `update transfer_keys set created_at = '2001-01-01' where merchant_id = $m and business_key = 'order/2/earn'`,
    );
    expect(differences).toEqual(["partitions: 1 transfers are in no month's partition"]);
  });

  it('finds events that wait for a consumer longer than a delivery takes', async () => {
    await tamper(`insert into outbox_cursors (consumer) values ('event-tracking') on conflict do nothing`);
    try {
      expect((await verify()).differences).toEqual([]);
      const later = await verify(new Date(clock.now().getTime() + 10 * 60_000));
      expect(later.differences).toEqual([
        {
          check: 'events',
          merchantId,
          difference: expect.stringMatching(/^7 events of points wait for event-tracking, the oldest since /),
        },
      ]);
    } finally {
      await tamper('delete from outbox_cursors');
    }
  });

  it('finds an event that was set aside', async () => {
    const differences = await differencesAfter(
      `insert into inbox_failures (source, id, type, event, error) values ('admin-core', $m, 'customer.merged.v1', '{"merchantId": $m}', 'x')`,
    );
    expect(differences).toEqual([
      `events: customer.merged.v1 ${merchantId} from admin-core could not be handled by points and was set aside`,
    ]);
  });

  // Going through all customers for every order would take minutes, and the test would time out.
  it('compares whole tables though PostgreSQL has no statistics of them yet', async () => {
    await tamper(
      'insert into orders (merchant_id, order_id, revision, customer_id) select $m, id, 1, id from generate_series(100, 20000) as id',
      'insert into customer_balances (merchant_id, customer_id) select $m, id from generate_series(100, 20000) as id',
    );
    expect(await verify()).toMatchObject({ ok: true, checked: { orders: 19_904, customers: 19_903 } });
  });

  it('looks at the shops it is asked about and no others', async () => {
    await tamper('update customer_balances set pending = 5 where merchant_id = $m');
    await installShop(database, clock, { merchantId: merchantId + 700 });
    const findings = await verifyLedger(database, { merchantIds: [merchantId + 700], now: clock.now() });
    expect(findings.total()).toMatchObject({ ok: true, checked: { merchants: 1, customers: 0 } });
  });
});

describe('the command verify-ledger', () => {
  async function run(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
    const program = fileURLToPath(new URL('../src/proof/cli.ts', import.meta.url));
    const env = { ...process.env, DATABASE_URL: databases.ownerUrl, DATABASE_ROLE_SECRET: databases.roleSecret };
    const child = spawn(process.execPath, [program, ...args], { env });
    const [[exitCode], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
    return { exitCode: exitCode as number, out, err };
  }

  const shop = () => `shop-${merchantId}.myshopify.com`;

  it('ends with 0 and a line for each check when there are no differences', async () => {
    const { exitCode, out } = await run('--shop', shop());
    expect(out.match(/^ok /gm)).toHaveLength(8);
    expect({ exitCode, end: out.split('\n').at(-2) }).toEqual({ exitCode: 0, end: 'No differences.' });
  });

  it('ends with 1 and names shop and difference, in JSON too', async () => {
    await tamper('update customer_balances set pending = 5 where merchant_id = $m and customer_id = 8');
    const difference = 'customer 8: pending is 5, but the transfers add up to 0';
    const forPeople = await run('--shop', shop());
    expect(forPeople.out).toContain(`${shop()}: balances: ${difference}`);
    expect(forPeople.exitCode).toBe(1);
    const forPrograms = await run('--json', '--shop', shop());
    expect(forPrograms.exitCode).toBe(1);
    expect(JSON.parse(forPrograms.out)).toMatchObject({
      ok: false,
      checked: { merchants: 1, customers: 2 },
      differences: [{ shop: shop(), check: 'balances', difference }],
    });
  });

  /** Events of admin-core's that points is to hear, so many minutes old. */
  async function publishedByAdminCore(of: { merchantId: number; minutesOld: number }): Promise<void> {
    await tamper(
      `insert into admin_core.outbox_cursors (consumer) values ('points') on conflict do nothing`,
      `insert into admin_core.outbox (merchant_id, key, type, payload, occurred_at)
       values (${of.merchantId}, 'k', 'merchant.updated.v1', '{}', now() - interval '${of.minutesOld} minutes')`,
    );
  }

  async function differences(...args: string[]): Promise<unknown> {
    const { out } = await run('--json', ...args);
    return (JSON.parse(out) as { differences: unknown }).differences;
  }

  it('takes events of other services that are on their way for what they are', async () => {
    await publishedByAdminCore({ merchantId, minutesOld: 4 });
    const { exitCode, out } = await run('--json', '--shop', shop());
    expect(JSON.parse(out)).toMatchObject({ ok: true, checked: { merchants: 1, events: 8 }, differences: [] });
    expect(exitCode).toBe(0);
  });

  it('finds events of other services that were not delivered, also of a shop that points never heard of', async () => {
    const unheardOf = merchantId + 900;
    await publishedByAdminCore({ merchantId, minutesOld: 6 });
    await publishedByAdminCore({ merchantId: unheardOf, minutesOld: 6 });
    const difference = expect.stringMatching(/^1 events of admin-core wait for points, the oldest since /);
    const own = { shop: shop(), check: 'events', merchantId, difference };
    try {
      expect(await differences('--shop', shop())).toEqual([own]);
      expect(await differences()).toEqual(
        expect.arrayContaining([own, { ...own, shop: String(unheardOf), merchantId: unheardOf }]),
      );
    } finally {
      await tamper('delete from admin_core.outbox');
    }
  });

  it('finds events that another service set aside', async () => {
    await tamper(
      `insert into event_tracking.inbox_failures (source, id, type, event, error)
       values ('points', $m, 'points.earned.v1', '{"merchantId": $m}', 'x')`,
    );
    expect(await differences('--shop', shop())).toEqual([
      {
        shop: shop(),
        check: 'events',
        merchantId,
        difference: `points.earned.v1 ${merchantId} from points could not be handled by event-tracking and was set aside`,
      },
    ]);
  });

  it('ends with 2 on wrong usage', async () => {
    expect(await run('--jsn')).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringContaining('verify-ledger [--json]'),
    });
    expect(await run('--shop', 'nobody.myshopify.com')).toMatchObject({ exitCode: 2, out: '' });
  });
});
