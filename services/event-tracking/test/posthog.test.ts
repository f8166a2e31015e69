import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFakePostHog, type FakePostHog } from './fake-posthog.ts';
import { aMerchantEvent, anEarning, openRoom, type Room } from './room.ts';

let posthog: FakePostHog;
let room: Room;
const key = 'phc_test';

beforeEach(async () => {
  posthog = await startFakePostHog(key);
});
afterEach(async () => {
  await room.close();
  await posthog.close();
});

const configured = () => ({ POSTHOG_HOST: posthog.url, POSTHOG_KEY: key });
const patience = { timeout: 20_000, interval: 20 };
const sent = (count: number) => vi.waitFor(() => expect(posthog.events()).toHaveLength(count), patience);
const earnings = (count: number) => Array.from({ length: count }, (_, index) => anEarning(7, index + 1));

describe('PostHog', () => {
  it('gets every event once, in order, with nobody’s id', async () => {
    room = await openRoom(configured());
    const events = earnings(3);
    for (const event of events) await room.consumer.receive([event]);
    await room.consumer.receive([aMerchantEvent('merchant.uninstalled.v1', 7)]);
    await sent(4);
    const [first, second] = posthog.events();
    expect(posthog.events().map(({ event }) => event)).toEqual([
      'points_earned',
      'points_earned',
      'points_earned',
      'merchant_uninstalled',
    ]);
    expect(first).toMatchObject({
      timestamp: '2026-11-20T11:59:00.000Z',
      properties: { points: 25, from_order: true, $process_person_profile: false },
    });
    expect(first?.distinct_id).not.toBe(second?.distinct_id);
    expect(first?.properties['merchant']).toBe(posthog.events()[3]?.distinct_id);
    expect(JSON.stringify(posthog.batches)).not.toMatch(/myshopify|"(merchant_?id|customer_?id)"/i);
  });

  it('knows a customer as the same one over time, and as another one in another shop', async () => {
    room = await openRoom(configured());
    await room.consumer.receive([anEarning(7, 1), anEarning(7, 1), anEarning(8, 1)]);
    await sent(3);
    const [a, b, c] = posthog.events().map((event) => event.distinct_id);
    expect(a).toBe(b);
    expect(c).not.toBe(a);
  });

  it('gets more than one batch holds', async () => {
    room = await openRoom(configured());
    for (let batch = 0; batch < 3; batch += 1) await room.consumer.receive(earnings(450));
    await sent(1_350);
    expect(Math.max(...posthog.batches.map(({ batch }) => batch.length))).toBe(500);
  });

  it('gets nothing without a key, and everything from the beginning once there is one', async () => {
    room = await openRoom({ POSTHOG_HOST: posthog.url });
    await room.consumer.receive([anEarning(7, 1, { occurredAt: new Date('2026-10-01T00:00:00Z') })]);
    await room.stop();
    expect(posthog.requests()).toBe(0);
    room = await room.restart(configured());
    await sent(1);
    expect(posthog.batches[0]?.historical_migration).toBe(true);
  });

  it.each([
    ['fails', { status: 500 } as const],
    ['is overloaded', { status: 429, headers: { 'retry-after': '1' } } as const],
  ])('that %s is asked again, and recording does not wait for it', async (_, failure) => {
    posthog.next.push(failure);
    room = await openRoom(configured());
    await room.consumer.receive(earnings(2));
    expect(await room.recorded(7)).toHaveLength(2);
    await sent(2);
    expect(room.log()).toContain('PostHog did not take the events');
  });

  it('that knows another key gets nothing and loses nothing', async () => {
    room = await openRoom({ ...configured(), POSTHOG_KEY: 'phc_wrong' });
    await room.consumer.receive(earnings(2));
    await vi.waitFor(() => expect(room.log()).toContain('HTTP 401'), patience);
    await room.stop();
    expect(room.log()).not.toContain('left out');
    room = await room.restart(configured());
    await sent(2);
  });

  it('that is not there keeps nobody from stopping', async () => {
    posthog.next.push('silence');
    room = await openRoom(configured());
    await room.consumer.receive(earnings(1));
    await vi.waitFor(() => expect(posthog.requests()).toBe(1), patience);
    const startedAt = performance.now();
    await room.stop();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    room = await room.restart(configured());
    await sent(1);
  });

  it('that refuses one event gets all the others, and the one is named in the log', async () => {
    posthog.refuses = ({ batch }) => batch.some(({ properties }) => properties['points'] === 13);
    room = await openRoom(configured());
    const [bad, ...good] = earnings(9);
    (bad!.payload as { points: number }).points = 13;
    await room.consumer.receive([...good.slice(0, 5), bad!, ...good.slice(5)]);
    await sent(8);
    await vi.waitFor(() => expect(room.log()).toContain('left out'), patience);
    await room.consumer.receive(earnings(1));
    await sent(9);
  });

  it('gets events again after a crash between its yes and our note of it, and keeps one', async () => {
    room = await openRoom(configured());
    await room.consumer.receive(earnings(2));
    await sent(2);
    await room.stop();
    await room.rows(`update event_tracking.posthog_cursor set xid = '0', position = 0`);
    room = await room.restart(configured());
    await vi.waitFor(() => expect(posthog.batches.flatMap(({ batch }) => batch)).toHaveLength(4), patience);
    expect(posthog.events()).toHaveLength(2);
  });

  it('is served by one process at a time, and by the next when that one stops', async () => {
    room = await openRoom(configured());
    const other = await room.restart(configured());
    try {
      for (let batch = 0; batch < 5; batch += 1) await room.consumer.receive(earnings(10));
      await sent(50);
      expect(posthog.batches.flatMap(({ batch }) => batch)).toHaveLength(50);
      await room.stop();
      await other.consumer.receive(earnings(1));
      await sent(51);
    } finally {
      await other.stop();
    }
    room = await room.restart(configured());
  });
});
