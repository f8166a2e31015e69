import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startKafkaBroker, type KafkaBroker } from '../../src/local-servers/kafka-broker.ts';
import { freePort } from '../../src/testing/ports.ts';
import { byKey, EventBed, type EventProcess } from './event-bed.ts';

/** The first start on a machine fetches Kafka. */
const brokerTimeoutMs = 600_000;
/** A group of consumers finds together within seconds. */
const patience = { timeout: 20_000, interval: 20 };

let folder: string;
let broker: KafkaBroker;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-events-'));
  const ports = { clients: await freePort(), controller: await freePort() };
  broker = await startKafkaBroker({ folder, ports });
}, brokerTimeoutMs);

afterAll(async () => {
  await broker.kill();
  rmSync(folder, { recursive: true, force: true });
});

const adapters = { 'within a process': () => undefined, 'through Kafka': () => broker.brokers };

/** Events that a process knows to be on their way. */
async function behind({ events }: EventProcess): Promise<number> {
  return (await events.lag()).reduce((sum, lag) => sum + lag.events, 0);
}

describe.each(Object.entries(adapters))('events %s', (_name, brokers) => {
  let bed: EventBed;

  beforeAll(async () => {
    bed = await EventBed.open(brokers());
  });

  afterEach(async () => {
    await bed.stopAll();
    await bed.rows('truncate event_tracking.heard; truncate event_tracking.inbox_failures');
  });

  afterAll(() => bed.close());

  const untilHeard = (count: number) => expect.poll(() => bed.heardCount(), patience).toBe(count);

  it('hands over each event once, those of a key in the order they were committed', async () => {
    await bed.start();
    const published = await bed.publish(1_700);
    await untilHeard(1_700);
    expect(byKey(await bed.heard())).toEqual(byKey(published));
  });

  it('hands over what was committed while nobody ran', async () => {
    const published = await bed.publish(60);
    await bed.start();
    await untilHeard(60);
    expect(byKey(await bed.heard())).toEqual(byKey(published));
  });

  it('drops what comes again', async () => {
    await bed.start();
    const before = await bed.publish(60);
    await untilHeard(60);
    await bed.rows(`update points.outbox_cursors set xid = '0', id = 0`);
    const after = await bed.publish(10);
    await untilHeard(70);
    expect(byKey(await bed.heard())).toEqual(byKey([...before, ...after]));
  });

  it('sets an event aside that fails again and again, and goes on with those behind it', async () => {
    const attempts: number[] = [];
    await bed.start((event) => {
      const { number } = event.payload as { number: number };
      if (number % 100 !== 50) return;
      attempts.push(number);
      throw new Error('this one is poison');
    });
    const published = await bed.publish(200);
    await untilHeard(198);
    const poison = published.filter(({ number }) => number % 100 === 50);
    expect(poison).toHaveLength(2);
    expect(await bed.setAside()).toEqual(poison.map(({ number }) => ({ number, error: 'this one is poison' })));
    expect(byKey(await bed.heard())).toEqual(byKey(published.filter((event) => !poison.includes(event))));
    for (const { number } of poison) expect(attempts.filter((one) => one === number).length).toBeGreaterThanOrEqual(3);
  });

  it('waits while the database of the listener is away, and sets nothing aside', async () => {
    await bed.start();
    const before = await bed.publish(20);
    await untilHeard(20);
    bed.cutConsumer();
    const after = await bed.publish(20);
    await expect.poll(() => bed.refusedConnections, patience).toBeGreaterThanOrEqual(3);
    bed.mendConsumer();
    await untilHeard(40);
    expect(await bed.setAside()).toEqual([]);
    expect(byKey(await bed.heard())).toEqual(byKey([...before, ...after]));
  });

  it('handles an event once when the sender ends between sending and moving its position', async () => {
    const process_ = await bed.start();
    const before = await bed.publish(30);
    await untilHeard(30);
    const release = await bed.holdPositions();
    const after = await bed.publish(30);
    await untilHeard(60);
    await expect.poll(() => bed.endSender(), patience).toBe(1);
    await release();
    const last = await bed.publish(30);
    await untilHeard(90);
    await expect.poll(() => behind(process_), patience).toBe(0);
    expect(byKey(await bed.heard())).toEqual(byKey([...before, ...after, ...last]));
  });

  it('hands over each event once and in order when two processes run', async () => {
    await bed.start();
    await bed.start();
    const published = await bed.publish(2_000, 40);
    await untilHeard(2_000);
    expect(byKey(await bed.heard())).toEqual(byKey(published));
  });

  it('tells how far behind a listener is', async () => {
    const process_ = await bed.start();
    await bed.publish(10);
    await untilHeard(10);
    await expect.poll(() => behind(process_), patience).toBe(0);
    bed.cutConsumer();
    await bed.publish(25);
    await expect.poll(() => behind(process_), patience).toBe(25);
    expect((await process_.events.lag()).map(({ source, consumer }) => [source, consumer])).toContainEqual([
      'points',
      'event-tracking',
    ]);
    bed.mendConsumer();
    await expect.poll(() => behind(process_), patience).toBe(0);
  });
});
