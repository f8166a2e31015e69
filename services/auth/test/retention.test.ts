import { afterAll, beforeAll, expect, it } from 'vitest';
import { ForgetEvents } from '../src/retention/forget-events.job.ts';
import { startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

it('forgets each night the events that came in more than 30 days ago', async () => {
  const now = harness.simulator.world.clock.now();
  const daysAgo = (days: number) => new Date(now - days * 86_400_000);
  await harness.rows(`insert into auth.inbox (source, id, received_at) values ('test', 1, $1), ('test', 2, $2)`, [
    daysAgo(31),
    daysAgo(29),
  ]);
  await harness.running.app.get(ForgetEvents, { strict: false }).run();
  expect(await harness.rows(`select id::int from auth.inbox where source = 'test'`)).toEqual([{ id: 2 }]);
});
