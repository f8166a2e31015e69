import type { DeliveredEvent } from '../events/outbox.ts';
import type { StreamPosition } from './stream-position.ts';

/** What somebody wants to hear: events with one key, or all of a merchant. */
export type Topic = { merchantId: number; key: string | null };

/** Somebody who is told what happens, in order and each thing once, until he leaves. */
export type Subscriber = {
  readonly topic: Topic;
  /** Goes on behind this position; `null`: begins now. */
  readonly after: StreamPosition | null;
  /** Heard first: what comes after this position is told, or said to be lost. */
  joined(position: StreamPosition): void;
  /** What lies before this position is too much or too old to tell; what follows is told. */
  lost(position: StreamPosition): void;
  /** Where to go on after this message, and the message as JSON without it. */
  told(position: StreamPosition, news: News): void;
};

/** One thing that happened, in words for those who hear of one key only and for those who hear of everything. */
export type News = { ofKey: object; ofMerchant: object };

/** Puts events into words, one for each event and in their order; `undefined` for one that nobody has to hear of. */
export type Teller = (events: readonly DeliveredEvent[]) => Promise<readonly (News | undefined)[]>;

/** Tells subscribers of this process what happens, wherever it happens. */
export type Realtime = {
  join(subscriber: Subscriber): void;
  leave(subscriber: Subscriber): void;
  start(): void;
  stop(): Promise<void>;
};
