import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { replayFrom } from '../../src/events/kafka/replay.ts';
import { startKafkaBroker, type KafkaBroker } from '../../src/local-servers/kafka-broker.ts';
import { freePort } from '../../src/testing/ports.ts';
import { byKey, EventBed, type Heard } from './event-bed.ts';

/** The first start on a machine fetches Kafka. */
const brokerTimeoutMs = 600_000;
/** What was away is back in use within 10 s, and then there is work to catch up with. */
const patience = { timeout: 25_000, interval: 20 };

let folder: string;
let ports: { clients: number; controller: number };
let broker: KafkaBroker;
let bed: EventBed;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-kafka-'));
  ports = { clients: await freePort(), controller: await freePort() };
  broker = await startKafkaBroker({ folder, ports });
  bed = await EventBed.open(broker.brokers);
}, brokerTimeoutMs);

afterEach(async () => {
  await bed.stopAll();
  await bed.rows('truncate event_tracking.heard; truncate event_tracking.inbox_failures');
});

afterAll(async () => {
  await bed.close();
  await broker.kill();
  rmSync(folder, { recursive: true, force: true });
});

const untilHeard = (count: number) => expect.poll(() => bed.heardCount(), patience).toBe(count);

/** Publishes 100 events every 50 ms until told to stop. */
function underLoad(): () => Promise<Heard[]> {
  let isOver = false;
  const publishing = (async () => {
    const published: Heard[] = [];
    while (!isOver) {
      published.push(...(await bed.publish(100, 50)));
      await sleep(50);
    }
    return published;
  })();
  return () => {
    isOver = true;
    return publishing;
  };
}

/** Processes of event-tracking that share its events. */
async function members(): Promise<number | undefined> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker.brokers] });
  const groups = await admin.describeGroups({ groups: ['event-tracking'] });
  await admin.close();
  return groups.get('event-tracking')?.members.size;
}

async function expectAllHeard(published: readonly Heard[]): Promise<void> {
  await untilHeard(published.length);
  expect(byKey(await bed.heard())).toEqual(byKey(published));
}

it('loses and doubles nothing when listeners come, leave, and are killed under load', async () => {
  const finish = underLoad();
  const moved = async () => {
    const count = await bed.heardCount();
    await expect.poll(() => bed.heardCount(), patience).toBeGreaterThan(count + 500);
  };
  await bed.start(undefined, ['points']);
  const first = await bed.start(undefined, ['event-tracking']);
  await moved();
  const killed = await bed.fork(['event-tracking']);
  await moved();
  await bed.start(undefined, ['event-tracking']);
  await moved();
  expect(await members()).toBe(3);
  await first.stop();
  expect(await members()).toBe(2);
  await moved();
  killed.kill('SIGKILL');
  await moved();
  await expectAllHeard(await finish());
}, 90_000);

it('hands over an event once when the process that sent it is killed before it could move its position', async () => {
  await bed.start(undefined, ['event-tracking']);
  const sender = await bed.fork(['points']);
  const before = await bed.publish(40);
  await untilHeard(40);
  const release = await bed.holdPositions();
  const after = await bed.publish(40);
  await untilHeard(80);
  sender.kill('SIGKILL');
  await release();
  await bed.start(undefined, ['points']);
  const last = await bed.publish(40);
  await expectAllHeard([...before, ...after, ...last]);
});

it('loses and doubles nothing when the broker is killed under load, and recovers within 10 s of its return', async () => {
  await bed.start();
  const finish = underLoad();
  await expect.poll(() => bed.heardCount(), patience).toBeGreaterThan(500);
  await broker.kill();
  await sleep(2_000);
  broker = await startKafkaBroker({ folder, ports });
  const isBackAt = performance.now();
  const heard = await bed.heardCount();
  await expect.poll(() => bed.heardCount(), patience).toBeGreaterThan(heard);
  expect(performance.now() - isBackAt).toBeLessThan(10_000);
  await expectAllHeard(await finish());
}, 90_000);

it('goes on within 10 s when a broker that stood still goes on', async () => {
  await bed.start();
  const finish = underLoad();
  await expect.poll(() => bed.heardCount(), patience).toBeGreaterThan(500);
  process.kill(broker.pid, 'SIGSTOP');
  await sleep(10_000);
  const heard = await bed.heardCount();
  process.kill(broker.pid, 'SIGCONT');
  const isBackAt = performance.now();
  await expect.poll(() => bed.heardCount(), patience).toBeGreaterThan(heard);
  expect(performance.now() - isBackAt).toBeLessThan(10_000);
  await expectAllHeard(await finish());
}, 90_000);

it('starts without a broker, and delivers when there is one', async () => {
  await broker.stop();
  await bed.start();
  const published = await bed.publish(100);
  expect(await bed.heardCount()).toBe(0);
  broker = await startKafkaBroker({ folder, ports });
  await expectAllHeard(published);
});

it('hears again what was sent since a time, once the inbox has forgotten it', async () => {
  const process_ = await bed.start();
  await bed.publish(50);
  await untilHeard(50);
  await sleep(20);
  const from = new Date();
  await sleep(20);
  const since = await bed.publish(70);
  await untilHeard(120);
  const { brokers } = broker;
  const options = { brokers: [brokers], consumer: 'event-tracking', from };
  expect(await replayFrom(options)).toEqual({ outcome: 'running' });
  await process_.stop();
  await bed.rows('truncate event_tracking.heard; truncate event_tracking.inbox');

  expect(await replayFrom(options)).toMatchObject({ outcome: 'moved', topics: [{ events: 70 }] });
  expect(await replayFrom({ ...options, consumer: 'nobody' })).toEqual({ outcome: 'unknown-consumer' });
  await bed.start();
  await expectAllHeard(since);
});

it('doubles nothing when the way of delivering changes, and holds no position that nobody moves', async () => {
  const changing = await EventBed.open(broker.brokers);
  const published: Heard[] = [];
  for (const [brokers, reader] of [
    [undefined, 'event-tracking'],
    [broker.brokers, 'kafka'],
    [undefined, 'event-tracking'],
  ] as const) {
    changing.deliverThrough(brokers);
    const process_ = await changing.start();
    published.push(...(await changing.publish(60)));
    await expect.poll(() => changing.heardCount(), patience).toBe(published.length);
    // The consumer's transaction ends before the one that moves the position and forgets the other way's.
    await expect
      .poll(() => changing.rows('select consumer from points.outbox_cursors'), patience)
      .toEqual([{ consumer: reader }]);
    await process_.stop();
  }
  expect(byKey(await changing.heard())).toEqual(byKey(published));
  await changing.close();
});

it('sends what cannot be handled, and what is not an event, to the dead letters', async () => {
  await bed.start((event) => {
    if ((event.payload as { number: number }).number % 10 === 3) throw new Error('this one is poison');
  });
  const producer = new Producer({
    clientId: 'stranger',
    bootstrapBrokers: [broker.brokers],
    serializers: stringSerializers,
  });
  await producer.send({ messages: [{ topic: 'loyalnest.points.events', key: '1/customer-1', value: 'no event' }] });
  await producer.close();
  const published = await bed.publish(10);
  await untilHeard(9);
  const [poison] = published.filter(({ number }) => number % 10 === 3);
  expect(await bed.setAside()).toEqual([{ number: poison?.number, error: 'this one is poison' }]);

  const consumer = new Consumer({
    groupId: 'a-person',
    clientId: 'a-person',
    bootstrapBrokers: [broker.brokers],
    deserializers: stringDeserializers,
  });
  const letters: { value: string; reason: string | undefined; type: string | undefined }[] = [];
  const stream = await consumer.consume({ topics: ['loyalnest.event-tracking.dead-letters'], mode: 'earliest' });
  stream.on('data', ({ value, headers }) =>
    letters.push({ value, reason: headers.get('reason'), type: headers.get('event-type') }),
  );
  await expect.poll(() => letters, patience).toHaveLength(2);
  await consumer.close(true);
  expect(letters).toContainEqual({
    value: JSON.stringify({ number: poison?.number }),
    reason: 'this one is poison',
    type: 'points.earned.v1',
  });
  expect(letters).toContainEqual({ value: 'no event', reason: expect.stringContaining('event-id'), type: undefined });
});
