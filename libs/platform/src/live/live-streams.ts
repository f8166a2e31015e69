// What goes on now, for people who watch it: a bounded past, kept in this process or in Redis for all of them together.

/** Lines of logs, or how queues do. */
export type LiveStream = 'logs' | 'queues';

/** A stream as a whole, or what of it concerns one merchant. */
export type LiveTopic = { stream: LiveStream; merchantId: number | null };

/** A line of JSON, and the merchant whom it concerns, if it concerns one. */
export type LiveEntry = { text: string; merchantId: number | null };

/** Entries in their order. Given again under its number, a batch is not added twice. */
export type LiveBatch = { number: number; entries: readonly LiveEntry[] };

export type PlacedEntry = { position: string; text: string };

export type LivePage = {
  entries: readonly PlacedEntry[];
  /** Where to go on. */
  position: string;
  /** Something between the position that was asked for and these entries may not be kept any more. */
  isGap: boolean;
};

export type LiveStreams = {
  /** Throws while they are away; then it is not known what of the batch was added. */
  add(stream: LiveStream, batch: LiveBatch): Promise<void>;
  /** What comes after a position; `null`: the newest that are kept. Throws `AppError` while they are away. */
  read(topic: LiveTopic, of: { after: string | null; limit: number }): Promise<LivePage>;
  /** Whether somebody watches queues, and nobody has had this turn in that time: looking at them costs something. */
  takeTurn(of: { name: string; everyMs: number }): Promise<boolean>;
};

/** Of the newest entries, how many stay. */
export type LiveLimits = { entries: number; bytes: number; ofMerchantEntries: number };

/**
 * In one process a ring of a megabyte holds everything. In Redis, which trims whole nodes of a stream and so keeps some more, 200
 * lines of 300 bytes of each of 5,000 merchants would be 300 MB, if all of them had that many within a day.
 */
export const liveLimits: LiveLimits = { entries: 2_000, bytes: 1_000_000, ofMerchantEntries: 200 };

/** Whoever has read about queues counts as watching them for so long. */
export const watchedMs = 15_000;

/** Before everything. */
export const beginning = '0-0';

const positionPattern = /^\d{1,16}-\d{1,16}$/;

export function isPosition(text: string): boolean {
  return positionPattern.test(text);
}
