import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRoom, type Room } from './room.ts';

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

it('forgets each night the events that came in more than 30 days ago', async () => {
  const daysAgo = (days: number) => new Date(room.clock.now().getTime() - days * 86_400_000);
  await room.rows(
    `insert into event_tracking.inbox (source, id, received_at) values ('test', 1, $1), ('test', 2, $2)`,
    [daysAgo(31), daysAgo(29)],
  );
  await room.job('forget-events');
  expect(await room.rows('select id::int from event_tracking.inbox')).toEqual([{ id: 2 }]);
});
