import type { Database, Tx } from '../database/database.ts';
import { isUnavailable } from '../database/database.ts';
import type { Position } from '../events/outbox.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Audience } from './audience.ts';
import { lookBack, toldMax, type Return } from './look-back.ts';
import { readHorizon, readLive, type PlacedEvent } from './outbox-reader.ts';
import type { News, Realtime, Subscriber, Teller } from './realtime.ts';

/** Events of one look: more than anybody can follow, few enough to put into words at once. */
const liveMax = 1_000;
/** How many merchants a look names; with more of them, reading everybody's events costs less than the list. */
const namedMerchantsMax = 500;
/** How often it looks when nobody has told it of a commit: those of other processes, for one. */
const pollMs = 1_000;
/** Between two looks, so that commits in quick succession share one: nobody sees the difference, and it costs a quarter. */
const gapMs = 25;
/** Wait for a transaction that is older than events already committed, and holds them back, to end. */
const horizonMs = 5;
/** Wait after a failure before the next try. */
const backoffMs = 500;
/** Failures in a row to put the same events into words before those whom they concern are told to read anew. */
const failuresMax = 3;
/** Subscribers who come and are served by one look. */
const comingMax = 1_000;

export type OutboxRealtimeOptions = {
  source: string;
  database: Database;
  /** Types of events that are told. */
  types: readonly string[];
  tell: Teller;
  logger: Logger;
};

/** `events` is missing where it is too much to tell. */
type Heard = { subscribers: readonly Subscriber[]; events: PlacedEvent[] | undefined };
/** What one look has found, up to `end`. */
type Look = { end: Position; live: Heard[]; returns: Return[]; nextMs: number };

/**
 * Tells the subscribers of this process what a service's outbox says, in the outbox's own order. It reads while somebody
 * subscribes and only then, below the horizon as the relay does, and keeps its position in memory: each process tells its
 * own subscribers, and one who comes back, to this process or another, brings the position to go on from.
 *
 * One loop reads for those who are there and for those who come, up to the same position. So nobody misses what happens
 * while he joins, and nobody hears it twice.
 */
export class OutboxRealtime implements Realtime {
  readonly #options: OutboxRealtimeOptions;
  readonly #audience = new Audience();
  readonly #coming = new Set<Subscriber>();
  /** Up to where the audience has been told; nowhere while there is none. */
  #position: Position | undefined;
  #failures = 0;
  #wake: (() => void) | undefined;
  #isWoken = false;
  #isStopping = false;
  #running: Promise<void> | undefined;

  constructor(options: OutboxRealtimeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.nudge();
    await this.#running;
  }

  /** Says that something was committed: the next look is now. */
  nudge(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  join(subscriber: Subscriber): void {
    this.#coming.add(subscriber);
    this.nudge();
  }

  leave(subscriber: Subscriber): void {
    if (!this.#coming.delete(subscriber)) this.#audience.remove(subscriber);
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      this.#isWoken = false;
      const nextMs = await this.#lookAndTell();
      // Short waits are not cut shorter: what comes meanwhile shares the next look.
      if (this.#isWoken || nextMs <= gapMs) await pause(Math.min(gapMs, nextMs));
      else if (!this.#isStopping) await this.#sleep(nextMs);
    }
  }

  /** Returns when to look again if nobody asks for it sooner. */
  async #lookAndTell(): Promise<number> {
    if (this.#audience.isEmpty && this.#coming.size === 0) return pollMs;
    try {
      const look = await this.#options.database.forNoMerchant((tx) => this.#look(tx));
      const news = await this.#putIntoWords(look);
      this.#deliver(look, news);
      return this.#coming.size > 0 ? 0 : look.nextMs;
    } catch (error) {
      const level = isUnavailable(error) ? 'warn' : 'error';
      this.#options.logger[level]({ err: error }, 'updates are delayed; trying again');
      await pause(backoffMs);
      return 0;
    }
  }

  async #look(tx: Tx): Promise<Look> {
    const { source, types } = this.#options;
    const after = this.#audience.isEmpty ? undefined : this.#position;
    const merchantIds = this.#audience.merchantCount > namedMerchantsMax ? null : this.#audience.merchantIds;
    const { horizon, events, isMore, isHeldBack } = after
      ? await readLive(tx, { source, types, merchantIds, after, limit: liveMax })
      : { horizon: await readHorizon(tx), events: [], isMore: false, isHeldBack: false };
    const live = this.#audience
      .sort(events)
      .map((heard) => (heard.events.length > toldMax ? { ...heard, events: undefined } : heard));
    const last = events.at(-1)?.position;
    // Those who come wait until the others have caught up: all go on from one position.
    if (isMore && last) return { end: last, live, returns: [], nextMs: 0 };
    const coming = [...this.#coming].slice(0, comingMax);
    const returns =
      coming.length === 0 ? [] : await lookBack(tx, { source, types, coming, end: horizon, now: new Date() });
    return { end: horizon, live, returns, nextMs: isHeldBack ? horizonMs : pollMs };
  }

  async #putIntoWords(look: Look): Promise<ReadonlyMap<PlacedEvent, News>> {
    const groups = [...look.live, ...look.returns];
    const events = [...new Set(groups.flatMap((group) => group.events ?? []))];
    if (events.length === 0) return new Map();
    try {
      const told = await this.#options.tell(events);
      this.#failures = 0;
      return new Map(events.flatMap((event, index) => (told[index] ? [[event, told[index]]] : [])));
    } catch (error) {
      if (!isUnavailable(error)) this.#failures += 1;
      if (this.#failures < failuresMax) throw error;
      this.#failures = 0;
      this.#options.logger.error({ err: error, events: events.length }, 'updates given up; their readers read anew');
      for (const group of groups) if (group.events?.length) group.events = undefined;
      return new Map();
    }
  }

  #deliver(look: Look, news: ReadonlyMap<PlacedEvent, News>): void {
    const at = new Date();
    const end = { ...look.end, at };
    const tell = (subscriber: Subscriber, events: readonly PlacedEvent[]): void => {
      for (const event of events) {
        const piece = news.get(event);
        if (piece) subscriber.told({ ...event.position, at }, piece);
      }
    };
    this.#position = look.end;
    for (const { subscribers, events } of look.live) {
      for (const subscriber of subscribers) {
        if (events) tell(subscriber, events);
        else subscriber.lost(end);
      }
    }
    for (const { subscriber, events } of look.returns) {
      const { after } = subscriber;
      // Somebody may have left meanwhile.
      if (!this.#coming.delete(subscriber)) continue;
      this.#audience.add(subscriber);
      // Who has missed something stays where he was until he has heard of it.
      subscriber.joined(after && events?.length !== 0 ? after : end);
      if (!events) subscriber.lost(end);
      else tell(subscriber, events);
    }
  }

  /** Waits, and can be woken. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
