import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventConsumer } from '../../src/events/consumer.ts';
import { toConsumer } from '../../src/events/deliver.ts';
import type { DeliveredEvent } from '../../src/events/outbox.ts';
import { Relay } from '../../src/events/relay.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});

afterAll(() => databases.close());

it('delivers every event once and in order, however many digits the transactions before it have', async () => {
  // More than one delivery takes, of transactions 50 to 599: as text, 100 comes before 99.
  await databases.owner.query(
    `insert into points.outbox (xid, merchant_id, key, type, payload, occurred_at)
     select number::text::xid8, 1, 'k', 'test.happened.v1', jsonb_build_object('number', number), now()
     from generate_series(50, 599) as number`,
  );
  const heard: number[] = [];
  const consumer = new EventConsumer({
    name: 'event-tracking',
    database: databases.as('event-tracking'),
    handlers: [
      {
        types: ['test.happened.v1'],
        handle: async (_tx, events: readonly DeliveredEvent[]) => {
          heard.push(...events.map((event) => (event.payload as { number: number }).number));
        },
      },
    ],
  });
  const logger = createLogger({ level: 'silent', service: 'test' });
  const relay = new Relay({
    source: 'points',
    database: databases.as('points'),
    destination: toConsumer({ consumer, logger }),
    logger,
  });
  await relay.drain();
  expect(heard).toEqual(Array.from({ length: 550 }, (_, index) => index + 50));
});
