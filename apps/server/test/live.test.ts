import { readEvents } from '@loyalnest/platform/live/read-events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWhole, TestShop, type Whole } from './whole.ts';

let whole: Whole;

beforeAll(async () => {
  whole = await openWhole({ METRICS_PORT: '0' });
  await TestShop.install(whole, 'watched');
});

afterAll(() => whole.close());

type Told = {
  service_name: string;
  queues: unknown[];
  outboxes: { service: string; consumer: string; waiting: number; oldestWaitingMs: number }[];
};

async function firstTold(): Promise<Told> {
  const { body } = await fetch(`http://127.0.0.1:${whole.running.metricsPort}/live/queues`);
  if (!body) throw new Error('no body');
  for await (const { data } of readEvents(body)) if (data !== '') return JSON.parse(data) as Told;
  throw new Error('ended without a word');
}

it('tells how outboxes do while somebody watches', async () => {
  const told = await firstTold();
  expect(told.service_name).toBe('auth+admin-core+points+event-tracking');
  // Jobs do not run in this whole.
  expect(told.queues).toEqual([]);
  expect(told.outboxes).toContainEqual({ service: 'admin-core', consumer: 'points', waiting: 0, oldestWaitingMs: 0 });
});

it('is not on the public port', async () => {
  for (const path of ['/live/logs', '/live/queues'])
    expect((await fetch(`${whole.running.url}${path}`)).status).toBe(404);
});
