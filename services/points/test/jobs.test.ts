import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import { ManualClock } from '@loyalnest/platform/clock';
import type { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { cloneDatabase, type TestDatabase } from '@loyalnest/platform/testing/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovePoints } from '../src/approval/approve-points.job.ts';
import { ExpirePoints } from '../src/expiry/expire-points.job.ts';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { MakePartitions } from '../src/partitions/make-partitions.job.ts';
import { VerifyLedger } from '../src/proof/verify-ledger.job.ts';
import { verifyLedger } from '../src/proof/verify-ledger.ts';
import { ForgetOldRows } from '../src/retention/forget.job.ts';
import { aSnapshot, facts } from './orders.ts';
import { installShop } from './programme.ts';
import { takeReward } from './redemptions.ts';

let databases: TestDatabase;
let database: Database;
let intake: OrderIntake;
let ledger: Ledger;
let merchantId = 0;
const clock = new ManualClock('2026-03-02T00:00:00Z');
const signal = new OutboxSignal();
const afterFiveDays = { ...defaultProgrammeSettings.purchase, approvalDays: 5 };
const dayMs = 24 * 60 * 60 * 1_000;

let logged: { level: string; msg: string }[] = [];
const logger = createLogger({
  level: 'info',
  service: 'points',
  destination: { write: (line: string) => void logged.push(JSON.parse(line) as { level: string; msg: string }) },
});

beforeAll(async () => {
  databases = await cloneDatabase();
  database = databases.as('points');
  intake = new OrderIntake(database, clock, signal);
  ledger = new Ledger(database);
  await databases.owner.query(`select points.ensure_transaction_partitions('2026-03-01', 3)`);
});

beforeEach(() => {
  merchantId += 1;
  logged = [];
  clock.set('2026-03-02T00:00:00Z');
});

afterAll(async () => {
  intake.onApplicationShutdown();
  await databases.close();
});

async function balance(customerId = 7) {
  const { rows } = await databases.owner.query<{ pending: number; available: number; held: number }>(
    `select pending::int, available::int, held::int from points.customer_balances
     where merchant_id = $1 and customer_id = $2`,
    [merchantId, customerId],
  );
  return rows[0];
}

async function transfersOf(kind: string): Promise<string[]> {
  const { rows } = await databases.owner.query<{ points: string; business_key: string }>(
    `select points, business_key from points.points_transactions where merchant_id = $1 and kind = $2 order by transfer_id`,
    [merchantId, kind],
  );
  return rows.map((row) => `${row.points} ${row.business_key}`);
}

async function expectProven(): Promise<void> {
  const findings = await verifyLedger(database, { merchantIds: [merchantId], now: clock.now() });
  expect(findings.total().differences).toEqual([]);
}

/** A database whose connection breaks before its `nth` transaction, as if the process had been killed there. */
function dyingAt(nth: number): Database {
  let count = 0;
  return Object.assign(Object.create(database) as Database, {
    forMerchants: (...args: Parameters<Database['forMerchants']>) => {
      count += 1;
      if (count >= nth) return Promise.reject(Object.assign(new Error('killed'), { code: '57P01' }));
      return database.forMerchants(...args);
    },
  });
}

function approval(of = database): ApprovePoints {
  return new ApprovePoints(of, new ShopDirectory(database), clock, signal, logger);
}

function expiry(of = database): ExpirePoints {
  return new ExpirePoints(of, new ShopDirectory(database), ledger, clock, signal, logger);
}

describe('approving points', () => {
  async function ordersOf(count: number): Promise<void> {
    await installShop(database, clock, { merchantId, settings: { purchase: afterFiveDays } });
    const orders = Array.from({ length: count }, (_, index) => ({
      merchantId,
      orderId: index + 1,
      facts: facts({ snapshot: aSnapshot({ customerId: (index % 50) + 1 }) }),
    }));
    await Promise.all(orders.map((order) => intake.submit(order)));
  }

  it('leaves them pending while their window runs, and makes them available when it ends', async () => {
    await ordersOf(1);
    clock.set('2026-03-06T09:59:59Z');
    await approval().run();
    expect(await balance(1)).toEqual({ pending: 37, available: 0, held: 0 });
    clock.set('2026-03-06T10:00:00Z');
    await approval().run();
    expect(await balance(1)).toEqual({ pending: 0, available: 37, held: 0 });
    expect(await transfersOf('approve')).toEqual(['37 order/1/approve/2']);
  });

  it('approves each order once when it runs twice, and when two processes run it at once', async () => {
    await ordersOf(300);
    clock.advance(10 * dayMs);
    await Promise.all([approval().run(), approval().run()]);
    await approval().run();
    expect(await transfersOf('approve')).toHaveLength(300);
    expect(await balance(1)).toEqual({ pending: 0, available: 6 * 37, held: 0 });
    await expectProven();
  });

  it('goes on where it was killed', async () => {
    await ordersOf(300);
    clock.advance(10 * dayMs);
    await expect(approval(dyingAt(4)).run()).rejects.toThrow('killed');
    const before = await transfersOf('approve');
    expect(before).toHaveLength(128);
    await approval().run();
    expect(await transfersOf('approve')).toHaveLength(300);
    await expectProven();
  });

  it('approves nothing of an order that was cancelled meanwhile', async () => {
    await ordersOf(1);
    await intake.submit({
      merchantId,
      orderId: 1,
      facts: facts({ snapshot: null, cancelledAt: '2026-03-03T00:00:00.000Z' }),
    });
    clock.advance(10 * dayMs);
    await approval().run();
    expect(await transfersOf('approve')).toEqual([]);
  });

  it('approves the others when one cannot be', async () => {
    await ordersOf(3);
    await databases.owner.query(
      'update points.customer_balances set pending = 0 where merchant_id = $1 and customer_id = 2',
      [merchantId],
    );
    clock.advance(10 * dayMs);
    await approval().run();
    expect(await transfersOf('approve')).toHaveLength(2);
    expect(logged).toMatchObject([{ level: 'error', msg: 'points not approved', merchant_id: merchantId, orderId: 2 }]);
  });

  it('gives points that expire their time from the day they can be spent', async () => {
    await installShop(database, clock, {
      merchantId,
      settings: { purchase: afterFiveDays, expiry: { afterMonths: 1 } },
    });
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    clock.set('2026-03-31T00:00:00Z');
    await approval().run();
    const { rows } = await databases.owner.query(
      'select earned_at, expires_at from points.lots where merchant_id = $1',
      [merchantId],
    );
    expect(rows).toEqual([
      { earned_at: new Date('2026-03-01T10:00:00Z'), expires_at: new Date('2026-04-30T00:00:00Z') },
    ]);
  });
});

describe('expiring points', () => {
  async function ordersOf(count: number): Promise<void> {
    await installShop(database, clock, { merchantId, settings: { expiry: { afterMonths: 1 } } });
    const orders = Array.from({ length: count }, (_, index) => ({
      merchantId,
      orderId: index + 1,
      facts: facts({ snapshot: aSnapshot({ customerId: (index % 50) + 1 }) }),
    }));
    await Promise.all(orders.map((order) => intake.submit(order)));
  }

  it('takes a lot out of available when its date has passed, and not before', async () => {
    await ordersOf(1);
    clock.set('2026-04-01T23:59:59Z');
    await expiry().run();
    expect(await balance(1)).toMatchObject({ available: 37 });
    clock.set('2026-04-02T00:00:00Z');
    await expiry().run();
    expect(await balance(1)).toMatchObject({ available: 0 });
    await expectProven();
  });

  it('expires each lot once when it runs twice, and when two processes run it at once', async () => {
    await ordersOf(300);
    clock.advance(60 * dayMs);
    await Promise.all([expiry().run(), expiry().run()]);
    await expiry().run();
    expect(await transfersOf('expire')).toHaveLength(300);
    expect(await balance(1)).toEqual({ pending: 0, available: 0, held: 0 });
    await expectProven();
  });

  it('goes on where it was killed', async () => {
    await ordersOf(300);
    clock.advance(60 * dayMs);
    await expect(expiry(dyingAt(2)).run()).rejects.toThrow('killed');
    await expiry().run();
    expect(await transfersOf('expire')).toHaveLength(300);
    await expectProven();
  });

  it('lets held points be; given back after their date they last another 7 days, then expire', async () => {
    await ordersOf(1);
    await takeReward(database, ledger, {
      merchantId,
      customerId: 1,
      redemptionId: merchantId,
      points: 30,
      code: 'LOYAL',
      now: clock.now(),
    });
    clock.set('2026-04-05T00:00:00Z');
    await expiry().run();
    expect(await balance(1)).toEqual({ pending: 0, available: 0, held: 30 });

    await database.forMerchant(merchantId, async (tx) => {
      const rows = await tx.query<{ shares: [number, number][] }>(
        `update reward_redemptions set status = 'released' where merchant_id = $1 returning shares`,
        [merchantId],
      );
      const entry = { customerId: 1, points: 30, redemptionId: merchantId, businessKey: 'release', actor: 'job' };
      await ledger.post(tx, merchantId, [{ ...entry, kind: 'release', shares: rows[0]!.shares }], clock.now());
    });
    clock.set('2026-04-11T23:00:00Z');
    await expiry().run();
    expect(await balance(1)).toMatchObject({ available: 30 });
    clock.set('2026-04-12T00:00:00Z');
    await expiry().run();
    expect(await balance(1)).toEqual({ pending: 0, available: 0, held: 0 });
    expect(await transfersOf('expire')).toHaveLength(2);
    await expectProven();
  });
});

describe('making partitions', () => {
  async function partitions(): Promise<string[]> {
    const { rows } = await databases.owner.query<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits
       where inhparent = 'points.points_transactions'::regclass order by 1`,
    );
    return rows.map(({ name }) => name.replace('points.points_transactions_', ''));
  }

  it('makes this month and the next three, once, also when two processes do', async () => {
    clock.set('2031-11-15T00:00:00Z');
    const job = () => new MakePartitions(database, clock, logger).run();
    await Promise.all([job(), job()]);
    await job();
    const made = (await partitions()).filter((name) => name >= '2031' && name < '2033');
    expect(made).toEqual(['203111', '203112', '203201', '203202']);
    expect(logged.map(({ level, msg }) => `${level} ${msg}`)).toEqual(['info partitions made']);
  });

  it('makes them at the start too, and lets the service start though it cannot', async () => {
    clock.set('2033-01-15T00:00:00Z');
    await new MakePartitions(database, clock, logger).start();
    expect(await partitions()).toContain('203304');
    const broken = Object.assign(Object.create(database) as Database, {
      forNoMerchant: () => Promise.reject(new Error('away')),
    });
    await new MakePartitions(broken, clock, logger).start();
    expect(logged.at(-1)).toMatchObject({ level: 'error', msg: 'partitions not made' });
  });

  it('takes transfers of a month it made into that month', async () => {
    clock.set('2031-12-31T23:59:59.999Z');
    await installShop(database, clock, { merchantId });
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    const { rows } = await databases.owner.query(
      'select tableoid::regclass::text as name from points.points_transactions where merchant_id = $1',
      [merchantId],
    );
    expect(rows).toEqual([{ name: 'points.points_transactions_203112' }]);
  });

  it('complains about transfers that no month has a partition for', async () => {
    clock.set('2041-01-01T00:00:00Z');
    await installShop(database, clock, { merchantId });
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    clock.set('2031-11-15T00:00:00Z');
    await new MakePartitions(database, clock, logger).run();
    expect(logged).toMatchObject([{ level: 'error', transfers: 1 }]);
  });
});

describe('forgetting old rows', () => {
  const forget = () => new ForgetOldRows(database, new ShopDirectory(database), clock).run();
  const count = async (table: string, where = 'true') => {
    const { rows } = await databases.owner.query<{ count: number }>(
      `select count(*)::int as count from points.${table} where ${where}`,
    );
    return rows[0]!.count;
  };

  it('removes answers to requests after 30 days', async () => {
    await installShop(database, clock, { merchantId });
    await database.forMerchant(merchantId, (tx) =>
      tx.query(
        `insert into idempotency_keys (merchant_id, caller, key, request_hash, created_at)
         values ($1, 'x', 'old', '', $2), ($1, 'x', 'new', '', $3)`,
        [merchantId, new Date('2026-01-30T00:00:00Z'), new Date('2026-02-01T00:00:00Z')],
      ),
    );
    await forget();
    await forget();
    expect(await count('idempotency_keys', `merchant_id = ${merchantId}`)).toBe(1);
  });

  it('removes what came in after 30 days, however much it is', async () => {
    await databases.owner.query(
      `insert into points.inbox (source, id, received_at)
       select 'test', id, timestamptz '2026-01-01' from generate_series(1, 5001) as id
       union all select 'test', 9999, '2026-02-28'`,
    );
    await forget();
    expect(await count('inbox', `source = 'test'`)).toBe(1);
  });

  it('removes an event when every consumer has passed it and it is two weeks old, and no transfer', async () => {
    await databases.owner.query('truncate points.outbox');
    await installShop(database, clock, { merchantId });
    clock.set('2026-03-01T00:00:00Z');
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    await intake.submit({ merchantId, orderId: 2, facts: facts() });
    clock.set('2026-03-20T00:00:00Z');
    await intake.submit({ merchantId, orderId: 3, facts: facts() });

    await forget();
    expect(await count('outbox')).toBe(3);

    const { rows } = await databases.owner.query<{ xid: string; id: string }>(
      'select xid::text, id from points.outbox order by xid, id',
    );
    const at = (index: number) => [rows[index]!.xid, rows[index]!.id];
    await databases.owner.query(
      `insert into points.outbox_cursors (consumer, xid, id) values ('slow', $1, $2), ('quick', $3, $4)`,
      [...at(0), ...at(2)],
    );
    await forget();
    expect(await count('outbox')).toBe(2);

    await databases.owner.query(`delete from points.outbox_cursors where consumer = 'slow'`);
    await forget();
    expect(await count('outbox')).toBe(1);
    expect(await transfersOf('earn')).toHaveLength(3);
    await databases.owner.query('delete from points.outbox_cursors');
  });
});

describe('the nightly proof', () => {
  const prove = () => new VerifyLedger(database, new ShopDirectory(database), clock, logger).run();

  async function proofs() {
    const { rows } = await databases.owner.query<{ is_ok: boolean; checked: unknown; differences: unknown[] }>(
      'select is_ok, checked, differences from points.ledger_proofs where merchant_id = $1',
      [merchantId],
    );
    return rows;
  }

  it('keeps one result per merchant and day', async () => {
    await installShop(database, clock, { merchantId });
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    await prove();
    clock.advance(60_000);
    await prove();
    expect(await proofs()).toMatchObject([{ is_ok: true, checked: { transfers: 1, orders: 1 }, differences: [] }]);
    clock.advance(dayMs);
    await prove();
    expect(await proofs()).toHaveLength(2);
  });

  it('keeps and reports differences, and mends none', async () => {
    await installShop(database, clock, { merchantId });
    await intake.submit({ merchantId, orderId: 1, facts: facts() });
    await databases.owner.query('update points.customer_balances set pending = 5 where merchant_id = $1', [merchantId]);
    await prove();
    expect(await proofs()).toMatchObject([{ is_ok: false, differences: [{ check: 'balances' }] }]);
    expect(await balance()).toMatchObject({ pending: 5 });
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 'error', merchant_id: merchantId, msg: 'the ledger does not prove' }),
    );
  });
});
