import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { createPool } from '../../src/database/pool.ts';
import { publish } from '../../src/events/publish.ts';
import type { Reading } from '../../src/telemetry/instruments.ts';
import { roomMetrics } from '../../src/telemetry/room-metrics.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';
import { freePort } from '../../src/testing/ports.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});

afterAll(() => databases.close());

async function read(database: Database): Promise<(name: string) => readonly { labels: object; value: unknown }[]> {
  const sources = roomMetrics({ service: { name: 'points' }, database });
  const readings: Reading[] = (await Promise.all(sources.map(async (source) => source.read()))).flat();
  return (name) => readings.find((reading) => reading.name === `loyalnest_${name}`)?.samples ?? [];
}

it('says of each consumer how many events wait for it, and since when', async () => {
  const database = databases.as('points');
  const event = { merchantId: 1, key: 'k', type: 'test.happened.v1', payload: {} };
  const [early, late] = [90_000, 1_000].map((ms) => new Date(Date.now() - ms));
  for (const at of [early!, late!]) await database.forMerchant(1, (tx) => publish(tx, [event], at));
  await databases.owner.query(
    `insert into points.outbox_cursors (consumer, xid, id)
     select 'quick', xid, id from points.outbox order by xid desc, id desc limit 1`,
  );
  await databases.owner.query(`insert into points.outbox_cursors (consumer) values ('slow')`);
  const found = await read(database);
  const of = (consumer: string) => ({ service: 'points', consumer });
  expect(found('consumer_lag_events')).toEqual([
    { labels: of('quick'), value: 0 },
    { labels: of('slow'), value: 2 },
  ]);
  const [quick, slow] = found('outbox_oldest_event_age_seconds');
  expect(quick).toEqual({ labels: of('quick'), value: 0 });
  expect(slow?.value).toBeGreaterThanOrEqual(90);
  expect(slow?.value).toBeLessThan(120);
  expect(found('inbox_failures')).toEqual([{ labels: { service: 'points' }, value: 0 }]);
  expect(found('database_up')).toEqual([{ labels: { service: 'points' }, value: 1 }]);
});

it('says that the database is away, and how many wait for a connection', async () => {
  const connectionString = `postgres://nobody:nothing@127.0.0.1:${await freePort()}/none`;
  const pool = createPool({ connectionString, max: 3, applicationName: 'test' });
  onTestFinished(() => pool.end());
  const found = await read(new Database(pool));
  expect(found('database_up')).toEqual([{ labels: { service: 'points' }, value: 0 }]);
  expect(found('database_connections_max')).toEqual([{ labels: { service: 'points' }, value: 3 }]);
  expect(found('database_waiting_requests')).toHaveLength(1);
});
