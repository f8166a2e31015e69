import { ledgerHealthSchema, type LedgerHealth } from '@loyalnest/contracts/rest/ledger-health';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimProof } from '../src/proof/proof.repository.ts';
import { ShopProofs } from '../src/proof/shop-proof.service.ts';
import { VerifyLedger } from '../src/proof/verify-ledger.job.ts';
import { recordRound } from '../src/reconciliation/reconciliation.repository.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

const path = '/v1/api/points/ledger-health';
let room: MerchantRoom;
let merchantId = 0;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
});
beforeEach(async () => {
  merchantId += 1;
  room.clock.set('2026-03-02T00:00:00Z');
  await room.databases.owner.query('delete from points.outbox_cursors');
  await room.install(merchantId);
});
afterAll(() => room.close());

async function ask(method: string, end = '', of = merchantId): Promise<LedgerHealth> {
  const { status, body } = await room.as<LedgerHealth>(of, method, `${path}${end}`);
  expect(status).toBe(200);
  return ledgerHealthSchema.parse(body);
}

const health = (of?: number) => ask('GET', '', of);
const verify = () => ask('POST', '/verify');

/** Does to the rows what only the database's owner could. */
async function tamper(statement: string): Promise<void> {
  const client = await room.databases.owner.connect();
  try {
    await client.query('set session_replication_role = replica; set search_path = points');
    await client.query(statement.replaceAll('$m', String(merchantId)));
  } finally {
    client.release(true);
  }
}

async function proofs(): Promise<number> {
  const { rows } = await room.databases.owner.query('select 1 from points.ledger_proofs where merchant_id = $1', [
    merchantId,
  ]);
  return rows.length;
}

describe('the health of a ledger', () => {
  it('knows nothing before the first night', async () => {
    expect(await health()).toEqual({ proof: null, reconciliation: null, events: { waiting: 0, oldestSeconds: null } });
  });

  it('shows what the nightly proof looked at, check by check', async () => {
    await room.order(merchantId, 1);
    const { database, clock } = room;
    const logger = createLogger({ level: 'silent', service: 'points' });
    await new VerifyLedger(database, new ShopDirectory(database), clock, logger).run();
    expect((await health()).proof).toEqual({
      ok: true,
      at: '2026-03-02T00:00:00.000Z',
      checks: [
        { name: 'balances', checked: 1, differences: 0 },
        { name: 'trial-balance', checked: 1, differences: 0 },
        { name: 'lots', checked: 1, differences: 0 },
        { name: 'redemptions', checked: 0, differences: 0 },
        { name: 'orders', checked: 1, differences: 0 },
        { name: 'business-keys', checked: 1, differences: 0 },
        { name: 'partitions', checked: 1, differences: 0 },
        { name: 'events', checked: 1, differences: 0 },
      ],
      differences: [],
    });
  });

  it('shows the last comparison with Shopify, not the sum of all', async () => {
    const watermark = new Date('2026-03-01T23:00:00Z');
    const round = { merchantId, watermark, checkedAt: room.clock.now(), checked: 90, missed: 2, failure: null };
    await room.database.forMerchant(merchantId, (tx) => recordRound(tx, round));
    const failed = {
      ...round,
      checkedAt: new Date('2026-03-02T00:15:00Z'),
      checked: 5,
      missed: 1,
      failure: 'throttled',
    };
    await room.database.forMerchant(merchantId, (tx) => recordRound(tx, failed));
    expect((await health()).reconciliation).toEqual({
      at: '2026-03-02T00:15:00.000Z',
      checked: 5,
      missed: 1,
      failure: 'throttled',
      watermark: '2026-03-01T23:00:00.000Z',
    });
  });

  it('shows the events of this shop that the slowest listener has not passed, and the age of the oldest', async () => {
    await room.install(merchantId + 500);
    await room.order(merchantId, 1);
    await room.order(merchantId + 500, 1);
    // The service's own listeners, which may begin late, have then passed everything.
    await room.settled();
    await tamper(
      `insert into outbox_cursors (consumer, xid, id) select 'quick', xid, id from outbox order by xid desc, id desc limit 1`,
    );
    expect((await health()).events).toEqual({ waiting: 0, oldestSeconds: null });
    await tamper(`insert into outbox_cursors (consumer) values ('slow')`);
    room.clock.advance(90_000);
    expect((await health()).events).toEqual({ waiting: 1, oldestSeconds: 90 });
  });

  it('is that of one shop', async () => {
    await room.install(merchantId + 500);
    await tamper('update customer_balances set pending = 5 where merchant_id = $m');
    await verify();
    expect((await health(merchantId + 500)).proof).toBeNull();
  });
});

describe('a proof that the merchant asks for', () => {
  it('is kept, and takes the place of an earlier one of the day', async () => {
    await room.order(merchantId, 1);
    expect((await verify()).proof).toMatchObject({ ok: true, at: '2026-03-02T00:00:00.000Z' });
    room.clock.advance(60_000);
    await room.order(merchantId, 2);
    // Listeners that are still at it would change what is waiting from one look to the next.
    await room.settled();
    const later = await verify();
    expect(later.proof).toMatchObject({ ok: true, at: '2026-03-02T00:01:00.000Z' });
    expect(later.proof?.checks[4]).toEqual({ name: 'orders', checked: 2, differences: 0 });
    expect(await proofs()).toBe(1);
    expect(await health()).toEqual(later);
  });

  it('says which check differs, how often, and the first of the differences', async () => {
    await tamper(
      'insert into customer_balances (merchant_id, customer_id, pending) select $m, id, 5 from generate_series(1, 120) as id',
    );
    const { proof } = await verify();
    expect(proof).toMatchObject({
      ok: false,
      checks: [{ name: 'balances', differences: 120 }, {}, {}, {}, {}, {}, {}, {}],
    });
    expect(proof?.differences).toHaveLength(100);
    expect(proof?.differences).toContainEqual({
      check: 'balances',
      message: 'customer 1: pending is 5, but the transfers add up to 0',
    });
  });

  it('counts what an older proof kept, which had no counts', async () => {
    await tamper('insert into customer_balances (merchant_id, customer_id, pending) values ($m, 1, 5)');
    await verify();
    await tamper(`update ledger_proofs set difference_counts = '{}' where merchant_id = $m`);
    expect((await health()).proof?.checks[0]).toMatchObject({ name: 'balances', differences: 1 });
  });

  it('runs once when several ask at once, and again when one asks later', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: 'info',
      service: 'test',
      destination: { write: (line) => void lines.push(line) },
    });
    const shopProofs = new ShopProofs(room.database, room.clock, logger);
    await Promise.all(['staff:1', 'staff:2', 'staff:3'].map((actor) => shopProofs.prove(merchantId, actor)));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { merchant_id: merchantId, actor: 'staff:1' },
    ]);
    await shopProofs.prove(merchantId, 'staff:2');
    expect(lines).toHaveLength(2);
  });

  it('is refused while another process runs it', async () => {
    await room.database.forMerchant(merchantId, async (tx) => {
      expect(await claimProof(tx, merchantId)).toBe(true);
      expect(await room.as(merchantId, 'POST', `${path}/verify`)).toMatchObject({
        status: 409,
        body: { code: 'request-in-progress' },
      });
    });
    expect((await verify()).proof).toMatchObject({ ok: true });
  });

  it('of one shop is not held up by another shop’s', async () => {
    await room.install(merchantId + 500);
    await room.database.forMerchant(merchantId + 500, async (tx) => {
      await claimProof(tx, merchantId + 500);
      expect((await verify()).proof).toMatchObject({ ok: true });
    });
  });
});
