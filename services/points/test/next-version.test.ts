import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@loyalnest/platform/database/migrate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';
import { aRefund } from './orders.ts';
import { takeReward } from './redemptions.ts';

const merchantId = 1;
const customers = 7;
let room: MerchantRoom;
let servicesDir: string;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
  await room.install(merchantId);
  servicesDir = mkdtempSync(join(tmpdir(), 'loyalnest-next-version-'));
  cpSync(fileURLToPath(new URL('../migrations', import.meta.url)), join(servicesDir, 'points/migrations'), {
    recursive: true,
  });
});
afterAll(async () => {
  await room.close();
  rmSync(servicesDir, { recursive: true });
});

/** Every kind of change that a migration may bring while this version runs; the columns in every table there is. */
async function writeNextMigrations(): Promise<number> {
  const { rows } = await room.databases.owner.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'points'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname`,
  );
  const columns = rows.map(
    ({ name }) => `alter table ${name} add column next_note text, add column next_count bigint not null default 0;`,
  );
  const texts = [
    ...columns,
    `create table next_things (merchant_id bigint not null, thing_id bigint not null, primary key (merchant_id, thing_id));
     call loyalnest.separate_tenants('next_things');
     grant select, insert on next_things to loyalnest_points;`,
    '-- Outside a transaction: it is built while orders come in.\ncreate index concurrently next_orders on orders (order_id, merchant_id);',
    '-- Outside a transaction: it is built while orders come in.\ncreate unique index concurrently next_lots on lots (lot_id, customer_id, merchant_id);',
    'alter table lots add constraint next_lots unique using index next_lots;',
    'alter table customer_balances add constraint next_positive check (available >= next_count) not valid;',
    'alter table customer_balances validate constraint next_positive;',
  ];
  for (const [index, text] of texts.entries())
    writeFileSync(join(servicesDir, 'points/migrations', `${9_000 + index}_next.sql`), text);
  return texts.length;
}

/** One order and what may come after it. Throws when anything is not answered as it should be. */
async function trade(number: number): Promise<void> {
  const customerId = 1 + (number % customers);
  await room.order(merchantId, number, { customerId, totalMinor: 3_700 });
  if (number % 3 === 0) {
    const refunds = { [number]: aRefund({ id: number, totalMinor: 700 }) };
    await room.order(merchantId, number, { customerId, updatedAt: '2026-03-01T11:00:00.000Z' }, { refunds });
  }
  if (number % 5 === 0) {
    const taken = { merchantId, customerId, redemptionId: number, points: 3, code: `CODE${number}` };
    const ledger = room.running.app.get(Ledger, { strict: false });
    await takeReward(room.database, ledger, { ...taken, now: room.clock.now() });
    await room.order(merchantId, 1_000_000 + number, { customerId, codes: [taken.code] });
  }
  const adjusted = await room.as(merchantId, 'POST', '/v1/api/points/adjust', {
    body: { customerId, points: 1, reason: 'Thanks' },
    headers: { 'idempotency-key': `adjust-${number}` },
  });
  expect(adjusted.status).toBe(201);
  const pages = [`balance?customerId=${customerId}`, `history?customerId=${customerId}`, `members/${customerId}`];
  for (const page of [...pages, 'members', 'activity', 'overview', 'settings', 'ledger-health']) {
    const { status } = await room.as(merchantId, 'GET', `/v1/api/points/${page}`);
    expect([page, status]).toEqual([page, 200]);
  }
}

it('goes on while the next version’s migrations run and after them, and its ledger adds up', async () => {
  let number = 1;
  let isOver = false;
  const failures: unknown[] = [];
  const trading = Array.from({ length: 4 }, async () => {
    while (!isOver && failures.length === 0) await trade((number += 1)).catch((error: unknown) => failures.push(error));
  });
  const more = (count: number) => {
    const start = number;
    return expect.poll(() => number > start + count || failures.length > 0).toBe(true);
  };
  try {
    await more(20);
    const count = await writeNextMigrations();
    const { ownerUrl, roleSecret } = room.databases;
    const { applied } = await migrate({ ownerUrl, roleSecret, servicesDir });
    expect(applied).toHaveLength(count);
    await more(20);
  } finally {
    isOver = true;
    await Promise.all(trading);
  }
  expect(failures).toEqual([]);
  await room.expectProven(merchantId);
  const { rows } = await room.databases.owner.query<{ orders: number }>(
    'select count(*)::int as orders from points.orders where order_id between 2 and $1',
    [number],
  );
  expect(rows).toEqual([{ orders: number - 1 }]);
});
