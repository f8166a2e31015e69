import type { Tx } from '../database/database.ts';
import type { Position } from '../events/outbox.ts';
import { Audience } from './audience.ts';
import { findFloor, readPast, type PlacedEvent } from './outbox-reader.ts';
import type { Subscriber } from './realtime.ts';
import { comparePositions, type StreamPosition } from './stream-position.ts';

/** How far back is read, in events of all merchants: some 50 ms of PostgreSQL's time. */
const pastEventsMax = 50_000;
/** Events that one reading may find for all who come back. */
const foundMax = 5_000;
/** What one subscriber is told at once. Who missed more, or whose shop has more going on, does better to read anew. */
export const toldMax = 500;
/** Outbox rows stay for two weeks; a position older than this is not looked up, so that no gap in them goes unnoticed. */
const awayMaxMs = 24 * 60 * 60 * 1_000;

/** A subscriber who comes, and what he has missed; `undefined`: too much or too old to tell. */
export type Return = { subscriber: Subscriber; events: PlacedEvent[] | undefined };

/**
 * What those who come have missed up to `end`, read together: after a restart thousands come back at once. Serves the
 * first ones only when all of them have missed too much for one reading.
 */
export async function lookBack(
  tx: Tx,
  of: { source: string; types: readonly string[]; coming: readonly Subscriber[]; end: Position; now: Date },
): Promise<Return[]> {
  const { coming, end } = of;
  const returning = coming.flatMap((subscriber) =>
    subscriber.after === null ? [] : [{ subscriber, after: subscriber.after }],
  );
  if (returning.length === 0) return coming.map((subscriber) => ({ subscriber, events: [] }));

  const floor = await findFloor(tx, end, pastEventsMax);
  const readable = returning.filter(({ after }) => isReadable(after, { floor, end, now: of.now }));
  const events = readable.length > 0 ? await readPast(tx, { ...of, ...wanted(readable), limit: foundMax + 1 }) : [];
  if (events.length > foundMax && coming.length > 1)
    return lookBack(tx, { ...of, coming: coming.slice(0, Math.ceil(coming.length / 2)) });

  const missed = new Map<Subscriber, PlacedEvent[]>();
  if (events.length <= foundMax) for (const { subscriber } of readable) missed.set(subscriber, []);
  const audience = new Audience();
  for (const { subscriber } of readable) audience.add(subscriber);
  for (const heard of audience.sort(events)) {
    for (const subscriber of heard.subscribers) missed.get(subscriber)?.push(...behind(heard.events, subscriber.after));
  }
  return coming.map((subscriber) => {
    if (subscriber.after === null) return { subscriber, events: [] };
    const found = missed.get(subscriber);
    return { subscriber, events: found && found.length <= toldMax ? found : undefined };
  });
}

function isReadable(after: StreamPosition, of: { floor: Position | undefined; end: Position; now: Date }): boolean {
  // A position ahead of everything comes from another database, or from before this one was restored.
  if (comparePositions(after, of.end) > 0) return false;
  if (of.now.getTime() - after.at.getTime() > awayMaxMs) return false;
  return of.floor === undefined || comparePositions(after, of.floor) >= 0;
}

function wanted(readable: readonly { subscriber: Subscriber; after: Position }[]) {
  return {
    after: readable.map(({ after }) => after).reduce((a, b) => (comparePositions(a, b) < 0 ? a : b)),
    keys: readable.flatMap(({ subscriber }) => subscriber.topic.key ?? []),
    merchantIds: readable.flatMap(({ subscriber: { topic } }) => (topic.key === null ? topic.merchantId : [])),
  };
}

function behind(events: readonly PlacedEvent[], after: Position | null): PlacedEvent[] {
  return events.filter(({ position }) => after === null || comparePositions(position, after) > 0);
}
