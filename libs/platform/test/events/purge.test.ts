import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { purgeEvents } from '../../src/events/purge.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;
beforeAll(async () => {
  databases = await cloneDatabase();
});
afterAll(() => databases.close());

const now = new Date('2026-03-20T00:00:00Z');
const schemas = { points: 'points', auth: 'auth', 'admin-core': 'admin_core', 'event-tracking': 'event_tracking' };

describe.each(Object.entries(schemas))('%s', (service, schema) => {
  const rows = async (sql: string, values: unknown[] = []) => (await databases.owner.query(sql, values)).rows;
  const ids = async (table: string) =>
    (await rows(`select id from ${schema}.${table} order by id`)).map((row: { id: string }) => Number(row.id));
  const purge = () => purgeEvents(databases.as(service), now);

  it('forgets what came in after 30 days, however much it is, and keeps what was set aside', async () => {
    await rows(
      `insert into ${schema}.inbox (source, id, received_at)
       select 'test', id, timestamptz '2026-01-01' from generate_series(1, 5001) as id
       union all select 'test', 9999, '2026-02-28'`,
    );
    await rows(
      `insert into ${schema}.inbox_failures (source, id, type, event, error, failed_at)
       values ('test', 1, 'x.v1', '{}', 'x', '2025-01-01')`,
    );
    await purge();
    expect(await ids('inbox')).toEqual([9999]);
    expect(await ids('inbox_failures')).toEqual([1]);
  });

  it('forgets what went out when it is two weeks old and every consumer has passed it', async () => {
    for (const [id, at] of ['2026-03-01', '2026-03-02', '2026-03-19'].entries()) {
      await rows(
        `insert into ${schema}.outbox (id, merchant_id, key, type, payload, occurred_at) overriding system value
         values ($1, 1, 'k', 'x.v1', '{}', $2)`,
        [id + 1, at],
      );
    }
    await purge();
    expect(await ids('outbox')).toEqual([1, 2, 3]);

    const at = `from ${schema}.outbox where id`;
    await rows(`insert into ${schema}.outbox_cursors (consumer, xid, id) select 'slow', xid, id ${at} = 1`);
    await rows(`insert into ${schema}.outbox_cursors (consumer, xid, id) select 'quick', xid, id ${at} = 3`);
    await purge();
    expect(await ids('outbox')).toEqual([2, 3]);

    await rows(`delete from ${schema}.outbox_cursors where consumer = 'slow'`);
    await purge();
    await purge();
    expect(await ids('outbox')).toEqual([3]);
  });

  it('cannot remove events in any other way', async () => {
    const database = databases.as(service);
    await expect(database.forMerchant(1, (tx) => tx.query('delete from outbox'))).rejects.toMatchObject({
      code: '42501',
    });
  });
});
